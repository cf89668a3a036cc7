"""Changes of labels by the team: second looks (see datasets/samples/verdict.py) at any label, and their undoing.

Every change is a label event in the place of the label that the person saw, marked by its source as a second look, and
names its author. Undoing brings the label before it back, exactly as it was (`SampleStore.restore`). What has been
undone follows from the events alone: a label that restores the last but one has undone the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from datasets.errors import LabelMovedError, StoreError
from datasets.samples.past_labels import PastEvent
from datasets.samples.review import FIXED, REVIEWED, SECOND_LOOKS
from datasets.samples.sample import Sample
from datasets.samples.seen_store import SeenStore
from datasets.samples.verdict import answer_asked, ask_again, give_verdict

Change = Literal["fix", "keep", "drop", "unreadable", "undo"]


class NothingToUndoError(StoreError):
    """The label is as its shopper left it."""


class LabelChanges:
    """Changes labels of a store.

    Args:
        store: Where confirmed samples are kept, as somebody sees it.
    """

    def __init__(self, store: SeenStore) -> None:
        self._seen, self._store = store, store.everything

    def make(self, change: Change, prediction_id: str, seen: str, *, text: str = "", by: str) -> Sample:
        """Change a label; on the disk when this returns. The same change again changes nothing.

        Args:
            change: `fix`: the line says `text`; `keep`: the label is right; `drop`: no version shall hold it;
                `unreadable`: nobody can read it; `undo`: the state before the team's last change.
            prediction_id: Of the label.
            seen: Object name of the label event that the person saw.
            text: The right line; for `fix` only.
            by: Who makes it.

        Raises:
            UnknownSampleError: The prediction has no label any more, or its crop is gone.
            NotYoursError: Others make the changes of this crop.
            LabelMovedError: The label has changed since the person saw it.
            NothingToUndoError: `undo`, and there is no change that can be undone.
            StoreError: As in `SampleStore.keep`, `restore` and `crop`.
        """
        self._seen.check_touch([self._seen.find(prediction_id).digest])
        if change == "undo":
            return self._undo(prediction_id, seen, by)
        if change == "unreadable":
            return self._mark_unreadable(prediction_id, seen, by)
        return give_verdict(self._store, prediction_id, change, text=text, seen=seen, by=by)

    def _mark_unreadable(self, prediction_id: str, seen: str, by: str) -> Sample:
        present = self._present(prediction_id)
        is_marked = present.label.status == "unreadable" and present.label.source in (FIXED, REVIEWED)
        if present.event != seen:
            if is_marked:
                return present  # a repeated request, because the answer to the first one was lost
            raise LabelMovedError("the label has changed since it was looked at")
        source = REVIEWED if present.label.status == "unreadable" else FIXED
        label = replace(present.label, status="unreadable", text="", source=source)
        kept = self._store.keep(self._store.crop(present.digest), label, expected=seen, by=by)
        answer_asked(self._store, present, kept.event, by)
        return kept

    def _undo(self, prediction_id: str, seen: str, by: str) -> Sample:
        present = self._present(prediction_id)
        events = self._seen.past.events(prediction_id)
        if present.event != seen:
            if _has_undone(events, seen):
                ask_again(self._store, seen, by)
                return self._present(prediction_id)  # a repeated request
            raise LabelMovedError("the label has changed since it was looked at")
        before = undone_label(events)
        if before is None:
            raise NothingToUndoError("there is no change of the team to undo")
        self._store.restore(before, expected=seen, by=by)
        ask_again(self._store, seen, by)
        return self._present(prediction_id)  # with its tags as they are now

    def _present(self, prediction_id: str) -> Sample:
        return self._seen.find(prediction_id)


def undone_label(events: Sequence[PastEvent]) -> Sample | None:
    """The label that undoing would bring back; None if the last label is no change of the team.

    Args:
        events: About one prediction, the oldest first.
    """
    labels = _standing(events)
    if len(labels) < 2 or labels[-1].label.source not in SECOND_LOOKS:
        return None
    return labels[-2]


def _has_undone(events: Sequence[PastEvent], seen: str) -> bool:
    """Whether the last event undoes what somebody saw."""
    names = [sample.event for sample in _standing(events[:-1])]
    return bool(events) and len(_standing(events)) < len(names) and names[-1] == seen


def _standing(events: Sequence[PastEvent]) -> list[Sample]:
    """The labels that count or came before those, without what was undone."""
    labels: list[Sample] = []
    for event in events:
        sample = event.sample
        if sample is None:
            labels.clear()  # a tombstone
            continue
        if sample.restores is not None and len(labels) >= 2 and labels[-2].decided == sample.restores:
            del labels[-2:]  # what was undone, and what stands again in this event
        labels.append(sample)
    return labels
