"""A flat plate as it is pressed: characters, frame, bolts, band and emblem; then mounted on a vehicle."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np

from data_gen import degradations as degrade
from data_gen.degradations import Generator, Picture
from data_gen.fonts import FontBook
from data_gen.marks import Line
from data_gen.plates.glyphs import Faces, choose_faces, draw_row, hangul_fonts
from data_gen.plates.kinds import PlateKind, PlateText

_BAND_LETTERS = ("D", "F", "E", "GB", "UK", "NL", "B", "S", "P", "CZ", "PL", "I", "KOR", "KOR", "KOR", "EV")
_HEADINGS = ("KOR", "EV", "REPUBLIC", "NATIONAL", "CITY", "SAMPLE", "MOTORS", "AUTO", "GARAGE", "DEALER", "SERVICE")


@dataclass(frozen=True)
class FlatPlate:
    """A plate alone. Pixels; the ink is 0 on its ground and 1 in its characters."""

    ink: Picture  # (H, W)
    band: Picture  # (H, W), 1 where a band of another colour lies
    rows: tuple[Line, ...]  # boxes of the rows, from top to bottom
    text: PlateText
    kind: PlateKind
    font: str  # of letters and digits


class PlatePrinter:
    """Presses plates.

    Args:
        fonts: from `load_fonts`; those that draw syllables serve for them.
    """

    def __init__(self, fonts: FontBook) -> None:
        self._fonts, self._hangul = fonts, hangul_fonts(fonts)

    def press(self, kind: PlateKind, words: random.Random, *, text: PlateText | None = None) -> FlatPlate:
        """A plate of a kind, its main characters 30 to 42 pixels high.

        Args:
            kind: of the plate.
            words: generator of the choices.
            text: drawn from the kind if None.

        Raises:
            UndrawableError: a font leaves no ink for a character.
        """
        text = text or kind.text(words)
        faces = choose_faces(self._fonts, self._hangul, words)
        h = words.randint(30, 42)
        emblem = words.random() < (0.45 if kind.family == "european" else 0.1)
        inks = [
            draw_row(row, faces, round(h * share), words, emblem=emblem)
            for row, share in zip(text.rows, _shares(kind, text, words), strict=True)
        ]
        return _assemble(kind, text, inks, faces, h, words)


def _shares(kind: PlateKind, text: PlateText, words: random.Random) -> list[float]:
    """The heights of the rows, relative to the main one."""
    if len(text.rows) == 1:
        return [1.0]
    return [words.uniform(0.85, 1.0) if kind.family == "other" else words.uniform(0.42, 0.72), 1.0]


def _assemble(
    kind: PlateKind, text: PlateText, inks: list[Picture], faces: Faces, h: int, words: random.Random
) -> FlatPlate:
    side, edge = round(words.uniform(0.15, 0.6) * h), round(words.uniform(0.14, 0.45) * h)
    between = round(words.uniform(0.14, 0.4) * h)
    band = round(words.uniform(0.4, 0.75) * h) if kind.band and words.random() < 0.8 else 0
    above = round(words.uniform(0.25, 0.45) * h) if kind.heading and words.random() < 0.6 else 0
    below = round(words.uniform(0.2, 0.4) * h) if kind.heading and words.random() < 0.25 else 0
    width = max(ink.shape[1] for ink in inks) + 2 * side + band
    height = sum(ink.shape[0] for ink in inks) + (len(inks) - 1) * between + 2 * edge + above + below
    ink, cover = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    rows: list[Line] = []
    y = edge + above
    for row in inks:
        x = band + (width - band - row.shape[1]) // 2
        ink[y : y + row.shape[0], x : x + row.shape[1]] = row
        rows.append((x, y, x + row.shape[1], y + row.shape[0]))
        y += row.shape[0] + between
    if band:
        _add_band(ink, cover, band, h, words)
    for top, space in ((0, above), (height - below, below)):
        if space:
            _add_heading(ink, top, space, words)
    if words.random() < 0.6:
        inset, thick = round(words.uniform(0.0, 0.1) * h), max(1, round(words.uniform(0.02, 0.09) * h))
        level = words.uniform(0.4, 1.0)
        cv2.rectangle(ink, (inset, inset), (width - 1 - inset, height - 1 - inset), level, thick)
    if words.random() < 0.7:
        _add_bolts(ink, rows, h, words)
    return FlatPlate(ink, cover, tuple(rows), text, kind, faces.latin)


def _add_band(ink: Picture, cover: Picture, width: int, h: int, words: random.Random) -> None:
    """A band at the left end: stars or a sign above, a few small letters below; on a few plates it is upright ink."""
    level = words.uniform(0.35, 0.95)
    ink[:, :width] = level
    cover[:, :width] = 1.0
    height = ink.shape[0]
    light = level * words.uniform(0.0, 0.4)
    centre, radius = (width // 2, round(height * words.uniform(0.28, 0.4))), max(2, round(width * 0.28))
    if words.random() < 0.6:
        for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False):
            at = (round(centre[0] + radius * np.cos(angle)), round(centre[1] + radius * np.sin(angle)))
            cv2.circle(ink, at, max(1, round(0.025 * h)), light, -1)
    else:
        cv2.circle(ink, centre, radius, light, words.choice((-1, 1, 2)))
    if words.random() < 0.8:
        letters = words.choice(_BAND_LETTERS)
        size = h * words.uniform(0.28, 0.42) / 22 / max(1.0, 0.62 * len(letters))
        x = max(0, (width - cv2.getTextSize(letters, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0]) // 2)
        at = (x, round(height * words.uniform(0.78, 0.92)))
        _print_small(ink, letters, at, size, light, max(1, round(0.04 * h)))


def _add_heading(ink: Picture, top: int, space: int, words: random.Random) -> None:
    """Small words in a strip, perhaps on a ground of their own."""
    width = ink.shape[1]
    is_dark = words.random() < 0.5
    if is_dark:
        ink[top : top + space] = words.uniform(0.5, 1.0)
    text = " ".join(words.sample(_HEADINGS, words.choice((1, 2))))
    size = 0.6 * space / 22
    wide = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0]
    at = (max(1, (width - wide) // 2), top + round(space * 0.78))
    _print_small(ink, text, at, size, 0.0 if is_dark else 0.8, 1)


def _print_small(ink: Picture, text: str, at: tuple[int, int], size: float, level: float, thick: int) -> None:
    """Small print that is not read, in a level of ink; OpenCV writes into pictures of whole numbers only."""
    mask = np.zeros(ink.shape, np.uint8)
    cv2.putText(mask, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, thick, cv2.LINE_AA)
    ink += (np.float32(level) - ink) * (mask.astype(np.float32) / np.float32(255))


def _add_bolts(ink: Picture, rows: list[Line], h: int, words: random.Random) -> None:
    """Two or four heads of screws, each with a shadow; they may touch a character."""
    height, width = ink.shape
    radius = max(1, round(words.uniform(0.05, 0.13) * h))
    reach = words.uniform(0.08, 0.3)
    if words.random() < 0.6:
        places = [(reach, words.uniform(0.06, 0.16)), (1 - reach, 0.0)]
        if words.random() < 0.3:
            places += [(reach, 1 - places[0][1]), (1 - reach, -1.0)]
        ys = [places[0][1], places[0][1], *([1 - places[0][1]] * 2 if len(places) > 2 else ())]
        spots = [(round(x * width), round(y * height)) for (x, _), y in zip(places, ys, strict=True)]
    else:  # at half height, left and right of the characters
        middle = (rows[-1][1] + rows[-1][3]) // 2
        spots = [(radius + 2, middle), (width - radius - 3, middle)]
    level, dark = words.uniform(0.1, 0.9), words.uniform(0.3, 1.0)
    for x, y in spots:
        cv2.circle(ink, (x, y + 1), radius, dark, max(1, radius // 2), cv2.LINE_AA)
        cv2.circle(ink, (x, y), max(1, radius - 1), level, -1, cv2.LINE_AA)


def mount(plate: FlatPlate, rng: Generator, words: random.Random, margin: int) -> tuple[Picture, int]:
    """The plate on a vehicle: a holder around it, paint and edges beyond.

    Args:
        plate: flat.
        rng: generator of the noise.
        words: generator of the choices.
        margin: pixels around the plate.

    Returns:
        Ink (H + 2 margin, W + 2 margin), and the margin.
    """
    height, width = plate.ink.shape
    around = np.full((height + 2 * margin, width + 2 * margin), words.uniform(0.0, 1.1), np.float32)
    around += degrade.low_frequency(rng, around.shape, (3, 4)) * np.float32(words.uniform(0.0, 0.35))
    for _ in range(words.randint(0, 3)):  # edges of the bumper
        y = words.randint(0, around.shape[0] - 1)
        around[y : y + words.randint(1, max(2, margin // 6))] = words.uniform(0.0, 1.1)
    h = plate.rows[-1][3] - plate.rows[-1][1]
    if words.random() < 0.65:
        thick, foot = round(words.uniform(0.06, 0.35) * h), round(words.uniform(0.0, 0.5) * h)
        level = words.uniform(0.0, 1.1)
        y1 = min(around.shape[0], margin + height + thick + foot)
        around[max(0, margin - thick) : y1, max(0, margin - thick) : margin + width + thick] = level
        if foot > 6 and words.random() < 0.5:
            shown = " ".join(words.sample(_HEADINGS, 2))
            at = (margin + words.randint(2, max(3, width // 3)), margin + height + foot - 2)
            _print_small(around, shown, at, 0.5 * foot / 22, 0.5 if level > 0.6 else 0.9, 1)
    around[margin : margin + height, margin : margin + width] = plate.ink
    return np.clip(around, 0, 1.15).astype(np.float32), margin


def dirty(rng: Generator, ink: Picture, words: random.Random) -> Picture:
    """Mud and dust: blotches of one grey, some of them thick, most of them thin."""
    cells = (words.randint(2, 7), words.randint(4, 16))
    blotches = degrade.low_frequency(rng, ink.shape, cells) + 0.5 * degrade.fine_noise(rng, ink.shape)
    cover = np.clip(cv2.GaussianBlur(blotches, (0, 0), words.uniform(0.8, 2.5)), 0, 1) * words.uniform(0.25, 0.75)
    return np.asarray(ink + (np.float32(words.uniform(0.25, 0.75)) - ink) * cover, np.float32)
