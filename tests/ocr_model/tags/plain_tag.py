"""Whole tags as brands lay them out, with invented numbers, written as plain text.

A row of text is a row of print. Two spaces and more separate lines of text; a line stands where it stands in the row.
`^2 ` before a line makes its print twice as high; an empty row is a gap.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ocr_model.reading.prediction import ModelInfo, Prediction
from ocr_model.tags.tag import Corners, TextLine

HEIGHT = 20.0
_ADVANCE = 12.0  # of a character
_ROW = 34.0
_CELL = re.compile(r"(?:\^([0-9.]+) )?(\S+(?: \S+)*)")


@dataclass(frozen=True)
class PrintedTag:
    """A tag and the fields that its card must have."""

    name: str
    print: str
    code: str | None
    brand: str | None = None
    sizes: dict[str, str] = field(default_factory=dict)  # by unit
    colour: str | None = None
    price: tuple[str, str] | None = None  # amount and currency

    @property
    def lines(self) -> list[TextLine]:
        """The lines of the tag."""
        return list(lines_of(self.print))


def line_of(text: str, corners: Corners, confidence: float = 0.9) -> TextLine:
    """A line as the reader returns it, as far as roles and cards need it."""
    return TextLine(Prediction(text, "", confidence, (), (), (), ModelInfo("none", "0"), {}), corners, turn=0)


def lines_of(drawn: str, left: float = 0.0, top: float = 0.0) -> Iterator[TextLine]:
    """The lines of a text in the notation above, from a corner on, in pixels."""
    y = top
    for row in drawn.strip("\n").splitlines():
        tallest = 1.0
        for cell in _CELL.finditer(row):
            scale = float(cell[1] or 1.0)
            tallest = max(tallest, scale)
            x, width = left + cell.start() * _ADVANCE, len(cell[2]) * _ADVANCE * scale
            right, bottom = x + width, y + HEIGHT * scale
            yield line_of(cell[2], ((x, y), (right, y), (right, bottom), (x, bottom)))
        y += _ROW + HEIGHT * (tallest - 1.0)
