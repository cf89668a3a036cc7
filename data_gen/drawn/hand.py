"""A hand that draws a glyph with a pen: no two are the same, and all stay what they are."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from data_gen.degradations import Generator, Picture
from data_gen.drawn.glyphs import Piece

Points = NDArray[np.float64]
"""(N, 2) x and y in heights of the glyph, y downwards."""

_STEPS = 8  # points that a curve gets between two of a glyph
_SUBPIXEL = 4  # bits of OpenCV's coordinates behind the point


def smooth(points: Points) -> Points:
    """A centripetal-like curve through all points (Catmull and Rom 1974, uniform), `_STEPS` to a span."""
    if len(points) < 3:
        return points
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    around = np.concatenate([[before], points, [after]])
    p0, p1, p2, p3 = (around[at : len(around) - 3 + at, None] for at in range(4))
    t = np.linspace(0, 1, _STEPS, endpoint=False)[None, :, None]
    curve = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    return np.concatenate([curve.reshape(-1, 2), points[-1:]])


def write(pieces: Sequence[Piece], rng: Generator, hard: float) -> list[Points]:
    """Curves of a glyph as one hand writes it once.

    Args:
        pieces: of the glyph.
        rng: generator of the choices.
        hard: 0 as in the copy-book, 1 as people write.
    """
    jitter = hard * rng.uniform(0.005, 0.045)
    moved: dict[tuple[float, float], Points] = {}  # corners stay corners
    curves = []
    for piece in pieces:
        for point in piece:
            if point not in moved:
                moved[point] = np.asarray(point) + rng.normal(0, jitter, 2)
        curves.append(smooth(np.array([moved[point] for point in piece])))
    return bend(curves, rng, hard)


def bend(curves: Sequence[Points], rng: Generator, hard: float) -> list[Points]:
    """The same curves slanted, turned, stretched and bent, all alike."""
    slant = hard * float(np.clip(rng.normal(0.08, 0.2), -0.45, 0.6))
    turn = hard * rng.normal(0, 0.1)
    stretch = np.exp(hard * rng.normal(0, 0.17))
    waves = hard * rng.uniform(0, 0.04, 2)
    pace, phase = rng.uniform(0.4, 1.3, 2), rng.uniform(0, 2 * np.pi, 2)
    cosine, sine = np.cos(turn), np.sin(turn)
    bent = []
    for curve in curves:
        x, y = curve[:, 0] * stretch, curve[:, 1]
        x = x + waves[0] * np.sin(2 * np.pi * pace[0] * y + phase[0])
        y = y + waves[1] * np.sin(2 * np.pi * pace[1] * x + phase[1])
        x = x + slant * (0.5 - y)
        bent.append(np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=1))
    return bent


def scribble(rng: Generator) -> list[Points]:
    """One or a few lines that lead nowhere."""
    curves = []
    for _ in range(int(rng.integers(1, 4))):
        points = rng.uniform(0, 1, (int(rng.integers(7, 22)), 2))
        curves.append(smooth(points * rng.uniform(0.4, 1.2, 2)))
    return curves


def draw(curves: Sequence[Points], rng: Generator, pen: float) -> Picture:
    """Ink of curves anywhere on a canvas: (H, W), 0 none, 1 full.

    Args:
        curves: in heights of the glyph.
        rng: generator of place and size.
        pen: width of the pen in heights of the glyph.
    """
    side = int(rng.integers(80, 128))
    every = np.concatenate(list(curves))
    low, high = every.min(axis=0), every.max(axis=0)
    extent = max(float((high - low).max()), 0.05)
    scale = side * rng.uniform(0.45, 0.85) / extent
    thickness = max(1, round(pen * scale))
    margin = thickness / 2 + 2
    free = np.maximum(0.0, side - 2 * margin - (high - low) * scale)
    offset = margin + rng.uniform(0, 1, 2) * free - low * scale
    canvas = np.zeros((side, side), np.uint8)
    for curve in curves:
        line = np.rint((curve * scale + offset) * (1 << _SUBPIXEL)).astype(np.int32)
        cv2.polylines(canvas, [line[:, None]], False, 255, thickness, cv2.LINE_AA, _SUBPIXEL)
    return canvas.astype(np.float32) / np.float32(255)
