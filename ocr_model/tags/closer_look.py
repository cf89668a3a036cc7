"""Finds the lines of a photo in two looks: one at the whole, and closer ones where text is small.

The first look shows where text is, and outlines it where it is large. It outlines small text in part, or not at
all; so the neighbourhood of what looks small is looked at again, enlarged.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ocr_model.tags.cutting import side_lengths
from ocr_model.tags.detection import LINE, FoundLine, LineDetector
from ocr_model.tags.polygons import area, common_part

MOST_LINES = 200
"""Lines that are read on one photo, the surest ones; a carton of twelve labels has 130."""

_FIRST_SIDE = 960  # pixels of the longest side at the first look
_SMALL = 18.0  # pixels, as looked at, under which a line's height is small
_WANTED = 26.0  # pixels to which small lines are enlarged for a closer look
_LARGEST_ZOOM = 3.2  # of a closer look beside the look before
_LARGEST_SCALE = 1.5  # pixels of a look for each pixel of the photo
_LOOKS = 3  # one at the whole, then closer ones
_REACH = 5.0  # heights of a small line within which more small text is looked for
_MOST_PIXELS = 6_000_000  # of the closer looks at one photo, so that a pattern of false hints takes bounded time
_SAME = 0.5  # share of the smaller of two lines that lies in the other, from which they may be the same line
_SAME_HEIGHT = 1.6  # ratio of their heights up to which they are

_Region = tuple[float, float, float, float]  # left, upper, right, lower


@dataclass(frozen=True, slots=True)
class _Find:
    line: FoundLine
    height: float  # pixels of the photo, the shorter of its sides
    is_small: bool  # whether a closer look may show more

    @property
    def box(self) -> _Region:
        return _box(self.line)


@dataclass(frozen=True, slots=True)
class LinesOnPhoto:
    """The lines of a photo, and how long they took to find."""

    lines: tuple[FoundLine, ...]  # hints left out, the surest first, at most `MOST_LINES`
    first_seconds: float  # of the look at the whole
    closer_seconds: float


def find_lines(detector: LineDetector, photo: Image.Image) -> LinesOnPhoto:
    """Look at a photo, and closer where its text is small.

    Args:
        detector: looks at the photo and its parts.
        photo: mode RGB or L, upright.
    """
    began = time.perf_counter()
    whole = (0.0, 0.0, float(photo.width), float(photo.height))
    scale = min(_LARGEST_SCALE, _FIRST_SIDE / max(photo.size))
    finds = _look(detector, photo, whole, scale)
    looked = time.perf_counter()
    left = float(_MOST_PIXELS)
    regions = _regions(finds, scale, photo.size)
    for _ in range(_LOOKS - 1):
        if not regions:
            break
        next_regions = []
        for region, zoom in regions:
            pixels = (region[2] - region[0]) * (region[3] - region[1])
            closer_scale = min(zoom, math.sqrt(max(0.0, left) / pixels))
            if closer_scale < zoom / 2:  # the pixels are spent
                continue
            left -= pixels * closer_scale**2
            found = _look(detector, photo, region, closer_scale)
            finds += found
            next_regions += _regions(found, closer_scale, photo.size)
        regions = next_regions
    lines = _distinct(finds)
    lines.sort(key=lambda line: line.score, reverse=True)
    return LinesOnPhoto(tuple(lines[:MOST_LINES]), looked - began, time.perf_counter() - looked)


def _look(detector: LineDetector, photo: Image.Image, region: _Region, scale: float) -> list[_Find]:
    """The finds in a region, looked at with so many pixels for each of the photo's."""
    left, top = math.floor(region[0]), math.floor(region[1])
    right, bottom = min(photo.width, math.ceil(region[2])), min(photo.height, math.ceil(region[3]))
    part = photo if (left, top, right, bottom) == (0, 0, *photo.size) else photo.crop((left, top, right, bottom))
    finds = []
    for line in detector.find(part, max(1, round(scale * max(part.size)))):
        a, b, c, d = ((x + left, y + top) for x, y in line.corners)
        moved = FoundLine((a, b, c, d), line.score)
        height = min(side_lengths(moved.corners))
        is_small = 0.0 < height * scale < _SMALL and scale < _LARGEST_SCALE
        finds.append(_Find(moved, height, is_small))
    return finds


def _regions(finds: Sequence[_Find], scale: float, size: tuple[int, int]) -> list[tuple[_Region, float]]:
    """Where to look closer, and with how many pixels for each of the photo's."""
    groups: list[tuple[_Region, list[float]]] = []
    for find in finds:
        if not find.is_small:
            continue
        reach = _REACH * find.height
        left, top, right, bottom = find.box
        region = (
            max(0.0, left - reach),
            max(0.0, top - reach),
            min(size[0], right + reach),
            min(size[1], bottom + reach),
        )
        heights = [find.height]
        # A region that grows may meet others that it did not meet before.
        while meeting := [group for group in groups if _overlap(region, group[0]) > 0.0]:
            for group in meeting:
                groups.remove(group)
                region = _around(region, group[0])
                heights += group[1]
        groups.append((region, heights))
    closer = []
    for region, heights in groups:
        low = sorted(heights)[len(heights) // 4]
        closer.append((region, min(_WANTED / low, _LARGEST_ZOOM * scale, _LARGEST_SCALE)))
    return closer


def _distinct(finds: Sequence[_Find]) -> list[FoundLine]:
    """Every line once: as the first look that showed it large enough showed it, else as the closest one did.

    Args:
        finds: of all looks, the closest last.
    """
    order = [find for find in finds if not find.is_small] + [find for find in reversed(finds) if find.is_small]
    order = [find for find in order if find.line.score >= LINE]
    boxes = np.array([find.box for find in order]).reshape(-1, 4)
    kept: list[int] = []
    for at, find in enumerate(order):
        others = boxes[kept]
        meet = (others[:, :2] < boxes[at, 2:]) & (boxes[at, :2] < others[:, 2:])
        near = np.flatnonzero(meet.all(axis=1))
        if not any(_is_same(find, order[kept[other]]) for other in near):
            kept.append(at)
    return [order[at].line for at in kept]


def _is_same(one: _Find, other: _Find) -> bool:
    """Whether two finds are one line or its parts; not a barcode and the digits below it, which are much lower."""
    low, high = sorted((one.height, other.height))
    if high > _SAME_HEIGHT * low:
        return False
    first, second = one.line.corners, other.line.corners
    return area(common_part(first, second)) > _SAME * min(area(first), area(second))


def _box(line: FoundLine) -> _Region:
    xs, ys = zip(*line.corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _around(one: _Region, other: _Region) -> _Region:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _overlap(one: _Region, other: _Region) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)
