"""The characters of a plate: every letter and digit equally high, as plates are pressed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from data_gen.degradations import Picture
from data_gen.fonts import FontBook, can_draw
from data_gen.trdg_adapter import UndrawableError
from ocr_model.domains.plate_formats import SYLLABLES

_SIZE = 72  # pixels, of the font from which glyphs are scaled


@dataclass(frozen=True)
class Faces:
    """The faces of one plate: letters and digits in one, syllables in another."""

    latin: str  # path
    hangul: str
    bold: int  # pixels by which strokes are thickened, of glyphs `_SIZE` high
    stretch: float  # width relative to the face's own
    hangul_height: float  # relative to the digits'
    pitch: float  # width of a cell in which every character stands, in character heights; 0: each has its own width
    gap: float  # between characters, in character heights


def hangul_fonts(fonts: FontBook) -> tuple[str, ...]:
    """The fonts of a book that draw every syllable of plates."""
    return tuple(path for _, paths in fonts.groups for path in paths if can_draw(path, SYLLABLES))


def choose_faces(fonts: FontBook, with_hangul: Sequence[str], words: random.Random) -> Faces:
    """Faces for a plate."""
    _, paths = words.choices(fonts.groups, weights=[weight for weight, _ in fonts.groups])[0]
    latin, hangul = words.choice(paths), words.choice(with_hangul) if with_hangul else ""
    even = words.random() < 0.45
    return Faces(
        latin,
        hangul,
        words.choice((0, 0, 0, 1, 2, 3)),
        words.choice((1.0, words.uniform(0.72, 1.0), words.uniform(0.9, 1.2))),
        words.uniform(0.72, 1.05),
        words.uniform(0.56, 0.72) if even else 0.0,
        words.uniform(0.08, 0.26),
    )


def draw_row(pieces: Sequence[str], faces: Faces, height: int, words: random.Random, *, emblem: bool) -> Picture:
    """Ink (height, width) of one row, 0..1.

    Args:
        pieces: of the row, with gaps between them; `서|울` is a syllable above another.
        faces: of the plate.
        height: of the letters and digits, pixels.
        words: generator of the choices.
        emblem: whether a sign that is no character stands in a gap.

    Raises:
        UndrawableError: a face leaves no ink for a character.
    """
    gap = words.uniform(0.18, 0.7) * height
    place = words.randrange(max(1, len(pieces) - 1)) if emblem and len(pieces) > 1 else -1
    parts: list[Picture] = []
    for number, piece in enumerate(pieces):
        parts.append(_stacked(piece, faces, height) if "|" in piece else _piece(piece, faces, height))
        if number == place:
            parts += [_blank(height, 0.12 * height), _emblem(height, words), _blank(height, 0.12 * height)]
        elif number < len(pieces) - 1:
            parts.append(_blank(height, gap))
    return np.concatenate(parts, axis=1)


def _blank(height: int, width: float) -> Picture:
    return np.zeros((height, max(1, round(width))), np.float32)


def _piece(piece: str, faces: Faces, height: int) -> Picture:
    parts: list[Picture] = []
    for character in piece:
        glyph = _character(character, faces, height)
        if faces.pitch and character not in "-.":
            spare = max(0, round(faces.pitch * height * faces.stretch) - glyph.shape[1])
            glyph = np.pad(glyph, ((0, 0), (spare // 2, spare - spare // 2)))
        parts += [_blank(height, faces.gap * height), glyph]
    return np.concatenate(parts[1:], axis=1)


def _stacked(piece: str, faces: Faces, height: int) -> Picture:
    """Two syllables, one above the other, as high together as a digit."""
    upper, lower = (_glyph(faces.hangul, syllable, faces.bold) for syllable in piece.split("|"))
    each = max(4, round(height * 0.46))
    width = max(4, round(each * max(upper.shape[1] / upper.shape[0], lower.shape[1] / lower.shape[0], 0.9)))
    ink = np.zeros((height, width), np.float32)
    ink[:each] = cv2.resize(upper, (width, each), interpolation=cv2.INTER_AREA)
    ink[height - each :] = cv2.resize(lower, (width, each), interpolation=cv2.INTER_AREA)
    return ink


def _character(character: str, faces: Faces, height: int) -> Picture:
    if character == "-":
        return _sign(height, 0.3, 0.11, 0.5)
    if character == ".":
        return _sign(height, 0.13, 0.13, 0.93)
    is_hangul = not character.isascii()
    glyph = _glyph(faces.hangul if is_hangul else faces.latin, character, faces.bold)
    tall = max(4, round(height * (faces.hangul_height if is_hangul else 1.0)))
    tall = min(tall, height) if is_hangul else tall
    width = max(2, round(glyph.shape[1] * tall / glyph.shape[0] * faces.stretch))
    scaled = np.asarray(cv2.resize(glyph, (width, tall), interpolation=cv2.INTER_AREA), np.float32)
    spare = height - tall
    return np.pad(scaled, ((spare // 2, spare - spare // 2), (0, 0))) if spare > 0 else scaled


def _sign(height: int, width: float, thick: float, centre: float) -> Picture:
    ink = np.zeros((height, max(2, round(width * height))), np.float32)
    top, size = round((centre - thick / 2) * height), max(2, round(thick * height))
    ink[min(top, height - size) : min(top, height - size) + size] = 1.0
    return ink


def _glyph(font: str, character: str, bold: int) -> Picture:
    """A character's ink cut to its edges, 0..1, its strokes thickened by so many pixels on each side."""
    ink = _mask(font, character)
    if bold:
        ink = cv2.dilate(np.pad(ink, bold), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * bold + 1,) * 2))
    return ink.astype(np.float32) / np.float32(255)


@lru_cache(maxsize=16384)
def _mask(font: str, character: str) -> NDArray[np.uint8]:
    """A character's coverage cut to its edges, 0..255."""
    image = Image.new("L", (3 * _SIZE, 2 * _SIZE))
    ImageDraw.Draw(image).text((_SIZE // 2, _SIZE // 4), character, font=_face(font), fill=255)
    found = image.point([255 * (level > 64) for level in range(256)]).getbbox()
    if found is None:
        raise UndrawableError(f"font {font} draws nothing for {character!r}")
    return np.asarray(image.crop(found))


@lru_cache(maxsize=512)
def _face(font: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, _SIZE)


def _emblem(height: int, words: random.Random) -> Picture:
    """A seal, sticker or coat of arms: no character."""
    size = max(6, round(height * words.uniform(0.35, 0.8)))
    ink = np.zeros((height, size), np.float32)
    top, level = round((height - size) * words.uniform(0, 1)), words.uniform(0.25, 1.0)
    middle, radius = (size // 2, top + size // 2), size // 2
    if words.random() < 0.25:  # two, one above the other
        radius = max(2, min(size, height // 2) // 2 - 1)
        for y in (height // 4, 3 * height // 4):
            cv2.circle(ink, (size // 2, y), radius, level, -1, cv2.LINE_AA)
            cv2.circle(ink, (size // 2, y), max(1, radius // 2), level * words.uniform(0.2, 0.9), -1, cv2.LINE_AA)
        return ink
    kind = words.random()
    if kind < 0.4:
        cv2.circle(ink, middle, radius, level, -1, cv2.LINE_AA)
        cv2.circle(ink, middle, max(1, round(radius * words.uniform(0.3, 0.8))), level * words.uniform(0, 0.9), -1)
    elif kind < 0.6:
        cv2.circle(ink, middle, radius, level, max(1, round(0.06 * height)), cv2.LINE_AA)
    elif kind < 0.85:  # a shield of squares
        cell = max(2, size // 5)
        for y in range(top, min(height, top + size), cell):
            for x in range(0, size, cell):
                if ((x + y - top) // cell) % 2 == 0:
                    ink[y : y + cell, x : x + cell] = level
    else:
        ink[top : top + size, :] = level
        ink[top + size // 4 : top + size // 2, size // 4 : 3 * size // 4] = level * 0.3
    return ink
