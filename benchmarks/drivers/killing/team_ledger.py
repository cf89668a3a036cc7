"""What a team has done to a backend that is killed: changes of tags and metadata, and uploads, each as acknowledged."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from datasets.samples.marks import CropMarks
from datasets.samples.sample import Sample
from datasets.uploads.work import UPLOAD_KEY, prediction_of, predictions_of

UPLOAD_TAG = "brought"  # that every crop of an upload gets


@dataclass(frozen=True, slots=True)
class Action:
    """A change of tags and metadata."""

    name: str
    crops: tuple[str, ...]  # digests
    give: str = ""  # a tag
    take: str = ""  # a tag
    value: str = ""  # of the key `KEY`


KEY = "shelf"


@dataclass
class SentUpload:
    """A zip that was sent: its crops and their labels."""

    name: str  # that the backend gave it
    zip: str
    texts: Mapping[str, str]  # by file in the zip
    again: str  # a file in it whose picture is that of another one
    is_started: bool = False  # acknowledged

    @property
    def files(self) -> list[str]:
        """Names of its pictures, and of its table, as the backend calls them."""
        return [f"{self.zip}/{name}" for name in (*self.texts, "labels.tsv")]

    def labels(self) -> dict[str, tuple[str, ...]]:
        """The labels that it becomes: predictions of which one has it, by text."""
        twin = next(name for name, text in self.texts.items() if text == self.texts[self.again])
        pairs = {name: prediction_of(self.name, f"{self.zip}/{name}") for name in self.texts}
        found = {text: (pairs[name],) for name, text in self.texts.items() if name not in (self.again, twin)}
        return found | {self.texts[self.again]: (pairs[twin], pairs[self.again])}


@dataclass
class TeamFaults:
    """Faults of one look at a store."""

    lost: int = 0
    twice: int = 0
    wrong: int = 0
    invented: int = 0


@dataclass
class TeamLedger:
    """All that a team has sent. Its methods may be called by any thread."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _done: list[tuple[Action, bool]] = field(default_factory=list)  # in order; whether it was taken back
    _open: tuple[Action, bool] | None = None  # sent, and not answered: a change, or that it is taken back
    _uploads: dict[str, SentUpload] = field(default_factory=dict)

    def sending(self, action: Action, *, is_undo: bool = False) -> None:
        """Note that a change, or its undoing, is about to be sent."""
        with self._lock:
            self._open = action, is_undo

    def acknowledged(self) -> None:
        """Note that what was sent last was acknowledged."""
        with self._lock:
            if self._open is not None:
                self._done = _with(self._done, self._open)
                self._open = None

    def begin_upload(self, upload: SentUpload) -> None:
        """Note an upload that the backend has begun."""
        with self._lock:
            self._uploads[upload.name] = upload

    def start_upload(self, name: str) -> None:
        """Note that the start of an upload was acknowledged."""
        with self._lock:
            self._uploads[name].is_started = True

    def uploads(self) -> list[SentUpload]:
        """Copies of all uploads."""
        with self._lock:
            return [replace(upload) for upload in self._uploads.values()]

    def actions(self) -> list[str]:
        """Names of the changes that were acknowledged, in order."""
        with self._lock:
            return [action.name for action, _ in self._done]

    def owns(self, prediction: str) -> bool:
        """Whether a label may come from an upload."""
        with self._lock:
            return any(prediction.startswith(predictions_of(name)) for name in self._uploads)

    def compare_marks(self, crops: Iterable[str], marks: Mapping[str, CropMarks]) -> TeamFaults:
        """Compare the tags and values of shoppers' crops with what was said.

        Args:
            crops: digests of the live ones.
            marks: what the store says, by digest.
        """
        with self._lock:
            done, waiting = list(self._done), self._open
        allowed = [_marks_after(done)] + ([] if waiting is None else [_marks_after(_with(done, waiting))])
        faults = TeamFaults()
        for digest in crops:
            found = _said(marks.get(digest, CropMarks()))
            wanted = [after.get(digest, frozenset()) for after in allowed]
            if found not in wanted:
                faults.lost += len(wanted[0] - found)
                faults.wrong += len(found - wanted[0])
        return faults

    def compare_uploads(self, samples: Iterable[Sample], marks: Mapping[str, CropMarks]) -> TeamFaults:
        """Compare the labels of uploads that are finished with what was sent.

        Args:
            samples: live labels of the store.
            marks: what the store says about their crops, by digest.
        """
        there: dict[str, list[Sample]] = {}
        for sample in samples:
            there.setdefault(sample.label.prediction_id, []).append(sample)
        faults, known = TeamFaults(), set[str]()
        for upload in self.uploads():
            if not upload.is_started:
                continue
            for text, predictions in upload.labels().items():
                known |= set(predictions)
                found = [sample for prediction in predictions for sample in there.get(prediction, ())]
                faults.lost += not found
                faults.twice += len(found) > 1
                for sample in found:
                    crop = marks.get(sample.digest, CropMarks())
                    is_marked = UPLOAD_TAG in crop.tags and crop.values.get(UPLOAD_KEY) == upload.name
                    faults.wrong += sample.label.text != text or not is_marked
        started = tuple(predictions_of(upload.name) for upload in self.uploads() if upload.is_started)
        faults.invented += sum(name.startswith(started) and name not in known for name in there)
        return faults


def doubled(changes: Iterable[tuple[str, str]]) -> int:
    """How many changes stand in the history of a crop more than once.

    Args:
        changes: action, and tag or key of each.
    """
    return sum(count > 1 for count in Counter(changes).values())


def _with(done: list[tuple[Action, bool]], sent: tuple[Action, bool]) -> list[tuple[Action, bool]]:
    action, is_undo = sent
    if not is_undo:
        return [*done, (action, False)]
    return [(known, was or known.name == action.name) for known, was in done]


def _marks_after(done: list[tuple[Action, bool]]) -> dict[str, frozenset[str]]:
    """Tags and values of each crop after these changes; one that was taken back counts as if it had never been."""
    tags: dict[str, set[str]] = {}
    values: dict[str, str] = {}
    for action, is_undone in done:
        for crop in () if is_undone else action.crops:
            mine = tags.setdefault(crop, set())
            mine.discard(action.take)
            if action.give:
                mine.add(action.give)
            if action.value:
                values[crop] = action.value
    return {
        crop: frozenset(mine | ({f"{KEY}={values[crop]}"} if crop in values else set())) for crop, mine in tags.items()
    }


def _said(marks: CropMarks) -> frozenset[str]:
    return marks.tags | {f"{key}={value}" for key, value in marks.values.items()}
