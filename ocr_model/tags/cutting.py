"""Cuts lines out of a photo, straight."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:  # processes that cut lines do without formats and readings
    from ocr_model.tags.tag import Corners, Point

_GRID = 8  # places per pixel to which corners are rounded
_HIGH_ENOUGH = 64  # pixels of a line's height, twice what the recognizer sees


def side_lengths(corners: Corners) -> tuple[float, float]:
    """Length and height of a line in pixels: of its longer edges along and across."""
    a, b, c, d = corners
    return max(math.dist(a, b), math.dist(d, c)), max(math.dist(a, d), math.dist(b, c))


def snapped(corners: Corners) -> Corners:
    """The corners on a grid of an eighth of a pixel: whoever knows them nearly cuts the very same pixels."""
    a, b, c, d = ((round(x * _GRID) / _GRID, round(y * _GRID) / _GRID) for x, y in corners)
    return a, b, c, d


def quarter_turns(corners: Corners) -> int:
    """Clockwise quarter turns, 0..3, that put a line upright but for its slant.

    Args:
        corners: in the line's own reading direction.
    """
    (left, top), (right, upper) = corners[:2]
    return round(-math.atan2(upper - top, right - left) / (math.pi / 2)) % 4


def cut_line(photo: Image.Image, corners: Corners) -> Image.Image:
    """The pixels between four corners, made straight by perspective; never enlarged.

    Args:
        photo: mode RGB or L.
        corners: clockwise; the first one becomes the upper left. Beyond the photo's edge it goes on in black.

    Returns:
        A picture as long and as high as the longer of opposite edges, at least 2 x 2 pixels; a line much higher than a
        reader needs is shrunk by a whole number.
    """
    xs, ys = zip(*corners, strict=True)
    left, top, right, bottom = math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))
    # The surroundings alone, and small: to straighten a line of a thousand pixels takes longer than to read it.
    part = photo.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    shrink = max(1, int(min(side_lengths(corners)) / _HIGH_ENOUGH))
    if shrink > 1:
        part = part.reduce(shrink)
    a, b, c, d = (((x - left) / shrink, (y - top) / shrink) for x, y in corners)
    length, height = side_lengths((a, b, c, d))
    size = max(2, round(length)), max(2, round(height))
    return part.transform(size, Image.Transform.PERSPECTIVE, _perspective(size, (a, b, c, d)), Image.Resampling.BICUBIC)


def turn_corners(corners: Corners, turn: int) -> Corners:
    """The corners in the order that they have after so many quarter turns clockwise."""
    a, b, c, d = (corners[(at - turn) % 4] for at in range(4))
    return a, b, c, d


def _perspective(size: tuple[int, int], corners: Corners) -> tuple[float, ...]:
    """Pillow's eight numbers, which lead from a pixel of the cut line to a place on the photo."""
    width, height = size
    cut: tuple[Point, ...] = ((0, 0), (width, 0), (width, height), (0, height))
    rows, places = [], []
    for (x, y), (u, v) in zip(cut, corners, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        places += [u, v]
    # Four corners on one line have no such numbers; the nearest ones serve.
    numbers = np.linalg.lstsq(np.array(rows, dtype=np.float64), np.array(places), rcond=None)[0]
    return tuple(float(number) for number in numbers)
