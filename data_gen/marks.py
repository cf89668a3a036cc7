"""Marks on tags besides text: ruled lines, barcodes, and shapes that only resemble characters.

Every function adds to the ink of a tag in place. A line is the box (left, top, right, bottom) of the text to read, in
pixels of the tag.
"""

from __future__ import annotations

import random

import cv2
import numpy as np

from data_gen.degradations import Picture

Line = tuple[int, int, int, int]
Stroke = list[tuple[float, float]]  # corners, -1 to 1 from the centre of a shape

_STROKES: dict[str, list[Stroke]] = {
    "cross": [[(-1, -1), (1, 1)], [(-1, 1), (1, -1)]],
    "wedge": [[(-1, -1), (0, 1), (1, -1)]],
    "bar": [[(0, -1), (0, 1)]],
}


def add_rules(ink: Picture, line: Line, words: random.Random) -> None:
    """Ruled lines above, below and beside the text."""
    left, top, right, bottom = line
    h = bottom - top
    thick = max(1, round(h * words.uniform(0.03, 0.13)))
    density = words.uniform(0.5, 1.0)

    def rule(strip: Picture) -> None:
        np.maximum(strip, density, out=strip)

    if words.random() < 0.8:
        above, below = words.random() < 0.6, words.random() < 0.7
        distance = words.uniform(0.12, 0.7)
        for wanted, y in ((above, round(top - distance * h)), (below, round(bottom + distance * h))):
            if wanted:
                rule(ink[max(0, y) : y + thick])
    if words.random() < 0.5:
        for side in (-1, 1):
            if words.random() < 0.6:
                distance = words.uniform(0.2, 1.2) * h
                x = max(0, round(left - distance) if side < 0 else round(right + distance))
                rule(ink[:, x : x + thick])


def add_frame(ink: Picture, line: Line, words: random.Random) -> None:
    """A frame around the text, its corners square or round, as box labels have it."""
    left, top, right, bottom = line
    h = bottom - top
    thick = max(1, round(h * words.uniform(0.03, 0.12)))
    x, y = round(words.uniform(0.15, 1.2) * h), round(words.uniform(0.12, 0.7) * h)
    corner = round(words.choice((0.0, 0.0, words.uniform(0.1, 0.4))) * h)
    x0, y0, x1, y1 = left - x, top - y, right + x, bottom + y
    density = words.uniform(0.6, 1.0)
    for a, b in (
        ((x0 + corner, y0), (x1 - corner, y0)),
        ((x0 + corner, y1), (x1 - corner, y1)),
        ((x0, y0 + corner), (x0, y1 - corner)),
        ((x1, y0 + corner), (x1, y1 - corner)),
    ):
        cv2.line(ink, a, b, density, thick)
    if corner:
        for centre, turn in (
            ((x0 + corner, y0 + corner), 180),
            ((x1 - corner, y0 + corner), 270),
            ((x1 - corner, y1 - corner), 0),
            ((x0 + corner, y1 - corner), 90),
        ):
            cv2.ellipse(ink, centre, (corner, corner), turn, 0, 90, density, thick)


def add_barcode(ink: Picture, line: Line, words: random.Random) -> None:
    """Bars above or below the text, in place of the print there."""
    left, top, right, bottom = line
    h = bottom - top
    above = words.random() < 0.5
    distance = round(words.uniform(0.15, 0.6) * h)
    y0, y1 = (0, top - distance) if above else (bottom + distance, ink.shape[0])
    if y1 - y0 < 4:
        return
    x, unit = left - round(words.uniform(0, 1) * h), max(1, round(h * 0.06))
    ink[y0:y1] = 0
    while x < right + h:
        bar, space = words.randint(1, 4) * unit, words.randint(1, 4) * unit
        ink[y0:y1, max(0, x) : max(0, x + bar)] = 1
        x += bar + space


def add_arcs(ink: Picture, line: Line, words: random.Random) -> None:
    """One to five arcs and discs, as of a logo."""
    left, top, right, bottom = line
    h = bottom - top
    for _ in range(words.randint(1, 5)):
        centre = (words.randint(left, right), words.randint(top - h, bottom + h))
        axes = (words.randint(h // 3, h * 2), words.randint(h // 4, h))
        turn, start, end = words.uniform(0, 180), words.uniform(0, 180), words.uniform(180, 360)
        cv2.ellipse(ink, centre, axes, turn, start, end, 1.0, words.choice((-1, 2, 5)))


def add_shapes(ink: Picture, line: Line, words: random.Random) -> None:
    """A row, or a grid, of one shape: eyelets, perforation, cross stitch, chevrons, rivets, printed ornaments."""
    left, top, right, bottom = line
    height = (bottom - top) * words.uniform(0.25, 1.0)
    width = height * words.uniform(0.4, 1.4)
    pitch = min(width * words.uniform(1.05, 2.6), (right - left) / words.uniform(3.5, 9))
    width = min(width, pitch / 1.05)
    kind = words.choice(("ellipse", "ellipse", "disc", "cross", "wedge", "polygon", "polygon", "bar", "wave"))
    thick = -1 if kind == "disc" else max(1, round(height * words.uniform(0.06, 0.22)))
    corners = words.choice((3, 3, 4, 4, 5, 6))
    turn = words.choice((0.0, 90.0, 180.0, 270.0, words.uniform(0, 360)))
    strokes = _strokes(kind, corners, turn, pitch / width)
    rows = words.choice((1, 1, 1, 2, 3))
    for row in range(rows):
        y = (top + bottom) / 2 + (row - (rows - 1) / 2) * height * 1.3
        x, shift = left + width / 2, words.uniform(0, 0.3) * pitch * (row % 2)
        while x < right:
            centre = np.array([x + shift, y])
            if kind in {"ellipse", "disc"}:
                axes = (max(1, round(width / 2)), max(1, round(height / 2)))
                at = (round(float(centre[0])), round(float(centre[1])))
                cv2.ellipse(ink, at, axes, 0, 0, 360, 1.0, thick, cv2.LINE_AA)
            for stroke in strokes:
                points = [np.round(centre + np.array(stroke) * (width / 2, height / 2)).astype(np.int32)]
                if kind == "polygon" and row % 2 == 0 and turn > 180:
                    cv2.fillPoly(ink, points, 1.0, cv2.LINE_AA)
                else:
                    cv2.polylines(ink, points, False, 1.0, max(1, thick), cv2.LINE_AA)
            x += pitch


def _strokes(kind: str, corners: int, turn: float, reach: float) -> list[Stroke]:
    """The strokes of one shape; `turn` in degrees, `reach` how far a wave runs, in half widths of the shape."""
    if kind in {"ellipse", "disc"}:
        return []
    if kind == "polygon":
        angles = np.deg2rad(np.arange(corners + 1) * 360 / corners + turn)
        strokes: list[Stroke] = [[(float(np.sin(a)), float(-np.cos(a))) for a in angles]]
    elif kind == "wave":
        strokes = [[(-reach, 1), (0, -1), (reach, 1)]]
    else:
        strokes = _STROKES[kind]
    if turn in {90.0, 270.0} and kind in {"wedge", "bar"}:
        return [[(q, p) for p, q in stroke] for stroke in strokes]
    if turn == 180.0:
        return [[(-p, -q) for p, q in stroke] for stroke in strokes]
    return strokes
