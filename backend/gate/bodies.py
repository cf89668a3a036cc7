"""The gate's requests and answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fastapi import UploadFile
from pydantic import BaseModel, Field

from backend.gate.gate_log import LoggedPassage, Vehicle
from backend.gate.visits import Visit
from ocr_model.domains.plates import PLATES
from ocr_model.plates.passages import Direction
from ocr_model.plates.plate import ReadPlate

WayAsked = Literal["in", "out", "nearer-in", "nearer-out", "turns"]
WayShown = Literal["", "in", "out", "unknown"]


class FrameForm(BaseModel):
    """A photo, or a frame of a stream."""

    image: UploadFile = Field(description="JPEG, PNG, WebP or HEIC; recognised by content, never by name.")
    camera: str = Field(default="", max_length=60, description="Name of the camera.")
    direction: WayAsked = Field(
        default="turns",
        description="in, out: every vehicle goes this way; nearer-in, nearer-out: one that comes nearer goes this way, "
        "by several frames; turns: the other way than when it was seen before.",
    )
    stream: str = Field(default="", max_length=64, description="Which stream the frame is of; empty: a photo.")
    seconds: float = Field(default=0.0, ge=0, le=1e7, description="Time of the frame in its stream.")
    last: bool = Field(default=False, description="Whether it is the last frame of its stream.")
    at: datetime | None = Field(
        default=None, description="When the photo was taken, or the stream began; left out: now."
    )


class CheckForm(BaseModel):
    """A plate that was confirmed or corrected."""

    text: str = Field(max_length=64, description="The plate as it is pressed.", examples=["123가 4567"])
    by: str = Field(default="", max_length=200, description="Who says so; a signed-in person is known.")


class VehicleForm(BaseModel):
    """A vehicle that is to be known."""

    text: str = Field(max_length=64, description="Its plate.")
    name: str = Field(min_length=1, max_length=100, description="Whose it is, or what it is called.")
    by: str = Field(default="", max_length=200, description="Who says so; a signed-in person is known.")


class PlateBody(BaseModel):
    """A plate on a frame."""

    text: str
    shown: str = Field(description="As it is pressed.")
    confidence: float
    corners: list[tuple[float, float]] = Field(description="Clockwise from the upper left, pixels of the frame.")

    @classmethod
    def of(cls, plate: ReadPlate) -> PlateBody:
        """The body of a plate."""
        return cls(text=plate.text, shown=plate.shown, confidence=plate.confidence, corners=list(plate.corners))


class PassageBody(BaseModel):
    """A vehicle that passed."""

    id: str
    text: str
    shown: str = Field(description="As it is pressed.")
    at: datetime
    direction: Direction
    camera: str
    read_text: str
    confidence: float
    frames: int
    agreeing: int = Field(description="Frames that read this text as a whole.")
    checked_by: str = Field(description="Who confirmed or corrected it; empty: nobody.")
    vehicle: str | None = Field(description="Name of the known vehicle; null: it is unknown.")

    @classmethod
    def of(cls, passage: LoggedPassage) -> PassageBody:
        """The body of a passage."""
        return cls(
            id=passage.id,
            text=passage.text,
            shown=PLATES.code(passage.text),
            at=_time(passage.at),
            direction=passage.direction,
            camera=passage.camera,
            read_text=passage.read_text,
            confidence=passage.confidence,
            frames=passage.frames,
            agreeing=passage.agreeing,
            checked_by=passage.checked_by,
            vehicle=passage.vehicle,
        )


class FrameBody(BaseModel):
    """What a frame shows, and what passed by it."""

    plates: list[PlateBody]
    passages: list[PassageBody] = Field(description="Vehicles that have passed by now, as they are logged.")


class PassagesBody(BaseModel):
    """Passages, the latest first."""

    items: list[PassageBody]
    found: int
    days: float = Field(description="For how many days passages are kept.")


class VisitBody(BaseModel):
    """A vehicle that came, went, or both."""

    text: str
    shown: str
    vehicle: str | None
    came: datetime | None
    went: datetime | None
    inside: bool

    @classmethod
    def of(cls, visit: Visit, vehicle: str | None) -> VisitBody:
        """The body of a visit."""
        came, went = (None if at is None else _time(at) for at in (visit.came, visit.went))
        return cls(
            text=visit.text,
            shown=PLATES.code(visit.text),
            vehicle=vehicle,
            came=came,
            went=went,
            inside=visit.is_inside,
        )


class VisitsBody(BaseModel):
    """Visits, the latest first."""

    items: list[VisitBody]
    inside: int


class VehicleBody(BaseModel):
    """A known vehicle."""

    text: str
    shown: str
    name: str
    added_by: str
    added_at: datetime

    @classmethod
    def of(cls, vehicle: Vehicle) -> VehicleBody:
        """The body of a vehicle."""
        return cls(
            text=vehicle.text,
            shown=PLATES.code(vehicle.text),
            name=vehicle.name,
            added_by=vehicle.added_by,
            added_at=_time(vehicle.added_at),
        )


class VehiclesBody(BaseModel):
    """The known vehicles."""

    items: list[VehicleBody]


class ForgottenBody(BaseModel):
    """What was deleted about a plate."""

    passages: int = Field(description="Rows of the log and of the known vehicles.")
    labels: int = Field(description="Pictures that were kept for training.")


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
