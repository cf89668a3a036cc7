"""The backend's answer on a whole photo, as models: lines, barcodes, and the fields of each tag."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Bounded
from pydantic import model_validator

from frontend.client.answers import Answer, Milliseconds, Reading, Text
from frontend.photos.photo import Corners


class TagLine(Reading):
    """A line of text, read, and where it stands."""

    role: str = "other"  # what it says: "code", "brand", "size", ...
    korean: Text = ""  # the whole line where it holds Korean words; the text is of the print beside them
    corners: Corners  # pixels of the upright, turned photo, in the line's own reading direction


class Barcode(Answer):
    """A barcode on the photo."""

    format: str
    text: str
    corners: Corners
    code: Text = ""  # the product code that confirmed labels know for it
    agrees: bool | None = None  # whether the digits printed beside it are its own; None where none are read


class Field(Answer):
    """A field of a card."""

    value: str
    unit: Text = ""  # of a size or a price
    confidence: float
    lines: tuple[int, ...]  # the value's line first


class Card(Answer):
    """The fields of one tag."""

    code: Field | None = None
    brand: Field | None = None
    sizes: tuple[Field, ...] = ()
    colour: Field | None = None
    price: Field | None = None
    barcodes: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields that were found."""
        found = (self.code, self.brand, *self.sizes, self.colour, self.price)
        return tuple(field for field in found if field is not None)


class TagAnswer(Answer):
    """Everything that is read on a photo."""

    width: int = Bounded(gt=0)  # of the upright, turned photo in original pixels
    height: int = Bounded(gt=0)
    lines: tuple[TagLine, ...]  # from top to bottom
    barcodes: tuple[Barcode, ...] = ()
    cards: tuple[Card, ...] = ()  # the likeliest first
    first_line: int | None = None  # the line to show first
    milliseconds: Milliseconds = Milliseconds()

    @model_validator(mode="after")
    def _points_to_what_there_is(self) -> TagAnswer:
        lines = {line for card in self.cards for line in card.lines}
        lines |= {line for card in self.cards for field in card.fields for line in field.lines}
        lines |= set() if self.first_line is None else {self.first_line}
        barcodes = {barcode for card in self.cards for barcode in card.barcodes}
        for name, indices, count in (("line", lines, len(self.lines)), ("barcode", barcodes, len(self.barcodes))):
            if not all(0 <= index < count for index in indices):
                raise ValueError(f"a card points to a {name} that there is not")
        return self


class TagEvent(Answer):
    """One line of the answer while it is being read; the rest of the line is a `TagLine` or the `TagAnswer`."""

    event: Literal["line", "tag"]
