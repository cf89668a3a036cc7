"""A hand of its own: a crossed 7, an open 4, a 1 with a long upstroke and a foot, all leaning backwards.

None of its ways is the training renderer's (`data_gen.drawn`): the strokes are polygons whose corners are cut (Chaikin
1974), the pen is a broad nib held at an angle, and the lean is further than any that is rendered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from data_gen.degradations import Generator
from data_gen.drawn.glyphs import pieces

WAYS: Final[Mapping[str, str]] = {
    "0": "40 2, 2 10, 0 90, 34 102, 62 90, 60 10, 30 0, 50 -12",
    "1": "0 62, 42 0 | 42 100; 22 100, 62 98",
    "2": "4 20, 10 -2, 56 -4, 60 40, 0 100 | 30 90, 66 104",
    "3": "2 0, 56 0 | 22 40 | 70 50, 50 108, 0 92",
    "4": "6 0, -4 60, 50 60, 58 10, 58 -2 | 50 106",
    "5": "14 6, 8 44 | 60 36, 60 102, 0 98; 16 2, 66 -4",
    "6": "50 0, 6 30, -6 100, 50 106, 56 54, 6 60",
    "7": "0 12, 4 0, 20 8, 60 2 | 26 100; 4 60, 66 50",
    "8": "52 10, 10 -6, -2 40, 56 54, 60 100, 4 108, 4 60, 54 34, 50 6",
    "9": "56 10, 10 -8, -4 50, 50 50, 58 6 | 56 100, 10 104, 4 84",
}
"""How the hand writes each digit, as `data_gen.drawn.glyphs` notes it; the corners here are cut."""
_LEAN: Final = -0.9  # of x per height: backwards
_SIDE, _FINE = 160, 3  # pixels of a drawing, and how much finer it is drawn
_INK, _PAPER = 20, 255


@dataclass(frozen=True)
class Drawn:
    """A drawing of the hand with its digit."""

    image: NDArray[np.uint8]  # grey (160, 160), dark on white
    digit: str


def draw_hand(seed: int, count: int) -> list[Drawn]:
    """Drawings of all digits in turn.

    Args:
        seed: of the hand's unsteadiness.
        count: how many.
    """
    return [_drawing(np.random.default_rng((seed, number)), str(number % 10)) for number in range(count)]


def _drawing(rng: Generator, digit: str) -> Drawn:
    lean, turn = _LEAN + rng.normal(0, 0.05), rng.normal(0, 0.04)
    wide, nib, angle = np.exp(rng.normal(0, 0.08)), rng.uniform(0.05, 0.09), rng.normal(0.7, 0.15)
    cosine, sine = np.cos(turn), np.sin(turn)
    moved: dict[tuple[float, float], NDArray[np.float64]] = {}  # pieces that meet go on meeting
    lines = []
    for piece in pieces(WAYS[digit]):
        for point in piece:
            moved.setdefault(point, np.asarray(point) + rng.normal(0, 0.018, 2))
        x, y = _cut_corners(np.array([moved[point] for point in piece])).T
        x = wide * x + lean * (0.5 - y)
        lines.append(np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=1))
    return Drawn(_inked(lines, rng, nib, angle), digit)


def _cut_corners(points: NDArray[np.float64], times: int = 3) -> NDArray[np.float64]:
    """A smooth line between the first and the last point (Chaikin, "An algorithm for high speed curve generation")."""
    for _ in range(times):
        before, after = points[:-1], points[1:]
        cut = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points


def _inked(lines: Sequence[NDArray[np.float64]], rng: Generator, nib: float, angle: float) -> NDArray[np.uint8]:
    """The lines as a nib draws them: each piece is the area that the nib sweeps."""
    every = np.concatenate(lines)
    low, extent = every.min(axis=0), float(np.ptp(every, axis=0).max())
    scale = _FINE * _SIDE * rng.uniform(0.55, 0.75) / extent
    free = _FINE * _SIDE - np.ptp(every, axis=0) * scale
    offset = free * rng.uniform(0.3, 0.7, 2) - low * scale
    edge = 0.5 * nib * scale * np.array([np.cos(angle), -np.sin(angle)])
    sheet = Image.new("L", (_FINE * _SIDE, _FINE * _SIDE), _PAPER)
    pen = ImageDraw.Draw(sheet)
    for line in lines:
        at = line * scale + offset
        for start, end in pairwise(at):
            corners = [start - edge, start + edge, end + edge, end - edge]
            pen.polygon([(float(x), float(y)) for x, y in corners], fill=_INK)
            pen.line([(float(start[0]), float(start[1])), (float(end[0]), float(end[1]))], fill=_INK, width=3 * _FINE)
    return np.asarray(sheet.resize((_SIDE, _SIDE), Image.Resampling.BOX), np.uint8)
