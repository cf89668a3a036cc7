"""Reads the barcodes and QR codes of a photo, with zxing-cpp (https://github.com/zxing-cpp/zxing-cpp).

zxing-cpp reads stripes along the rows and columns of a picture, so it misses those that stand aslant; and it is cheaper
to find those that are small on a large photo first than to read everywhere. Hence three steps:

1. The photo as a whole, reduced: codes that are large, and QR codes at any angle.
2. Every striped area (`stripes.py`), cut out straight at full size or enlarged.
3. The whole photo once more at full size, in tiles, or enlarged if it is small: QR codes that are small.

At most `_MOST_SEARCHED` pixels are searched: how much of a photo is read does not depend on how fast the machine is.
"""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from ocr_model.reading.files import open_picture
from ocr_model.tags.retail_numbers import checked_digits, gtin_of, has_check_digit
from ocr_model.tags.stripes import Stripes, find_stripes
from ocr_model.tags.tag import Barcode, Corners, Point

_LOG = logging.getLogger(__name__)

_SMALLEST = 8  # pixels of a side; no code fits into fewer
_MOST_PIXELS = 24_000_000  # of the photo; a larger one is reduced first
_MOST_SEARCHED = 32_000_000  # pixels of all views together, some 20 ns each, 50 ns where all is noise
_OVERVIEW = 2000  # pixels of the longest side in the first step
_TILE = 1600  # pixels of a tile's side at full size
_OVERLAP = 200  # pixels that neighbouring tiles share; a larger code is seen in the overview
_MOST_AREAS = 24  # striped areas that are cut out
_LONGEST_CUT = 2000  # pixels of a straight cut's length; a longer area is cut from the overview
_HIGHEST_CUT = 600  # pixels; more rows than that say nothing new
_QUIET = 0.15  # of an area's length, added at both ends: the white before the first and after the last bar
_ENLARGED = 700  # pixels: shorter cuts are also tried at twice the size
_SAME_PLACE = 0.5  # of a code's length: readings of the same content this near are of one code
_SLANT = 0.15  # of a code's length: more for readings of the same content, see `_are_one`
_LEAST_ITF = 8  # digits of an ITF code, which has no other check than its last digit

_LINEAR = ("EAN13", "EAN8", "UPCA", "Code128", "Code39", "ITF")
_MATRIX = ("QRCode", "DataMatrix")


def read_barcodes(image: Image.Image) -> tuple[Barcode, ...]:
    """Read EAN-13, UPC-A, EAN-8, Code 128, Code 39, ITF, QR and Data Matrix codes, at any angle.

    An EAN-13 whose first digit is 0 is a UPC-A. A retail code with a wrong check digit is left out, and so is an ITF
    code without one, since a part of such a code reads as another number. The content of a GS1 symbol has its
    identifiers in parentheses: `(01)09506000134352(10)A7`.

    Args:
        image: the upright photo, of any mode and size.

    Returns:
        The codes from top to bottom, each once; () where there is none, and where zxing-cpp is not installed.
    """
    zxing = _zxing()
    if zxing is None or min(image.size) < _SMALLEST:
        return ()
    grey = open_picture(image).convert("L")
    shrink = min(1.0, math.sqrt(_MOST_PIXELS / (grey.width * grey.height)))
    if shrink < 1:
        grey = _resized(grey, shrink)
    found: list[_Reading] = []
    left = _MOST_SEARCHED
    for view in _views(grey):
        left -= view.picture.width * view.picture.height
        if left < 0:
            _LOG.info("more than %d pixels in the photo's parts: not all were searched for barcodes", _MOST_SEARCHED)
            break
        for reading in _read_view(zxing, view):
            _take_in(found, reading)
    grown = (image.width / grey.width, image.height / grey.height)
    barcodes = [reading.barcode(grown) for reading in found]
    return tuple(sorted(barcodes, key=lambda code: (min(y for _, y in code.corners), min(x for x, _ in code.corners))))


@dataclass(frozen=True, slots=True)
class _View:
    """A picture to read from, and how its pixels lie on the photo: x' = a x + b y + c, y' = d x + e y + f."""

    picture: Image.Image
    placed: tuple[float, float, float, float, float, float]
    is_straight: bool = False  # stripes stand upright in it, so that nothing else needs to be looked for


@dataclass(frozen=True, slots=True)
class _Reading:
    """A code as one view showed it; corners in pixels of the photo as it was searched."""

    format: str
    text: str
    corners: Corners
    is_straight: bool

    @property
    def content(self) -> str:
        """What makes two readings the same: the article's number, or format and text."""
        code = Barcode(self.format, self.text, self.corners)
        return gtin_of(code) or f"{self.format} {self.text}"

    def barcode(self, grown: tuple[float, float]) -> Barcode:
        """The value to return; corners times the two factors."""
        corners = [(x * grown[0], y * grown[1]) for x, y in self.corners]
        return Barcode(self.format, self.text, (corners[0], corners[1], corners[2], corners[3]))


def _views(grey: Image.Image) -> Iterator[_View]:
    """What to read from, in the order of its use."""
    small = _resized(grey, min(1.0, _OVERVIEW / max(grey.size)))
    size = grey.width / small.width, grey.height / small.height
    yield _View(small, (size[0], 0, 0, 0, size[1], 0))
    for area in find_stripes(np.asarray(small), _MOST_AREAS):
        yield from _cuts(grey, small, area, grey.width / small.width)
    if small.size != grey.size:
        for top in _starts(grey.height):
            for left in _starts(grey.width):
                tile = grey.crop((left, top, min(left + _TILE, grey.width), min(top + _TILE, grey.height)))
                yield _View(tile, (1, 0, left, 0, 1, top))
    elif 2 * max(grey.size) <= _OVERVIEW:
        yield _View(_resized(grey, 2), (0.5, 0, 0, 0, 0.5, 0))


def _starts(length: int) -> range:
    return range(0, max(1, length - _OVERLAP), _TILE - _OVERLAP)


def _cuts(grey: Image.Image, small: Image.Image, area: Stripes, scale: float) -> Iterator[_View]:
    """A striped area of the reduced photo, its stripes upright: at full size, and enlarged if it is short."""
    length, height = area.length * (1 + 2 * _QUIET) * scale, area.height * scale
    source, zoom = grey, 1.0
    if length > _LONGEST_CUT:
        source, zoom = small, 1 / scale
    zooms = [zoom] if length > _ENLARGED else [zoom, 2 * zoom]
    if length > _HIGHEST_CUT:
        zooms.append(zoom / 2)
    for zoom in zooms:
        pixels = round(length * zoom), round(min(height * zoom, _HIGHEST_CUT))
        # From pixels of the cut to the photo, and from there to the source.
        cosine, sine = area.across[0] / zoom, area.across[1] / zoom
        left = area.x * scale - (pixels[0] * cosine - pixels[1] * sine) / 2
        top = area.y * scale - (pixels[0] * sine + pixels[1] * cosine) / 2
        placed = (cosine, -sine, left, sine, cosine, top)
        part = source.width / grey.width
        picture = source.transform(
            pixels, Image.Transform.AFFINE, [value * part for value in placed], Image.Resampling.BICUBIC, fillcolor=255
        )
        yield _View(picture, placed, is_straight=True)


def _resized(picture: Image.Image, scale: float) -> Image.Image:
    if scale == 1:
        return picture
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC)


def _read_view(zxing: ModuleType, view: _View) -> Iterator[_Reading]:
    """The codes in a view, as far as their content holds."""
    names = _LINEAR if view.is_straight else _LINEAR + _MATRIX
    try:
        codes = zxing.read_barcodes(
            np.asarray(view.picture),
            formats=[getattr(zxing, name) for name in names],
            try_rotate=not view.is_straight,
        )
    except (RuntimeError, ValueError) as error:  # of the C++ library, about a picture that it cannot take
        _LOG.warning("zxing-cpp gave up on a view of %d x %d pixels: %s", *view.picture.size, error)
        return
    for code in codes:
        format_, text = str(code.format), code.text
        if format_ == "EAN-13" and text.startswith("0"):
            format_, text = "UPC-A", text[1:]
        if _holds(format_, text):
            is_linear = format_ not in ("QR Code", "Data Matrix")
            yield _Reading(format_, text, _corners(code.position, view.placed, is_linear), view.is_straight)


def _holds(format_: str, text: str) -> bool:
    if format_ in ("EAN-13", "UPC-A", "EAN-8"):
        return checked_digits(text) is not None
    if format_ == "ITF":
        return len(text) >= _LEAST_ITF and has_check_digit(text)
    return bool(text)


def _corners(position: Any, placed: Sequence[float], is_linear: bool) -> Corners:
    """The corners on the photo, in the code's own direction."""
    a, b, c, d, e, f = placed
    named = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    points: list[Point] = [(a * p.x + b * p.y + c, d * p.x + e * p.y + f) for p in named]
    if is_linear and _is_mirrored(points):  # zxing-cpp exchanges top and bottom of stripes read from right or below
        points = [points[3], points[2], points[1], points[0]]
    return points[0], points[1], points[2], points[3]


def _is_mirrored(points: Sequence[Point]) -> bool:
    """Whether corners go round against the clock, by twice the enclosed area (y points down)."""
    following = (*points[1:], points[0])
    return sum(x * v - u * y for (x, y), (u, v) in zip(points, following, strict=True)) < 0


def _take_in(found: list[_Reading], reading: _Reading) -> None:
    """Add a reading; of two readings of one code the straight one stays, or that with the longer text."""
    for index, other in enumerate(found):
        if not _are_one(other, reading):
            continue
        if other.content == reading.content:
            is_better = reading.is_straight and not other.is_straight
        else:
            is_better = len(reading.text) > len(other.text)
        if is_better:
            found[index] = reading
        return
    found.append(reading)


def _are_one(one: _Reading, other: _Reading) -> bool:
    """Whether two readings are of one code: they lie in one place, and say the same or are both of stripes.

    Of stripes that stand aslant only a few rows may have been read, so the same content may lie a little apart.
    """
    (x, y, length, height), (u, v, other_length, other_height) = _frame(one.corners), _frame(other.corners)
    is_same = one.content == other.content
    if not is_same and not {one.format, other.format}.isdisjoint(("QR Code", "Data Matrix")):
        return False
    wide, high = max(length, other_length), max(height, other_height)
    surer = max((one, other), key=lambda reading: (reading.is_straight, _frame(reading.corners)[2]))
    (left, top), (right, bottom) = surer.corners[0], surer.corners[1]
    size = math.hypot(right - left, bottom - top) or 1.0
    cosine, sine = (right - left) / size, (bottom - top) / size
    along, across = abs((u - x) * cosine + (v - y) * sine), abs((v - y) * cosine - (u - x) * sine)
    return along <= _SAME_PLACE * wide and across <= _SAME_PLACE * high + (_SLANT * wide if is_same else 0.0)


def _frame(corners: Corners) -> tuple[float, float, float, float]:
    """Middle, length and height of a code."""
    (a, b), (c, d), (e, f), (g, h) = corners
    length = (math.hypot(c - a, d - b) + math.hypot(e - g, f - h)) / 2
    height = (math.hypot(g - a, h - b) + math.hypot(e - c, f - d)) / 2
    return (a + c + e + g) / 4, (b + d + f + h) / 4, length, height


@functools.cache
def _zxing() -> ModuleType | None:
    """zxing-cpp; None, and said once, where it is not installed."""
    try:
        import zxingcpp
    except ImportError as error:
        _LOG.warning("no barcodes are read, because zxing-cpp is not installed: %s", error)
        return None
    module: ModuleType = zxingcpp
    return module
