from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from datasets.samples import engine
from datasets.samples.event import Event
from datasets.samples.index import SampleIndex
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


def test_of_many_labels_one_waits_for_an_index_that_another_process_has_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.samples.engine.BUSY_SECONDS", 0.05)
    monkeypatch.setattr("datasets.samples.index_keeper._AWAY_SECONDS", 600.0)
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
