"""The adapter of TRDG (TextRecognitionDataGenerator 1.8.0, MIT licence); no other module imports it.

TRDG's `get_text_height` calls `ImageFont.getsize`, which Pillow 10 removed. The drawing module binds the function at
import, so it is replaced there.
"""

from __future__ import annotations

import random
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont
from trdg import computer_text_generator


class UndrawableError(ValueError):
    """A font cannot draw a text; another text or font may do."""


def _text_height(font: ImageFont.FreeTypeFont, text: str) -> int:
    return int(font.getbbox(text)[3])


@lru_cache(maxsize=512)
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return _truetype(font=path, size=size)


_truetype = ImageFont.truetype


class _CachedFonts:
    """Replaces Pillow's ImageFont inside TRDG, so that a font is opened once and not once per line."""

    FreeTypeFont = ImageFont.FreeTypeFont

    @staticmethod
    def truetype(font: str, size: int) -> ImageFont.FreeTypeFont:
        return _font(font, size)


computer_text_generator.get_text_height = _text_height
computer_text_generator.ImageFont = _CachedFonts


def draw_line(
    text: str, font: str, size: int, *, tracking: int = 0, space_width: float = 1.0, stroke: int = 0
) -> NDArray[np.uint8]:
    """Draw one line of text with TRDG.

    Args:
        text: at least one character that leaves ink.
        font: path of a TrueType or OpenType file.
        size: font size in pixels.
        tracking: extra pixels between characters.
        space_width: width of a space relative to the font's own.
        stroke: extra stroke width in pixels.

    Returns:
        Coverage of shape (height, width), 0 = paper, 255 = ink, cut to the ink.

    Raises:
        UndrawableError: the font leaves no ink for this text.
    """
    random.seed(0)  # TRDG draws the colour, from a range of one, with the global generator: the seed fixes its state.
    padded = f" {text} "  # strokes and slanted glyphs clip at the edges
    image, _ = computer_text_generator.generate(
        padded, font, "#000000", size, 0, space_width, tracking, True, False, stroke, "#000000"
    )
    coverage = np.asarray(image.getchannel("A"))
    rows, columns = np.flatnonzero(coverage.max(axis=1) > 64), np.flatnonzero(coverage.max(axis=0) > 64)
    if not len(rows) or not len(columns):
        raise UndrawableError(f"font {font} draws nothing for {text!r}")
    return np.ascontiguousarray(coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
