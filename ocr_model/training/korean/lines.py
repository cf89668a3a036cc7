"""Rendered lines for training, kept in shards on disk: to draw a line takes longer than to learn from it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import Image

from data_gen import degradations as degrade
from data_gen.camera import photograph
from data_gen.crop import PRINT_DAMAGES, choose_damages
from data_gen.degradations import Generator, Picture
from data_gen.fonts import FontBook, load_fonts
from data_gen.processes import map_on_processes
from data_gen.recipe import Recipe, load_recipe
from data_gen.tag import draw_ink
from data_gen.trdg_adapter import UndrawableError
from ocr_model.tags.korean_model import fit_line
from ocr_model.training.korean.texts import korean_line, latin_line

SHARD = 500
"""Lines of one file."""

RECIPE = Path(__file__).with_name("recipe.toml")
HELD_OUT = Path(__file__).with_name("held_out.toml")
LATIN_RECIPE = "tags-6"
_LATIN_SHARE = 8  # every so manieth line is one without Hangul in the faces of other tags


@dataclass(frozen=True, slots=True)
class RenderedLine:
    """A line as the network sees it, and what is printed."""

    pixels: NDArray[np.uint8]  # (32, W)
    text: str


class LineRenderer:
    """Draws lines as a detector cuts them out; line `index` is the same in any process and any order.

    Args:
        recipe: path of the recipe with the Korean faces.
        seed: another seed gives other lines.
        latin_share: every so manieth line has no Hangul and is in the faces of `LATIN_RECIPE`; 0: none, 1: all.
    """

    def __init__(self, recipe: Path, seed: int, *, latin_share: int = _LATIN_SHARE) -> None:
        self._seed, self._latin_share = seed, latin_share
        self._korean, self._latin = (_Look.of(str(recipe), korean_line), _Look.of(LATIN_RECIPE, latin_line))

    def render(self, index: int) -> RenderedLine:
        """The line with this index."""
        look = self._latin if self._latin_share > 0 and index % self._latin_share == 0 else self._korean
        for attempt in range(100):
            rng = np.random.default_rng((self._seed, index, attempt))
            words = random.Random(f"{self._seed}/korean/{index}/{attempt}")
            try:
                text, picture = look.photograph(rng, words)
            except UndrawableError:
                continue
            pixels = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
            return RenderedLine(fit_line(Image.fromarray(pixels)), text)
        raise RuntimeError(f"line {index} could not be drawn in 100 attempts")


@dataclass(frozen=True, slots=True)
class _Look:
    """A recipe's faces and damages, and the lines that are drawn with them."""

    recipe: Recipe
    fonts: FontBook
    line: Callable[[random.Random], str]

    @classmethod
    def of(cls, recipe: str, line: Callable[[random.Random], str]) -> _Look:
        loaded = load_recipe(recipe)
        return cls(loaded, load_fonts(loaded.fonts), line)

    def photograph(self, rng: Generator, words: random.Random) -> tuple[str, Picture]:
        """A line and its picture, about 0..1."""
        damages = choose_damages(self.recipe, words, 1.0)
        text, ink, height = self._print(rng, words, damages, self.line(words))
        picture = photograph(ink, height, ink.shape[1] / height / max(1, len(text)), self.recipe, rng, words, damages)
        return text, picture

    def _print(
        self, rng: Generator, words: random.Random, damages: frozenset[str], text: str
    ) -> tuple[str, Picture, float]:
        """The text, its ink with margins in the camera's view, and the height of the print in it, pixels."""
        font, size = self._font(words), words.randint(26, 38)
        if not _draws(font, text):
            raise UndrawableError(f"{font} lacks characters of {text!r}")
        ink = draw_ink(text, font, words, size)
        h, w = ink.shape
        if not 4 <= h <= 90:
            raise UndrawableError(f"{font} draws {text!r} {h} pixels high")
        # A detector leaves about as much around a line as it was taught to, also of one of low marks.
        low, high = max(0.0, size * 0.9 - h) / 2, size * 0.05
        left, top, right, bottom = (round(low * (i % 2) + high + size * words.uniform(0.0, 0.36)) for i in range(4))
        canvas = np.zeros((h + top + bottom, w + left + right), np.float32)
        canvas[top : top + h, left : left + w] = ink
        self._add_neighbours(canvas, (top, top + h), font, words, size)
        for damage in sorted(damages & PRINT_DAMAGES):
            canvas = _PRESSES[damage](rng, canvas, float(h))
        if words.random() < 0.3:
            canvas = degrade.weight_of_strokes(rng, canvas)
        return text, _tilted(canvas, words, self.recipe), float(h)

    def _font(self, words: random.Random) -> str:
        _, paths = words.choices(self.fonts.groups, weights=[weight for weight, _ in self.fonts.groups])[0]
        return words.choice(paths)

    def _add_neighbours(
        self, canvas: Picture, line: tuple[int, int], font: str, words: random.Random, size: int
    ) -> None:
        """The lower edge of a line above, or the upper one of a line below, or a rule."""
        top, bottom = line
        if words.random() < 0.3 and _draws(font, neighbour := self.line(words)[:8]):
            other = draw_ink(neighbour, font, words, size)
            if words.random() < 0.5 and top > 4:
                rows = min(other.shape[0], words.randint(1, max(1, top - 3)))
                piece = other[-rows:, : canvas.shape[1]]
                canvas[:rows, : piece.shape[1]] = np.maximum(canvas[:rows, : piece.shape[1]], piece)
            elif canvas.shape[0] - bottom > 4:
                rows = min(other.shape[0], words.randint(1, max(1, canvas.shape[0] - bottom - 3)))
                piece = other[:rows, : canvas.shape[1]]
                part = canvas[-rows:, : piece.shape[1]]
                np.maximum(part, piece, out=part)
        if words.random() < 0.08:
            row = words.choice((words.randint(0, max(0, top - 1)), words.randint(bottom, canvas.shape[0])))
            canvas[row : row + words.randint(1, 3)] = 1.0
        if words.random() < 0.06:
            column = words.choice((0, canvas.shape[1] - words.randint(1, 4)))
            canvas[:, column : column + words.randint(1, 3)] = 1.0


@lru_cache(maxsize=512)
def _characters(font: str) -> frozenset[int]:
    """The code points that a font has glyphs for; read once, since a Korean font takes 50 ms."""
    with TTFont(font, lazy=True, fontNumber=0) as opened:
        return frozenset(opened.getBestCmap() or {})


def _draws(font: str, text: str) -> bool:
    return _characters(font).issuperset(map(ord, text))


_PRESSES: dict[str, Callable[[Generator, Picture, float], Picture]] = {
    "dots": degrade.dots,
    "woven": degrade.woven,
    "spread": lambda rng, ink, _: degrade.ink_spread(rng, ink),
    "worn": lambda rng, ink, _: degrade.worn_print(rng, ink),
    "streaks": lambda rng, ink, _: degrade.streaks(rng, ink),
    "emboss": lambda _rng, ink, _: ink,  # the light does it
}


def _tilted(ink: Picture, words: random.Random, recipe: Recipe) -> Picture:
    """The print a little turned and sheared, as a straightened line still is."""
    height, width = ink.shape
    reach = math.atan2(0.3 * height, width)  # a long line that is turned more leaves the picture
    angle = max(-reach, min(reach, math.radians(words.gauss(0, recipe.tilt))))
    shear, rise = words.gauss(0, 0.06), math.tan(angle)
    matrix = np.array([[1, -shear, shear * height / 2], [rise, 1, -rise * width / 2]])
    return np.asarray(cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_LINEAR), np.float32)


def write_lines(
    folder: Path, count: int, *, processes: int, progress: Callable[[int], object], recipe: Path = RECIPE, seed: int = 0
) -> None:
    """Draw at least so many lines into a folder; shards that are there stay.

    Args:
        folder: created if it is not there.
        count: of lines, rounded up to whole shards.
        processes: that draw side by side.
        progress: told the lines of each new shard.
        recipe: path of the recipe with the Korean faces.
        seed: of the lines.
    """
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [number for number in range(-(-count // SHARD)) if not _shard(folder, number).exists()]
    for _ in map_on_processes(_write_shard, numbers, processes, prepare=_open, arguments=(folder, recipe, seed)):
        progress(SHARD)


def read_lines(folder: Path) -> Iterator[RenderedLine]:
    """The lines of all shards that are there, in order."""
    for file in sorted(folder.glob("lines-*.npz")):
        with np.load(file) as shard:
            pixels, widths, texts = shard["pixels"], shard["widths"], shard["texts"]
        ends = np.cumsum(widths)
        for end, width, text in zip(ends, widths, texts, strict=True):
            yield RenderedLine(pixels[:, end - width : end], str(text))


_drawing: tuple[Path, LineRenderer] | None = None  # of a process that draws


def _open(folder: Path, recipe: Path, seed: int) -> None:
    global _drawing
    _drawing = folder, LineRenderer(recipe, seed)


def _write_shard(number: int) -> None:
    if _drawing is None:
        raise RuntimeError("the process was not prepared")
    folder, renderer = _drawing
    lines = [renderer.render(number * SHARD + i) for i in range(SHARD)]
    target = _shard(folder, number)
    partial = target.with_suffix(".part")
    with partial.open("wb") as opened:
        np.savez_compressed(
            opened,
            pixels=np.concatenate([line.pixels for line in lines], axis=1),
            widths=np.array([line.pixels.shape[1] for line in lines]),
            texts=np.array([line.text for line in lines]),
        )
    partial.replace(target)


def _shard(folder: Path, number: int) -> Path:
    return folder / f"lines-{number:05}.npz"
