from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from datasets.cycles.triggers import LabelCounts, LastCycle, TriggerSettings, count_labels, due
from datasets.samples.sample import Sample
from tests.datasets.making import label

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
WRITER = "a" * 16
SETTINGS = TriggerSettings(corrections=5, last=10, least_new=3)
QUIET = LabelCounts(new=4, new_corrected=1, waiting=0, readings=10, correction_rate=0.1, confidence=0.9)


def sample(number: int, **changes: object) -> Sample:
    text = f"CW{2000 + number}-111"
    said = label(f"p{number}", text, **({"read_text": text} | changes))
    digest = f"{number:064x}"
    return Sample(digest, said, 60, 15, f"events/{WRITER}/{number:010d}-{'0' * 32}.json", number, NOW)


def corrected(number: int, **changes: object) -> Sample:
    return sample(number, **({"status": "corrected", "read_text": "CW1", "read_confidence": 0.4} | changes))


def test_only_what_came_after_the_last_cycle_is_new() -> None:
    samples = [*(sample(at) for at in range(1, 5)), *(corrected(at) for at in range(5, 9))]
    counts = count_labels(samples, {WRITER: 6}, SETTINGS)
    assert (counts.new, counts.new_corrected) == (2, 2)
    assert count_labels(samples, {}, SETTINGS).new == 8
    assert counts.readings == 8
    assert counts.correction_rate == 0.5


def test_labels_that_wait_for_a_second_look_count_for_nothing() -> None:
    doubted = corrected(1, read_confidence=0.99, read_text="S80602ABC")
    contradicted = [sample(2), dataclasses.replace(sample(3), digest=f"{2:064x}")]
    counts = count_labels([doubted, *contradicted, sample(4)], {}, SETTINGS)
    assert (counts.new, counts.new_corrected, counts.waiting) == (1, 0, 3)


def test_drift_is_about_the_champion_and_its_last_readings() -> None:
    old = [corrected(at, model_name="old") for at in range(1, 20)]
    new = [sample(at, read_confidence=0.5) for at in range(20, 40)]
    counts = count_labels([*old, *new], {}, SETTINGS, model=("trba", "1"))
    assert (counts.readings, counts.correction_rate, counts.confidence) == (10, 0.0, 0.5)
    assert count_labels(old, {}, SETTINGS, model=("trba", "1")).readings == 0


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, None),
        ({"new_corrected": 5}, "corrections"),
        ({"correction_rate": 0.3}, "correction_rate"),
        ({"confidence": 0.7}, "confidence"),
        ({"correction_rate": 0.3, "readings": 9}, None),  # too few readings to tell
        ({"correction_rate": 0.3, "new": 2}, None),  # nothing to learn from
    ],
)
def test_what_makes_a_cycle_due(changes: dict[str, float], kind: str | None) -> None:
    last = LastCycle(NOW - timedelta(days=1), {})
    trigger = due(dataclasses.replace(QUIET, **changes), last, NOW, SETTINGS)
    assert (trigger.kind if trigger else None) == kind


def test_the_schedule_counts_from_the_last_cycle_and_needs_something_new() -> None:
    week = timedelta(days=7)
    assert due(QUIET, LastCycle(NOW - week + timedelta(seconds=1), {}), NOW, SETTINGS) is None
    trigger = due(QUIET, LastCycle(NOW - week, {}), NOW, SETTINGS)
    assert trigger is not None
    assert trigger.values == {"every": week.total_seconds(), "last": (NOW - week).isoformat(), "new": 4}
    assert due(QUIET, None, NOW, SETTINGS) is not None
    assert due(dataclasses.replace(QUIET, new=0), None, NOW, SETTINGS) is None
    assert due(QUIET, None, NOW, dataclasses.replace(SETTINGS, every=timedelta(0))) is None


def test_nothing_starts_right_after_a_cycle() -> None:
    full = dataclasses.replace(QUIET, new_corrected=500)
    assert due(full, LastCycle(NOW - timedelta(minutes=59), {}), NOW, SETTINGS) is None
    assert due(full, LastCycle(NOW - timedelta(minutes=61), {}), NOW, SETTINGS) is not None


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        TriggerSettings(corrections=-1)
    with pytest.raises(ValueError, match="durations"):
        TriggerSettings(pause=timedelta(seconds=-1))
    with pytest.raises(ValueError, match="a band"):
        TriggerSettings(lowest_confidence=75)
