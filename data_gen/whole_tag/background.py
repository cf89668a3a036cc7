"""What tags lie on: cloth, cardboard, wood, leather, a table; and things around them."""

from __future__ import annotations

import random

import cv2
import numpy as np
from numpy.typing import NDArray

from data_gen import degradations as degrade
from data_gen.degradations import Generator, Picture

Photo = NDArray[np.float32]
"""A photo, (H, W, 3) red, green, blue, 0..255."""

_TEXTURE = 900  # pixels of the longest side of a texture, which is stretched to the photo
COLOURS = {
    "cloth": (
        (30, 32, 44),
        (24, 24, 26),
        (96, 92, 86),
        (150, 140, 120),
        (60, 66, 92),
        (120, 40, 40),
        (196, 192, 184),
        (52, 70, 60),
    ),
    "cardboard": ((176, 136, 92), (190, 152, 108), (160, 120, 80), (205, 175, 138)),
    "wood": ((170, 128, 84), (120, 84, 54), (206, 170, 126), (90, 66, 48)),
    "leather": ((34, 30, 30), (92, 58, 38), (140, 96, 62), (210, 206, 200), (60, 60, 64)),
    "table": ((224, 222, 218), (196, 196, 198), (120, 122, 126), (236, 234, 230), (70, 72, 78)),
    "box": ((214, 96, 40), (36, 36, 38), (236, 236, 234), (30, 60, 130), (178, 140, 96), (178, 140, 96), (198, 30, 40)),
}


def draw_ground(kind: str, size: tuple[int, int], rng: Generator, words: random.Random) -> Photo:
    """A surface that fills the photo.

    Args:
        kind: one of `COLOURS`.
        size: width and height, pixels.
        rng: generator of the noise.
        words: generator of the choices.
    """
    width, height = size
    shrink = max(1.0, max(size) / _TEXTURE)
    small = (max(8, round(height / shrink)), max(8, round(width / shrink)))
    texture, depth = _texture(kind, small, rng, words)
    colour = np.array(words.choice(COLOURS[kind]), np.float32) * np.float32(words.uniform(0.8, 1.15))
    blotches = degrade.low_frequency(rng, small, (words.randint(2, 6), words.randint(2, 6)))
    shade = 1 + np.float32(depth) * texture + np.float32(words.uniform(0.02, 0.12)) * blotches
    picture = np.clip(colour[None, None, :] * shade[:, :, None], 0, 255)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _texture(kind: str, shape: tuple[int, int], rng: Generator, words: random.Random) -> tuple[Picture, float]:
    """A texture of about -1..1, and how deep it is."""
    if kind == "cloth":
        return degrade.weave(rng, shape, words.uniform(30, 90)), words.uniform(0.08, 0.3)
    if kind == "wood":
        along = degrade.low_frequency(rng, shape, (words.randint(20, 60), words.randint(2, 4)))
        turned = along if words.random() < 0.5 else np.ascontiguousarray(cv2.resize(along.T, shape[::-1]))
        return turned + degrade.fine_noise(rng, shape) * np.float32(0.2), words.uniform(0.05, 0.16)
    if kind == "leather":
        return cv2.GaussianBlur(degrade.fine_noise(rng, shape), (0, 0), words.uniform(1.0, 3.0)) * np.float32(
            2
        ), words.uniform(0.06, 0.16)
    if kind == "table":
        return degrade.fine_noise(rng, shape), words.uniform(0.0, 0.02)
    ribs = degrade.low_frequency(rng, shape, (words.randint(3, 6), words.randint(60, 140)))
    return ribs * np.float32(0.5) + degrade.fine_noise(rng, shape) * np.float32(0.3), words.uniform(0.02, 0.06)


def add_object(photo: Photo, words: random.Random) -> None:
    """A thing that reaches in from an edge of the photo: a strap, another shoe, a corner of paper, a shadowed gap."""
    height, width = photo.shape[:2]
    side = min(width, height)
    angle = words.uniform(0, 2 * np.pi)
    centre = np.array([width / 2 + np.cos(angle) * width * 0.55, height / 2 + np.sin(angle) * height * 0.55])
    radius = side * words.uniform(0.08, 0.3)
    count = words.choice((4, 5, 40))
    turn, flat = words.uniform(0, 6.3), words.uniform(0.3, 1.0)
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False) + turn
    shape = np.stack([np.cos(angles), np.sin(angles) * flat], axis=1) * radius * words.uniform(0.8, 2.0) + centre
    grey, depth = words.uniform(15, 230), words.choice((0.08, 0.15, 0.4))
    colour = [grey * words.uniform(1 - depth, 1 + depth) for _ in range(3)]
    fill_soft(photo, shape, colour, softness=side * words.uniform(0.001, 0.012), shadow=words.random() < 0.6)


def add_seam(photo: Photo, words: random.Random) -> None:
    """One or two rows of stitches in a curve across the photo, on the fold that they hold."""
    height, width = photo.shape[:2]
    side = min(width, height)
    pitch, thick = side * words.uniform(0.012, 0.03), max(1, round(side * words.uniform(0.0015, 0.004)))
    colour = [words.uniform(20, 230)] * 3
    turn, off, bow = words.uniform(0, 2 * np.pi), words.uniform(-0.45, 0.45) * side, words.gauss(0, 0.1) * side
    along = np.arange(-0.8 * max(width, height), 0.8 * max(width, height), pitch)
    for row in range(words.choice((1, 2))):
        across = off + row * pitch * 0.9 + bow * np.cos(along / side * 1.5)
        x = width / 2 + along * np.cos(turn) - across * np.sin(turn)
        y = height / 2 + along * np.sin(turn) + across * np.cos(turn)
        points = np.round(np.stack([x, y], axis=1)).astype(int).tolist()
        if row == 0:
            fold = np.array(points, np.int32)
            cv2.polylines(photo, [fold], False, [level * 0.35 for level in colour], thick, cv2.LINE_AA)
        for start, end in zip(points[:-1:2], points[1::2], strict=False):
            cv2.line(photo, start, end, colour, thick, cv2.LINE_AA)


def add_string(photo: Photo, ends: NDArray[np.float64], words: random.Random) -> None:
    """The string of a hanging tag: a loop from the hole, the first of two points (2, 2), away beyond the second."""
    start, end = ends
    along = end - start
    aside = np.array([-along[1], along[0]]) * words.uniform(0.05, 0.3)
    thick = max(1, round(float(np.hypot(*along)) * words.uniform(0.008, 0.02)))
    colour = [words.choice((25.0, 60.0, 200.0, 240.0))] * 3
    steps = np.linspace(0, 1.2, 30)[:, None]
    for side in (-1, 1):
        curve = start + along * steps + aside * side * np.sin(np.pi * np.minimum(1, steps))
        cv2.polylines(photo, [np.round(curve).astype(np.int32)], False, colour, thick, cv2.LINE_AA)


def fill_soft(
    photo: Photo, outline: NDArray[np.float64], colour: list[float], *, softness: float, shadow: bool
) -> None:
    """Fill an outline (N, 2) with a colour whose edge is this soft, pixels, over a shadow of its own."""
    height, width = photo.shape[:2]
    reach = round(softness * 3 + min(width, height) * 0.03) + 2
    left, top = np.maximum(0, np.floor(outline.min(axis=0)).astype(int) - reach)
    right, bottom = np.minimum((width, height), np.ceil(outline.max(axis=0)).astype(int) + reach)
    if right - left < 2 or bottom - top < 2:
        return
    mask = np.zeros((bottom - top, right - left), np.float32)
    cv2.fillPoly(mask, [np.round(outline - (left, top)).astype(np.int32)], 1.0)
    region = photo[top:bottom, left:right]
    if shadow:
        cast = soften(mask, reach / 2.5)
        region *= (1 - np.float32(0.5) * cast)[:, :, None]
    cover = soften(mask, softness)[:, :, None]
    region += (np.array(colour, np.float32) - region) * cover


def soften(mask: Picture, sigma: float) -> Picture:
    """A mask with soft edges; wide blurs are made small, where they are cheap."""
    if sigma < 0.4:
        return mask
    shrink = max(1.0, sigma / 3)
    if shrink == 1.0:
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), np.float32)
    height, width = mask.shape
    small = cv2.resize(
        mask, (max(2, round(width / shrink)), max(2, round(height / shrink))), interpolation=cv2.INTER_AREA
    )
    return np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), 3), (width, height)), np.float32)
