"""What is printed on tags, and where it stands on a photo: the truth that readers are measured against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
"""x and y in pixels; the middle of the upper left pixel is (0.5, 0.5)."""

Corners = tuple[Point, Point, Point, Point]
"""Of a line or a barcode, in its own reading direction: upper left, upper right, lower right, lower left."""

ROLES = ("code", "brand", "size", "colour", "price", "name", "date", "order", "country", "barcode", "field", "other")
"""What a line says. The names are those of `ocr_model.tags`, which this room may not import; a test compares them."""

UNITS = {"size": ("KR", "EU", "US", "UK", "CM", ""), "price": ("KRW", "USD", "EUR", "GBP")}
"""The units of values; a garment's size has none."""


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a tag's field, as a card should hold it."""

    role: str  # "code", "brand", "size", "colour" or "price"
    text: str  # `CW2288-111`, `Nike`, `8.5`, `WHITE/BLACK`, `129,000`
    unit: str = ""  # of a size or a price


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print, flat on its tag or on a photo."""

    text: str  # as printed: case and spaces kept
    role: str  # one of `ROLES`
    corners: Corners
    values: tuple[Value, ...] = ()  # of the fields that stand in it


@dataclass(frozen=True, slots=True)
class Bars:
    """A barcode, flat on its tag or on a photo."""

    format: str  # as zxing-cpp names it: "EAN-13", "UPC-A", "Code 128", "QR Code"
    text: str  # its content; digits with their check digit for a retail code
    corners: Corners


@dataclass(frozen=True, slots=True)
class PhotographedTag:
    """A tag on a photo. Lines and barcodes that leave the photo, even in part, are kept apart."""

    layout: str  # name of the layout
    corners: Corners
    lines: tuple[Line, ...]
    barcodes: tuple[Bars, ...]
    cut_lines: tuple[Line, ...]
    cut_barcodes: tuple[Bars, ...]
    bend: str = "flat"  # how it lies, see `data_gen.whole_tag.placement.BendKind`; the stronger of its two bends

    @property
    def values(self) -> tuple[Value, ...]:
        """The values of all whole lines, each once, in the order of print."""
        return tuple(dict.fromkeys(value for line in self.lines for value in line.values))


def turn_of(corners: Corners) -> int:
    """The clockwise quarter turns, 0..3, that put a line upright, before its slant is taken off."""
    (left, top), (right, bottom) = corners[0], corners[1]
    across, down = right - left, bottom - top
    if abs(across) >= abs(down):
        return 0 if across > 0 else 2
    return 3 if down > 0 else 1


def as_record(
    file: str, size: tuple[int, int], tags: tuple[PhotographedTag, ...], *, scene: str = "", damage: str = ""
) -> dict[str, Any]:
    """A photo's truth as one JSON object.

    Args:
        file: path of the picture, relative to the file of records.
        size: width and height of the photo, pixels.
        tags: its tags.
        scene: how they lie, see `TagPhoto`.
        damage: what the photo suffers from most, see `TagPhoto`.
    """
    return {
        "file": file,
        "width": size[0],
        "height": size[1],
        "scene": scene,
        "damage": damage,
        "tags": [
            {
                "layout": tag.layout,
                "bend": tag.bend,
                "corners": _rounded(tag.corners),
                "fields": [_value(value) for value in tag.values],
            }
            for tag in tags
        ],
        "lines": [
            {
                "tag": number,
                "text": line.text,
                "role": line.role,
                "turn": turn_of(line.corners),
                "corners": _rounded(line.corners),
                "fields": [_value(value) for value in line.values],
                "cut": cut,
            }
            for number, tag in enumerate(tags)
            for cut, lines in ((False, tag.lines), (True, tag.cut_lines))
            for line in lines
        ],
        "barcodes": [
            {
                "tag": number,
                "format": bars.format,
                "text": bars.text,
                "corners": _rounded(bars.corners),
                "cut": cut,
            }
            for number, tag in enumerate(tags)
            for cut, codes in ((False, tag.barcodes), (True, tag.cut_barcodes))
            for bars in codes
        ],
    }


def _value(value: Value) -> Mapping[str, str]:
    return {"role": value.role, "text": value.text, "unit": value.unit}


def _rounded(corners: Corners) -> list[list[float]]:
    return [[round(x, 2), round(y, 2)] for x, y in corners]
