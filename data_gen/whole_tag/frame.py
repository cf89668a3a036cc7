"""The frame of a photo, and the upright plane that the scene's tags lie in."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Cell = tuple[float, float, float, float]  # left, top, right, bottom in the plane, pixels

_ASPECTS = (4 / 3, 4 / 3, 3 / 4, 3 / 4, 3 / 4, 16 / 9, 9 / 16, 1.0)
_TURNS = {0: 6.0, 1: 1.4, 2: 1.2, 3: 1.4}  # clockwise quarter turns of the plane, and how often they come


@dataclass(frozen=True)
class Frame:
    """A photo's frame."""

    size: tuple[int, int]  # width and height of the photo, pixels
    plane: tuple[int, int]  # of the plane, pixels
    to_photo: Matrix  # (3, 3), from the plane to the photo

    def project(self, points: Matrix) -> Matrix:
        """Places on the photo of points (N, 2) of the plane."""
        seen = points @ self.to_photo[:, :2].T + self.to_photo[:, 2]
        return np.asarray(seen[:, :2] / seen[:, 2:])


def choose_frame(megapixels: float, words: random.Random, *, aspect: float | None = None, lean: float) -> Frame:
    """A frame of this many pixels.

    Args:
        megapixels: of the photo.
        words: generator of the choices.
        aspect: width by height of what the plane should hold; None: anything.
        lean: standard deviation of the perspective along either axis, relative to the distance.
    """
    aspects = _ASPECTS if aspect is None else sorted(_ASPECTS, key=lambda ratio: abs(math.log(ratio / aspect)))[:3]
    ratio = words.choice(aspects)
    width = max(64, round(math.sqrt(megapixels * 1e6 * ratio)))
    height = max(64, round(megapixels * 1e6 / width))
    turn = words.choices(tuple(_TURNS), weights=tuple(_TURNS.values()))[0]
    size = (width, height) if turn % 2 == 0 else (height, width)
    across, down = (max(-0.3, min(0.3, words.gauss(0, lean))) for _ in range(2))
    longest = max(size)
    tilt = np.array(
        [
            [math.sqrt(1 - across**2), words.gauss(0, 0.015), 0],
            [words.gauss(0, 0.015), math.sqrt(1 - down**2), 0],
            [across / longest, down / longest, 1],
        ]
    )
    to_photo = shifted(size[0] / 2, size[1] / 2) @ turned(turn * math.pi / 2) @ tilt @ shifted(-width / 2, -height / 2)
    return Frame(size, (width, height), to_photo)


def grid(plane: tuple[int, int], columns: int, rows: int, *, aspect: float | None = None) -> list[Cell]:
    """The cells of a grid, row by row.

    Args:
        plane: its width and height.
        columns: cells in a row.
        rows: rows of cells.
        aspect: width by height of a cell; None: the grid fills the plane.
    """
    width, height = plane
    wide, high = width / columns, height / rows
    if aspect is not None:
        wide = min(wide, high * aspect)
        high = wide / aspect
    left, top = (width - columns * wide) / 2, (height - rows * high) / 2
    return [
        (left + column * wide, top + row * high, left + (column + 1) * wide, top + (row + 1) * high)
        for row in range(rows)
        for column in range(columns)
    ]


def shifted(x: float, y: float) -> Matrix:
    """The matrix of a shift."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def turned(angle: float) -> Matrix:
    """The matrix of a turn in radians, clockwise, since y points down."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])
