"""Which card, which line and which code of a photo are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from frontend.client.tag_answers import Barcode, Card, Field, TagAnswer

# Roles of lines that say something else than what one searches for.
_NO_CODE: Final = frozenset({"brand", "size", "colour", "price", "date", "country"})
# Barcodes that number products; others may hold anything, an address of a web page included.
_OF_PRODUCTS: Final = frozenset({"EAN-13", "EAN-8", "UPC-A", "UPC-E"})


@dataclass(frozen=True)
class Selection:
    """What is shown of a photo."""

    card: Card | None  # of several tags, the one that is shown
    line: int | None  # the line to confirm
    code_line: int | None  # the line with the code: the same, unless that says something else
    barcode: Barcode | None  # of the card, if it numbers a product

    @property
    def is_card_code(self) -> bool:
        """Whether the line to confirm holds the card's code."""
        return self.card is not None and self.card.code is not None and self.line in self.card.code.lines

    @property
    def pair(self) -> str:
        """The content of the barcode that belongs to the code in the line to confirm, or ""."""
        if not self.is_card_code or self.barcode is None or self.barcode.agrees is False:
            return ""
        return self.barcode.text

    @property
    def known_code(self) -> str:
        """The code that is known for the card's barcode, where no line says one."""
        return "" if self.code_line is not None or self.barcode is None else self.barcode.code


def select(tag: TagAnswer, card: int, line: int | None) -> Selection:
    """What is shown of a photo.

    Args:
        tag: The photo, as read.
        card: The card that the shopper has chosen, 0 before that.
        line: The line that the shopper has tapped, if any.
    """
    shown = tag.cards[card] if card < len(tag.cards) else None
    own = _code_line(tag, shown, is_first=card == 0)
    if line is None:
        line = own
    code_line = own if line is None or tag.lines[line].role in _NO_CODE else line
    return Selection(shown, line, code_line, _barcode(tag, shown))


def card_of(tag: TagAnswer, line: int) -> int | None:
    """The card that a line belongs to."""
    return next((number for number, card in enumerate(tag.cards) if line in card.lines), None)


def line_of(field: Field | None) -> int | None:
    """The line that holds a field's value."""
    return field.lines[0] if field is not None and field.lines else None


def line_of_barcode(tag: TagAnswer, barcode: Barcode) -> int | None:
    """The line with the digits of a barcode."""
    digits = "".join(sign for sign in barcode.text if sign.isalnum())
    return next(
        (
            number
            for number, line in enumerate(tag.lines)
            if line.role == "barcode" and "".join(sign for sign in line.text if sign.isalnum()) == digits
        ),
        None,
    )


def _code_line(tag: TagAnswer, card: Card | None, *, is_first: bool) -> int | None:
    if card is not None and card.code is not None:
        return tag.first_line if is_first and tag.first_line in card.code.lines else line_of(card.code)
    if is_first and tag.first_line is not None:
        return tag.first_line
    # A picture that is a line, whatever it says.
    return 0 if len(tag.lines) == 1 else None


def _barcode(tag: TagAnswer, card: Card | None) -> Barcode | None:
    numbers = range(len(tag.barcodes)) if card is None else card.barcodes
    of_products = [tag.barcodes[number] for number in numbers if tag.barcodes[number].format in _OF_PRODUCTS]
    # One whose code is known, then one that is read without a contradiction.
    return min(of_products, key=lambda barcode: (not barcode.code, barcode.agrees is False), default=None)
