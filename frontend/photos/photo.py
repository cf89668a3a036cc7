"""A photo as the shopper gave it: the file, which the backend alone decodes, and the small picture of it to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PIL import Image

# The backend checks every upload; this one only saves the way there.
MAX_BYTES: Final = 20 * 1024 * 1024
# Pixels of a preview's longer side; a photo of 12 megapixels is decoded at a quarter for it.
PREVIEW_SIDE: Final = 1000

_TURNS: Final[dict[int, Image.Transpose]] = {
    # Pillow's rotations run counter-clockwise, ours clockwise.
    1: Image.Transpose.ROTATE_270,
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Box:
    """A region in pixels of the upright, turned photo."""

    x: int
    y: int
    width: int
    height: int


Point = tuple[float, float]
# Of a line in pixels of the upright, turned photo: upper left, upper right, lower right, lower left as one reads it.
Corners = tuple[Point, Point, Point, Point]


class Photo:
    """One photo of a session.

    Args:
        data: The file as it was chosen.
        size: Width and height of the upright photo in original pixels.
        small: The upright photo, small, RGB.
    """

    def __init__(self, data: bytes, size: tuple[int, int], small: Image.Image) -> None:
        self.data = data
        self.size = size
        self._small = small
        self._turned: tuple[int, Image.Image] | None = None  # the last one

    def turned_size(self, turn: int) -> tuple[int, int]:
        """Width and height in original pixels after `turn` clockwise quarter turns."""
        width, height = self.size
        return (height, width) if turn % 2 else (width, height)

    def preview(self, turn: int) -> Image.Image:
        """The whole photo, small and turned, RGB; the same object for the same turn."""
        turn %= 4
        if self._turned is None or self._turned[0] != turn:
            step = _TURNS.get(turn)
            self._turned = (turn, self._small if step is None else self._small.transpose(step))
        return self._turned[1]


@dataclass(frozen=True)
class Region:
    """What is read: a box or a line on a photo, and the side of the photo that is up."""

    photo: Photo
    turn: int  # clockwise quarter turns, after the photo's own orientation
    place: Box | Corners
