"""The faces that a tag is set in: one for its text, one for what stands out, one for Hangul."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

from fontTools.ttLib import TTFont
from PIL import ImageFont

from data_gen.fonts import FontBook, FontGroup, FontsMissingError, digit_like_letters, load_fonts
from data_gen.recipe import load_recipe

RECIPE = "tags-6"  # whose faces are those of tags
_HANGUL = FontGroup(1.0, ("Nanum*.ttf", "UnDotum*.ttf", "UnGraphic*.ttf", "NotoSansKR*", "NotoSansCJK*"))
_PROBE = "품번색상사이즈치수제조국년월소재소비자가격원"
_BOLD = ("Bold", "-700", "Semibold", "SemiBold", "-Medium")


@dataclass(frozen=True, slots=True)
class Faces:
    """Paths of the font files of one tag."""

    text: str
    heavy: str
    hangul: str | None  # None where the machine has no Korean font

    def path_for(self, text: str, *, heavy: bool) -> str | None:
        """The face that draws a text, or None if none of the tag's faces has all its characters."""
        for path in (self.heavy if heavy else self.text, self.heavy, self.text, self.hangul):
            if path is not None and _draws(path, text):
                return path
        return None


class FaceBook:
    """The faces of this machine, looked for once per process."""

    def __init__(self) -> None:
        self._latin: FontBook = load_fonts(load_recipe(RECIPE).fonts)
        try:
            found = load_fonts((_HANGUL,)).groups[0][1]
        except FontsMissingError:
            found = ()
        self.hangul = tuple(path for path in found if _draws(path, _PROBE))

    def choose(self, words: random.Random) -> Faces:
        """Faces for one tag. Letters that look like digits never stand in them."""
        weights = [weight for weight, _ in self._latin.groups]
        while True:
            group = words.choices(self._latin.groups, weights=weights)[0][1]
            text = words.choice(group)
            if not digit_like_letters(text) and _draws(text, "abcxyz%,"):
                break
        # The heavy face is a bold sister, where there is one in the group.
        family = text.rsplit("/", 1)[-1].split("-")[0].split(".")[0]
        sisters = [path for path in group if family in path and any(mark in path for mark in _BOLD)]
        heavy = words.choice(sisters) if sisters else text
        if digit_like_letters(heavy):
            heavy = text
        return Faces(text, heavy, words.choice(self.hangul) if self.hangul else None)


@lru_cache(maxsize=512)
def sized(path: str, size: int) -> ImageFont.FreeTypeFont:
    """A font in pixels of its em."""
    return ImageFont.truetype(path, size)


@lru_cache(maxsize=1024)
def capital_height(path: str) -> float:
    """Height of a capital H relative to the em."""
    top, bottom = sized(path, 200).getbbox("H")[1::2]
    return max(0.3, (bottom - top) / 200)


@lru_cache(maxsize=512)
def _characters(path: str) -> frozenset[int]:
    """The code points that a font has glyphs for; read once, since a Korean font takes 50 ms."""
    with TTFont(path, lazy=True, fontNumber=0) as font:
        return frozenset(font.getBestCmap() or {})


def _draws(path: str, text: str) -> bool:
    return _characters(path).issuperset(map(ord, text))
