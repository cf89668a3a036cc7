"""Labels that wait for a second look: those that contradict each other, those that are hard to believe, unproven ones.

A second look (see verdict.py) is a label in the place of the doubted label, marked by its `source`: kept and fixed
labels are believed, also against other labels of the same crop; dropped labels count only against their client.

An unproven label is one that nothing shows to be about a reading of this service. Anybody may have written it, so it
speaks neither against other labels nor against a client.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from datasets.samples.sample import Sample
from ocr_model.codes.text import edit_distance

# `Label.source` of a second look.
REVIEWED = "review"  # kept as it was
FIXED = "review-fixed"  # with another text
DROPPED = "review-dropped"  # in no version
SECOND_LOOKS = frozenset({REVIEWED, FIXED, DROPPED})
UNPROVEN = "unproven"  # `Label.source` of an unproven label
ASKED = "to review"  # tag of crops whose labels somebody wants looked at; a second look takes it away
Reason = Literal["contradiction", "contradicts a sure reading", "client contradicts", "unproven", "asked"]


@dataclass(frozen=True, slots=True)
class SuspicionRules:
    """When a label is suspicious. Part of a version's hash, so a stored 1 stays 1 and 1.0 stays 1.0."""

    sure: float | int = 0.95  # confidence above which a reading is hard to contradict
    most_edits: int = 0  # between such a reading and its correction; more are suspicious. Where it was 2, a mistyped
    # character of a code that was read right was believed: `162058X` for `162050C`.
    client_contradictions: int = 5  # corrected sure readings that make a client suspicious ...
    client_share: float | int = 0.5  # ... if that is at least this share of the sure readings that the client judged


@dataclass(frozen=True, slots=True)
class Judged:
    """What a client said about sure readings."""

    contradicting: int  # labels that contradict one, and that no second look has proved right
    labels: int  # all on sure readings

    def is_suspicious(self, rules: SuspicionRules) -> bool:
        """Whether the client contradicts too many of them."""
        least = max(rules.client_contradictions, rules.client_share * self.labels)
        return self.contradicting >= least


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a label waits for a second look."""

    reason: Reason
    detail: str  # in words


def settle(samples: Iterable[Sample]) -> list[Sample]:
    """The labels that count, in the same order.

    Dropped labels are left out. Of a crop with second looks, only the last second look counts.
    """
    counting = [sample for sample in samples if sample.label.source != DROPPED]
    settled: dict[str, Sample] = {}  # by digest, the last second look
    for sample in counting:
        if sample.label.source in SECOND_LOOKS:
            last = settled.get(sample.digest)
            if last is None or (last.decided, last.event) < (sample.decided, sample.event):
                settled[sample.digest] = sample
    return [sample for sample in counting if settled.get(sample.digest, sample) is sample]


def find_contradictions(samples: Iterable[Sample]) -> dict[str, list[Sample]]:
    """Crops whose labels that count disagree, with these labels, by digest.

    Readable and unreadable disagree too. Unproven labels contradict nothing.
    """
    by_crop: dict[str, list[Sample]] = {}
    for sample in settle(samples):
        if sample.label.source != UNPROVEN:
            by_crop.setdefault(sample.digest, []).append(sample)
    return {
        digest: labels
        for digest, labels in by_crop.items()
        if len({(sample.label.status == "unreadable", sample.label.text) for sample in labels}) > 1
    }


def find_suspicious(
    samples: Sequence[Sample], rules: SuspicionRules, clients: Mapping[str, Judged] | None = None
) -> Mapping[str, Doubt]:
    """Suspicious and unproven labels, by the object name of their event.

    Args:
        samples: all live labels, not only those that `settle` leaves: refused ones speak against their client.
        rules: the rules of suspicion.
        clients: suspicious clients, where `samples` are not all labels; None: these labels tell.
    """
    doubts: dict[str, Doubt] = {}
    judged: dict[str, list[Sample]] = {}  # by client: its labels on sure readings
    for sample in samples:
        label = sample.label
        if label.source == UNPROVEN:
            doubts[sample.event] = Doubt("unproven", "nothing shows that this service had read the crop")
            continue
        if label.read_confidence <= rules.sure:
            continue
        if label.client:
            judged.setdefault(label.client, []).append(sample)
        if label.source in SECOND_LOOKS or label.status != "corrected":
            continue
        edits = edit_distance(label.read_text, label.text)
        if edits > rules.most_edits:
            doubts[sample.event] = Doubt(
                "contradicts a sure reading", f"{edits} edits from a reading of confidence {label.read_confidence:.3f}"
            )
    for client, labels in judged.items():
        contradicting = [sample for sample in labels if _contradicts(sample)]
        said = Judged(len(contradicting), len(labels)) if clients is None else clients.get(client)
        if said is None or not said.is_suspicious(rules):
            continue
        detail = f"its client contradicts {said.contradicting} of {said.labels} sure readings"
        for sample in contradicting:
            if sample.label.source not in SECOND_LOOKS:
                doubts.setdefault(sample.event, Doubt("client contradicts", detail))
    return doubts


def _contradicts(sample: Sample) -> bool:
    """Whether the client contradicted a sure reading, and no second look has proved the client right."""
    label = sample.label
    if label.source in SECOND_LOOKS:
        return label.source != REVIEWED
    return label.status == "unreadable" or (label.status == "corrected" and label.text != label.read_text)
