"""Changes of labels by the team: second looks (see datasets/samples/verdict.py) at any label, and their undoing.

Every change is a label event in the place of the label that the person saw, marked by its source as a second look.
Undoing writes the label before it once more. Which change that is follows from the events alone: a label that says the
same as the last but one has undone the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from backend.team.label_history import LabelHistory, PastEvent
from datasets.errors import LabelMovedError, StoreError, UnknownSampleError
from datasets.samples.review import DROPPED, FIXED, REVIEWED, SECOND_LOOKS, UNPROVEN
from datasets.samples.sample import Label, Sample
from datasets.samples.store import SampleStore
from datasets.samples.verdict import answer_asked, give_verdict

Change = Literal["fix", "keep", "drop", "unreadable", "undo"]


class NothingToUndoError(StoreError):
    """The label is as its shopper left it, or the state before the last change cannot be brought back."""


class LabelChanges:
    """Changes labels of a store.

    Args:
        store: Where confirmed samples are kept.
        history: The events of that store.
    """

    def __init__(self, store: SampleStore, history: LabelHistory) -> None:
        self._store, self._history = store, history

    def make(self, change: Change, prediction_id: str, seen: str, text: str = "") -> Sample:
        """Change a label; on the disk when this returns. The same change again changes nothing.

        Args:
            change: `fix`: the line says `text`; `keep`: the label is right; `drop`: no version shall hold it;
                `unreadable`: nobody can read it; `undo`: the state before the team's last change.
            prediction_id: Of the label.
            seen: Object name of the label event that the person saw.
            text: The right line; for `fix` only.

        Raises:
            UnknownSampleError: The prediction has no label any more, or its crop is gone.
            LabelMovedError: The label has changed since the person saw it.
            NothingToUndoError: `undo`, and there is no change that can be undone.
            StoreError: As in `SampleStore.keep` and `SampleStore.crop`.
        """
        if change == "undo":
            return self._undo(prediction_id, seen)
        if change == "unreadable":
            return self._mark_unreadable(prediction_id, seen)
        return give_verdict(self._store, prediction_id, change, text=text, seen=seen)

    def _mark_unreadable(self, prediction_id: str, seen: str) -> Sample:
        present = self._present(prediction_id)
        is_marked = present.label.status == "unreadable" and present.label.source in (FIXED, REVIEWED)
        if present.event != seen:
            if is_marked:
                return present  # a repeated request, because the answer to the first one was lost
            raise LabelMovedError("the label has changed since it was looked at")
        source = REVIEWED if present.label.status == "unreadable" else FIXED
        label = replace(present.label, status="unreadable", text="", source=source)
        kept = self._store.keep(self._store.crop(present.digest), label, expected=seen)
        answer_asked(self._store, present)
        return kept

    def _undo(self, prediction_id: str, seen: str) -> Sample:
        present = self._present(prediction_id)
        events = self._history.events(prediction_id)
        if present.event != seen:
            if _has_undone(events, seen):
                return present  # a repeated request
            raise LabelMovedError("the label has changed since it was looked at")
        before = undone_label(events)
        if before is None:
            raise NothingToUndoError("there is no change of the team to undo")
        if before.label.source == UNPROVEN:
            raise NothingToUndoError("an unproven label cannot take the place of a second look")
        kept = self._store.keep(self._store.crop(before.digest), before.label, expected=seen)
        if kept.event != seen:
            return kept
        # The store keeps no label that differs in nothing but in not being a second look: of a dropped label it is
        # said instead that it counts.
        return give_verdict(self._store, prediction_id, "keep", seen=seen)

    def _present(self, prediction_id: str) -> Sample:
        present = self._store.find(prediction_id)
        if present is None:
            raise UnknownSampleError(f"there is no label of {prediction_id}")
        return present


@dataclass(slots=True)
class _Standing:
    """Labels of a prediction that count or came before those, without what was undone."""

    labels: list[Sample]
    undone: str | None = None  # object name of the event that the last event has undone


def undone_label(events: Sequence[PastEvent]) -> Sample | None:
    """The label that undoing would bring back; None if the last label is no change of the team.

    A label that was only looked at and found right has not been changed: there is nothing to undo.

    Args:
        events: About one prediction, the oldest first.
    """
    labels = _standing(events).labels
    if len(labels) < 2 or labels[-1].label.source not in (FIXED, DROPPED):
        return None
    return labels[-2]


def _has_undone(events: Sequence[PastEvent], name: str) -> bool:
    return _standing(events).undone == name


def _standing(events: Sequence[PastEvent]) -> _Standing:
    standing = _Standing([])
    for event in events:
        standing.undone = None
        labels, sample = standing.labels, event.sample
        if sample is None:
            labels.clear()  # a tombstone
        elif len(labels) >= 2 and _undoes(sample.label, labels[-1].label, labels[-2].label):
            standing.undone = labels.pop().event
            labels[-1] = sample
        else:
            labels.append(sample)
    return standing


def _undoes(label: Label, last: Label, before: Label) -> bool:
    """Whether a label undoes the last one, a second look, by saying what the one before had said."""
    if last.source not in SECOND_LOOKS:
        return False
    counts_again = (last.source, label.source) == (DROPPED, REVIEWED)
    return label == before or (counts_again and (label.status, label.text) == (last.status, last.text))
