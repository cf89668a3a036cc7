"""Second looks: the team keeps, fixes or drops a suspicious or contradicting label (see review.py).

The verdict is a label event like any other, in the place of the doubted label: it is synced before it is acknowledged,
copied to the bucket, and used by the next dataset version. Earlier versions stay as they are.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from datasets.errors import LabelError, LabelMovedError, UnknownActionError, UnknownSampleError
from datasets.samples.doubt_index import DoubtIndex
from datasets.samples.live_rows import parts
from datasets.samples.review import (
    ASKED,
    DROPPED,
    FIXED,
    REVIEWED,
    Doubt,
    Judged,
    SuspicionRules,
    find_contradictions,
    find_suspicious,
    settle,
)
from datasets.samples.sample import Label, LabelStatus, Sample
from datasets.samples.store import SampleStore
from ocr_model.domains.domain import Domain

Verdict = Literal["keep", "fix", "drop"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A picture whose labels wait for a second look: one look settles them all."""

    digest: str  # names the crop
    labels: tuple[Sample, ...]  # all that count, believed ones too; the latest first
    doubts: tuple[Doubt, ...]  # why it waits, each reason once; a contradiction first


@dataclass(frozen=True, slots=True)
class WaitingCrops:
    """The pictures of a store that wait for a second look; little memory for each."""

    digests: tuple[str, ...]  # the one with the latest label first
    clients: Mapping[str, Judged]  # that are suspicious


def waiting_crops(doubts: DoubtIndex, rules: SuspicionRules | None = None) -> WaitingCrops:
    """The pictures that `find_waiting` takes of all labels; only labels that may be wrong are read.

    Args:
        doubts: of the store's index.
        rules: the rules of suspicion; None is the rules of automatic cycles.

    Raises:
        IndexUnavailableError: the database does not answer.
    """
    rules = rules or SuspicionRules()
    clients = doubts.clients(rules)
    found: list[tuple[int, str]] = []
    for some in parts(doubts.crops(rules, clients)):
        waiting = find_waiting(doubts.labels(some), rules, clients)
        found += ((-picture.labels[0].decided, picture.digest) for picture in waiting)
    return WaitingCrops(tuple(digest for _, digest in sorted(found)), clients)


def find_waiting(
    samples: Iterable[Sample], rules: SuspicionRules | None = None, clients: Mapping[str, Judged] | None = None
) -> tuple[Waiting, ...]:
    """Pictures that wait for a second look, the one with the latest label first.

    Args:
        samples: all live labels, or all of some crops.
        rules: the rules of suspicion; None is the rules of automatic cycles.
        clients: suspicious clients, where these are the labels of some crops.
    """
    live = list(samples)
    contradictions = find_contradictions(live)
    doubts = find_suspicious(live, rules or SuspicionRules(), clients)
    by_crop: dict[str, list[Sample]] = {}
    for sample in settle(live):
        by_crop.setdefault(sample.digest, []).append(sample)
    waiting = []
    for digest, labels in by_crop.items():
        reasons: dict[str, Doubt] = {}
        if digest in contradictions:
            detail = f"{len(contradictions[digest])} labels of this crop do not agree"
            reasons["contradiction"] = Doubt("contradiction", detail)
        for sample in labels:
            if sample.event in doubts:
                reasons.setdefault(doubts[sample.event].reason, doubts[sample.event])
            elif ASKED in sample.tags:
                reasons.setdefault("asked", Doubt("asked", "somebody wants it looked at"))
        if reasons:
            latest_first = tuple(sorted(labels, key=lambda sample: -sample.decided))
            waiting.append(Waiting(digest, latest_first, tuple(reasons.values())))
    return tuple(sorted(waiting, key=lambda picture: (-picture.labels[0].decided, picture.digest)))


def give_verdict(
    store: SampleStore, prediction_id: str, verdict: Verdict, *, text: str = "", seen: str, by: str = ""
) -> Sample:
    """Keep, fix or drop a label; on the disk when this returns. The same verdict again changes nothing.

    Args:
        store: the store of the label.
        prediction_id: id of the label's prediction.
        verdict: `keep`: the label is right. `fix`: the line says `text`. `drop`: no version shall hold the label.
        text: the right line; for `fix` only.
        seen: object name of the label event that the person saw.
        by: who gives it.

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
        if _is_given(sample.label, verdict, text, store.domain):
            return sample  # a repeated request, because the answer to the first one was lost
        raise LabelMovedError("the label has changed since it was looked at")
    crop, label = store.crop(sample.digest), _looked_at(sample.label, verdict, text, store.domain)
    try:
        kept = store.keep(crop, label, expected=seen, by=by)
    except LabelMovedError:
        if (present := store.find(prediction_id)) is not None and _is_given(present.label, verdict, text, store.domain):
            return present  # two equal requests were under way
        raise
    answer_asked(store, sample, kept.event, by)
    return kept


def answer_asked(store: SampleStore, sample: Sample, look: str, by: str = "") -> None:
    """Note that somebody has looked at a crop that was sent to review.

    Args:
        store: the store of the label.
        sample: the label as it was before.
        look: object name of the event of the second look.
        by: who gave it.
    """
    if ASKED in sample.tags:
        store.marks.change([sample.digest], by=by or "team", take=[ASKED], action=_answer(look))


def ask_again(store: SampleStore, look: str, by: str = "") -> None:
    """Have a crop wait again, if it was a second look that is undone now which had answered it."""
    with contextlib.suppress(UnknownActionError):  # it had not been asked for, or waits again already
        store.marks.undo(_answer(look), by=by or "team")


def _answer(look: str) -> str:
    """Name of the action by which a second look has taken the tag."""
    return hashlib.sha256(f"answered by {look}".encode()).hexdigest()[:32]


def _is_given(label: Label, verdict: Verdict, text: str, domain: Domain) -> bool:
    if verdict == "fix":
        return label.source in (FIXED, REVIEWED) and label.text == domain.label(text)
    return label.source == (REVIEWED if verdict == "keep" else DROPPED)


def _looked_at(label: Label, verdict: Verdict, text: str, domain: Domain) -> Label:
    if verdict == "drop":
        return replace(label, source=DROPPED)
    if verdict == "keep":
        return replace(label, source=REVIEWED)
    line = domain.label(text)
    if not line:
        raise LabelError("a fix needs the right line")
    if line == label.text and label.status != "unreadable":
        return replace(label, source=REVIEWED)
    status: LabelStatus = "accepted" if line == domain.label(label.read_text) else "corrected"
    return replace(label, source=FIXED, status=status, text=line)
