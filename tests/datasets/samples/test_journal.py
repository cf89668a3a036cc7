from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import IndexUnavailableError
from datasets.samples import engine
from datasets.samples.event import Event
from datasets.samples.index import SampleIndex
from datasets.samples.store import SampleStore
from tests.datasets.making import HASTY, label, picture


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path) as opened:
        yield opened


def test_labels_are_kept_while_the_database_is_away(
    store: SampleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise IndexUnavailableError("the database does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(SampleIndex, "add", away)
        patched.setattr(SampleIndex, "find", away)
        first = store.keep(picture(1), label("p"))
        store.keep(picture(1), label("p"))
        with pytest.raises(IndexUnavailableError):
            store.undo("p")
    assert store.find("p") is not None
    assert store.counts().kept == 1
    assert store.crop(first.digest).size == (60, 15)
    assert list(store.upkeep.verify()) == []


def test_a_crop_without_its_event_is_swept_away_but_not_with_a_damaged_event_beside_it(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        kept = store.keep(picture(1), label("p"))
        lost = store.keep(picture(2), label("q"))
    event = (tmp_path / lost.event).read_bytes()
    (tmp_path / lost.event).write_bytes(event[:-20])
    for path in (tmp_path / "local").glob("index.sqlite3*"):
        path.unlink()
    with SampleStore.open(tmp_path) as store:
        assert list(store.samples()) == [kept]
        assert (tmp_path / lost.crop).exists()
        assert {problem.name for problem in store.upkeep.verify()} == {lost.event, lost.crop}
    (tmp_path / lost.event).unlink()
    for path in (tmp_path / "local").glob("index.sqlite3*"):
        path.unlink()
    with SampleStore.open(tmp_path) as store:
        assert not (tmp_path / lost.crop).exists()
        assert (tmp_path / kept.crop).exists()


def test_each_event_is_added_to_the_index_once_on_its_way_to_the_bucket(
    gcs: GcsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.samples.engine.BUSY_SECONDS", 10.0)  # an index that is only slow is asked once
    added: list[str] = []
    add = SampleIndex.add

    def watched(index: SampleIndex, events: list[Event]) -> None:
        added.extend(event.name for event in events)
        add(index, events)

    monkeypatch.setattr(SampleIndex, "add", watched)
    with SampleStore.open(tmp_path, storage_url="gs://tags/shop", policy=HASTY) as store:
        kept = [store.keep(picture(number), label(f"p{number}")).event for number in range(3)]
        store.undo("p0")
        assert store.bucket.flush(60)
    assert len(gcs.names("tags", "shop/events/")) == 4
    assert added[:3] == kept
    assert len(added) == len(set(added)) == 4


def test_of_many_labels_one_waits_for_an_index_that_another_process_has_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.samples.engine.BUSY_SECONDS", 0.05)
    monkeypatch.setattr("datasets.samples.journal._AWAY_SECONDS", 600.0)
    with SampleStore.open(tmp_path) as store:
        store.keep(picture(0), label("p0"))
        waits = []
        real = SampleIndex.add

        def add(index: SampleIndex, events: list[Event]) -> None:
            waits.append(events)
            real(index, events)

        monkeypatch.setattr(SampleIndex, "add", add)
        other = sqlite3.connect(tmp_path / "local" / "index.sqlite3", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        for number in range(1, 5):
            store.keep(picture(number), label(f"p{number}"))
        assert len(waits) == 1
        other.execute("ROLLBACK")
        other.close()
        assert store.counts().kept == 5


def test_a_shopper_waits_at_most_two_seconds_for_a_locked_index() -> None:
    # Once to look the label up, and once to write it.
    assert 2 * engine.BUSY_SECONDS <= 2.0
