"""Render one crop: a piece of a tag with one line to read, photographed.

The steps follow the light: ink on paper or cloth (`tag`), how it stands before the camera and which box the shopper
draws (`view`), then what a camera adds (`camera`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from data_gen import texts
from data_gen.camera import photograph
from data_gen.degradations import Generator, Picture
from data_gen.fonts import FontBook
from data_gen.plain import draw_plain
from data_gen.recipe import Recipe
from data_gen.tag import TagPrinter
from data_gen.trdg_adapter import UndrawableError
from data_gen.view import choose_view, take

# Damages of crops. A crop gets a few of them, never all: a crop that no person can read teaches the model to guess.
CAMERA_DAMAGES = ("defocus", "defocus", "motion", "motion", "small", "small", "small", "jpeg", "jpeg", "noise")
DAMAGES = (
    *("dots", "woven", "woven", "spread", "worn", "streaks", "emboss"),
    *("cloth", "cloth", "cloth", "wave"),
    *("faint", "dark", "glare"),
    *CAMERA_DAMAGES,
)
PRINT_DAMAGES = frozenset({"dots", "woven", "spread", "worn", "streaks", "emboss"})


@dataclass(frozen=True)
class Crop:
    """A rendered crop with its label and its properties."""

    image: NDArray[np.uint8]  # (H, W) grey
    text: str  # the text of the line, spaces kept; "" if there is nothing to read
    font: str  # file name
    tilt: float  # degrees, counter-clockwise
    quarter_turns: int  # clockwise


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
                if self.recipe.style == "plain":
                    return self._plain(rng, words)
                is_blank = words.random() < self.recipe.no_text
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
        text = "" if is_blank else self._text(words)
        damages = choose_damages(recipe, words, hard)
        if is_blank:
            tag = self._printer.print_blank(rng, words, damages)
        else:
            printed = texts.as_printed(text, words, recipe.title_case, recipe.lower_case)
            tag = self._printer.print_line(printed, rng, words, hard, damages)
        view = choose_view(tag, recipe, words, hard)
        ink, height = take(tag, view, words, waving="wave" in damages)
        left, top, right, bottom = tag.line
        width = (right - left) / (bottom - top) / tag.characters
        picture = photograph(ink, height, width, recipe, rng, words, damages)
        return self._finish(picture, text, tag.font, view.tilt, words)

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
    for damage in words.sample(DAMAGES + CAMERA_DAMAGES * (recipe.camera - 1), count):
        if words.random() < hard and not (damage in PRINT_DAMAGES and chosen & PRINT_DAMAGES):
            chosen.add(damage)
    return frozenset(chosen)
