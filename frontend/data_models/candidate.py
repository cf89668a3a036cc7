"""What a picture may say: each text that a label or a reading gives, with all who say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from frontend.client.answers import ModelName
from frontend.client.explorer_answers import Found, ReadingNow


@dataclass(frozen=True)
class Reading:
    """A model that has read a text, then or now."""

    model: ModelName
    confidence: float
    is_now: bool


@dataclass
class Candidate:
    """A text, or that nobody can read it, with all who say so."""

    text: str
    is_unreadable: bool = False
    labels: list[Found] = field(default_factory=list)  # the latest first
    readings: list[Reading] = field(default_factory=list)  # the present one first

    @property
    def can_be_chosen(self) -> bool:
        """Whether it can become the label: a label says so, or there is a text."""
        return bool(self.labels or self.text)


def candidates(labels: Sequence[Found], now: ReadingNow | None) -> list[Candidate]:
    """What a picture may say: first what labels say, then what only models have read.

    Args:
        labels: All that count, the latest first.
        now: How the model that serves reads it; None if that is not known.
    """
    found: dict[tuple[bool, str], Candidate] = {}

    def candidate(text: str, *, is_unreadable: bool = False) -> Candidate:
        return found.setdefault((is_unreadable, text), Candidate(text, is_unreadable))

    for label in labels:
        candidate(label.text, is_unreadable=label.status == "unreadable").labels.append(label)
    if now is not None:
        candidate(now.text).readings.append(Reading(now.model, now.confidence, is_now=True))
    for label in labels:
        reading, said = Reading(label.model, label.read_confidence, is_now=False), candidate(label.read_text).readings
        # The same model reads the same picture in the same way.
        if not any(known.model == reading.model for known in said):
            said.append(reading)
    return list(found.values())
