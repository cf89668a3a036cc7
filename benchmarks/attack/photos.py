"""Whole photos, each of which costs as much as fifty readings."""

from __future__ import annotations

from itertools import count
from typing import ClassVar

from PIL import Image, ImageDraw, ImageFont

from benchmarks.attack.attack import Attack, Target
from benchmarks.attack.decoding import MEMORY_TARGET
from benchmarks.drivers.tag_picture import draw_tag, encode

_ADDRESSES = 250  # that take turns, so that no rate limit ends the attack
_PRINT = (
    "Care instructions no. {number}: wash at 30 degrees, do not bleach",
    "STYLE NO. CW{number:05}-111",
    "Upper 60% leather 40% textile, lining {number}",
    "8801234{number:05}",
    "1012B{number:05} / 1001{number:05}  Seoul, Korea",
)


def photo_of_tags(columns: int, rows: int, *, size: tuple[int, int] = (4032, 3024)) -> Image.Image:
    """A photo of many tags side by side, three lines on each.

    Args:
        columns: Tags in a row.
        rows: Rows of tags.
        size: Pixels of the photo.
    """
    photo = Image.new("RGB", size, "#b0a898")
    width, height = size[0] // columns, size[1] // rows
    for number in range(columns * rows):
        tag = draw_tag(f"CW{2200 + number}-{100 + number % 9}").resize((width * 9 // 10, height * 9 // 10))
        photo.paste(tag, (number % columns * width + width // 20, number // columns * height + height // 20))
    return photo


def dense_photo(lines: int = 150, *, size: tuple[int, int] = (3000, 2000)) -> Image.Image:
    """A photo of a page of small print in two columns: words, numbers and codes.

    Args:
        lines: Lines of print.
        size: Pixels of the photo.
    """
    photo = Image.new("RGB", size, "#dcd8d0")
    pen = ImageDraw.Draw(photo)
    rows = -(-lines // 2)
    pitch = size[1] / (rows + 1)
    letter = ImageFont.load_default(max(10, round(0.6 * pitch)))
    for number in range(lines):
        column, row = divmod(number, rows)
        text = _PRINT[number % len(_PRINT)].format(number=7919 * (number + 3) % 100_000)
        pen.text((size[0] * (0.04 + 0.5 * column), pitch * (row + 0.5)), text, fill="#404040", font=letter)
    return photo


class WholePhotos(Attack):
    """Four clients, each with one photo after the other."""

    name = "whole-photos"
    title = "photos of 12 megapixels with 18 lines, to be read whole"
    attackers: ClassVar[int] = 4
    most_megabytes = MEMORY_TARGET

    def photo(self) -> Image.Image:
        """The photo that is sent."""
        return photo_of_tags(3, 2)

    def prepare(self) -> None:
        """Make the file."""
        self._photo = encode(self.photo(), "JPEG", quality=90)
        self._sent = count()

    def strike(self, target: Target, number: int) -> None:
        """Send it, from the next address."""
        target.send("/v1/tags", next(self._sent) % _ADDRESSES, files={"image": self._photo})


class DensePhotos(WholePhotos):
    """The same with print that takes the most computing."""

    name = "dense-photos"
    title = "photos of 6 megapixels with 150 lines of small print, to be read whole"

    def photo(self) -> Image.Image:
        """The photo that is sent."""
        return dense_photo()


PHOTOS: tuple[type[Attack], ...] = (WholePhotos, DensePhotos)
