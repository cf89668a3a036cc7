from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.team import labels as module
from backend.team.label_changes import LabelChanges
from backend.team.labels import TeamLabels
from datasets.samples.seen_store import SeenStore
from datasets.samples.store import SampleStore
from tests.datasets.patterns import keep, keep_all


def test_labels_are_counted_once_for_each_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        keep_all(store, range(3))
        labels = TeamLabels(SeenStore(store))
        assert labels.counts().kept == 3
        with monkeypatch.context() as patch:
            patch.setattr(module, "waiting_crops", None)  # it would be called
            assert labels.counts().kept == 3
        keep(store, 3, status="corrected", read_text="S80602ABC", read_confidence=0.99)
        counts = labels.counts()
        assert (counts.kept, counts.waiting) == (4, 1)
        (item,) = labels.review(10).items
        assert [found.by for found in item.labels] == [""]
        assert labels.review(0).waiting == 1


def test_a_decision_is_seen_at_once_though_statistics_are_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MANY", 0)
    monkeypatch.setattr(module, "_PAUSE", 1e12)
    with SampleStore.open(tmp_path / "spool") as store:
        for number in range(3):
            keep(store, number, status="corrected", read_text="S80602ABC", read_confidence=0.99)
        labels, changes = TeamLabels(SeenStore(store)), LabelChanges(SeenStore(store))
        before = labels.review(10)
        assert (before.waiting, len(before.items)) == (3, 3)
        (seen,) = before.items[0].labels
        kept = changes.make("keep", seen.prediction_id, seen.event, by="kim")
        now = labels.review(10)
        assert (now.waiting, [item.sample for item in now.items]) == (2, [item.sample for item in before.items[1:]])
        changes.make("undo", seen.prediction_id, kept.event, by="kim")
        again = labels.review(2)
    assert (again.waiting, [item.sample for item in again.items]) == (3, [item.sample for item in before.items[:2]])


def test_a_curve_has_a_point_for_each_day_and_few_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 2)
    monkeypatch.setattr(module, "_MOST_POINTS", 2)
    with SampleStore.open(tmp_path / "spool") as store:
        for number in range(9):
            keep(store, number, at=datetime(2026, 5, 4 + number // 5, 12, number, tzinfo=UTC))
        counts = TeamLabels(SeenStore(store)).counts()
    assert [day.labels for day in counts.days] == [5, 4]
    assert counts.block == 6
    assert [block.labels for block in counts.blocks] == [6, 3]
