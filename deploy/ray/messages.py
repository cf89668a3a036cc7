"""What the application asks its parts for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import Image

Way = Literal["careful", "many", "glance"]
"""As `Reader.read`, `Reader.for_many_lines` and `Reader.at_a_glance` read."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Crops that belong to one request."""

    domain: str  # name
    model: str | None  # digest; None is the model that the settings name or that ships
    way: Way
    find_turn: bool
    pictures: tuple[Image.Image, ...]  # RGB


@dataclass(frozen=True, slots=True)
class FindRequest:
    """A look at a photo for its lines; see `LineDetector.find`."""

    picture: Image.Image
    longest_side: int
