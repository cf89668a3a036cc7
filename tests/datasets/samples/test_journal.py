from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import IndexUnavailableError
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
