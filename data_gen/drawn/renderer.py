"""Drawings of one character each: a digit, or something that is none and has the text ""."""

from __future__ import annotations

import random

import cv2
import numpy as np

from data_gen.degradations import Generator, Picture, low_frequency
from data_gen.drawn.glyphs import DIGITS, OTHERS, pieces
from data_gen.drawn.hand import Points, bend, draw, scribble, write

_LETTERS = "AEFHKMNPRTUVWXLadefhkmnruvwx"  # none that a digit looks like
_FACES = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)
# How often what is no digit is of which kind.
_KINDS = {"glyph": 0.42, "letter": 0.18, "scribble": 0.18, "several": 0.1, "crossed out": 0.07, "dot": 0.05}
_THINNEST, _WIDEST = 0.02, 0.17  # of the pen, in heights of the character


def draw_character(rng: Generator, words: random.Random, hard: float, *, is_digit: bool) -> tuple[Picture, str]:
    """One drawing and its text.

    Args:
        rng: generator of the pen.
        words: generator of what is drawn.
        hard: 0 as in the copy-book, 1 as people write.
        is_digit: whether it is a digit.

    Returns:
        A grey picture (H, W), 0 black, 1 white, light or dark strokes; the digit, or "".
    """
    text = words.choice("0123456789") if is_digit else ""
    pen = float(np.exp(rng.uniform(np.log(_THINNEST), np.log(_WIDEST))))
    ink = draw(_digit(text, rng, words, hard), rng, pen) if is_digit else _other(rng, words, hard, pen)
    return _on_ground(ink, rng), text


def _digit(text: str, rng: Generator, words: random.Random, hard: float) -> list[Points]:
    return write(pieces(words.choice(DIGITS[text])), rng, hard)


def _other(rng: Generator, words: random.Random, hard: float, pen: float) -> Picture:
    kind = words.choices(list(_KINDS), weights=list(_KINDS.values()))[0]
    if kind == "letter":
        return _letter(rng, words)
    if kind == "scribble":
        return draw(bend(scribble(rng), rng, hard), rng, min(pen, 0.08))
    if kind == "several":
        return draw(_several(rng, words, hard), rng, pen)
    if kind == "crossed out":
        digit = _digit(words.choice("0123456789"), rng, words, hard)
        return draw([*digit, *(line * 0.9 for line in scribble(rng))], rng, pen)
    if kind == "dot":
        place = rng.uniform(0, 0.3, (int(rng.integers(1, 5)), 1, 2))
        return draw([np.concatenate([dot, dot + 0.01]) for dot in place], rng, rng.uniform(0.02, 0.1))
    return draw(write(pieces(words.choice(OTHERS)), rng, hard), rng, pen)


def _several(rng: Generator, words: random.Random, hard: float) -> list[Points]:
    """Two or three digits beside each other."""
    curves: list[Points] = []
    at = 0.0
    for _ in range(words.choice((2, 2, 3))):
        digit = _digit(words.choice("0123456789"), rng, words, hard)
        every = np.concatenate(digit)
        curves += [curve + np.array([at - every[:, 0].min(), 0.0]) for curve in digit]
        at += float(np.ptp(every[:, 0])) + rng.uniform(0.12, 0.4)
    return curves


def _letter(rng: Generator, words: random.Random) -> Picture:
    """A letter of Hershey's pen fonts, warped."""
    canvas = np.zeros((140, 140), np.uint8)
    width = int(rng.integers(1, 13))
    cv2.putText(canvas, words.choice(_LETTERS), (40, 105), words.choice(_FACES), 3.0, 255, width, cv2.LINE_AA)
    matrix = np.array([[rng.uniform(0.7, 1.2), rng.normal(0, 0.2), 0], [rng.normal(0, 0.1), rng.uniform(0.8, 1.1), 0]])
    matrix[:, 2] = 70 - matrix[:, :2] @ (70, 70)
    return np.asarray(cv2.warpAffine(canvas, matrix, (140, 140)), np.float32) / np.float32(255)


def _on_ground(ink: Picture, rng: Generator) -> Picture:
    """Ink on paper, or light on a dark screen; sometimes soft, sometimes a little noisy."""
    if rng.random() < 0.3:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.5, 1.5))
    strength = rng.uniform(0.5, 1.0)
    picture = (1 - strength * ink if rng.random() < 0.7 else strength * ink).astype(np.float32)
    if rng.random() < 0.15:
        picture += np.float32(0.03) * low_frequency(rng, picture.shape, (4, 4))
    return np.clip(picture, 0, 1).astype(np.float32)
