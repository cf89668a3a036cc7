"""The crops of the original's recipes: TRDG's text on white or noisy paper, as the dataset versions of 2021 had it."""

from __future__ import annotations

import random

import cv2
import numpy as np

from data_gen import degradations as degrade
from data_gen.degradations import Generator, Picture
from data_gen.trdg_adapter import draw_line

_MARGIN = 6  # pixels around the line


def draw_plain(text: str, font: str, bound: float, rng: Generator, words: random.Random) -> tuple[Picture, float]:
    """Plain print, tilted by at most `bound` degrees.

    Returns:
        A grey picture (H, W), 0..1, and its tilt in degrees, counter-clockwise.

    Raises:
        UndrawableError: the font leaves no ink for this text.
    """
    ink = draw_line(text, font, 48).astype(np.float32) / 255
    tilt = words.uniform(-bound, bound)
    ink = cv2.copyMakeBorder(ink, _MARGIN, _MARGIN, _MARGIN, _MARGIN, cv2.BORDER_CONSTANT)
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = (int(height * sin + width * cos), int(height * cos + width * sin))
    turn[0, 2] += size[0] / 2 - width / 2
    turn[1, 2] += size[1] / 2 - height / 2
    ink = cv2.warpAffine(ink, turn, size)
    paper = np.clip(0.92 + 0.04 * degrade.fine_noise(rng, ink.shape), 0, 1)
    picture = paper * (1 - ink) + words.uniform(0, 0.25) * ink
    if words.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), words.uniform(0.4, 1.6))
    return picture.astype(np.float32), tilt
