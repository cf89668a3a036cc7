from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from datasets.errors import (
    LabelError,
    LabelMovedError,
    StoreError,
    StoreFullError,
    UnknownSampleError,
)
from datasets.samples.review import DROPPED, UNPROVEN
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture
from tests.datasets.patterns import pattern


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path) as opened:
        yield opened


def files(root: Path) -> list[str]:
    """Everything that is truth, by kind."""
    return sorted(p.relative_to(root).parts[0] for p in root.rglob("*") if p.suffix in (".png", ".json", ".tmp"))


def test_keep_and_find(store: SampleStore, tmp_path: Path) -> None:
    sample = store.keep(picture(1), label("p", "cw2288–111 ", status="corrected", read_text="CW2288 - 11"))
    assert sample.label.text == "CW2288-111"
    assert sample.label.read_text == "CW2288-11"
    assert (sample.width, sample.height) == (60, 15)
    assert store.find("p") == sample
    assert list(store.samples()) == [sample]
    assert store.crop(sample.digest).tobytes() == picture(1).tobytes()
    assert (tmp_path / sample.crop).is_file()
    assert (tmp_path / sample.event).is_file()
    assert list(store.upkeep.verify()) == []


def test_the_same_label_twice_is_one(store: SampleStore, tmp_path: Path) -> None:
    first = store.keep(picture(1), label("p"))
    assert store.keep(picture(1), label("p", " cw2288-111", client="c2")) == first
    assert store.keep(picture(2), label("p")) == first
    assert files(tmp_path).count("events") == files(tmp_path).count("crops") == 1
    (tmp_path / first.crop).write_bytes(b"rotten")
    assert store.keep(picture(1), label("p")) == first
    assert store.crop(first.digest).size == (60, 15)  # healed


def test_another_label_supersedes(store: SampleStore) -> None:
    store.keep(picture(1), label("p"))
    store.keep(picture(1), label("p", "CW2288-112", status="corrected"))
    last = store.keep(picture(1), label("p", "whatever", status="unreadable"))
    assert last.label.text == ""
    assert list(store.samples()) == [last]
    counts = store.counts()
    assert (counts.kept, counts.crops) == (1, 1)
    assert counts.by_status == {"accepted": 0, "corrected": 0, "unreadable": 1}
    assert (counts.unsent, counts.oldest_unsent_seconds, counts.last_error) == (0, 0.0, None)


def test_undo_removes_the_crop_unless_another_label_needs_it(store: SampleStore, tmp_path: Path) -> None:
    shared = store.keep(picture(1), label("p"))
    store.keep(picture(1), label("q"))
    own = store.keep(picture(2), label("p", "B", status="corrected"))
    assert store.undo("p")
    assert not store.undo("p")
    assert not store.undo("never seen")
    assert (tmp_path / shared.crop).exists()
    assert not (tmp_path / own.crop).exists()
    assert store.find("p") is None
    assert store.undo("q")
    assert not (tmp_path / shared.crop).exists()
    assert list(store.upkeep.verify()) == []
    again = store.keep(picture(1), label("p"))
    assert list(store.samples()) == [again]


def test_delete_sample_takes_all_its_labels(store: SampleStore, tmp_path: Path) -> None:
    sample = store.keep(picture(1), label("p"))
    store.keep(picture(1), label("q", "B", status="corrected"))
    other = store.keep(picture(2), label("r"))
    assert store.delete(sample.digest) == 2
    assert list(store.samples()) == [other]
    assert not (tmp_path / sample.crop).exists()
    with pytest.raises(UnknownSampleError):
        store.crop(sample.digest)
    for digest in (sample.digest, "0" * 64, "../../etc/passwd"):
        with pytest.raises(UnknownSampleError):
            store.delete(digest)
    assert list(store.upkeep.verify()) == []


def test_everything_is_there_after_a_restart_and_without_the_index(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        samples = [store.keep(picture(n), label(f"p{n}", f"T{n}")) for n in range(5)]
        store.undo("p3")
    del samples[3]
    with SampleStore.open(tmp_path) as store:
        assert list(store.samples()) == samples
    for path in (tmp_path / "local").glob("index.sqlite3*"):
        path.unlink()
    with SampleStore.open(tmp_path) as store:
        assert list(store.samples()) == samples
        assert store.upkeep.reindex() == 6
        assert list(store.samples()) == samples
        assert list(store.upkeep.verify()) == []
        assert store.keep(picture(9), label("p9")).stamp > samples[-1].stamp


def test_a_label_that_makes_no_sense_leaves_nothing(store: SampleStore, tmp_path: Path) -> None:
    before = files(tmp_path)
    with pytest.raises(LabelError):
        store.keep(picture(1), label("p", read_confidence=1.01))
    assert files(tmp_path) == before


def test_text_outside_the_charset_is_kept_as_it_is(store: SampleStore) -> None:
    assert store.keep(picture(1), label("p", "품번 ab1", status="corrected")).label.text == "품번AB1"
    assert next(iter(store.samples())).label.text == "품번AB1"


def test_many_threads_keep_at_once(store: SampleStore) -> None:
    def work(thread: int) -> None:
        for number in range(10):
            store.keep(picture(number), label(f"p{number}"))
            store.keep(picture(thread), label(f"own{thread}-{number}"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.counts().kept == 10 + 40
    assert list(store.upkeep.verify()) == []


def test_two_stores_on_one_spool(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as one, SampleStore.open(tmp_path) as two:
        first = one.keep(picture(1), label("p"))
        assert two.keep(picture(1), label("p")) == first
        second = two.keep(picture(1), label("p", "B", status="corrected"))
        assert second.event.split("/")[1] != first.event.split("/")[1]  # each writes under a name of its own
        assert one.find("p") == second
        assert one.undo("p")
        assert list(two.samples()) == []
        assert list(two.upkeep.verify()) == []


@pytest.mark.parametrize("ahead", [0.0, 5.0, 3600.0])
def test_the_last_word_counts_whatever_the_clocks_say(tmp_path: Path, ahead: float) -> None:
    database = f"sqlite:///{tmp_path}/shared.sqlite3"
    with (
        SampleStore.open(tmp_path / "ahead", database=database, clock=lambda: time.time() + ahead) as first,
        SampleStore.open(tmp_path / "behind", database=database) as second,
    ):
        first.keep(pattern(1), label("p1", "CW2288-111"))
        kept = second.keep(pattern(1), label("p1", "CW2288-117"))
        assert second.find("p1") == kept
        first.keep(pattern(2), label("p2"))
        assert second.undo("p2")
        assert second.find("p2") is None
        digest = first.keep(pattern(3), label("p3")).digest
        assert second.delete(digest) == 1
        assert second.find("p3") is None
        # What is said after a removal stands.
        assert second.keep(pattern(3), label("p3", "GW2871")) == first.find("p3")


def test_a_label_is_kept_only_in_the_place_of_the_expected_one(store: SampleStore) -> None:
    seen = store.keep(pattern(1), label("p1", "CW2288-111")).event
    moved = store.keep(pattern(1), label("p1", "CW2288-117"))
    with pytest.raises(LabelMovedError):
        store.keep(pattern(1), label("p1", "CW2288-118"), expected=seen)
    assert store.find("p1") == moved
    store.undo("p1")
    with pytest.raises(LabelMovedError):
        store.keep(pattern(1), label("p1", "CW2288-118"), expected=moved.event)
    assert store.find("p1") is None
    assert store.counts().crops == 0


def test_a_label_that_was_seen_is_new_unless_it_is_equal(store: SampleStore) -> None:
    first = store.keep(picture(1), label("p1"))
    assert store.keep(picture(1), label("p1", source="import")) == first  # a shopper's repeated request
    second = store.keep(picture(1), label("p1", source="import"), expected=first.event, by="kim")
    assert (second.label.source, second.by) == ("import", "kim")
    assert store.keep(picture(1), label("p1", source="import"), expected=second.event, by="lee") == second


def test_an_earlier_label_is_restored_exactly_and_is_as_old_as_it_was(store: SampleStore) -> None:
    for source in ("app", UNPROVEN, "an import"):
        first = store.keep(picture(1), label(source.replace(" ", "-"), source=source))
        prediction = first.label.prediction_id
        dropped = store.keep(picture(1), replace(first.label, source=DROPPED), expected=first.event, by="kim")
        back = store.restore(first, expected=dropped.event, by="lee")
        assert (back.label, back.by, back.decided, back.digest) == (first.label, "lee", first.stamp, first.digest)
        again = store.keep(picture(1), replace(first.label, source=DROPPED), expected=back.event)
        assert store.restore(back, expected=again.event, by="lee").decided == first.stamp
        with pytest.raises(LabelMovedError):
            store.restore(first, expected=again.event, by="lee")
        found = store.find(prediction)
        store.upkeep.reindex()
        assert store.find(prediction) == found


@pytest.mark.parametrize("failing_sync", [1, 2])
def test_full_disk_keeps_nothing_half(
    store: SampleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing_sync: int
) -> None:
    """The first file written is the crop, the second one the event."""
    kept = store.keep(picture(1), label("p"))
    before = files(tmp_path)
    written = 0

    def fill(descriptor: int) -> None:
        nonlocal written
        written += 1
        if written == failing_sync:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("datasets.objects.folder.sync_file", fill)
        with pytest.raises(StoreFullError, match="the disk is full"):
            store.keep(picture(2), label("q"))
    assert files(tmp_path) == before
    assert list(store.samples()) == [kept]
    store.keep(picture(2), label("q"))
    assert list(store.upkeep.verify()) == []


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    mounted = tmp_path / "small"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(mounted)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("needs Linux and the right to mount a tmpfs")
    try:
        with SampleStore.open(mounted, database=f"sqlite:///{tmp_path}/index.sqlite3", least_free=0) as store:
            kept = []
            with pytest.raises(StoreFullError):
                for number in range(1000):
                    kept.append(store.keep(Image.effect_noise((120, 60), 60), label(f"p{number}")))
            assert len(kept) > 3
            assert list(store.samples()) == kept
            assert list(store.upkeep.verify()) == []
    finally:
        subprocess.run(["umount", str(mounted)], check=True)


def test_the_index_remembers_what_a_damaged_event_was_about(store: SampleStore, tmp_path: Path) -> None:
    first, second = store.keep(picture(1), label("p")), store.keep(picture(2), label("q"))
    third = store.keep(picture(3), label("p", "A1"))
    store.undo("q")
    (undone,) = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "events").rglob("*.json")} - {
        one.event for one in (first, second, third)
    }
    assert store.past.crops_behind(first.event) == sorted([first.digest, third.digest])
    assert store.past.crops_behind(undone) == [second.digest]
    assert store.past.crops_behind("events/0123456789abcdef/0000000001-" + "a" * 32 + ".json") == []


@pytest.mark.parametrize("url", ["ftp://bucket", "gs://", "bucket"])
def test_wrong_storage_url(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError):
        SampleStore.open(tmp_path, storage_url=url)


def test_without_a_bucket_nothing_of_google_is_loaded(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from datasets.samples.review import DROPPED, UNPROVEN
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture
from tests.datasets.patterns import pattern
with SampleStore.open(Path(sys.argv[1])) as store:
    store.keep(picture(1), label("p"))
print([name for name in sys.modules if name.split(".")[0] in ("google", "torch", "onnxruntime")])
"""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, cwd=root, check=True
    )
    assert done.stdout.strip() == "[]"
