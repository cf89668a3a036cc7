"""A tag as JSON values, as rows of a table, and in words."""

from __future__ import annotations

from pathlib import Path

from ocr_model.command_line import printable
from ocr_model.tags.tag import Barcode, Field, Tag, TagCard, TextLine

_UNITS = ("KR", "EU", "US", "UK", "CM")

COLUMNS = (
    *("file", "card", "cards", "code", "confidence", "brand"),
    *(f"size_{unit.lower()}" for unit in _UNITS),
    *("size", "colour", "price", "currency", "barcode", "error"),
)
"""Of the table; `card` counts a photo's `cards` from 1, and `size` is one without a unit or none of the others."""

_FORMULA = ("=", "+", "-", "@")  # how a cell begins that a spreadsheet would calculate


def tag_values(file: Path, tag: Tag) -> dict[str, object]:
    """What JSON says of a photo: cards, lines and barcodes; a field names its lines by their index, from 0."""
    return {
        "file": str(file),
        "width": tag.width,
        "height": tag.height,
        "cards": [_card_values(card) for card in tag.cards],
        "lines": [_line_values(line) for line in tag.lines],
        "barcodes": [_barcode_values(barcode) for barcode in tag.barcodes],
        "milliseconds": {step: round(spent, 1) for step, spent in tag.milliseconds.items()},
    }


def tag_rows(file: Path, tag: Tag) -> list[dict[str, str]]:
    """One row per card of a photo, the likeliest first, by `COLUMNS`; one without fields if there is no card."""
    if not tag.cards:
        return [_row(file, {"card": "0", "cards": "0"})]
    return [_row(file, _card_cells(number, card, tag)) for number, card in enumerate(tag.cards, start=1)]


def error_row(file: Path, why: str) -> dict[str, str]:
    """The row of a file that could not be read."""
    return _row(file, {"error": why})


def tag_sentences(file: Path, tag: Tag) -> list[str]:
    """One line of words per card, and one for a photo without cards."""
    name = printable(file)
    if tag.cards:
        return [f"{name}: {_card_in_words(card, tag)}" for card in tag.cards]
    read = [line.text for line in tag.lines if line.text]
    return [f"{name}: no code; {' | '.join(read)}" if read else f"{name}: (no text)"]


# --- JSON ---


def _card_values(card: TagCard) -> dict[str, object]:
    return {
        "code": _field_values(card.code),
        "brand": _field_values(card.brand),
        "sizes": [_field_values(size) for size in card.sizes],
        "colour": _field_values(card.colour),
        "price": _field_values(card.price),
        "barcodes": list(card.barcodes),
        "lines": list(card.lines),
    }


def _field_values(field: Field | None) -> dict[str, object] | None:
    if field is None:
        return None
    return {"value": field.value, "unit": field.unit, "confidence": field.confidence, "lines": list(field.lines)}


def _line_values(line: TextLine) -> dict[str, object]:
    return {
        "text": line.text,
        "korean": line.korean,
        "code": line.prediction.code,
        "confidence": line.prediction.confidence,
        "role": line.role,
        "corners": _places(line),
        "turn": line.turn,
        "candidates": [
            {"text": candidate.text, "confidence": candidate.confidence} for candidate in line.prediction.candidates
        ],
    }


def _barcode_values(barcode: Barcode) -> dict[str, object]:
    return {"format": barcode.format, "text": barcode.text, "corners": _places(barcode)}


def _places(part: TextLine | Barcode) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in part.corners]


# --- Tables ---


def _row(file: Path, cells: dict[str, str]) -> dict[str, str]:
    return {column: _safe(cells.get(column, "")) for column in COLUMNS} | {"file": _safe(str(file))}


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _card_cells(number: int, card: TagCard, tag: Tag) -> dict[str, str]:
    cells = {
        "card": str(number),
        "cards": str(len(tag.cards)),
        "barcode": " ".join(tag.barcodes[at].text for at in card.barcodes),
    }
    for name in ("code", "brand", "colour", "price"):
        field = getattr(card, name)
        cells[name] = "" if field is None else field.value
    cells["confidence"] = "" if card.code is None else f"{card.code.confidence:.3f}"
    cells["currency"] = "" if card.price is None else card.price.unit
    for size in card.sizes:
        column = f"size_{size.unit.lower()}" if size.unit in _UNITS else "size"
        cells[column] = f"{cells[column]} {size.value}" if column in cells else size.value
    return cells


# --- Words ---


def _card_in_words(card: TagCard, tag: Tag) -> str:
    said = ["no code"] if card.code is None else [f"{card.code.value}  {card.code.confidence:.1%}"]
    if card.brand is not None:
        said.append(card.brand.value)
    if card.sizes:
        said.append("size " + ", ".join(f"{size.value} {size.unit}".rstrip() for size in card.sizes))
    if card.colour is not None:
        said.append(f"colour {card.colour.value}")
    if card.price is not None:
        said.append(f"price {card.price.value} {card.price.unit}".rstrip())
    said += [f"{tag.barcodes[at].format} {tag.barcodes[at].text}" for at in card.barcodes]
    return printable("  ".join(said))
