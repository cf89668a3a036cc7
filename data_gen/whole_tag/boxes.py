"""The ends of shoe boxes in a stack."""

from __future__ import annotations

import random

import numpy as np

from data_gen.whole_tag.background import COLOURS, Photo, fill_soft
from data_gen.whole_tag.frame import Cell, Frame


def draw_boxes(photo: Photo, frame: Frame, cells: list[Cell], words: random.Random) -> None:
    """One box for each cell, all of one make."""
    colour = np.array(words.choice(COLOURS["box"]), np.float64) * words.uniform(0.8, 1.1)
    gap, lid = words.uniform(0.004, 0.02), words.uniform(0.12, 0.24)
    hole = words.uniform(0.05, 0.09) if words.random() < 0.5 else 0.0
    soft = max(photo.shape) * 0.0007
    for left, top, right, bottom in cells:
        shade = colour * words.uniform(0.88, 1.06)
        between = gap * (right - left)

        def fill(corners: tuple[float, float, float, float], tone: float, shade: np.ndarray = shade) -> None:
            x0, y0, x1, y1 = corners
            outline = frame.project(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]))
            fill_soft(photo, outline, list(shade * tone), softness=soft, shadow=False)

        fill((left, top, right, bottom), 0.25)
        fill((left + between, top + between, right - between, bottom - between), 1.0)
        edge = top + lid * (bottom - top)
        fill((left + between, edge, right - between, edge + between * 0.5 + 1), 0.55)
        fill((left + between, top + between, right - between, edge), 1.05)
        if hole:
            angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
            radius = (bottom - top) * hole
            ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius
            ring += (left + between + radius * 1.8, (top + bottom) / 2)
            fill_soft(photo, frame.project(ring), [12.0, 10.0, 10.0], softness=soft * 2, shadow=False)
