"""Label events: the history of labels, each event in an immutable object of its own.

`events/<writer>/<sequence>-<digest>.json`

- *writer*: 16 random hexadecimal digits, drawn by a spool for itself (see `spool.py`). Two backends on one
  bucket never share one, so they never write the same name.
- *sequence*: 1, 2, 3 ... without holes within a writer, ten digits, so that names sort. `{writer: sequence}`
  therefore says exactly which events a machine has seen, and a hole is a loss that `verify` can name.
- *digest*: the first 32 hexadecimal digits of the sha256 of the bytes, so that each event can be checked by its name.

No date stands in the name: a clock that jumps renames nothing. Events are ordered by `stamp`, a hybrid
logical clock (Kulkarni et al. 2014): milliseconds of the wall clock, but always later than every event known
before, then by writer and sequence. The later label of a prediction supersedes the earlier one. A tombstone
buries the labels before it, and none after it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationInfo, model_validator

from datasets.errors import StoreError
from datasets.objects.canonical import canonical_json
from datasets.objects.record import Record, UtcTime
from datasets.samples.sample import Label, Sample

SCHEMA = 1
EVENTS = "events/"
_NAME = re.compile(r"events/(?P<writer>[0-9a-f]{16})/(?P<sequence>\d{10})-(?P<digest>[0-9a-f]{32})\.json\Z")

EventKind = Literal["label", "deleted"]


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
    `prediction_id` (a shopper's undo: buries all labels of this prediction) or a `sample`
    (`delete --sample`: buries all labels of this crop).
    """

    kind: EventKind
    writer: str
    sequence: int
    stamp: int  # hybrid logical clock, milliseconds
    stored_at: UtcTime  # wall clock of the machine that wrote it; for people, never for ordering
    prediction_id: str | None
    sample: str | None  # digest of the crop
    label: Label | None = None
    width: int = 0  # of the crop, pixels
    height: int = 0

    @model_validator(mode="before")
    @classmethod
    def _gather_label(cls, stored: Any, info: ValidationInfo) -> Any:
        """Stored events hold the fields of their label beside their own."""
        if not isinstance(stored, dict):
            return stored
        if stored.get("schema", SCHEMA) != SCHEMA:
            raise ValueError(f"schema {stored['schema']}, but this program knows {SCHEMA} only")
        if info.mode == "json" and (missing := _always_stored(stored) - stored.keys()):
            raise ValueError(f"{', '.join(sorted(missing))} missing")  # another name would follow from its content
        return {**stored, "label": stored} if stored.get("kind") == "label" and "label" not in stored else stored

    @property
    def order(self) -> tuple[int, str, int]:
        """The place of this event among all events, the same on every machine."""
        return (self.stamp, self.writer, self.sequence)

    def to_bytes(self) -> bytes:
        """Serialise to canonical JSON, one line; the event's name is a hash of it."""
        stored = self.model_dump(mode="json") | {"schema": SCHEMA}
        label = stored.pop("label")
        if label is None:
            del stored["width"], stored["height"]
        else:
            label["model"] = {"name": label.pop("model_name"), "version": label.pop("model_version")}
            stored |= label
        return canonical_json(stored) + b"\n"

    @property
    def name(self) -> str:
        """Object name of this event."""
        return str(EventName(self.writer, self.sequence, event_digest(self.to_bytes())))


def _always_stored(stored: Mapping[str, Any]) -> set[str]:
    return {"schema", "turn", "source"} if stored.get("kind") == "label" else {"schema"}


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
    )


def needed_crops(events: Iterable[Event]) -> set[str]:
    """Digests of the crops that must be kept: those with a label that no tombstone buries.

    A label that a later label superseded still needs its crop: a dataset version may hold it.
    """
    undone: dict[str, tuple[int, str, int]] = {}
    erased: dict[str, tuple[int, str, int]] = {}
    labels = []
    for event in events:
        if event.kind == "label":
            labels.append(event)
        elif event.prediction_id is not None:
            undone[event.prediction_id] = max(event.order, undone.get(event.prediction_id, event.order))
        elif event.sample is not None:
            erased[event.sample] = max(event.order, erased.get(event.sample, event.order))
    nothing = (-1, "", 0)
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
    """Read an event and check it against its name.

    Raises:
        StoreError: it does not match, or a newer program wrote it in a form that this program does not know.
    """
    parsed = EventName.parse(name)
    if parsed is None:
        raise StoreError(f"{name}: not the name of an event")
    if event_digest(data) != parsed.digest:
        raise StoreError(f"{name}: the bytes do not match the name")
    try:
        event = Event.from_bytes(data)
    except ValueError as error:
        raise StoreError(f"{name}: not a label event ({error})") from error
    if (event.writer, event.sequence) != (parsed.writer, parsed.sequence):
        raise StoreError(f"{name}: not a label event (writer or sequence differ from the name)")
    return event
