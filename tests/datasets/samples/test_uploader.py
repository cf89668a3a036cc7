"""The thread: it keeps going, whatever the bucket does."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer, wait_until
from datasets.samples.store import SampleStore
from tests.datasets.making import HASTY, label, picture

URL = "gs://tags/shop"


def opened(root: Path, **changes: float) -> SampleStore:
    return SampleStore.open(root, storage_url=URL, policy=dataclasses.replace(HASTY, **changes))


def test_sends_in_the_background(gcs: GcsServer, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for number in range(5):
            store.keep(picture(number), label(f"p{number}"))
        assert store.bucket.flush(60)
        assert len(gcs.names("tags")) == 10
        store.undo("p0")
        assert store.bucket.flush(60)
        assert len(gcs.names("tags", "shop/crops/")) == 4
        assert list(store.upkeep.verify()) == []


@pytest.mark.parametrize("fault", ["unavailable", "hang", "lose_answer"])
def test_goes_on_after_the_bucket_failed(gcs: GcsServer, tmp_path: Path, fault: str) -> None:
    """One who hangs, hangs for the policy's timeout; all is there exactly once in the end."""
    setattr(gcs.faults, fault, 3)
    with opened(tmp_path, timeout=0.2) as store:
        for number in range(4):
            store.keep(picture(number), label(f"p{number}"))
        assert store.bucket.flush(20)
        assert wait_until(lambda: store.bucket.queue().last_error is None)
        assert len(gcs.names("tags", "shop/events/")) == 4
        assert len(gcs.names("tags", "shop/crops/")) == 4
        assert list(store.upkeep.verify()) == []


def test_queue_shows_what_waits_and_keeping_does_not_wait(gcs: GcsServer, tmp_path: Path) -> None:
    gcs.faults.unavailable = -1
    now = [1_800_000_000.0]
    with SampleStore.open(tmp_path, storage_url=URL, policy=HASTY, clock=lambda: now[0]) as store:
        store.keep(picture(1), label("p"))
        now[0] += 30
        store.keep(picture(2), label("q"))
        now[0] += 12
        queue = store.bucket.queue()
        assert (queue.unsent, queue.oldest_seconds) == (2, pytest.approx(42))
        assert wait_until(lambda: "503" in (store.bucket.queue().last_error or ""))
        now[0] -= 1_000_000  # a clock set back makes no negative ages
        assert store.counts().oldest_unsent_seconds == 0.0
        gcs.faults.unavailable = 0
        assert store.bucket.flush(60)
        assert store.counts().unsent == 0


def test_what_is_unsent_survives_a_restart(gcs: GcsServer, tmp_path: Path) -> None:
    gcs.faults.unavailable = -1
    with opened(tmp_path) as store:
        for number in range(3):
            store.keep(picture(number), label(f"p{number}"))
        assert not store.bucket.flush(0.2)
    gcs.faults.unavailable = 0
    with opened(tmp_path) as store:
        assert store.bucket.flush(60)
    assert len(gcs.names("tags", "shop/events/")) == 3


def test_a_bucket_given_later_receives_what_was_kept_before(gcs: GcsServer, tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        store.keep(picture(1), label("p"))
    with opened(tmp_path) as store:
        assert store.bucket.flush(60)
    with SampleStore.open(tmp_path, storage_url="gs://tags/elsewhere", policy=HASTY) as store:
        assert store.bucket.flush(60)
    assert len(gcs.names("tags", "shop/")) == len(gcs.names("tags", "elsewhere/")) == 2


def test_lost_index_sends_nothing_twice(gcs: GcsServer, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for number in range(3):
            store.keep(picture(number), label(f"p{number}"))
        assert store.bucket.flush(60)
    for path in (tmp_path / "local").glob("index.sqlite3*"):
        path.unlink()
    gcs.requests.clear()
    with opened(tmp_path) as store:
        assert store.bucket.flush(60)
        assert store.counts().kept == 3
    assert [method for method, _ in gcs.requests if method != "GET"] == []


def test_one_damaged_crop_does_not_stop_the_others(gcs: GcsServer, tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        bad = store.keep(picture(1), label("p"))
        store.keep(picture(2), label("q"))
    whole = (tmp_path / bad.crop).read_bytes()
    (tmp_path / bad.crop).write_bytes(whole[:-9])
    with opened(tmp_path) as store:
        assert wait_until(lambda: (store.bucket.queue().unsent, store.bucket.queue().stuck) == (1, 1))
        assert bad.crop in (store.bucket.queue().last_error or "")
        assert len(gcs.names("tags", "shop/events/")) == 1
        (tmp_path / bad.crop).write_bytes(whole)
        assert store.bucket.flush(60)  # at the next look around
        assert wait_until(lambda: (store.bucket.queue().stuck, store.bucket.queue().last_error) == (0, None))


def test_other_backends_are_heard_of(gcs: GcsServer, tmp_path: Path) -> None:
    with opened(tmp_path / "one") as one, opened(tmp_path / "two") as two:
        sample = one.keep(picture(1), label("p"))
        assert wait_until(lambda: two.find("p") == sample)
        assert two.undo("p")
        assert wait_until(lambda: one.find("p") is None)
        assert wait_until(lambda: not (tmp_path / "one" / sample.crop).exists())
        assert wait_until(lambda: gcs.names("tags", "shop/crops/") == [])


def test_a_label_that_another_process_left_unsent_is_taken_along(gcs: GcsServer, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.bucket.flush(60)
        with SampleStore.open(tmp_path) as other:
            other.keep(picture(1), label("p"))
        assert wait_until(lambda: len(gcs.names("tags", "shop/events/")) == 1)


def test_close_does_not_wait_for_a_bucket_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")
    store = opened(tmp_path)
    store.keep(picture(1), label("p"))
    assert wait_until(lambda: store.bucket.queue().last_error is not None)
    store.close()
    with SampleStore.open(tmp_path) as again:
        assert again.counts().kept == 1


def test_a_folder_can_receive_the_copy_as_well(tmp_path: Path) -> None:
    url = (tmp_path / "share").as_uri()
    with SampleStore.open(tmp_path / "spool", storage_url=url, policy=HASTY) as store:
        kept = store.keep(picture(1), label("p"))
        undone = store.keep(picture(2), label("q"))
        assert store.bucket.flush(60)
        assert (tmp_path / "share" / undone.crop).exists()
        store.undo("q")
        assert store.bucket.flush(60)
        assert (tmp_path / "share" / kept.crop).exists()
        assert not (tmp_path / "share" / undone.crop).exists()
        assert list(store.upkeep.verify()) == []


def test_two_backends_share_a_database_and_one_rebuilds_it(gcs: GcsServer, tmp_path: Path, postgres: str) -> None:
    """The rebuilder cannot know what the other has not sent yet; nothing of that may be lost."""
    gcs.faults.unavailable = -1
    gcs.faults.applies_to = lambda method, path: method == "POST"
    with (
        SampleStore.open(tmp_path / "one", storage_url=URL, database=postgres, policy=HASTY) as one,
        SampleStore.open(tmp_path / "two", storage_url=URL, database=postgres, policy=HASTY) as two,
    ):
        here = one.keep(picture(1), label("p"))
        there = two.keep(picture(2), label("q"))
        assert one.find("q") == there
        assert one.upkeep.reindex() == 1
        assert wait_until(lambda: one.counts().kept == 2)  # the other's uploader puts its row back
        gcs.faults.unavailable = 0
        assert one.bucket.flush(60)
        assert two.bucket.flush(60)
        assert list(one.samples()) == list(two.samples()) == [here, there]
        assert (tmp_path / "two" / there.crop).exists()
        assert one.undo("q")
        assert wait_until(lambda: not (tmp_path / "two" / there.crop).exists())
        assert wait_until(lambda: gcs.names("tags", "shop/crops/") == [f"shop/{here.crop}"])
