"""Where a flat tag stands on a photo: bent, turned and slanted.

A tag is first bent within its own plane, then seen in perspective. Coordinates are edges: the middle of the upper left
pixel is (0.5, 0.5), of the tag as well as of the photo.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from data_gen.whole_tag.background import Photo, soften
from data_gen.whole_tag.truth import Corners, Point

Points = NDArray[np.float64]  # (N, 2)
Rectangle = tuple[int, int, int, int]  # left, top, right, bottom
BendKind = Literal["flat", "arc", "wave", "fold"]


@dataclass(frozen=True, slots=True)
class Bend:
    """How far points move sideways of one axis, along that axis: a cylinder's arc, waves of cloth, a crease."""

    kind: BendKind = "flat"
    rise: float = 0.0  # pixels of the tag
    where: float = 0.5  # of the crease, or the wave's phase, 0..1
    waves: float = 1.0

    def at(self, along: NDArray[Any], length: float) -> NDArray[Any]:
        """The shift of points that lie `along` an axis of this length."""
        t = along / length
        if self.kind == "arc":
            return np.asarray(self.rise * (1 - (2 * t - 1) ** 2))
        if self.kind == "wave":
            return np.asarray(self.rise * np.sin(2 * np.pi * (self.waves * t + self.where)))
        if self.kind == "fold":
            return np.asarray(self.rise * np.abs(t - self.where))
        return np.zeros_like(along)

    def slope(self, along: NDArray[Any], length: float) -> NDArray[Any]:
        """The shift's derivative, which decides how the light falls."""
        step = 0.5
        return np.asarray(self.at(along + step, length) - self.at(along - step, length))


@dataclass(frozen=True)
class Placement:
    """The mapping between a flat tag and the photo."""

    size: tuple[int, int]  # width and height of the flat tag, pixels
    homography: Points  # (3, 3), from the bent tag to the photo
    across: Bend = Bend()  # of rows, along the tag's width
    down: Bend = Bend()  # of columns, along its height

    def to_photo(self, points: Points) -> Points:
        """Places on the photo of points of the flat tag."""
        x, y = points[:, 0], points[:, 1]
        bent_y = y + self.across.at(x, self.size[0])
        bent_x = x + self.down.at(bent_y, self.size[1])
        return _project(self.homography, np.stack([bent_x, bent_y], axis=1))

    def corners(self, corners: Corners) -> Corners:
        """The corners on the photo of a box on the tag; where it is bent, its sides lie around the curve."""
        flat = np.array(corners, np.float64)
        seen = self.to_photo(flat)
        if self.across.kind == self.down.kind == "flat":
            return _as_corners(seen)
        # Each side moves outwards until the whole outline lies within.
        steps = np.linspace(0, 1, 33)[:, None]
        sides = [flat[side] + (flat[(side + 1) % 4] - flat[side]) * steps for side in range(4)]
        outline = self.to_photo(np.concatenate(sides))
        lines = []
        for side in range(4):
            start, end = seen[side], seen[(side + 1) % 4]
            direction = (end - start) / max(1e-9, float(np.hypot(*(end - start))))
            outward = np.array([direction[1], -direction[0]])  # corners run clockwise, y points down
            lines.append((start + outward * max(0.0, float(((outline - start) @ outward).max())), direction))
        return _as_corners(np.array([_crossing(lines[side - 1], lines[side]) for side in range(4)]))

    def outline(self) -> Points:
        """Points around the tag on the photo, (N, 2)."""
        width, height = self.size
        steps = np.linspace(0, 1, 25)[:, None]
        ends = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        return self.to_photo(np.concatenate([ends[s] + (ends[(s + 1) % 4] - ends[s]) * steps for s in range(4)]))

    def take(self, flat: NDArray[np.uint8], rectangle: Rectangle) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """A rectangle of the photo as the tag fills it.

        Args:
            flat: the tag, (H, W, channels).
            rectangle: of the photo, pixels.

        Returns:
            Its pixels (h, w, channels), 0 beside the tag; and how light its surface is there, (h, w), about 1.
        """
        left, top, right, bottom = rectangle
        inverse = np.linalg.inv(self.homography).astype(np.float32)
        u = np.arange(left, right, dtype=np.float32)[None, :] + np.float32(0.5)
        v = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5)
        depth = inverse[2, 0] * u + (inverse[2, 1] * v + inverse[2, 2])
        x = (inverse[0, 0] * u + (inverse[0, 1] * v + inverse[0, 2])) / depth
        y = (inverse[1, 0] * u + (inverse[1, 1] * v + inverse[1, 2])) / depth
        light = np.ones(x.shape, np.float32)
        if self.down.kind != "flat":
            light -= (1.6 * self.down.slope(y, self.size[1])).astype(np.float32)
            x -= self.down.at(y, self.size[1]).astype(np.float32)
        if self.across.kind != "flat":
            light += (1.6 * self.across.slope(x, self.size[0])).astype(np.float32)
            y -= self.across.at(x, self.size[0]).astype(np.float32)
        seen = cv2.remap(
            flat, x - np.float32(0.5), y - np.float32(0.5), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        )
        return seen, np.clip(light, 0.55, 1.3)


def lay(photo: Photo, placement: Placement, flat: NDArray[np.uint8], *, lift: float, words: random.Random) -> None:
    """Blend a tag into the photo over the shadow that it casts.

    Args:
        photo: changed in place.
        placement: of the tag.
        flat: the tag, (H, W, 4) with its opacity.
        lift: its distance from the ground, pixels.
        words: generator of the choices.
    """
    height, width = photo.shape[:2]
    outline = placement.outline()
    reach = int(lift * 3) + 3
    left, top = np.maximum(0, np.floor(outline.min(axis=0)).astype(int) - reach)
    right, bottom = np.minimum((width, height), np.ceil(outline.max(axis=0)).astype(int) + reach)
    if right - left < 8 or bottom - top < 8:
        return
    seen, light = placement.take(flat, (int(left), int(top), int(right), int(bottom)))
    region = photo[top:bottom, left:right]
    opacity = seen[..., 3].astype(np.float32) / np.float32(255)
    if lift > 0.5:
        angle = words.uniform(0, 2 * math.pi)
        shift = np.array([[1, 0, math.cos(angle) * lift], [0, 1, math.sin(angle) * lift]])
        cast = soften(cv2.warpAffine(opacity, shift, (opacity.shape[1], opacity.shape[0])), lift)
        region *= (1 - np.float32(words.uniform(0.25, 0.6)) * cast)[:, :, None]
    for channel in range(3):
        colour = seen[..., channel] * light
        region[..., channel] += (colour - region[..., channel]) * opacity


def _project(homography: NDArray[Any], points: NDArray[Any]) -> Points:
    seen = points @ homography[:, :2].T + homography[:, 2]
    return np.asarray(seen[:, :2] / seen[:, 2:])


def _crossing(first: tuple[Points, Points], second: tuple[Points, Points]) -> Points:
    """Where two lines (point, direction) cross."""
    (start, along), (other, across) = first, second
    share = np.linalg.solve(np.stack([along, -across], axis=1), other - start)
    return np.asarray(start + along * share[0])


def _as_corners(points: Points) -> Corners:
    first: list[Point] = [(float(x), float(y)) for x, y in points]
    return (first[0], first[1], first[2], first[3])
