"""Render one crop: a piece of a tag with one line to read, photographed.

The steps follow the light: ink on paper or cloth (`tag`), how it stands before the camera and which box the shopper
draws (`view`), then what a camera adds (`camera`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from data_gen import texts
from data_gen.camera import photograph
from data_gen.degradations import Generator, Picture
from data_gen.drawn.renderer import draw_character
from data_gen.fonts import FontBook
from data_gen.other_lines import LINES, other_line, with_sign
from data_gen.plain import draw_plain
from data_gen.plates.crop import PlateCrops
from data_gen.recipe import Recipe
from data_gen.tag import TagPrinter
from data_gen.trdg_adapter import UndrawableError
from data_gen.view import WIDEST, choose_view, take

# Damages of crops. A crop gets a few of them, never all: a crop that no person can read teaches the model to guess.
CAMERA_DAMAGES = ("defocus", "defocus", "motion", "motion", "small", "small", "small", "jpeg", "jpeg", "noise")
DAMAGES = (
    *("dots", "woven", "woven", "spread", "worn", "streaks", "emboss"),
    *("cloth", "cloth", "cloth", "wave"),
    *("faint", "dark", "glare"),
    *CAMERA_DAMAGES,
)
PRINT_DAMAGES = frozenset(
    {"dots", "woven", "spread", "worn", "streaks", "emboss", "eroded", "dot_matrix", "fax", "thermal"}
)
# Of those in a row a recipe with damages of its own draws one at most: two of them leave nothing to read.
ALTERNATIVES = (
    frozenset({"small", "jpeg", "scanned", "recompressed", "hazy"}),
    frozenset({"defocus", "motion", "hazy"}),
    frozenset({"dark", "faint", "hazy", "overexposed", "scanned", "emboss", "noise"}),
    frozenset({"glare", "glare_on_a_part", "overexposed"}),
    frozenset({"cloth", "scanned", "fax", "thermal", "dot_matrix", "overexposed"}),
    frozenset({"overexposed", "eroded", "dots", "worn"}),
    frozenset({"dot_matrix", "jpeg", "small"}),
)
CLOTH_DAMAGES = frozenset({"woven", "cloth", "wave", "emboss"})  # never on paper
_WIDEST_LOOSE = 1000  # pixels of a picture where boxes may be four times as wide as the text


@dataclass(frozen=True)
class Crop:
    """A rendered crop with its label and its properties."""

    image: NDArray[np.uint8]  # (H, W) grey
    text: str  # the text of the line, spaces kept; "" if there is nothing to read
    font: str  # file name
    tilt: float  # degrees, counter-clockwise
    quarter_turns: int  # clockwise
    kinds: frozenset[str] = frozenset()  # its damages, and what else is particular about it


class CropRenderer:
    """Renders the crops of a recipe; crop `index` is the same in any process and any order.

    Args:
        recipe: recipe of the crops.
        fonts: from `load_fonts(recipe.fonts)`.
        seed: another seed gives other crops.
        excluded: match keys of codes that are never printed, as `texts.line_text` takes them.
        line: draws the text of a crop from a generator; default: `texts.line_text` with the recipe's settings.
    """

    def __init__(
        self,
        recipe: Recipe,
        fonts: FontBook,
        seed: int = 0,
        *,
        excluded: frozenset[str] = frozenset(),
        line: Callable[[random.Random], str] | None = None,
    ) -> None:
        self.recipe, self.seed = recipe, seed
        self._printer = TagPrinter(recipe, fonts, seed, excluded)
        self._plates = PlateCrops(recipe, fonts, excluded) if recipe.style == "plate" else None
        self._own_lines, self._excluded = line is None, excluded
        self._line = line or partial(
            texts.line_text,
            longest=recipe.longest,
            strange=recipe.strange_words,
            nearly=recipe.near_words,
            digit_like=recipe.digit_like,
            excluded=excluded,
        )

    def render(self, index: int, hardness: float | None = None) -> Crop:
        """The crop with this index. `hardness` overrides the recipe's (0 clean, 1 everything)."""
        hard = self.recipe.hardness if hardness is None else hardness
        # The attempt is part of the seed: a line that a font cannot draw is drawn anew, not skipped.
        for attempt in range(100):
            rng = np.random.default_rng((self.seed, index, attempt))
            words = random.Random(f"{self.seed}/{index}/{attempt}")
            try:
                if self.recipe.style == "drawn":
                    is_digit = words.random() >= self.recipe.no_text
                    picture, text = draw_character(rng, words, hard, is_digit=is_digit)
                    return self._finish(picture, text, "", 0.0, words)
                if self.recipe.style == "plain":
                    return self._plain(rng, words)
                is_blank = words.random() < self.recipe.no_text
                if self._plates is not None:
                    picture, text, font, tilt, kinds = self._plates.draw(rng, words, hard, is_blank=is_blank)
                    return replace(self._finish(picture, text, font, tilt, words), kinds=kinds)
                return self._tag(rng, words, hard, is_blank=is_blank)
            except UndrawableError:
                continue
        raise RuntimeError(f"recipe {self.recipe.name}: crop {index} could not be drawn in 100 attempts")

    def _plain(self, rng: Generator, words: random.Random) -> Crop:
        text = self._text(words)
        font = self._printer.choose_font(words)
        picture, tilt = draw_plain(text, font, self.recipe.tilt, rng, words)
        return self._finish(picture, text, font, tilt, words)

    def _tag(self, rng: Generator, words: random.Random, hard: float, *, is_blank: bool) -> Crop:
        recipe = self.recipe
        kinds: set[str] = set()
        printed = "" if is_blank else self._printed(words, kinds)
        text = printed.upper()
        damages = choose_damages(recipe, words, hard)
        if is_blank:
            tag = self._printer.print_blank(rng, words, damages)
        else:
            if not kinds & set(LINES):
                printed = texts.as_printed(printed, words, recipe.title_case, recipe.lower_case)
            if recipe.signs and words.random() < recipe.signs:
                printed = with_sign(printed, words)
                kinds.add("signs")
            tag = self._printer.print_line(printed, rng, words, hard, damages)
        view = choose_view(tag, recipe, words, hard)
        widest = WIDEST if recipe.loosest <= 1.0 else _WIDEST_LOOSE
        ink, height = take(tag, view, words, waving="wave" in damages, widest=widest)
        left, top, right, bottom = tag.line
        width = (right - left) / (bottom - top) / tag.characters
        picture = photograph(ink, height, width, recipe, rng, words, damages)
        crop = self._finish(picture, text, tag.font, view.tilt, words)
        kinds |= damages | tag.traits | view.traits(tag)
        return replace(crop, kinds=frozenset(kinds) if text else frozenset({"no text"}))

    def _printed(self, words: random.Random, kinds: set[str]) -> str:
        """The line as it is printed: of another kind, which is added to `kinds`, or one with a code."""
        recipe = self.recipe
        shares = {kind: getattr(recipe, kind) for kind in LINES}
        if self._own_lines and any(shares.values()):
            chance = words.random()
            for kind, share in shares.items():
                chance -= share
                if chance < 0:
                    kinds.add(kind)
                    return other_line(kind, words, recipe.longest, self._excluded)
        return self._text(words)

    def _text(self, words: random.Random) -> str:
        text = self._line(words)
        if len(text) < self.recipe.shortest:
            raise UndrawableError(f"{text!r} is shorter than the recipe wants")
        return text

    def _finish(self, picture: Picture, text: str, font: str, tilt: float, words: random.Random) -> Crop:
        image = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
        turns = words.randint(1, 3) if words.random() < self.recipe.quarter_turns else 0
        if turns:
            image = np.ascontiguousarray(np.rot90(image, -turns))
        return Crop(image, text, font.rsplit("/", 1)[-1], tilt, turns)


def choose_damages(recipe: Recipe, words: random.Random, hard: float) -> frozenset[str]:
    """The damages of a crop: at most one of the print, and none at all if `hard` is 0."""
    if recipe.stitched and words.random() < recipe.stitched * hard:
        return frozenset({"woven", "cloth", "sewn"} | set(words.sample(("defocus", "motion", "small", "jpeg"), 1)))
    count = words.choices(range(len(recipe.damage_weights)), weights=recipe.damage_weights)[0]
    chosen: set[str] = set()
    pool = DAMAGES + CAMERA_DAMAGES * (recipe.camera - 1) + recipe.further_damages
    if recipe.box_labels and words.random() < recipe.box_labels:
        chosen.add("box label")
        pool = tuple(damage for damage in pool if damage not in CLOTH_DAMAGES)
    for damage in words.sample(pool, count):
        excluding = (PRINT_DAMAGES, *(ALTERNATIVES if recipe.further_damages else ()))
        if words.random() < hard and not any(damage in group and chosen & group for group in excluding):
            chosen.add(damage)
    return frozenset(chosen)
