"""What `tagreader tag` says of a photo, beside what is printed on it.

Both are JSON values: a record of `data_gen tag`, and an object of `tagreader tag --json`. What leaves the photo, even
in part, is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ocr_model.codes.text import match_key, normalize_text
from ocr_model.tags.polygons import contains
from ocr_model.tags.tag import Point

FIELDS = ("code", "brand", "size", "colour", "price")
"""Roles of the values that a card holds."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class JudgedField:
    """A value that is printed on a tag."""

    role: str  # one of `FIELDS`
    printed: str  # value and unit; several values where the tag prints it in several ways
    said: str  # by the tag's card; "" for nothing
    is_right: bool


@dataclass(frozen=True)
class JudgedLine:
    """A line of print."""

    text: str
    is_found: bool  # a found line covers its middle
    said: str  # by the line that covers it
    is_read: bool
    role: str
    role_said: str

    @property
    def has_hangul(self) -> bool:
        """Whether it holds syllables, which the recognizer of codes does not know."""
        return any("가" <= char <= "힣" for char in self.text)


@dataclass(frozen=True)
class JudgedTag:
    """A tag on a photo."""

    file: str  # the photo, as its record names it
    corners: tuple[Point, ...]
    groups: Mapping[str, str]  # layout, scene, damage, bend, turn: what the tag is counted under
    fields: tuple[JudgedField, ...]
    lines: tuple[JudgedLine, ...]
    barcodes: int
    barcodes_read: int  # of them

    @property
    def code(self) -> JudgedField | None:
        """Its code; None if none is printed whole."""
        return next((field for field in self.fields if field.role == "code"), None)


@dataclass(frozen=True)
class JudgedPhoto:
    """A photo."""

    tags: tuple[JudgedTag, ...]
    first_is_right: bool | None  # whether the first card names a code that is printed on it; None if none is
    milliseconds: float


def judge(record: Values, said: Values) -> JudgedPhoto:
    """Judge a photo.

    Args:
        record: its truth.
        said: what was read; an object with an `error` says nothing.
    """
    cards, lines = said.get("cards", []), said.get("lines", [])
    tags = tuple(_judge_tag(number, record, cards, lines, said.get("barcodes", [])) for number in range(_count(record)))
    codes = {match_key(tag.code.printed) for tag in tags if tag.code}
    first = cards[0]["code"] if cards else None
    is_right = first is not None and match_key(first["value"]) in codes
    return JudgedPhoto(tags, is_right if codes else None, said.get("milliseconds", {}).get("total", 0.0))


def _count(record: Values) -> int:
    return len(record["tags"])


def _judge_tag(
    number: int, record: Values, cards: Sequence[Values], lines: Sequence[Values], barcodes: Sequence[Values]
) -> JudgedTag:
    tag = record["tags"][number]
    corners = _points(tag["corners"])
    own = [line for line in record["lines"] if line["tag"] == number and not line["cut"]]
    bars = [code for code in record["barcodes"] if code["tag"] == number and not code["cut"]]
    card = _card_on(corners, cards, lines)
    turns = [line["turn"] for line in own]
    groups = {
        "layout": tag["layout"],
        "scene": record["scene"],
        "damage": record["damage"] or "none",
        "bend": tag["bend"],
        "turn": f"{90 * max(set(turns), key=turns.count)}°" if turns else "0°",
    }
    return JudgedTag(
        record["file"],
        corners,
        groups,
        tuple(_judge_field(fields, card) for fields in _asked_for(tag["fields"])),
        tuple(_judge_line(line, lines) for line in own),
        len(bars),
        sum(any(_is_same_barcode(code, read) for read in barcodes) for code in bars),
    )


def _card_on(corners: Sequence[Point], cards: Sequence[Values], lines: Sequence[Values]) -> Values:
    """The first card most of whose lines stand on a tag; an empty one if there is none."""
    for card in cards:
        middles = [_middle(lines[at]["corners"]) for at in card["lines"]]
        if middles and 2 * sum(contains(corners, middle) for middle in middles) > len(middles):
            return card
    return {"code": None, "brand": None, "sizes": [], "colour": None, "price": None}


def _asked_for(fields: Sequence[Values]) -> list[list[Values]]:
    """The values of a tag by role and unit: a card holds one of each, and a tag may print it in several ways."""
    found: dict[tuple[str, str], list[Values]] = {}
    for field in fields:
        found.setdefault((field["role"], field["unit"]), []).append(field)
    return list(found.values())


def _judge_field(fields: Sequence[Values], card: Values) -> JudgedField:
    """Whether the card says one of these values, such as WHITE/BLACK or WBK for one colour."""
    role, unit = fields[0]["role"], fields[0]["unit"]
    if role == "size":
        said = [size for size in card["sizes"] if size["unit"] == unit] or card["sizes"][:1]
    else:
        said = [card[role]] if card[role] else []
    value, unit_said = (said[0]["value"], said[0]["unit"]) if said else ("", "")
    is_right = any(_plain(role, field["text"]) == _plain(role, value) for field in fields)
    if role in ("size", "price"):
        is_right &= unit == unit_said
    printed = " | ".join(field["text"] for field in fields)
    return JudgedField(role, f"{printed} {unit}".strip(), f"{value} {unit_said}".strip(), is_right)


def _plain(role: str, text: str) -> str:
    """A value as it is compared: by its letters and digits alone, but sizes as written."""
    if role == "size":
        return text.replace(" ", "").upper()
    return "".join(char for char in normalize_text(text) if char.isalnum())


def _judge_line(line: Values, lines: Sequence[Values]) -> JudgedLine:
    middle = _middle(line["corners"])
    covering = [other for other in lines if contains(_points(other["corners"]), middle)]
    read = next((other for other in covering if _says(other["text"], line["text"])), None)
    best = read or next(iter(covering), None)
    return JudgedLine(
        line["text"],
        bool(covering),
        best["text"] if best else "",
        read is not None,
        line["role"],
        best["role"] if best else "",
    )


def _says(line: str, printed: str) -> bool:
    """Whether a read line says a printed one: as a whole, or as whole words in a row."""
    words, wanted = [_plain("", word) for word in normalize_text(line).split()], _plain("", printed)
    starts = range(len(words))
    return any("".join(words[start:end]) == wanted for start in starts for end in range(start + 1, len(words) + 1))


def _is_same_barcode(printed: Values, read: Values) -> bool:
    """Whether bars were read; a UPC-A is the EAN-13 that begins with 0."""
    return bool(printed["text"].lstrip("0") == read["text"].lstrip("0"))


def _middle(corners: Sequence[Sequence[float]]) -> Point:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


def _points(corners: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in corners)
