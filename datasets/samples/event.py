"""Events: the history of labels, pairs of barcode and code, and tags, each event in an immutable object of its own.

`events/<writer>/<sequence>-<digest>.json`

- *writer*: 16 random hexadecimal digits, drawn by a spool for itself (see `spool.py`). Two backends on one
  bucket never share one, so they never write the same name.
- *sequence*: 1, 2, 3 ... without holes within a writer, ten digits, so that names sort. `{writer: sequence}`
  therefore says exactly which events a machine has seen, and a hole is a loss that `verify` can name.
- *digest*: the first 32 hexadecimal digits of the sha256 of the bytes, so that each event can be checked by its name.

No date stands in the name: a clock that jumps renames nothing. Events are ordered by `stamp`, a hybrid
logical clock (Kulkarni et al. 2014): milliseconds of the wall clock, but always later than every event known
before, then by writer, sequence and name. The later label of a prediction supersedes the earlier one, and so does the
later pair of a prediction and a number. A tombstone buries the labels and pairs before it, and none after it.

A bucket may hold anything, so an event is checked whole before it is taken in: an index, a version or a page never
meets a value that this module would not have written. An event that fails the check is set aside: it stays where it is,
does not count, and `verify` names it. So is an event in the bucket whose stamp is more than a year ahead of the clock
of the machine that fetches it: no later label could be sure to follow it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import PrivateAttr, ValidationInfo, model_validator

from datasets.errors import StoreError
from datasets.objects.canonical import canonical_json
from datasets.objects.names import EVENTS, is_digest
from datasets.objects.record import Record, UtcTime
from datasets.samples.crop import MAX_PIXELS
from datasets.samples.marks import Marks, check_stored_marks
from datasets.samples.pair import Pair, check_stored_pair
from datasets.samples.sample import Label, Sample, check_author, check_stored, is_prediction_id

SCHEMA = 1
LAST_SEQUENCE = 2**31 - 1  # the largest that every database takes
LAST_STAMP = 253_402_300_799_999  # the last millisecond of the year 9999
Order = tuple[int, str, int, str]
_NAME = re.compile(r"events/(?P<writer>[0-9a-f]{16})/(?P<sequence>\d{10})-(?P<digest>[0-9a-f]{32})\.json\Z")

EventKind = Literal["label", "deleted", "pair", "marks"]


@dataclass(frozen=True, slots=True)
class EventName:
    """An event's object name, taken apart."""

    writer: str
    sequence: int
    digest: str

    def __str__(self) -> str:
        return f"{EVENTS}{self.writer}/{self.sequence:010d}-{self.digest}.json"

    @classmethod
    def parse(cls, name: str) -> EventName | None:
        """Take a name apart; None if it is not an event's."""
        match = _NAME.match(name)
        return cls(match["writer"], int(match["sequence"]), match["digest"]) if match else None


class Event(Record):
    """One line of history.

    A *label* has `label`, `sample`, `width` and `height`. A *deleted* event (a tombstone) has either a
    `prediction_id` (a shopper's undo: buries all labels and pairs of this prediction) or a `sample`
    (`delete --sample`: buries all labels of this crop, and its marks). A *pair* has `pair`, and a `prediction_id`.
    A *marks* event has `marks`: tags and metadata of crops.

    `by` and `restores` are of labels. They are stored only where they say something, so the events of releases that did
    not know them keep their bytes, and with these their names.
    """

    kind: EventKind
    writer: str
    sequence: int
    stamp: int  # hybrid logical clock, milliseconds
    stored_at: UtcTime  # wall clock of the machine that wrote it; for people, never for ordering
    prediction_id: str | None
    sample: str | None  # digest of the crop
    label: Label | None = None
    pair: Pair | None = None
    marks: Marks | None = None
    width: int = 0  # of the crop, pixels
    height: int = 0
    by: str = ""  # who of the team said it; "" for a shopper
    restores: int | None = None  # stamp of the earlier label of the prediction that this one brings back
    _name: str | None = PrivateAttr(None)  # of the object that it was read from; its fields alone may give another

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, stored: Any, info: ValidationInfo) -> Any:
        """Stored events hold the fields of their label or pair beside their own."""
        if not isinstance(stored, dict):
            return stored
        if stored.get("schema", SCHEMA) != SCHEMA:
            raise ValueError(f"schema {stored['schema']!r:.20}, but this program knows {SCHEMA} only")
        if info.mode != "json":
            return stored
        if missing := _always_stored(stored) - stored.keys():
            raise ValueError(f"{', '.join(sorted(missing))} missing")  # another name would follow from its content
        kind = stored.get("kind")
        parts = {part: stored if kind == part else None for part in ("label", "pair", "marks")}
        # Marks name their author themselves, and nobody stands behind an event of another kind.
        return {**stored, **parts} | ({} if kind == "label" else {"by": "", "restores": None})

    @property
    def order(self) -> Order:
        """The place of this event among all events, the same on every machine."""
        return (self.stamp, self.writer, self.sequence, self.name)

    def to_bytes(self) -> bytes:
        """Serialise to canonical JSON, one line; the event's name is a hash of it."""
        stored = self.model_dump(mode="json") | {"schema": SCHEMA}
        label, pair, marks = stored.pop("label"), stored.pop("pair"), stored.pop("marks")
        if not self.by:
            del stored["by"]
        if self.restores is None:
            del stored["restores"]
        if label is None:
            del stored["width"], stored["height"]
            stored |= pair or marks or {}
        else:
            label["model"] = {"name": label.pop("model_name"), "version": label.pop("model_version")}
            stored |= label
        return canonical_json(stored) + b"\n"

    @property
    def name(self) -> str:
        """Object name of this event."""
        return self._name or str(EventName(self.writer, self.sequence, event_digest(self.to_bytes())))

    def read_from(self, name: str) -> Event:
        """Note the object that this event was read from, and return it."""
        self._name = name
        return self

    def __eq__(self, other: object) -> bool:
        """Whether the fields are the same, read or not."""
        return isinstance(other, Event) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        """A hash in agreement with `==`."""
        return hash((self.writer, self.sequence, self.stamp))


def _always_stored(stored: Mapping[str, Any]) -> set[str]:
    if stored.get("kind") == "label":
        return {"schema", "turn", "source"}
    if stored.get("kind") == "marks":
        return {"schema", "source", "give", "take", "values", "drop", "undoes"}
    return {"schema", "source"} if stored.get("kind") == "pair" else {"schema"}


def sample_of(event: Event, name: str) -> Sample:
    """The sample that a label event describes.

    Args:
        event: an event of the kind "label".
        name: its object name.

    Raises:
        ValueError: the event is not a label.
    """
    if event.sample is None or event.label is None:
        raise ValueError(f"{name} is not a label")
    return Sample(
        digest=event.sample,
        label=event.label,
        width=event.width,
        height=event.height,
        event=name,
        stamp=event.stamp,
        stored_at=event.stored_at,
        by=event.by,
        restores=event.restores,
    )


def needed_crops(events: Iterable[Event]) -> set[str]:
    """Digests of the crops that must be kept: those with a label that no tombstone buries.

    A label that a later label superseded still needs its crop: a dataset version may hold it.
    """
    undone: dict[str, Order] = {}
    erased: dict[str, Order] = {}
    labels = []
    for event in events:
        if event.kind == "label":
            labels.append(event)
        elif event.kind != "deleted":
            continue
        elif event.prediction_id is not None:
            undone[event.prediction_id] = max(event.order, undone.get(event.prediction_id, event.order))
        elif event.sample is not None:
            erased[event.sample] = max(event.order, erased.get(event.sample, event.order))
    nothing = (-1, "", 0, "")
    return {
        label.sample
        for label in labels
        if label.sample is not None
        and label.order > erased.get(label.sample, nothing)
        and label.order > undone.get(label.prediction_id or "", nothing)
    }


def event_digest(data: bytes) -> str:
    """The hash by which an event's name proves its bytes."""
    return hashlib.sha256(data).hexdigest()[:32]


def read_event(name: str, data: bytes) -> Event:
    """Read an event and check it whole: against its name, and every field for its type and range.

    Raises:
        StoreError: it does not match, it is no event that this program would write, or a newer program wrote it in a
            form that this program does not know.
    """
    parsed = EventName.parse(name)
    if parsed is None:
        raise StoreError(f"{name}: not the name of an event")
    if event_digest(data) != parsed.digest:
        raise StoreError(f"{name}: the bytes do not match the name")
    try:
        event = Event.from_bytes(data)
        _check_ranges(event)
    except ValueError as error:
        raise StoreError(f"{name}: not a label event ({error})") from error
    if (event.writer, event.sequence) != (parsed.writer, parsed.sequence):
        raise StoreError(f"{name}: not a label event (writer or sequence differ from the name)")
    return event.read_from(name)


def _check_ranges(event: Event) -> None:
    if not 1 <= event.sequence <= LAST_SEQUENCE:
        raise ValueError(f"a sequence lies between 1 and {LAST_SEQUENCE}, not {event.sequence!r:.20}")
    if not 0 <= event.stamp <= LAST_STAMP:
        raise ValueError(f"a stamp lies between 0 and {LAST_STAMP}, not {event.stamp!r:.20}")
    if event.sample is not None and not is_digest(event.sample):
        raise ValueError(f"a sample is the digest of a crop, not {event.sample!r:.80}")
    if event.pair is not None:
        if event.sample is not None:
            raise ValueError("a pair is about no sample")
        check_stored_pair(event.pair)
        return
    if event.marks is not None:
        if event.sample is not None or event.prediction_id is not None:
            raise ValueError("marks name their crops themselves")
        check_stored_marks(event.marks)
        return
    if event.label is None:
        if (event.prediction_id is None) == (event.sample is None):
            raise ValueError("a tombstone is about a prediction or about a sample")
        if event.prediction_id is not None and not is_prediction_id(event.prediction_id):
            raise ValueError(f"not the id of a prediction: {event.prediction_id!r:.80}")
        return
    if event.sample is None:
        raise ValueError("a label is about a sample")
    if event.width < 1 or event.height < 1 or event.width * event.height > MAX_PIXELS:
        raise ValueError(f"a crop has 1 to {MAX_PIXELS} pixels")
    if event.restores is not None and not 0 <= event.restores < event.stamp:
        raise ValueError(f"a label restores an earlier one, not {event.restores!r:.20}")
    check_author(event.by)
    check_stored(event.label)
