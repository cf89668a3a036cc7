"""Reads synthetic crops as in serving, and notes confidence and correctness of each reading.

The crops come fresh from a recipe. Half of the crops for a calibration are under a *shift*: damages of a second,
careless camera that the recipe lacks, because a recognizer is surer on crops like its training's than on photographs.
"""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from data_gen import degradations as degrade
from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.processes import WorkerProcessError
from data_gen.recipe import load_recipe
from data_gen.workplace import HERE, Workplace
from ocr_model.export.kept_readings import KeptReadings, sources_digest
from ocr_model.export.readings import Readings
from ocr_model.export.tag_lines import TagLines
from ocr_model.reading.calibration import Calibration
from ocr_model.reading.image import ImageLike
from ocr_model.reading.recognizer import Recognizer
from ocr_model.reading.second_opinion import SecondOpinion

CHUNK = 100  # crops that one task of one process reads
PHOTOS = 5  # likewise, of whole tags
_TEXT_SHARE = 0.6  # height of the text over that of the crop, on average

Grey = NDArray[np.uint8]


# --- The shift ---


def _small(rng: np.random.Generator, picture: degrade.Picture) -> degrade.Picture:
    return degrade.low_resolution(rng, picture, 10, 26)


def _defocus(rng: np.random.Generator, picture: degrade.Picture) -> degrade.Picture:
    return degrade.defocus(rng, picture, _TEXT_SHARE * picture.shape[0])


def _motion(rng: np.random.Generator, picture: degrade.Picture) -> degrade.Picture:
    return degrade.motion_blur(rng, picture, _TEXT_SHARE * picture.shape[0])


def _tilt(rng: np.random.Generator, picture: degrade.Picture) -> degrade.Picture:
    angle = float(rng.choice([-1, 1]) * rng.uniform(4, 16))
    turned = Image.fromarray(picture).rotate(
        angle, Image.Resampling.BICUBIC, expand=True, fillcolor=float(picture.mean())
    )
    return np.asarray(turned, dtype=np.float32)


def _jpeg(rng: np.random.Generator, picture: degrade.Picture) -> degrade.Picture:
    height = picture.shape[0]
    return degrade.jpeg(rng, degrade.low_resolution(rng, picture, 0.4 * height, 0.9 * height), 8, 30)


_SHIFTS: tuple[Callable[[np.random.Generator, degrade.Picture], degrade.Picture], ...] = (
    _small,
    _defocus,
    _motion,
    _tilt,
    degrade.underexposed,
    _jpeg,
)


def photograph_again(crop: Grey, rng: np.random.Generator) -> Grey:
    """The shift: a finished crop, (H, W) grey, with one more damage of a camera; its size may change."""
    shift = _SHIFTS[int(rng.integers(len(_SHIFTS)))]
    picture = shift(rng, crop.astype(np.float32) / np.float32(255))
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


# --- Reading ---


@dataclass(frozen=True)
class Way:
    """A way to read with a model."""

    second: bool = False  # whether a second reader is asked, where one is installed
    calibration: Calibration | None = None  # used in place of the model's own
    second_opinion: SecondOpinion | None = None  # likewise


@dataclass(frozen=True)
class _Plan:
    """Which crops are read, by which model, in which ways."""

    model: Path | None
    recipe: str | None  # None: lines of rendered whole tags
    seed: int
    shifted: bool
    ways: tuple[Way, ...]
    sources: str  # see `sources_digest`


class _Reader:
    """Renders and reads the crops of a plan; one per process."""

    def __init__(self, plan: _Plan) -> None:
        self.plan = plan
        if plan.recipe is None:
            self.lines = TagLines(plan.seed)
        else:
            recipe = load_recipe(plan.recipe)
            self.renderer = CropRenderer(recipe, load_fonts(recipe.fonts), seed=plan.seed)
        self.recognizers = [
            Recognizer.load(
                plan.model,
                threads=1,
                calibration=way.calibration,
                second=way.second,
                second_opinion=way.second_opinion,
            )
            for way in plan.ways
        ]

    def read(self, indices: range) -> list[Readings]:
        """The readings in each way; every crop is rendered once and read alone, as a shopper's."""
        rows: list[list[tuple[float, bool, bool, bool]]] = [[] for _ in self.recognizers]
        for index in indices:
            for text, image in self._pictures(index):
                for recognizer, own in zip(self.recognizers, rows, strict=True):
                    prediction = recognizer.read(image)
                    key = recognizer.domain.key
                    is_right = key(prediction.text) == key(text)
                    is_joint = prediction.second_reader is not None
                    own.append((prediction.confidence, is_right, bool(prediction.text), is_joint))
        return [_readings(own) for own in rows]

    def _pictures(self, index: int) -> list[tuple[str, ImageLike]]:
        """(text, picture) of the crop with this index, or of the lines of the photo with this index."""
        if self.plan.recipe is None:
            return list(self.lines.cut(index))
        crop = self.renderer.render(index)
        image = crop.image
        if self.plan.shifted:
            image = photograph_again(image, np.random.default_rng((self.plan.seed, index, 1)))
        return [(crop.text, image)]


def _readings(rows: Sequence[tuple[float, bool, bool, bool]]) -> Readings:
    confidence, correct, has_text, joint = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Readings(
        np.array(confidence, dtype=np.float64),
        np.array(correct, dtype=bool),
        np.array(has_text, dtype=bool),
        np.array(joint, dtype=bool),
    )


class _Worker:
    """A process's own reader: fonts, neighbouring lines and the model are loaded once."""

    reader: _Reader

    @classmethod
    def start(cls, plan: _Plan) -> None:
        if sources_digest(plan.model, plan.recipe) != plan.sources:
            raise WorkerProcessError(f"{platform.node()} has another model, other fonts or other code")
        cls.reader = _Reader(plan)

    @classmethod
    def read(cls, indices: range) -> list[Readings]:
        return cls.reader.read(indices)


def read_synthetic(
    model: Path | None,
    recipe: str | None,
    count: int,
    *,
    seed: int,
    shifted: bool = False,
    ways: Sequence[Way] = (Way(),),
    workplace: Workplace = HERE,
    progress: bool = False,
    kept: Path | None = None,
) -> list[Readings]:
    """Render crops of a recipe and read them as they are served: beam, prior, turn and all.

    Args:
        model: folder of an exported model; the champion if None.
        recipe: name or path; None for lines of whole tags (`tag_lines`).
        count: crops, or photos of whole tags.
        seed: seed of the crops; one that nothing was trained on.
        shifted: whether each crop is photographed again (see `photograph_again`).
        ways: to read every crop.
        workplace: where crops are rendered and read; the readings are the same anywhere.
        progress: whether to draw a bar.
        kept: folder in which readings are kept, so that a run that was interrupted goes on (`kept_readings`).

    Returns:
        The readings in each way.

    Raises:
        ModelError: the model cannot be loaded.
        RecipeError: there is no such recipe.
        ValueError: no crop is asked for.
        WorkerProcessError: a worker died or could not start.
    """
    if count < 1:
        raise ValueError(f"at least one crop, not {count}")
    plan = _Plan(model, recipe, seed, shifted, tuple(ways), sources_digest(model, recipe))
    size = CHUNK if recipe is not None else PHOTOS
    chunks = [range(first, min(first + size, count)) for first in range(0, count, size)]
    store = None if kept is None else KeptReadings(kept, model, recipe, (seed, shifted, plan.ways))
    parts: dict[int, list[Readings]] = {}
    if store is not None:
        parts = {chunk.start: found for chunk in chunks if (found := store.load(chunk)) is not None}
    missing = [chunk for chunk in chunks if chunk.start not in parts]
    name = "whole tags" if recipe is None else f"{recipe}, photographed again" if shifted else recipe
    with (
        tqdm(total=len(chunks), initial=len(parts), unit="part", desc=name, disable=not progress) as bar,
        contextlib.closing(workplace.map(_Worker.read, missing, prepare=_Worker.start, arguments=(plan,))) as reading,
    ):
        for chunk, part in zip(missing, reading, strict=True):
            parts[chunk.start] = part
            if store is not None:
                store.save(chunk, part)
            bar.update()
    in_order = [parts[chunk.start] for chunk in chunks]
    return [Readings.joined([part[at] for part in in_order]) for at in range(len(plan.ways))]
