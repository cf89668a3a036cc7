"""Labels that wait for a second look: those that contradict each other, and those that are hard to believe.

A label whose `source` is "review" is somebody's second look, and is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from datasets.sample import Sample

REVIEWED = "review"  # `Label.source` of a second look
Reason = Literal["contradiction", "far from a sure reading", "client contradicts"]


@dataclass(frozen=True, slots=True)
class SuspicionRules:
    """When a label is hard to believe."""

    sure: float = 0.95  # confidence above which a reading is hard to contradict
    most_edits: int = 2  # between such a reading and its correction; more is suspicious
    client_contradictions: int = 5  # of sure readings, from which on a client is looked at ...
    client_share: float = 0.5  # ... if that is at least this share of the sure readings that the client judged


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a label waits for a second look."""

    reason: Reason
    detail: str  # in words


def find_contradictions(samples: Iterable[Sample]) -> dict[str, list[Sample]]:
    """Crops on which live labels disagree, with all their labels, by digest.

    Readable and unreadable disagree too.
    """
    by_crop: dict[str, list[Sample]] = {}
    for sample in samples:
        by_crop.setdefault(sample.digest, []).append(sample)
    return {
        digest: labels
        for digest, labels in by_crop.items()
        if len({(one.label.status == "unreadable", one.label.text) for one in labels}) > 1
    }


def find_suspicious(samples: Sequence[Sample], rules: SuspicionRules) -> Mapping[str, Doubt]:
    """Labels that are hard to believe, by the object name of their event."""
    doubts: dict[str, Doubt] = {}
    judged: dict[str, list[Sample]] = {}  # by client, what it said about sure readings
    for sample in samples:
        label = sample.label
        if label.source == REVIEWED or label.read_confidence <= rules.sure:
            continue
        if label.client:
            judged.setdefault(label.client, []).append(sample)
        edits = edit_distance(label.read_text, label.text)
        if label.status == "corrected" and edits > rules.most_edits:
            doubts[sample.event] = Doubt(
                "far from a sure reading", f"{edits} edits from a reading of confidence {label.read_confidence:.3f}"
            )
    for labels in judged.values():
        contradicting = [sample for sample in labels if _contradicts(sample)]
        if len(contradicting) < rules.client_contradictions or len(contradicting) < rules.client_share * len(labels):
            continue
        detail = f"its client contradicts {len(contradicting)} of {len(labels)} sure readings"
        for sample in contradicting:
            doubts.setdefault(sample.event, Doubt("client contradicts", detail))
    return doubts


def _contradicts(sample: Sample) -> bool:
    label = sample.label
    return label.status == "unreadable" or (label.status == "corrected" and label.text != label.read_text)


def edit_distance(left: str, right: str) -> int:
    """Fewest insertions, deletions and replacements between two texts (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]
