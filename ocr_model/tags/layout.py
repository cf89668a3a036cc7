"""Where lines stand to each other, in their own reading direction and in units of their height."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_model.tags.tag import Corners

_PARALLEL = math.cos(math.radians(20.0))
_DIGITS = 6  # decimals that are compared: scaling or turning a photo changes none of them


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of n lines. Entry [i, j] of a table is line j as seen from line i: x along its text, y downward.

    Lengths of the tables are in heights of line i.
    """

    left: NDArray[np.float64]  # (n, n), from the middle of line i to the beginning of line j's box
    right: NDArray[np.float64]
    top: NDArray[np.float64]
    bottom: NDArray[np.float64]
    width: NDArray[np.float64]  # (n,), in heights of the line itself
    height: NDArray[np.float64]  # (n,), pixels
    parallel: NDArray[np.bool_]  # (n, n), whether both read in one direction
    apart: NDArray[np.float64]  # (n, n), between both boxes, relative to their mean height; symmetric

    @classmethod
    def of(cls, places: Sequence[Corners]) -> Layout:
        """The layout of lines with these corners. Lines without an extent are far from all others."""
        count = len(places)
        points = np.asarray(places, dtype=np.float64).reshape(count, 4, 2)
        with np.errstate(all="ignore"):
            return cls._measured(points)

    @classmethod
    def _measured(cls, points: NDArray[np.float64]) -> Layout:
        along = (points[:, 1] - points[:, 0] + points[:, 2] - points[:, 3]) / 2.0
        down = (points[:, 3] - points[:, 0] + points[:, 2] - points[:, 1]) / 2.0
        width, height = _length(along), _length(down)
        unit = along / width[:, None]
        normal = np.stack((-unit[:, 1], unit[:, 0]), axis=1)
        middle = (points[:, 0] + points[:, 1] + points[:, 2] + points[:, 3]) / 4.0
        # (n, n, 4, 2): every corner of line j from the middle of line i
        away = points[None] - middle[:, None, None]
        across = away[..., 0] * unit[:, None, None, 0] + away[..., 1] * unit[:, None, None, 1]
        below = away[..., 0] * normal[:, None, None, 0] + away[..., 1] * normal[:, None, None, 1]
        scale = height[:, None]
        left, right = across.min(axis=2) / scale, across.max(axis=2) / scale
        top, bottom = below.min(axis=2) / scale, below.max(axis=2) / scale
        half = (width / height / 2.0)[:, None]
        gap_x = np.maximum(0.0, np.maximum(left - half, -half - right))
        gap_y = np.maximum(0.0, np.maximum(top - 0.5, -0.5 - bottom))
        gap = np.sqrt(gap_x * gap_x + gap_y * gap_y) * scale
        apart = np.maximum(gap, gap.T) / np.sqrt(height[:, None] * height[None])
        cosine = unit[:, None, 0] * unit[None, :, 0] + unit[:, None, 1] * unit[None, :, 1]
        parallel = np.round(cosine, _DIGITS) >= round(_PARALLEL, _DIGITS)
        left, right, top, bottom, relative = (
            np.round(table, _DIGITS) for table in (left, right, top, bottom, width / height)
        )
        return cls(left, right, top, bottom, relative, height, parallel, np.round(apart, _DIGITS))

    def is_right_of(self, line: int, other: int) -> float | None:
        """How far a line begins behind the end of another one in the same row, in heights of the other; else None."""
        if not self.parallel[line, other] or line == other:
            return None
        tall = self.bottom[line, other] - self.top[line, other]
        shared = min(0.5, self.bottom[line, other]) - max(-0.5, self.top[line, other])
        gap = self.left[line, other] - self.width[line] / 2.0
        # Print in a row may differ in size: a small unit stands at the upper corner of a large number.
        if shared >= 0.6 * min(1.0, tall) and -0.6 <= gap <= 25.0 and tall <= 5.0:
            return float(gap)
        return None

    def is_below(self, line: int, other: int) -> float | None:
        """How far a line stands below another one in the same column, in heights of the other; else None."""
        if not self.parallel[line, other] or line == other:
            return None
        half = self.width[line] / 2.0
        gap = self.top[line, other] - 0.5
        shared = min(half, self.right[line, other]) - max(-half, self.left[line, other])
        tall = self.bottom[line, other] - self.top[line, other]
        is_aligned = shared > 0.0 or abs(self.left[line, other] + half) <= 1.0
        if is_aligned and -0.4 <= gap <= max(1.6, 0.8 * tall) and tall <= 6.0:
            return float(max(0.0, gap))
        return None


def _length(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    # A sum of two squares does not depend on their order, so a quarter turn changes nothing; hypot promises less.
    squares: NDArray[np.float64] = np.sqrt(vectors[:, 0] * vectors[:, 0] + vectors[:, 1] * vectors[:, 1])
    return squares
