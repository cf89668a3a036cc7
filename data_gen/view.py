"""The line before the camera, and the shopper's box around it. All geometry is done in one resampling."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from data_gen.degradations import Picture
from data_gen.recipe import Recipe
from data_gen.tag import Tag

WIDEST = 560  # pixels of a picture


@dataclass(frozen=True)
class View:
    """The geometry from the flat tag to the picture. Lengths are pixels of the tag, from the line's centre."""

    tilt: float  # degrees, counter-clockwise
    perspective: float  # by which the line's end lies deeper than its middle, relative to the distance; -0.25..0.25
    squeeze: float  # shear
    bend: float  # sagitta of the line's curve
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)  # edges of the picture: left, top, right, bottom

    def project(self, points: NDArray[np.float64], width: float) -> NDArray[np.float64]:
        """The places of points of the flat tag in the picture, without bends: the inverse of the mapping in `take`.

        Args:
            points: points (N, 2), from the line's centre.
            width: width of the line.
        """
        angle = np.deg2rad(self.tilt)
        cos, sin = np.cos(angle), np.sin(angle)
        fx, fy = points[:, 0] + self.squeeze * points[:, 1], points[:, 1]
        gx, gy = fx * cos + fy * sin, -fx * sin + fy * cos
        # gx = vx * (1 + k vx), solved for vx.
        k = self.perspective / max(width, 1) * 2
        vx = 2 * gx / (1 + np.sqrt(np.maximum(0, 1 + 4 * k * gx)))
        return np.stack([vx, gy / (1 + k * vx)], axis=1)

    def traits(self, tag: Tag) -> frozenset[str]:
        """What is particular about the view, for tables of readers' accuracy: "tilted", "bent", "loose"."""
        left, top, right, bottom = tag.line
        x0, _, x1, _ = self.box
        found = {
            "tilted": abs(self.tilt) > 8,
            "bent": abs(self.bend) > 0.3 * (bottom - top),
            "loose": x1 - x0 > 1.6 * (right - left) and tag.cut is None,
        }
        return frozenset(name for name, is_so in found.items() if is_so)


def choose_view(tag: Tag, recipe: Recipe, words: random.Random, hard: float) -> View:
    """A view of the tag; `hard` is 0 clean to 1 everything."""
    left, top, right, bottom = tag.line
    h, w = bottom - top, right - left
    tilt = words.gauss(0, recipe.tilt) * (0.25 + 0.75 * hard) if words.random() < 0.7 else words.gauss(0, 1)
    if words.random() < recipe.steep * hard:
        tilt = words.uniform(-30, 30)
    if tag.cut or tag.between_lines:  # a box that cuts characters or lines cuts them straight
        tilt = words.gauss(0, 2)
    bend = words.gauss(0, recipe.bend) * h * hard if words.random() < recipe.bent else 0.0
    if tag.between_lines:
        bend = 0.0
    perspective = words.gauss(0, 0.09) * hard if words.random() < 0.5 else 0.0
    perspective = float(np.clip(perspective, -0.25, 0.25))  # the mapping folds at a half
    squeeze = words.gauss(0, 0.06) * hard
    pad = _choose_margins(tag, tilt, recipe, words, hard)
    view = View(tilt, perspective, squeeze, bend)
    corners = np.array([[-w / 2, -h / 2], [w / 2, -h / 2], [w / 2, h / 2], [-w / 2, h / 2]])
    seen = view.project(corners, w)
    box = (
        seen[:, 0].min() - pad[0] * h,
        seen[:, 1].min() - pad[2] * h - max(0.0, bend),
        seen[:, 0].max() + pad[1] * h,
        seen[:, 1].max() + pad[3] * h + max(0.0, -bend),
    )
    return View(tilt, perspective, squeeze, bend, box)


def _choose_margins(tag: Tag, tilt: float, recipe: Recipe, words: random.Random, hard: float) -> list[float]:
    """The margins of the shopper's box, tight, cut or loose: left, right, top, bottom, in text heights."""
    left, top, right, bottom = tag.line
    h, w = bottom - top, right - left
    kind = words.random()
    least, most = (0.02, 0.35) if kind < 0.5 else (0.0, 0.8) if kind < 0.9 else (0.3, 1.5)
    pad = [words.uniform(least, most) for _ in range(4)]
    if tag.may_be_loose and recipe.loose_boxes and words.random() < recipe.loose_boxes:
        side, off = words.uniform(0.15, recipe.loosest) * w, words.uniform(-0.3, 0.3)
        pad = [side * (1 - off) / h, side * (1 + off) / h, words.uniform(0.1, 1.3), words.uniform(0.1, 1.3)]
    elif words.random() < 0.12 * hard:  # the box cuts a little of the text itself
        pad[words.randrange(4)] = -words.uniform(0.02, 0.12)
    if tag.between_lines:
        pad[2:] = [words.uniform(0.0, 0.3), words.uniform(0.0, 0.3)]
    if abs(tilt) > 8 and words.random() < 0.8:
        pad = [min(p, 0.3) for p in pad]
    if tag.cut:
        side = 0 if tag.cut[0] else 1
        pad[side] = tag.cut[side] / h
    return pad


def take(tag: Tag, view: View, words: random.Random, *, waving: bool, widest: int = WIDEST) -> tuple[Picture, float]:
    """The tag's ink as the camera sees it.

    Args:
        tag: the flat tag.
        view: its view.
        words: generator of the choices.
        waving: whether the cloth waves.
        widest: pixels of the widest picture; a wider box is squeezed.

    Returns:
        Ink (H, W), 0..1, and the height of the text in it, in pixels.
    """
    left, top, right, bottom = tag.line
    h, w = bottom - top, right - left
    x0, y0, x1, y1 = view.box
    out_h = int(np.clip(words.uniform(40, 76) * (1 if y1 - y0 < 2.2 * h else 1.25), 24, 96))
    if widest > WIDEST:  # the picture of a box that may be much looser has more pixels, not smaller print
        out_h = int(out_h * np.clip((y1 - y0) / (2.75 * h), 1.0, 1.6))
    out_w = int(np.clip(out_h * (x1 - x0) / max(1.0, y1 - y0), 12, widest))
    # For every pixel of the picture its place on the flat tag.
    gx, gy = np.meshgrid(np.linspace(x0, x1, out_w, dtype=np.float32), np.linspace(y0, y1, out_h, dtype=np.float32))
    depth = 1 + np.float32(view.perspective / max(w, 1) * 2) * gx
    gx, gy = gx * depth, gy * depth
    angle = np.deg2rad(view.tilt)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    fx = gx * cos - gy * sin
    fy = gx * sin + gy * cos
    fx = fx - np.float32(view.squeeze) * fy
    if view.bend:
        fy = fy + np.float32(view.bend) * ((2 * fx / w) ** 2 - 1) * np.float32(-1)
    if waving:
        wave = words.uniform(0.02, 0.08) * h
        fy = fy + np.float32(wave) * np.sin(
            fx * np.float32(2 * np.pi / (h * words.uniform(2, 7))) + np.float32(words.uniform(0, 6))
        )
    scale = (y1 - y0) / out_h
    ink = tag.ink if scale < 1.3 else cv2.GaussianBlur(tag.ink, (0, 0), 0.45 * scale)
    fx, fy = fx + np.float32((left + right) / 2), fy + np.float32((top + bottom) / 2)
    seen = cv2.remap(ink, fx, fy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return seen, h / scale
