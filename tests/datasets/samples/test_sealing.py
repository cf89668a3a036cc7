from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from datasets.errors import ObjectDamagedError
from datasets.objects.folder import FolderObjects
from datasets.objects.names import DOMAIN
from datasets.samples.event import EventName
from datasets.samples.history import live_samples, read_buried, read_history
from datasets.samples.places import Places
from datasets.samples.replication import remove_sealed
from datasets.samples.sealing import Sealer
from datasets.samples.segment import make_segment
from datasets.samples.store import SampleStore
from tests.datasets.making import forge, label, picture, writer_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "spool") as opened:
        yield opened


def keep(store: SampleStore, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        store.keep(picture(number), label(f"p{number}"))


def segments(spool: Path) -> list[Path]:
    return sorted((spool / "segments").glob("*/*.jsonl.gz"))


def loose(spool: Path) -> list[Path]:
    return sorted((spool / "events").glob("*/*.json"))


def test_sealed_events_say_what_they_said(store: SampleStore, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    keep(store, 7)
    store.undo("p2")
    before, names = list(store.samples()), store._spool.event_names()
    assert store.sealer.sealable(3) == 6
    assert list(store.sealer.seal(3)) == [3, 3]
    assert (len(segments(spool)), len(loose(spool))) == (2, 2)
    assert store._spool.event_names() == names
    assert list(store.upkeep.verify()) == []
    assert store.upkeep.reindex() == 8
    assert list(store.samples()) == before
    with Places.open(spool) as places:
        assert live_samples(read_history(places).events) == before
        assert len(read_buried(places)) == 1


def test_undo_and_delete_bury_sealed_labels(store: SampleStore, tmp_path: Path) -> None:
    keep(store, 5)
    samples = list(store.samples())
    assert sum(store.sealer.seal(2)) == 4
    assert store.undo("p0")
    store.delete(samples[1].digest)
    assert list(store.samples()) == samples[2:]
    assert not (tmp_path / "spool" / samples[0].crop).exists()
    assert not (tmp_path / "spool" / samples[1].crop).exists()
    store.upkeep.reindex()
    assert list(store.samples()) == samples[2:]
    assert sum(store.sealer.seal(2)) == 2  # the tombstones themselves
    store.upkeep.reindex()
    assert list(store.samples()) == samples[2:]
    assert list(store.upkeep.verify()) == []


def test_the_writer_goes_on_after_its_sealed_events(tmp_path: Path) -> None:
    for life in range(3):
        with SampleStore.open(tmp_path) as store:
            keep(store, 3, first=3 * life)
            list(store.sealer.seal(2))
            assert EventName.parse(list(store.samples())[-1].event) is not None
    with SampleStore.open(tmp_path) as store:
        assert len({writer_of(store)}) == 1
        assert [path.name[:10] for path in loose(tmp_path)] == ["0000000009"]
        assert list(store.upkeep.verify()) == []
        assert store.counts().kept == 9


def test_a_lost_index_is_filled_from_segments(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        keep(store, 6)
        before = list(store.samples())
        list(store.sealer.seal(2))
    for path in (tmp_path / "local").glob("index.sqlite3*"):
        path.unlink()
    with SampleStore.open(tmp_path) as store:
        assert list(store.samples()) == before
        assert list(store.upkeep.verify()) == []
        assert len(store._index.segments.taken_in()) == 2


def test_opening_reads_no_segment_again_but_finds_a_foreign_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SampleStore.open(tmp_path / "one") as store:
        keep(store, 5)
        list(store.sealer.seal(2))
    read: list[str] = []
    get = FolderObjects.get

    def watched(objects: FolderObjects, name: str) -> bytes:
        read.append(name)
        return get(objects, name)

    monkeypatch.setattr(FolderObjects, "get", watched)
    with SampleStore.open(tmp_path / "one") as store:
        assert store.counts().kept == 5
    assert set(read) <= {DOMAIN}  # whose store it is
    with SampleStore.open(tmp_path / "two") as other:
        other.keep(picture(99), label("foreign"))
        other.keep(picture(98), label("foreign-too"))
        other.keep(picture(97), label("not-sealed"))
        list(other.sealer.seal(2))
    for folder in ("segments", "events"):
        for path in (tmp_path / "two" / folder).iterdir():
            shutil.copytree(path, tmp_path / "one" / folder / path.name)
    with SampleStore.open(tmp_path / "one") as store:
        assert store.counts().kept == 8
        assert store.find("foreign") is not None


def test_opening_lists_no_crops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SampleStore.open(tmp_path) as store:
        keep(store, 2)
    listed: list[str] = []
    names = FolderObjects.names

    def watched(objects: FolderObjects, prefix: str, start: str = "") -> Iterator[str]:
        listed.append(prefix.split("/")[0])
        return names(objects, prefix, start)

    monkeypatch.setattr(FolderObjects, "names", watched)
    with SampleStore.open(tmp_path):
        pass
    assert set(listed) == {"events", "segments"}


class Killed(BaseException):
    """Ends the work at one step as a kill does: nothing after it is done."""


def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Have the step-th change of the disk, and every later one, not happen. Returns the number of changes so far."""
    done = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def change(*values: Any, **named: Any) -> Any:
            nonlocal done
            if done >= step:
                raise Killed
            done += 1
            return real(*values, **named)

        return change

    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr(Path, "unlink", counted(Path.unlink))
    return lambda: done


def test_a_kill_at_any_step_of_sealing_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SampleStore.open(tmp_path / "whole") as store:
        keep(store, 5)
        store.undo("p1")
        before, names = list(store.samples()), store._spool.event_names()
    step, was_killed = 0, True
    while was_killed:
        spool = tmp_path / f"killed-{step}"
        shutil.copytree(tmp_path / "whole", spool)
        store = SampleStore.open(spool)
        with monkeypatch.context() as patched:
            killed_at(step, patched)
            try:
                list(store.sealer.seal(2))
                was_killed = False
            except Killed:
                pass
        store._spool.close()  # as the system does for a process that is killed
        store._index.close()
        with SampleStore.open(spool) as again:
            assert list(again.samples()) == before, step
            assert again._spool.event_names() == names, step
            assert list(again.upkeep.verify()) == [], step
            again.upkeep.reindex()
            assert list(again.samples()) == before, step
            list(again.sealer.seal(2))  # goes on where the other one was killed
            assert len(segments(spool)) == 2, step
            assert len(loose(spool)) == 2, step
            assert list(again.upkeep.verify()) == [], step
            assert list(again.samples()) == before, step
        step += 1
    assert step > 6


def test_a_damaged_segment_replaces_nothing_and_is_named(store: SampleStore, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    keep(store, 3)
    lines = [path.read_bytes() for path in loose(spool)[:2]]
    name, data = make_segment(writer_of(store), 1, lines)
    path = spool / name
    path.parent.mkdir(parents=True)
    path.write_bytes(data[:-9])
    with pytest.raises(ObjectDamagedError):
        remove_sealed(store._spool.events, name)
    assert [problem.name for problem in store.upkeep.verify()] == [name]
    assert list(store.sealer.seal(3)) == []
    assert len(loose(spool)) == 3
    path.write_bytes(data)
    assert list(store.sealer.seal(2)) == []  # but the objects that it replaces are removed
    assert len(loose(spool)) == 1
    assert list(store.upkeep.verify()) == []


def test_events_of_a_segment_that_rots_are_missed_by_number(store: SampleStore, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    keep(store, 5)
    digests = [sample.digest for sample in store.samples()]
    list(store.sealer.seal(2))
    segments(spool)[0].write_bytes(b"rotten")
    with SampleStore.open(spool) as other, Places.open(spool) as places:
        history = read_history(places, past_damaged=True)
        assert [EventName.parse(name).sequence for name in history.damaged] == [1, 2]  # type: ignore[union-attr]
        assert [event.sequence for event in history.events.values()] == [3, 4, 5]
        assert [other.past.crops_behind(name) for name in history.damaged] == [[digests[0]], [digests[1]]]
        assert read_history(places).watermark == {}
        assert len(list(other.samples())) == 5  # the index knows them still
        other.upkeep.reindex()
        assert len(list(other.samples())) == 3
        assert all((spool / "crops" / digest[:2] / f"{digest}.png").exists() for digest in digests)
        assert str(segments(spool)[0].relative_to(spool)) in other.upkeep.set_aside()


def test_what_is_wrong_stays_as_it_is(store: SampleStore, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    keep(store, 9)
    paths = loose(spool)
    paths[2].write_bytes(b"rotten")
    name, data = forge({}, writer=writer_of(store), sequence=6)  # a number twice
    (spool / name).write_bytes(data)
    assert list(store.sealer.seal(2)) == [2, 2, 2]
    assert [path.name[:10] for path in loose(spool)] == ["0000000003", "0000000006", "0000000006", "0000000009"]
    assert [path.name[:21] for path in segments(spool)] == [
        "0000000001-0000000002",
        "0000000004-0000000005",
        "0000000007-0000000008",
    ]


def test_events_rest_before_they_are_sealed_by_themselves(store: SampleStore) -> None:
    keep(store, 5)
    clock = [0.0]
    sealer = Sealer(store._spool, store._index, None, clock=lambda: clock[0])
    written = store._spool.written_at(list(store.samples())[3].event)
    clock[0] = written + 99
    assert list(sealer.seal(4, rest=100)) == []
    clock[0] = written + 101
    assert list(sealer.seal(4, rest=100)) == [4]


def test_large_events_fill_a_segment_sooner(store: SampleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.samples.sealing.MOST_CONTENT", 1500)
    monkeypatch.setattr("datasets.samples.sealing.SMALL_BYTES", 600)
    keep(store, 7)
    assert list(store.sealer.seal(6)) == [2, 2, 2]
    assert list(store.upkeep.verify()) == []


def test_another_process_reads_on_while_events_are_sealed(store: SampleStore, tmp_path: Path) -> None:
    keep(store, 5)
    names = sorted(store._spool.event_names())
    with SampleStore.open(tmp_path / "spool") as other:
        listed = list(other._spool.events.loose())
        list(store.sealer.seal(2))
        assert [event.name for event in other._spool.read_all(listed)] == names
        other.keep(picture(50), label("later"))
        assert other.counts().kept == store.counts().kept == 6
