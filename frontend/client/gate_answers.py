"""The backend's answers about the gate."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Direction = Literal["in", "out", "unknown"]
WayAsked = Literal["turns", "in", "out", "nearer-in", "nearer-out"]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Plate(_Answer):
    """A plate on a frame."""

    text: str
    shown: str
    confidence: float


class Passage(_Answer):
    """A vehicle that passed."""

    id: str
    text: str
    shown: str
    at: datetime
    direction: Direction
    camera: str
    read_text: str
    confidence: float
    frames: int
    agreeing: int
    checked_by: str
    vehicle: str | None


class SeenFrame(_Answer):
    """What a frame showed."""

    plates: tuple[Plate, ...]
    passages: tuple[Passage, ...]


class Passages(_Answer):
    """Passages, the latest first."""

    items: tuple[Passage, ...]
    found: int
    days: float


class Visit(_Answer):
    """A vehicle that came, went, or both."""

    text: str
    shown: str
    vehicle: str | None
    came: datetime | None
    went: datetime | None
    inside: bool


class Visits(_Answer):
    """Visits, the latest first."""

    items: tuple[Visit, ...]
    inside: int


class Vehicle(_Answer):
    """A known vehicle."""

    text: str
    shown: str
    name: str


class Vehicles(_Answer):
    """The known vehicles."""

    items: tuple[Vehicle, ...]


class Forgotten(_Answer):
    """What was deleted about a plate."""

    passages: int
    labels: int
