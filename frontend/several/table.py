"""What was read on many photos as a table: one row per tag, and one for each photo without any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from frontend.client.answers import Kept
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.tag_answers import Card, Field, TagAnswer
from frontend.price_words import printed_amount
from frontend.several.batch import Row
from frontend.several.files import FileError, RefusedFile
from frontend.several.texts import SeveralTexts
from frontend.several.workbook import Cell, Share

_UNITS: Final = ("KR", "EU", "US", "UK", "CM")

COLUMNS: Final = (
    *("file", "card", "code", "confidence", "confirmed", "brand"),
    *(f"size_{unit.lower()}" for unit in _UNITS),
    *("size", "colour", "price", "currency", "barcode", "outcome", "error"),
)
"""Of a file; `size` is one whose unit is unknown, or none of the others. `outcome` stands once for each photo."""

SHOWN: Final = ("file", "code", "confidence", "confirmed", "brand", "sizes", "colour", "price", "barcode", "error")
"""On the page, where all sizes share a column, and so do price and currency."""


@dataclass(frozen=True)
class Entry:
    """A row of the table: a tag of a photo, or a photo without any."""

    row: Row
    card: int  # the tag's number on its photo, from 0

    def cells(self, kept: Mapping[str, Kept], texts: SeveralTexts) -> dict[str, Cell]:
        """What stands in the columns; those without anything are left out.

        Args:
            kept: Labels that were confirmed, by the reading's id: they count, and not what was read.
            texts: The language.
        """
        cells: dict[str, Cell] = {"file": self.row.file.name}
        tag, outcome = self.row.tag, self.row.outcome
        if outcome is not None and not self.card:  # so that the photos can be counted
            cells["outcome"] = texts.outcomes[outcome]
        if self.row.failure is not None:
            cells["error"] = _why(self.row.failure, texts)
        elif tag is None:
            cells["error"] = texts.being_read if self.row.state == "reading" else texts.waiting
        elif not tag.cards:
            cells["error"] = texts.outcomes["no-text"] if outcome == "no-text" else texts.without_code
        else:
            cells |= _card_cells(self.card, tag, kept, texts)
        return cells


def entries(rows: Iterable[Row]) -> Iterator[Entry]:
    """The table's rows, in the order of the photos; of several tags, the likeliest first."""
    for row in rows:
        count = 1 if row.tag is None else max(1, len(row.tag.cards))
        yield from (Entry(row, card) for card in range(count))


def refused_cells(file: RefusedFile, texts: SeveralTexts) -> dict[str, Cell]:
    """The row of a file of which nothing was read."""
    return {"file": file.name, "outcome": texts.outcomes["failed"], "error": texts.file_faults[file.kind]}


def _why(failure: FileError | BackendError, texts: SeveralTexts) -> str:
    if isinstance(failure, FileError):
        return texts.file_faults[failure.kind]
    return failure_sentence(failure, texts)


def _card_cells(number: int, tag: TagAnswer, kept: Mapping[str, Kept], texts: SeveralTexts) -> dict[str, Cell]:
    card = tag.cards[number]
    cells: dict[str, Cell] = {"card": number + 1, "barcode": " ".join(tag.barcodes[at].text for at in card.barcodes)}
    cells |= _code_cells(card, tag, kept, texts)
    for name, field in (("brand", card.brand), ("colour", card.colour)):
        cells[name] = "" if field is None else field.value
    if card.price is not None:
        number_or_text = printed_amount(card.price.value)
        cells["price"] = card.price.value if number_or_text is None else number_or_text
        cells["currency"] = card.price.unit
    for size in card.sizes:
        column = f"size_{size.unit.lower()}" if size.unit in _UNITS else "size"
        cells[column] = f"{cells[column]} {size.value}" if column in cells else size.value
    cells["sizes"] = ", ".join(f"{size.unit} {size.value}".strip() for size in card.sizes)
    return cells


def _code_cells(card: Card, tag: TagAnswer, kept: Mapping[str, Kept], texts: SeveralTexts) -> dict[str, Cell]:
    label = None if card.code is None else _label(card.code, tag, kept)
    if label is not None:
        code = "" if label.status == "unreadable" else label.code
        return {"code": code, "confirmed": texts.is_confirmed, "error": "" if code else texts.kept_unreadable}
    if card.code is not None:
        return {"code": card.code.value, "confidence": Share(card.code.confidence)}
    known = next((tag.barcodes[at].code for at in card.barcodes if tag.barcodes[at].code), "")
    return {"code": known, "error": "" if known else texts.without_code}


def _label(code: Field, tag: TagAnswer, kept: Mapping[str, Kept]) -> Kept | None:
    ids = (tag.lines[line].id for line in code.lines)
    return next((kept[reading] for reading in ids if reading in kept), None)
