"""Second looks: the team keeps, fixes or drops a suspicious or contradicting label (see review.py).

The verdict is a label event like any other, in the place of the doubted label: it is synced before it is acknowledged,
copied to the bucket, and used by the next dataset version. Earlier versions stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from datasets.errors import LabelError, LabelMovedError, UnknownSampleError
from datasets.samples.review import (
    ASKED,
    DROPPED,
    FIXED,
    REVIEWED,
    UNPROVEN,
    Doubt,
    SuspicionRules,
    find_contradictions,
    find_suspicious,
    settle,
)
from datasets.samples.sample import Label, LabelStatus, Sample
from datasets.samples.store import SampleStore
from ocr_model.codes.text import label_text

Verdict = Literal["keep", "fix", "drop"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A label that waits for a second look."""

    sample: Sample
    doubt: Doubt
    others: tuple[str, ...] = ()  # texts of other labels of the same crop; "" for unreadable


def find_waiting(samples: Iterable[Sample], rules: SuspicionRules | None = None) -> tuple[Waiting, ...]:
    """Labels that wait for a second look, the latest first, labels of one crop beside each other.

    Args:
        samples: all live labels.
        rules: the rules of suspicion; None is the rules of automatic cycles.
    """
    live = list(samples)
    contradictions = find_contradictions(live)
    doubts = find_suspicious(live, rules or SuspicionRules())
    waiting = []
    for sample in settle(live):
        if sample.digest in contradictions and sample.label.source != UNPROVEN:
            texts = [contradicting.label.text for contradicting in contradictions[sample.digest]]
            others = tuple(sorted({text for text in texts if text != sample.label.text}))
            doubt = Doubt("contradiction", f"{len(texts)} labels of this crop do not agree")
            waiting.append(Waiting(sample, doubt, others))
        elif sample.event in doubts:
            waiting.append(Waiting(sample, doubts[sample.event]))
        elif ASKED in sample.tags:
            waiting.append(Waiting(sample, Doubt("asked", "somebody wants it looked at")))
    latest: dict[str, int] = {}
    for doubted in waiting:
        sample = doubted.sample
        latest[sample.digest] = max(sample.stamp, latest.get(sample.digest, 0))
    return tuple(sorted(waiting, key=lambda w: (-latest[w.sample.digest], w.sample.digest, -w.sample.stamp)))


def give_verdict(store: SampleStore, prediction_id: str, verdict: Verdict, *, text: str = "", seen: str) -> Sample:
    """Keep, fix or drop a label; on the disk when this returns. The same verdict again changes nothing.

    Args:
        store: the store of the label.
        prediction_id: id of the label's prediction.
        verdict: `keep`: the label is right. `fix`: the line says `text`. `drop`: no version shall hold the label.
        text: the right line; for `fix` only.
        seen: object name of the label event that the person saw.

    Raises:
        UnknownSampleError: the prediction has no label any more, or its crop is gone.
        LabelMovedError: the label has changed since the person saw it.
        LabelError: `fix` without a text.
        StoreError: as in `SampleStore.keep` and `SampleStore.crop`.
    """
    sample = store.find(prediction_id)
    if sample is None:
        raise UnknownSampleError(f"there is no label of {prediction_id}")
    if sample.event != seen:
        if _is_given(sample.label, verdict, text):
            return sample  # a repeated request, because the answer to the first one was lost
        raise LabelMovedError("the label has changed since it was looked at")
    crop, label = store.crop(sample.digest), _looked_at(sample.label, verdict, text)
    try:
        kept = store.keep(crop, label, expected=seen)
    except LabelMovedError:
        if (present := store.find(prediction_id)) is not None and _is_given(present.label, verdict, text):
            return present  # two equal requests were under way
        raise
    answer_asked(store, sample)
    return kept


def answer_asked(store: SampleStore, sample: Sample) -> None:
    """Note that somebody has looked at a crop that was sent to review."""
    if ASKED in sample.tags:
        store.marks.change([sample.digest], by="team", take=[ASKED])


def _is_given(label: Label, verdict: Verdict, text: str) -> bool:
    if verdict == "fix":
        return label.source in (FIXED, REVIEWED) and label.text == label_text(text)
    return label.source == (REVIEWED if verdict == "keep" else DROPPED)


def _looked_at(label: Label, verdict: Verdict, text: str) -> Label:
    if verdict == "drop":
        return replace(label, source=DROPPED)
    if verdict == "keep":
        return replace(label, source=REVIEWED)
    line = label_text(text)
    if not line:
        raise LabelError("a fix needs the right line")
    if line == label.text and label.status != "unreadable":
        return replace(label, source=REVIEWED)
    status: LabelStatus = "accepted" if line == label_text(label.read_text) else "corrected"
    return replace(label, source=FIXED, status=status, text=line)
