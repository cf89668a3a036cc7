"""The value types of the store: a label, a sample, and the counts that a page or /metrics shows."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AliasPath, Field

from datasets.errors import LabelError
from datasets.objects.names import crop_name
from datasets.objects.record import UtcTime
from datasets.samples.picture_quality import PictureQuality
from ocr_model.domains.domain import Domain

LabelStatus = Literal["accepted", "corrected", "unreadable"]
LABEL_STATUSES: tuple[LabelStatus, ...] = ("accepted", "corrected", "unreadable")
_PRINTABLE = re.compile(r"[!-~]{1,128}\Z")
LONGEST_TEXT = 200  # characters; a tag's line has 40 at most


@dataclass(frozen=True, slots=True)
class Label:
    """A shopper's verdict on one reading.

    Texts may come as typed or as read; the store keeps them as `Domain.label` of the store's domain writes them
    (normalised, spaces dropped).
    """

    prediction_id: str  # names the reading; a reading has at most one live label
    status: LabelStatus
    text: str  # the whole line; "" for unreadable (and for "yes, there is no text")
    read_text: str  # the recognizer's reading
    read_confidence: float  # its calibrated confidence, 0..1
    model_name: Annotated[str, Field(validation_alias=AliasPath("model", "name"))]  # stored as {"model": {"name": ...}}
    model_version: Annotated[str, Field(validation_alias=AliasPath("model", "version"))]
    client: str  # an opaque pseudonym of the shopper's browser, never an address or a name
    at: UtcTime  # when the shopper decided, by the backend's clock; with a time zone
    turn: int = 0  # quarter turns clockwise that the shopper applied before cropping, 0..3
    source: str = "app"  # where the label comes from: the app, an import, a demonstration ...


def checked_label(label: Label, domain: Domain) -> Label:
    """Normalise a label's texts and check that it makes sense.

    Raises:
        LabelError: unknown status, correction without text, id that is not plain, time without zone ...
    """
    if label.at.tzinfo is None:
        raise LabelError("the time of a label needs a time zone")
    normalised = replace(
        label,
        text="" if label.status == "unreadable" else domain.label(label.text),
        read_text=domain.label(label.read_text),
        read_confidence=float(label.read_confidence),
        at=label.at.astimezone(UTC),
    )
    check_stored(normalised)
    return normalised


def is_prediction_id(text: str) -> bool:
    """Whether a text can name a prediction."""
    return _PRINTABLE.match(text) is not None


def check_stored(label: Label) -> None:
    """Check that a label makes sense as it stands; every label that `checked_label` has returned does.

    Raises:
        LabelError: as in `checked_label`.
    """
    if label.status not in LABEL_STATUSES:
        raise LabelError(f"unknown status {label.status!r}; there are {', '.join(LABEL_STATUSES)}")
    if not is_prediction_id(label.prediction_id):
        raise LabelError("a prediction id has 1 to 128 printable ASCII characters without spaces")
    if label.status == "corrected" and not label.text:
        raise LabelError("a correction needs a text")
    for value in (
        label.text,
        label.read_text,
        label.model_name,
        label.model_version,
        label.client,
        label.source,
    ):
        if len(value) > LONGEST_TEXT or not value.isprintable():
            raise LabelError(f"text of a label must be printable and at most {LONGEST_TEXT} characters long")
    if not (math.isfinite(label.read_confidence) and 0.0 <= label.read_confidence <= 1.0):
        raise LabelError(f"a confidence lies between 0 and 1, not {label.read_confidence}")
    if label.turn not in (0, 1, 2, 3):
        raise LabelError(f"a turn is 0, 1, 2 or 3 quarters, not {label.turn}")


def check_author(name: str) -> None:
    """Check that a name can stand for who said a label; "" stands for a shopper.

    Raises:
        LabelError: it is too long, or cannot be printed.
    """
    if len(name) > LONGEST_TEXT or not name.isprintable():
        raise LabelError(f"an author's name is printable and at most {LONGEST_TEXT} characters long")


@dataclass(frozen=True, slots=True)
class Sample:
    """A crop with its live label, and the label event that holds it."""

    digest: str  # sha256 over size and decoded RGB pixels; names the crop
    label: Label
    width: int  # pixels
    height: int  # pixels
    event: str  # object name of the label event
    stamp: int  # the event's place in the order of all events (hybrid logical clock, milliseconds)
    stored_at: datetime  # when it was on the disk, UTC by this machine's clock
    tags: frozenset[str] = frozenset()  # of the crop
    metadata: frozenset[tuple[str, str]] = frozenset()  # keys and values of the crop
    by: str = ""  # who of the team said it; "" for a shopper
    quality: PictureQuality | None = None  # of the crop; None: not measured yet
    restores: int | None = None  # stamp of the earlier label that this one brings back
    projects: frozenset[str] = frozenset()  # ids of those that the crop belongs to

    @property
    def decided(self) -> int:
        """The place in the order of all events at which this was said first: a restored label is as old as it was."""
        return self.stamp if self.restores is None else self.restores

    @property
    def crop(self) -> str:
        """Object name of the crop."""
        return crop_name(self.digest)


def label_doubt(label: Label) -> float:
    """How hard a label is to believe, 0 to 1: the least probability that it is wrong, by the reading's own confidence.

    It is what confident learning (Northcutt et al. 2021) ranks labels by: a sure reading that says otherwise makes the
    label doubtful, an unsure one that agrees as well.
    """
    agrees = label.status != "unreadable" and label.text == label.read_text
    return round(1.0 - label.read_confidence, 9) if agrees else label.read_confidence


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the store holds, and how far the bucket lags behind this spool."""

    kept: int  # live labels
    crops: int  # different crops that they point at
    pairs: int  # live pairs of a barcode and a code
    by_status: Mapping[LabelStatus, int]
    unsent: int  # events of this spool that the bucket has not confirmed yet; 0 without a bucket
    oldest_unsent_seconds: float  # age of the oldest of them; 0.0 if there is none
    stuck: int  # unsent events that failed for a reason of their own, not because of the bucket
    last_error: str | None  # why the last attempt to send failed; None after a success
