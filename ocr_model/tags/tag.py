"""What is read on a whole photo: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ocr_model.reading.prediction import Prediction

Point = tuple[float, float]
"""x and y in pixels of the upright photo."""

Corners = tuple[Point, Point, Point, Point]
"""Of a line or a barcode, in its own reading direction: upper left, upper right, lower right, lower left."""

Role = Literal[
    "code", "brand", "size", "colour", "price", "name", "date", "order", "country", "barcode", "field", "other"
]
"""What a line says: the product code, the brand, a size, a colour, a price, the name of a material or an article, a
date, an order's or a factory's number, the country of origin, a barcode's digits, a field's name alone, or anything
else."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text on a photo, as it was read."""

    prediction: Prediction  # text, code, calibrated confidence, candidates
    corners: Corners
    turn: int  # clockwise quarter turns, 0..3, that put the line upright, before its slant is taken off
    role: Role = "other"
    korean: str = ""  # the whole line where it holds Korean words: `품번: CW2288-111`; text is of the print beside them

    @property
    def text(self) -> str:
        """The line as read, spaces kept; empty where the detector found a line and no text was read."""
        return self.prediction.text

    @property
    def full_text(self) -> str:
        """The line with its Korean words."""
        return self.korean or self.text


@dataclass(frozen=True, slots=True)
class Barcode:
    """A barcode or QR code on a photo."""

    format: str  # "EAN-13", "UPC-A", "EAN-8", "Code 128", "Code 39", "ITF", "QR Code", "Data Matrix"
    text: str  # its content; digits for a retail code
    corners: Corners


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a card and the lines that it was taken from."""

    value: str  # as one would write it: `CW2288-111`, `Nike`, `250`, `WHITE/BLACK`, `129,000`
    unit: str  # of a size: "KR", "EU", "US", "UK", "CM"; of a price: "KRW", "USD", "EUR", ...; else ""
    lines: tuple[int, ...]  # indices into the tag's lines: of the value, and of the field's name where it stands apart
    confidence: float  # 0..1, that of the value's line; it says nothing about the role


@dataclass(frozen=True, slots=True)
class TagCard:
    """The fields of one tag on a photo. What was not found is None or empty."""

    code: Field | None
    brand: Field | None
    sizes: tuple[Field, ...]  # one for each unit
    colour: Field | None
    price: Field | None
    barcodes: tuple[int, ...]  # indices into the tag's barcodes
    lines: tuple[int, ...]  # indices of all lines of this tag


@dataclass(frozen=True, slots=True)
class Tag:
    """Everything that is read on a photo."""

    lines: tuple[TextLine, ...]  # from top to bottom of the upright photo
    barcodes: tuple[Barcode, ...]
    cards: tuple[TagCard, ...]  # the likeliest first
    width: int  # of the upright photo, pixels
    height: int
    milliseconds: Mapping[str, float]  # by step: find, read, closer, barcodes, cards, total
