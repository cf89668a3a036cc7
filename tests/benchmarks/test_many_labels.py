from __future__ import annotations

import pytest

from benchmarks import many_labels
from datasets.samples.search import plan


def test_every_figure_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(many_labels, "FEW", 100)
    monkeypatch.setattr(many_labels, "_NEW", 3)
    monkeypatch.setattr(plan, "FEW", 200)
    assert many_labels.main(["--labels", "400", "--objects", "30", "--fetched", "6", "--processor-time"]) == 0
    told = capsys.readouterr().out
    for what in (
        "first page, 95 of 100",
        "count, 95 of 100",
        "a new label",
        "slowest first page",
        "20 of 30 events sealed",
        "is read anew",
        "the store is opened",
        "6 events are fetched from a bucket",
    ):
        assert what in told


def test_the_same_labels_are_made_up_each_time() -> None:
    once, again = (list(many_labels.made_up(50)) for _ in range(2))
    assert [event.name for event in once] == [event.name for event in again]
    assert len({event.prediction_id for event in once}) == 50
