"""Scenes: one tag held close, a tag on a shoe or a table, several beside each other, a stack of boxes."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_gen.degradations import Generator
from data_gen.whole_tag.background import Photo, add_object, add_seam, add_string, draw_ground
from data_gen.whole_tag.boxes import draw_boxes
from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.faces import FaceBook, Faces
from data_gen.whole_tag.fields import TagFields, another_size, choose_fields
from data_gen.whole_tag.frame import Cell, Frame, choose_frame, grid, shifted, turned
from data_gen.whole_tag.layouts import LAYOUTS, choose_layout
from data_gen.whole_tag.material import make_tag
from data_gen.whole_tag.placement import Bend, Placement, lay
from data_gen.whole_tag.truth import Bars, Corners, Line, PhotographedTag

_SCENES = {"close": 0.3, "lying": 0.36, "several": 0.12, "stack": 0.22}
_GROUNDS = {
    "close": ("cloth", "leather", "table"),
    "lying": ("cloth", "cloth", "wood", "leather", "table", "cardboard"),
    "several": ("cloth", "wood", "table", "cardboard"),
    "stack": ("cardboard", "cardboard", "wood", "table"),
}
_SOFT = {"cloth", "leather"}  # grounds that are sewn, and printed on
_GRIDS = {
    "close": ((1, 1),),
    "lying": ((1, 1),),
    "several": ((2, 1), (1, 2), (2, 2), (3, 1)),  # columns, rows
    "stack": ((1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (1, 4), (2, 1)),
}
_FINER = 1.15  # pixels of the flat tag for each pixel of the photo
_LEAST_SCALE = {"stack": 2.8}  # pixels per millimetre below which a tag is brought closer
_OTHER_LEAST_SCALE = 4.0
_ALIKE = 0.7  # share of stacks whose boxes are of one brand


@dataclass(frozen=True)
class Scene:
    """A scene as it meets the lens: no blur, no noise, no compression yet."""

    photo: Photo
    tags: tuple[PhotographedTag, ...]
    kind: str
    text_height: float  # of the smallest code, pixels


@dataclass(frozen=True)
class Drawing:
    """A tag that can be drawn at any scale, the same each time."""

    layout: str
    fields: TagFields
    faces: Faces
    choices: tuple[Any, ...]  # state of the generator of its choices

    def at(self, scale: float) -> Canvas:
        """The tag at this many pixels per millimetre."""
        words = random.Random()
        words.setstate(self.choices)
        return LAYOUTS[self.layout].draw(self.fields, self.faces, words, scale)


def compose(book: FaceBook, rng: Generator, words: random.Random, *, megapixels: float | None = None) -> Scene:
    """A scene of one to six tags.

    Args:
        book: this machine's faces.
        rng: generator of the noise.
        words: generator of the choices.
        megapixels: of the photo; None: 1 to 12, the smaller the oftener.
    """
    kind = words.choices(tuple(_SCENES), weights=tuple(_SCENES.values()))[0]
    columns, rows = words.choice(_GRIDS[kind])
    if megapixels is None:
        least, most = max(1.0, 0.35 * columns * rows), words.choice((3.0, 5.0, 12.0))
        megapixels = math.exp(words.uniform(math.log(least), math.log(most)))
    stacked = kind == "stack"
    box = words.uniform(1.6, 2.3) if stacked else None  # width by height of a box's end
    aspect = columns * box / rows if box else None
    frame = choose_frame(megapixels, words, aspect=aspect, lean=0.09 if stacked else 0.12)
    ground = words.choice(_GROUNDS[kind])
    photo = draw_ground(ground, frame.size, rng, words)
    cells = grid(frame.plane, columns, rows, aspect=box)
    if stacked:
        draw_boxes(photo, frame, cells, words)
    else:
        if ground in _SOFT and words.random() < 0.6:
            add_seam(photo, words)
        for _ in range(words.choice((0, 0, 1, 2))):
            add_object(photo, words)
    put = [
        _put_tag(photo, frame, cell, kind, drawing, rng, words, bare=ground in _SOFT)
        for cell, drawing in zip(cells, _drawings(kind, len(cells), book, words), strict=True)
    ]
    tags = tuple(tag for tag, _ in put if tag.lines)
    return Scene(photo, tags, kind, min((height for tag, height in put if tag.lines), default=20.0))


def _drawings(kind: str, count: int, book: FaceBook, words: random.Random) -> list[Drawing]:
    """The tags of a scene. The boxes of a stack often carry one print: other sizes, or other shoes, of one brand."""
    alike = kind == "stack" and words.random() < _ALIKE
    one_shoe = alike and words.random() < 0.5
    drawings: list[Drawing] = []
    for _ in range(count):
        if drawings and alike:
            first = drawings[0]
            other = another_size(first.fields, words) if one_shoe else choose_fields(words, brand=first.fields.brand)
            drawings.append(Drawing(first.layout, other, first.faces, first.choices))
        else:
            layout = "box label" if kind == "stack" else choose_layout(words, hangul=bool(book.hangul))
            fields, faces = choose_fields(words), book.choose(words)
            drawings.append(Drawing(layout, fields, faces, random.Random(words.random()).getstate()))
    return drawings


def _put_tag(
    photo: Photo,
    frame: Frame,
    cell: Cell,
    kind: str,
    drawing: Drawing,
    rng: Generator,
    words: random.Random,
    *,
    bare: bool,
) -> tuple[PhotographedTag, float]:
    """Draw a tag at the scale of its place and put it there; returns its truth and the height of its code.

    Where `bare`, some are printed straight onto the ground.
    """
    left, top, right, bottom = cell
    sketch = drawing.at(2.0)
    slant = math.radians(_slant(kind, words))
    cos, sin = abs(math.cos(slant)), abs(math.sin(slant))
    span = (sketch.width * cos + sketch.height * sin, sketch.width * sin + sketch.height * cos)
    fit = min((right - left) / span[0], (bottom - top) / span[1])
    share = {
        "close": words.choice((words.uniform(0.85, 1.05), words.uniform(0.9, 1.25))),
        "lying": words.uniform(0.32, 0.85),
        "stack": words.uniform(0.45, 0.8),
    }
    least = _LEAST_SCALE.get(kind, _OTHER_LEAST_SCALE)
    scale = max(fit * share.get(kind, words.uniform(0.66, 0.9)), min(fit * 0.95, least))
    free = ((right - left) - span[0] * scale, (bottom - top) - span[1] * scale)
    centre = (
        (left + right) / 2 + words.uniform(-0.4, 0.4) * max(0.0, free[0]),
        (top + bottom) / 2 + words.uniform(-0.4, 0.4) * max(0.0, free[1]),
    )
    if kind == "stack":  # beside the hole and below the lid
        centre = ((left + right) / 2 + 0.15 * free[0], (top + bottom) / 2 + 0.2 * free[1])
    canvas = drawing.at(scale * _FINER)
    cloth = words.random() < LAYOUTS[drawing.layout].cloth
    if cloth and kind == "close" and words.random() < 0.6:  # the label goes on beyond the frame
        canvas = canvas.widened(max(canvas.width, canvas.height) * 0.5)
    width, height = canvas.ink.size
    to_plane = shifted(*centre) @ turned(slant) @ np.diag([1 / _FINER, 1 / _FINER, 1.0])
    placement = Placement(
        (width, height),
        frame.to_photo @ to_plane @ shifted(-width / 2, -height / 2),
        _choose_bend(width, words, cloth=cloth),
        _choose_bend(height, words, cloth=cloth) if cloth else Bend(),
    )
    heights = [math.dist(line.corners[0], line.corners[3]) for line in canvas.lines if line.role == "code"]
    text_height = min(heights, default=2 * scale * _FINER)
    under = None
    if bare and cloth and drawing.layout == "shoe label" and kind != "close" and words.random() < 0.25:
        under = _brightness(photo, placement)
    flat = make_tag(canvas, cloth=cloth, text_height=text_height, under=under, rng=rng, words=words)
    lift = words.uniform(0.0, 0.02 if cloth else 0.008) * min(width, height) if under is None else 0.0
    lay(photo, placement, flat, lift=lift, words=words)
    for x0, y0, x1, y1 in canvas.holes:
        knot = np.array([[(x0 + x1) / 2, (y0 + y1) / 2], [width / 2 / canvas.scale, -canvas.height]]) * canvas.scale
        add_string(photo, placement.to_photo(knot), words)
    return photographed(canvas, placement, frame.size), text_height / _FINER


def photographed(canvas: Canvas, placement: Placement, size: tuple[int, int]) -> PhotographedTag:
    """The truth of a tag on a photo of this width and height."""
    width, height = placement.size
    lines = [Line(line.text, line.role, placement.corners(line.corners), line.values) for line in canvas.lines]
    codes = [Bars(bars.format, bars.text, placement.corners(bars.corners)) for bars in canvas.barcodes]
    edges: Corners = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
    return PhotographedTag(
        canvas.layout,
        placement.corners(edges),
        tuple(line for line in lines if _within(line.corners, size)),
        tuple(code for code in codes if _within(code.corners, size)),
        tuple(line for line in lines if not _within(line.corners, size) and _touches(line.corners, size)),
        tuple(code for code in codes if not _within(code.corners, size) and _touches(code.corners, size)),
        max(placement.across, placement.down, key=lambda bend: abs(bend.rise)).kind,
    )


def _brightness(photo: Photo, placement: Placement) -> float:
    """Mean level of the photo where a tag will be, 0..255."""
    outline = placement.outline()
    height, width = photo.shape[:2]
    left, top = np.clip(outline.min(axis=0).astype(int), 0, (width - 2, height - 2))
    right, bottom = np.clip(outline.max(axis=0).astype(int), (left + 1, top + 1), (width, height))
    return float(photo[top:bottom:8, left:right:8].mean())


def _slant(kind: str, words: random.Random) -> float:
    """Degrees off the upright."""
    if kind == "stack":
        return words.gauss(0, 1.2)
    share = words.random()
    if share < 0.65:
        return words.gauss(0, 3)
    return words.gauss(0, 12) if share < 0.9 else words.uniform(-32, 32)


def _choose_bend(length: float, words: random.Random, *, cloth: bool) -> Bend:
    """A bend along an axis of this length."""
    if words.random() < (0.35 if cloth else 0.7):
        return Bend()
    strength = 1.0 if cloth else 0.35
    kind = words.random()
    if kind < 0.55:
        return Bend("arc", length * words.gauss(0, 0.02) * strength)
    if kind < 0.85:
        return Bend("wave", length * words.uniform(0.002, 0.009) * strength, words.random(), words.uniform(0.7, 2.5))
    return Bend("fold", length * words.gauss(0, 0.05) * strength, words.uniform(0.1, 0.9))


def _within(corners: Corners, size: tuple[int, int]) -> bool:
    return all(0 <= x <= size[0] and 0 <= y <= size[1] for x, y in corners)


def _touches(corners: Corners, size: tuple[int, int]) -> bool:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return max(xs) > 0 and min(xs) < size[0] and max(ys) > 0 and min(ys) < size[1]
