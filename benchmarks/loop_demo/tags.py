"""The tags of the demonstration: a new brand's dot-matrix print, and tags of the kinds known so far.

The number of a tag alone decides how it looks, so a stream that was stopped goes on where it was and never shows a tag
twice. Streams with different names share no picture, and of the new kind no code either.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.loop_demo.glyphs import ROWS, dots_of
from benchmarks.loop_demo.settings import Kind
from data_gen import degradations as degrade
from data_gen.crop import CropRenderer
from data_gen.degradations import Generator, Picture
from data_gen.fonts import load_fonts
from data_gen.recipe import load_recipe
from ocr_model.codes.lines import extract_code

_RECIPES: dict[Kind, str] = {"tags": "tags-1", "plain": "v1.0"}
_STREAMS = ("fresh", "shoppers", "stall")
_SEEDS = {
    name: 31_000_000 + place for place, name in enumerate(_STREAMS)
}  # seeds that no other part of the project uses

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # like many brands, this one leaves out I, O and Q
_DOT = 12  # pixels from dot to dot on the flat tag


@dataclass(frozen=True, slots=True)
class Tag:
    """One photographed tag."""

    kind: Kind
    number: int  # in its stream
    image: NDArray[np.uint8]  # grey (H, W)
    text: str  # printed on it; "" if there is nothing to read

    @property
    def png(self) -> bytes:
        """The picture as a browser sends it."""
        done, data = cv2.imencode(".png", self.image)
        if not done:
            raise RuntimeError("PNG encoding failed")
        return bytes(data)


class TagStream:
    """Tags by number.

    Args:
        name: "fresh" for tags that only measure; "shoppers" and "stall" for tags that get labels.
        shares: shares of the kinds, relative to each other.
    """

    def __init__(self, name: str, shares: dict[Kind, float]) -> None:
        self._name, self._seed = name, _SEEDS[name]
        self._kinds, self._shares = tuple(shares), tuple(shares.values())
        self._renderer = lru_cache(maxsize=None)(self._make_renderer)

    def tag(self, number: int) -> Tag:
        """The tag with this number."""
        words = random.Random(f"{self._name}/{number}")
        return self.tag_of(words.choices(self._kinds, self._shares)[0], number)

    def tag_of(self, kind: Kind, number: int) -> Tag:
        """The tag of this kind with this number."""
        if kind == "new":
            text = new_code(self._name, number)
            image = photograph_dots(np.random.default_rng((self._seed, number)), text)
            return Tag(kind, number, image, text)
        crop = self._renderer(kind).render(number)
        return Tag(kind, number, crop.image, crop.text)

    def _make_renderer(self, kind: Kind) -> CropRenderer:
        recipe = load_recipe(_RECIPES[kind])
        return CropRenderer(recipe, load_fonts(recipe.fonts), self._seed)


def new_code(stream: str, number: int) -> str:
    """A code as the new brand prints it, such as `HK4/70936R`; two streams never share one."""
    for attempt in range(1000):
        words = random.Random(f"{stream}/{number}/{attempt}")
        letters = "".join(words.choices(_LETTERS, k=3))
        digits = "".join(words.choices("0123456789", k=6))
        code = f"{letters[:2]}{digits[0]}/{digits[1:]}{letters[2]}"
        # A code that begins with a field name (RN, SN, CA) would be read as that field's value.
        if _stream_of(code) == stream and extract_code(code) == code:
            return code
    raise RuntimeError("no code for this stream")


def _stream_of(code: str) -> str:
    return _STREAMS[hashlib.sha256(code.encode()).digest()[0] % len(_STREAMS)]


def photograph_dots(rng: Generator, text: str) -> NDArray[np.uint8]:
    """A photographed line of dot-matrix print, grey (H, W).

    The dots are small and stand apart, the head jitters, some needles are worn: a person reads every
    character, a recognizer that has not seen such print sees loose points.
    """
    ink = _print_dots(rng, text)
    picture = _view(rng, ink)
    return _expose(rng, picture)


def _print_dots(rng: Generator, text: str) -> Picture:
    """Ink on the flat tag, 0..1, with a margin."""
    dots = dots_of(text)
    margin = 2 * _DOT
    height, width = ROWS * _DOT + 2 * margin, dots.shape[1] * _DOT + 2 * margin
    ink = np.zeros((height, width), np.float32)
    radius = _DOT * rng.uniform(0.30, 0.44)
    jitter = _DOT * rng.uniform(0.02, 0.07)
    worn = rng.uniform(0.35, 1.0, ROWS) if rng.random() < 0.5 else np.ones(ROWS)  # each row has a needle of its own
    back = _DOT * rng.uniform(-0.2, 0.2)  # every second column of dots is struck on the way back
    missing = rng.uniform(0.0, 0.03)
    for row, column in zip(*np.nonzero(dots), strict=True):
        if rng.random() < missing:
            continue
        x = margin + (column + 0.5) * _DOT + rng.normal(0, jitter)
        y = margin + (row + 0.5) * _DOT + rng.normal(0, jitter) + (back if column % 2 else 0.0)
        strength = float(worn[row] * rng.uniform(0.75, 1.0))
        cv2.circle(ink, (round(x * 16), round(y * 16)), round(radius * 16), strength, -1, cv2.LINE_AA, 4)
    return ink


def _view(rng: Generator, ink: Picture) -> Picture:
    """The shopper's box around the line: a little tilt, slant and perspective, one resampling."""
    height, width = ink.shape
    margin = 2 * _DOT
    h = height - 2 * margin
    left, right, top, bottom = (rng.uniform(0.12, 0.4) * h for _ in range(4))
    tilt, slant = np.deg2rad(rng.normal(0, 1.5)), rng.normal(0, 0.08)
    out_h = rng.uniform(38, 64)
    scale = out_h / (h + top + bottom)
    out_w = (width - 2 * margin + left + right) * scale * rng.uniform(0.85, 1.1)
    x0, x1 = margin - left, width - margin + right
    y0, y1 = margin - top, height - margin + bottom
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    middle = corners.mean(axis=0)
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    seen = (corners - middle) @ turn.T
    seen[:, 0] += slant * seen[:, 1]
    seen = seen + middle + rng.normal(0, 0.03 * h, (4, 2))
    target = np.array([[0, 0], [out_w, 0], [out_w, out_h], [0, out_h]], np.float32)
    matrix = cv2.getPerspectiveTransform(seen.astype(np.float32), target)
    smooth = cv2.GaussianBlur(ink, (0, 0), max(0.3, 0.35 / scale))
    return np.asarray(cv2.warpPerspective(smooth, matrix, (round(out_w), round(out_h))), np.float32)


def _expose(rng: Generator, ink: Picture) -> NDArray[np.uint8]:
    """Paper, light and camera."""
    h = 0.7 * ink.shape[0]
    contrast = rng.uniform(0.35, 0.9)
    ground = rng.uniform(min(0.97, contrast + 0.05), 1.0)
    paper = np.full(ink.shape, ground, np.float32)
    if rng.random() < 0.4:  # card
        paper = paper + degrade.low_frequency(rng, ink.shape, (6, 24)) * np.float32(0.06 * contrast)
    picture = paper - np.float32(contrast) * ink
    if rng.random() < 0.7:
        picture = degrade.lighting(rng, picture)
    if rng.random() < 0.35:
        picture = cv2.GaussianBlur(picture, (0, 0), h * rng.uniform(0.01, 0.03))
    elif rng.random() < 0.25:
        picture = degrade.motion_blur(rng, picture, h, 0.5)
    picture = degrade.exposure(rng, picture)
    picture = degrade.sensor_noise(rng, picture, rng.uniform(0.005, 0.04) * contrast)
    if rng.random() < 0.5:
        picture = degrade.jpeg(rng, picture, 45, 95)
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
