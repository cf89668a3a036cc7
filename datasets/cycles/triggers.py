"""When a cycle is due by itself: enough new corrections, a schedule, or readings that drift out of their band.

Labels that wait for a second look count for nothing here: nobody makes a cycle start, or a model drift, by mistyping.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from datasets.samples.event import EventName
from datasets.samples.review import SuspicionRules, find_contradictions, find_suspicious, settle
from datasets.samples.sample import Sample

TriggerKind = Literal["corrections", "schedule", "correction rate", "confidence"]


@dataclass(frozen=True, slots=True)
class TriggerSettings:
    """When a cycle is due."""

    corrections: int = 200  # new corrected labels that make one due; 0 = never for this reason
    every: timedelta | None = timedelta(days=7)  # after the last one; None = no schedule
    last: int = 500  # readings of the champion that tell whether it drifts; 0 = nobody looks
    highest_correction_rate: float = 0.25  # of these; beyond it is drift
    lowest_confidence: float = 0.75  # mean of these; below it is drift
    least_new: int = 50  # new labels without which there is nothing to learn: for the schedule and for drift
    pause: timedelta = timedelta(hours=1)  # after the last cycle, whatever became of it
    suspicion: SuspicionRules = field(default_factory=SuspicionRules)  # labels that wait for a second look

    def __post_init__(self) -> None:
        if min(self.corrections, self.last, self.least_new) < 0:
            raise ValueError("numbers of labels are not negative")
        if not (0.0 <= self.highest_correction_rate <= 1.0 and 0.0 <= self.lowest_confidence <= 1.0):
            raise ValueError("a band lies between 0 and 1")


@dataclass(frozen=True, slots=True)
class LastCycle:
    """What is known of the cycle that finished last."""

    finished_at: datetime
    watermark: Mapping[str, int]  # label events that it has seen; {} if it failed before it saw any


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Labels since the last cycle, and how the champion does; those that wait for a second look left out."""

    new: int
    new_corrected: int
    waiting: int  # labels that wait for a second look
    readings: int  # of the champion, among the last ones
    correction_rate: float  # of these; 0.0 without any
    confidence: float  # mean of these; 0.0 without any


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why a cycle is due."""

    kind: TriggerKind
    why: str  # in words


def count_labels(
    samples: Sequence[Sample],
    seen: Mapping[str, int],
    settings: TriggerSettings,
    *,
    model: tuple[str, str] | None = None,
) -> LabelCounts:
    """Count what triggers look at.

    Args:
        samples: all live labels.
        seen: the watermark of the last cycle.
        settings: for the number of readings, and what is suspicious.
        model: name and version of the champion; drift is about its readings. None takes those of any model.
    """
    contradictions = find_contradictions(samples)
    doubts = find_suspicious(samples, settings.suspicion)
    counting = settle(samples)
    believed = [one for one in counting if one.digest not in contradictions and one.event not in doubts]
    new = [one for one in believed if _is_new(one, seen)]
    read = [one for one in believed if model is None or (one.label.model_name, one.label.model_version) == model]
    last = sorted(read, key=lambda one: one.stamp)[-settings.last :] if settings.last else []
    return LabelCounts(
        new=len(new),
        new_corrected=sum(one.label.status == "corrected" for one in new),
        waiting=len(counting) - len(believed),
        readings=len(last),
        correction_rate=sum(one.label.status == "corrected" for one in last) / len(last) if last else 0.0,
        confidence=sum(one.label.read_confidence for one in last) / len(last) if last else 0.0,
    )


def due(counts: LabelCounts, last: LastCycle | None, now: datetime, settings: TriggerSettings) -> Trigger | None:
    """Whether a cycle is due, and why. Without any cycle before, the schedule waits for nothing."""
    if last is not None and now - last.finished_at < settings.pause:
        return None
    if settings.corrections and counts.new_corrected >= settings.corrections:
        return Trigger("corrections", f"{counts.new_corrected} new corrected labels, {settings.corrections} are enough")
    if counts.new < max(1, settings.least_new):
        return None
    if settings.last and counts.readings >= settings.last:
        if counts.correction_rate > settings.highest_correction_rate:
            why = f"{100 * counts.correction_rate:.1f} % of the last {counts.readings} readings were corrected"
            return Trigger("correction rate", f"{why}, the band ends at {100 * settings.highest_correction_rate:g} %")
        if counts.confidence < settings.lowest_confidence:
            why = f"the last {counts.readings} readings have a mean confidence of {counts.confidence:.3f}"
            return Trigger("confidence", f"{why}, the band begins at {settings.lowest_confidence:g}")
    if settings.every is not None and (last is None or now - last.finished_at >= settings.every):
        since = "none before" if last is None else f"the last one ended {last.finished_at:%Y-%m-%d %H:%M} UTC"
        return Trigger("schedule", f"one every {settings.every}, {since}; {counts.new} new labels")
    return None


def _is_new(sample: Sample, seen: Mapping[str, int]) -> bool:
    name = EventName.parse(sample.event)
    return name is not None and name.sequence > seen.get(name.writer, 0)
