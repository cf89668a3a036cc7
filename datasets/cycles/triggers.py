"""Decides whether a cycle is due: enough new corrections, a schedule, or readings that drift out of their band.

Labels that wait for a second look do not count: mistyping must not start a cycle, or look like drift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from datasets.reason import Reason
from datasets.samples.event import EventName
from datasets.samples.review import SuspicionRules, find_contradictions, find_suspicious, settle
from datasets.samples.sample import Sample


@dataclass(frozen=True, slots=True)
class TriggerSettings:
    """The conditions under which a cycle is due."""

    corrections: int = 200  # new corrected labels that make a cycle due; 0 = never for this reason
    every: timedelta = timedelta(days=7)  # after the last cycle; 0 = no schedule
    last: int = 500  # latest readings of the champion, in which drift is looked for; 0 = drift is not watched
    highest_correction_rate: float = 0.25  # of these readings; above it is drift
    lowest_confidence: float = 0.75  # mean of these readings; below it is drift
    least_new: int = 50  # new labels without which there is nothing to learn: for the schedule and for drift
    pause: timedelta = timedelta(hours=1)  # after the last cycle, accepted or not
    suspicion: SuspicionRules = field(default_factory=SuspicionRules)  # labels that wait for a second look

    def __post_init__(self) -> None:
        if min(self.corrections, self.last, self.least_new) < 0:
            raise ValueError("numbers of labels are not negative")
        if min(self.every, self.pause) < timedelta(0):
            raise ValueError("durations are not negative")
        if not (0.0 <= self.highest_correction_rate <= 1.0 and 0.0 <= self.lowest_confidence <= 1.0):
            raise ValueError("a band lies between 0 and 1")


@dataclass(frozen=True, slots=True)
class LastCycle:
    """The cycle that finished last."""

    finished_at: datetime
    watermark: Mapping[str, int]  # label events that the cycle has seen; {} if it failed before it saw any


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Labels since the last cycle, and how well the champion reads, without labels that wait for a second look."""

    new: int
    new_corrected: int
    waiting: int  # labels that wait for a second look
    readings: int  # of the champion, among the latest
    correction_rate: float  # of these readings; 0.0 without any
    confidence: float  # mean of these readings; 0.0 without any


def count_labels(
    samples: Sequence[Sample],
    seen: Mapping[str, int],
    settings: TriggerSettings,
    *,
    model: tuple[str, str] | None = None,
) -> LabelCounts:
    """Count the labels that triggers look at.

    Args:
        samples: all live labels.
        seen: the watermark of the last cycle.
        settings: the number of readings, and the rules of suspicion.
        model: name and version of the champion; drift is about its readings. None takes those of any model.
    """
    contradictions = find_contradictions(samples)
    doubts = find_suspicious(samples, settings.suspicion)
    counting = settle(samples)
    believed = [sample for sample in counting if sample.digest not in contradictions and sample.event not in doubts]
    new = [sample for sample in believed if _is_new(sample, seen)]
    read = [
        sample for sample in believed if model is None or (sample.label.model_name, sample.label.model_version) == model
    ]
    last = sorted(read, key=lambda sample: sample.stamp)[-settings.last :] if settings.last else []
    return LabelCounts(
        new=len(new),
        new_corrected=sum(sample.label.status == "corrected" for sample in new),
        waiting=len(counting) - len(believed),
        readings=len(last),
        correction_rate=sum(sample.label.status == "corrected" for sample in last) / len(last) if last else 0.0,
        confidence=sum(sample.label.read_confidence for sample in last) / len(last) if last else 0.0,
    )


def due(counts: LabelCounts, last: LastCycle | None, now: datetime, settings: TriggerSettings) -> Reason | None:
    """Why a cycle is due; None if none is. Before the first cycle the schedule is due at once."""
    if last is not None and now - last.finished_at < settings.pause:
        return None
    if settings.corrections and counts.new_corrected >= settings.corrections:
        values = {"corrected": counts.new_corrected, "enough": settings.corrections}
        return Reason(kind="corrections", values=values)
    if counts.new < max(1, settings.least_new):
        return None
    if settings.last and counts.readings >= settings.last:
        if counts.correction_rate > settings.highest_correction_rate:
            rate, band = 100 * counts.correction_rate, round(100 * settings.highest_correction_rate, 6)
            return Reason(kind="correction_rate", values={"rate": rate, "count": counts.readings, "band": band})
        if counts.confidence < settings.lowest_confidence:
            mean, band = counts.confidence, settings.lowest_confidence
            return Reason(kind="confidence", values={"mean": mean, "count": counts.readings, "band": band})
    if settings.every and (last is None or now - last.finished_at >= settings.every):
        before = None if last is None else last.finished_at.isoformat()
        every = settings.every.total_seconds()
        return Reason(kind="schedule", values={"every": every, "last": before, "new": counts.new})
    return None


def _is_new(sample: Sample, seen: Mapping[str, int]) -> bool:
    name = EventName.parse(sample.event)
    return name is not None and name.sequence > seen.get(name.writer, 0)
