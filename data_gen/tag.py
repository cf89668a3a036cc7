"""A flat piece of a tag as it leaves the press or the loom: the line to read, and the print around it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from data_gen import degradations as degrade
from data_gen import texts
from data_gen.degradations import Generator, Picture
from data_gen.fonts import FontBook, can_draw, digit_like_letters
from data_gen.marks import Line, add_arcs, add_barcode, add_frame, add_rules, add_shapes
from data_gen.recipe import Recipe
from data_gen.trdg_adapter import UndrawableError, draw_line
from ocr_model.codes.text import CHARSET

POOL = 400  # neighbouring lines drawn once per process and used again
_NEIGHBOUR_HEIGHT = 34  # pixels

# Characters whose visible half is no 1 or I: no bare stem.
CUT_ON_THE_RIGHT = "023456789" * 2 + "ACGJOQSTVWXYZ"
CUT_ON_THE_LEFT = "02356789" * 2 + "ABCDEFGKLOPQRSTVWXYZ"
# Characters that stay what they are when up to a third of them is cut away.
WHOLE_ON_THE_RIGHT = "02356789" * 2 + "CEFGLSTXYZ"
WHOLE_ON_THE_LEFT = "02345789" * 2 + "ASTVXYZ"


@dataclass(frozen=True)
class Tag:
    """A flat piece of a tag: its ink, and the place of the line to read."""

    ink: Picture  # (H, W), 0..1
    line: Line  # box of the line to read, pixels
    font: str  # path of the file
    characters: int  # of the line to read
    between_lines: bool = False  # nothing to read: less than half of the lines above and below is in the box
    # Pixels beyond the line that the box leaves, left and right; negative: that it takes from the line.
    cut: tuple[float, float] | None = None
    may_be_loose: bool = True  # whether the shopper may have drawn a loose box
    traits: frozenset[str] = frozenset()  # what is particular about the print, for tables of readers' accuracy


class TagPrinter:
    """Prints the tags of a recipe.

    Args:
        recipe: recipe of the crops.
        fonts: from `load_fonts(recipe.fonts)`.
        seed: seed of the neighbouring lines; all else comes from the generators that the methods take.
        excluded: match keys of codes that are never printed, as `texts.line_text` takes them.
    """

    def __init__(self, recipe: Recipe, fonts: FontBook, seed: int, excluded: frozenset[str]) -> None:
        self._recipe, self._fonts, self._seed, self._excluded = recipe, fonts, seed, excluded
        weights = np.array([weight for weight, _ in fonts.groups])
        self._weights = list(weights / weights.sum())
        self._neighbour = lru_cache(maxsize=POOL)(self._draw_neighbour)

    def choose_font(self, words: random.Random) -> str:
        """The path of a font, groups by their weight."""
        group = words.choices(self._fonts.groups, weights=self._weights)[0]
        return words.choice(group[1])

    def print_line(self, text: str, rng: Generator, words: random.Random, hard: float, damages: frozenset[str]) -> Tag:
        """A tag with this line to read.

        Args:
            text: the text as it is printed, in upper or lower case.
            rng: generator of the noise.
            words: generator of the choices.
            hard: 0 clean to 1 everything.
            damages: damages of the crop; those of the print are done here.

        Raises:
            UndrawableError: the chosen font does not draw the text, or draws a letter like a digit where the recipe
                forbids it.
        """
        recipe = self._recipe
        height = words.randint(30, 42)
        font = self.choose_font(words)
        if not recipe.same_shapes and digit_like_letters(font) & set(text):
            raise UndrawableError(f"font {font} draws letters of {text!r} like digits")
        if set(text) - set(CHARSET) and not can_draw(font, text):
            raise UndrawableError(f"font {font} lacks characters of {text!r}")
        before, after, cut = 0, 0, None
        traits: set[str] = set()
        style = LineStyle(boxed="box label" in damages, spaced=bool(recipe.spaced and words.random() < recipe.spaced))
        if recipe.cut_off and words.random() < recipe.cut_off:
            printed, before, after, cut = _draw_longer(text, font, words, height)
            traits.add("cut off")
        elif recipe.cut_into and words.random() < recipe.cut_into and len(text) > 3:
            printed, cut = _draw_cut(text, font, words, height, style)
            traits |= {"cut into"} if cut else set()
        else:
            printed = draw_ink(text, font, words, height, style)
        if not 8 <= printed.shape[0] <= 90:
            raise UndrawableError(f"font {font} draws {text!r} {printed.shape[0]} pixels high")
        h, w = printed.shape[0], printed.shape[1] - before - after
        left, top = int(h * 3.2), int(h * 3.0)
        alone = bool(recipe.alone) and (style.spaced or words.random() < recipe.alone)
        if recipe.loosest > 1.0 and alone:
            left = max(left, round(1.4 * recipe.loosest * w))  # the loosest box, off its middle
        line = (left, top, left + w, top + h)
        ink = np.zeros((h + 2 * top, w + 2 * left), np.float32)
        _paste(ink, printed, left - before, top)
        bare = alone and words.random() < 0.5
        if words.random() < 0.75 * hard + 0.1 and not bare:
            self._add_neighbours(ink, line, words, beside=not alone)
        if words.random() < (0.5 if style.boxed else 0.35 * hard):
            add_rules(ink, line, words)
        if style.boxed and words.random() < 0.3:
            add_frame(ink, line, words)
        if words.random() < (0.2 if style.boxed else 0.06 * hard):
            add_barcode(ink, line, words)
        if recipe.ornaments and cut is None and words.random() < recipe.ornaments:
            cut = _add_ornaments(ink, line, words)
            traits.add("ornaments")
        if style.spaced:
            traits.add("spaced")
        pressed = _press(ink, h, rng, words, damages)
        loose = alone or not recipe.alone
        return Tag(pressed, line, font, len(text), cut=cut, may_be_loose=loose, traits=frozenset(traits))

    def print_blank(self, rng: Generator, words: random.Random, damages: frozenset[str]) -> Tag:
        """A tag with nothing to read: blank, ruled lines, a barcode, shapes, or the gap between two lines.

        Raises:
            UndrawableError: the chosen font draws nothing.
        """
        tag = self.print_line("HHHHHHHH"[: words.randint(3, 8)], rng, words, 1.0, damages)
        left, top, right, bottom = tag.line
        reach = round(0.1 * (bottom - top))
        kind = words.random()
        if kind < 0.4:
            tag.ink[:] = 0
        else:
            tag.ink[max(0, top - reach) : bottom + reach] = 0
        if self._recipe.shapes and words.random() < self._recipe.shapes:
            add_shapes(tag.ink, tag.line, words)
        elif 0.4 < kind < 0.6:
            add_barcode(tag.ink, (left, top, right, top + 1), words)
        elif kind > 0.85:
            add_arcs(tag.ink, tag.line, words)
        if words.random() < 0.3:
            add_rules(tag.ink, tag.line, words)
        return replace(tag, between_lines=kind >= 0.4)

    def _draw_neighbour(self, slot: int) -> Picture:
        words = random.Random(f"{self._seed}/neighbour/{slot}")
        for _ in range(20):
            if words.random() < 0.6:
                text = texts.neighbour_text(words)
            else:
                text = texts.line_text(words, excluded=self._excluded)
            try:
                return draw_ink(text, self.choose_font(words), words, _NEIGHBOUR_HEIGHT)
            except UndrawableError:
                continue
        raise RuntimeError("no font draws a neighbouring line")

    def _scaled_neighbour(self, words: random.Random, height: int) -> Picture:
        neighbour = self._neighbour(words.randrange(POOL))
        width = max(4, round(neighbour.shape[1] * height / neighbour.shape[0]))
        return np.asarray(cv2.resize(neighbour, (width, height), interpolation=cv2.INTER_AREA), np.float32)

    def _add_neighbours(self, ink: Picture, line: Line, words: random.Random, *, beside: bool) -> None:
        left, top, right, bottom = line
        h = bottom - top
        gap = words.uniform(0.18, 0.95)  # between lines, in text heights
        height = max(6, round(h * words.choice((1.0, 1.0, words.uniform(0.6, 1.5)))))
        for side in (-1, 1):
            if words.random() < 0.22:
                continue
            edge = top if side < 0 else bottom
            for _ in range(3):
                neighbour = self._scaled_neighbour(words, height)
                y = round(edge + side * gap * h) - (height if side < 0 else 0)
                if y < 0 or y + height > ink.shape[0]:
                    break
                x = left + round(words.choice((0.0, 0.0, words.uniform(-2, 2))) * h)
                while x < ink.shape[1] - 4:
                    _paste(ink, neighbour, x, y)
                    x += neighbour.shape[1] + round(words.uniform(0.6, 3) * h)
                    if words.random() < 0.5:
                        break
                edge = y if side < 0 else y + height
        # Words on the same line, at a distance: the box may cut into them, and they are not part of the text.
        for side in (-1, 1) if beside else ():
            if words.random() < 0.22:
                neighbour = self._scaled_neighbour(words, h)
                distance = round(words.uniform(self._recipe.apart, self._recipe.apart + 1.6) * h)
                _paste(ink, neighbour, right + distance if side > 0 else left - distance - neighbour.shape[1], top)


@dataclass(frozen=True)
class LineStyle:
    """How a line is set."""

    boxed: bool = False  # as on box labels: often very wide, narrow or bold
    spaced: bool = False  # with wide gaps between characters


_ORDINARY = LineStyle()


def draw_ink(text: str, font: str, words: random.Random, height: int, style: LineStyle = _ORDINARY) -> Picture:
    """Ink of one line, (about `height`, width), 0..1, in a spacing, width and slant of its own.

    Raises:
        UndrawableError: the font leaves no ink for this text.
    """
    tracking = 0 if words.random() < 0.5 else round(height * words.uniform(-0.04, 0.16))
    space = words.uniform(0.6, 1.6)
    stroke = 1 if words.random() < 0.08 else 0
    if style.spaced:
        tracking = round(height * words.uniform(0.25, 0.9))
    if style.boxed:
        stroke = words.choices((0, 1, 2), weights=(7, 2, 1))[0]
    ink = draw_line(text, font, round(height * 1.35), tracking=tracking, space_width=space, stroke=stroke)
    kind = words.random()
    stretch = 1.0 if kind < 0.4 else (words.uniform(0.6, 1.0) if kind < 0.85 else words.uniform(1.0, 1.35))
    if style.boxed:
        stretch = words.choice((words.uniform(0.6, 0.9), 1.0, words.uniform(1.1, 1.7)))
    if stretch != 1.0:
        ink = cv2.resize(ink, (max(2, round(ink.shape[1] * stretch)), ink.shape[0]), interpolation=cv2.INTER_AREA)
    if words.random() < 0.07:  # slanted by the printer
        shear = words.uniform(-0.25, 0.3)
        extra = int(abs(shear) * ink.shape[0]) + 1
        matrix = np.array([[1, -shear, max(0.0, shear) * ink.shape[0]], [0, 1, 0]])
        ink = cv2.warpAffine(ink, matrix, (ink.shape[1] + extra, ink.shape[0]))
    return ink.astype(np.float32) / np.float32(255)


def _draw_longer(
    text: str, font: str, words: random.Random, height: int
) -> tuple[Picture, int, int, tuple[float, float]]:
    """A line that goes on beyond the shopper's box, which leaves less than half of a further character.

    Returns:
        Its ink, how many pixels of it stand before and after `text`, and how many of those the box leaves.
    """
    on_the_right = words.random() < 0.7
    further = words.choice(CUT_ON_THE_RIGHT if on_the_right else CUT_ON_THE_LEFT)
    # Both lines are drawn with the same choices: the longer one is the shorter one and a character.
    state = words.getstate()
    line = draw_ink(text, font, words, height)
    words.setstate(state)
    longer = draw_ink(text + further if on_the_right else further + text, font, words, height)
    extra = max(0, longer.shape[1] - line.shape[1])
    left = extra * words.uniform(0.08, 0.42)  # of the character and the gap before it
    return (longer, 0, extra, (0.0, left)) if on_the_right else (longer, extra, 0, (left, 0.0))


def _draw_cut(
    text: str, font: str, words: random.Random, height: int, style: LineStyle
) -> tuple[Picture, tuple[float, float] | None]:
    """A line of whose first or last character the box cuts away up to a third, which leaves enough to read it.

    Returns:
        Its ink, and what the box leaves beyond it, which is negative on the side of the cut; None in place of the
        latter if neither end would still be read.
    """
    sides = [text[-1] in WHOLE_ON_THE_RIGHT, text[0] in WHOLE_ON_THE_LEFT]
    if not any(sides):
        return draw_ink(text, font, words, height, style), None
    on_the_right = sides[0] and (not sides[1] or words.random() < 0.7)
    state = words.getstate()
    line = draw_ink(text, font, words, height, style)
    words.setstate(state)
    shorter = draw_ink(text[:-1] if on_the_right else text[1:], font, words, height, style)
    gap = 0.3 if style.spaced else 0.0  # of what the character adds to the line
    taken = max(0, line.shape[1] - shorter.shape[1]) * words.uniform(0.06, 0.36) * (1 - gap)
    return line, (0.0, -taken) if on_the_right else (-taken, 0.0)


def _add_ornaments(ink: Picture, line: Line, words: random.Random) -> tuple[float, float]:
    """Three or more of one shape before or after the line, and how far the box then goes beyond the line."""
    left, top, right, bottom = line
    h = bottom - top
    gap, reach = round(words.uniform(0.7, 1.4) * h), round(words.uniform(1.2, 2.8) * h)
    on_the_right = words.random() < 0.5
    x = right + gap if on_the_right else left - gap - reach
    ink[:, max(0, x - gap // 2) : x + reach + gap // 2] = 0
    add_shapes(ink, (x, top, x + reach, bottom), words)
    beyond = gap + reach + words.uniform(0.0, 0.5) * h
    return (0.0, beyond) if on_the_right else (beyond, 0.0)


def _press(ink: Picture, h: float, rng: Generator, words: random.Random, damages: frozenset[str]) -> Picture:
    """The ink after the damages of press or loom; `h` is the height of the text in pixels."""
    if words.random() < 0.35:
        ink = degrade.weight_of_strokes(rng, ink)
    if "eroded" in damages:
        ink = degrade.eroded(rng, ink, h)
    if "dot_matrix" in damages:
        ink = degrade.dot_matrix(rng, ink, h)
    if "fax" in damages:
        ink = degrade.fax(rng, ink, h)
    if "thermal" in damages:
        ink = degrade.thermal(rng, ink, h)
    if "dots" in damages:
        ink = degrade.dots(rng, ink, h)
    if "woven" in damages:
        ink = degrade.woven(rng, ink, h)
    if "spread" in damages:
        ink = degrade.ink_spread(rng, ink)
    if "worn" in damages:
        ink = degrade.worn_print(rng, ink)
    if "streaks" in damages:
        ink = degrade.streaks(rng, ink)
    return ink


def _paste(canvas: Picture, piece: Picture, x: int, y: int) -> None:
    """Add ink at (x, y), clipped to the canvas."""
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(canvas.shape[1], x + piece.shape[1]), min(canvas.shape[0], y + piece.shape[0])
    if x1 > x0 and y1 > y0:
        part = piece[y0 - y : y1 - y, x0 - x : x1 - x]
        canvas[y0:y1, x0:x1] = np.maximum(canvas[y0:y1, x0:x1], part)
