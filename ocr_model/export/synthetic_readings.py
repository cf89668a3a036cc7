"""Reads synthetic crops as in serving, and notes confidence and correctness of each reading.

The crops come fresh from a recipe. Half of the crops for a calibration are under a *shift*: damages of a second,
careless camera that the recipe lacks, because a recognizer is surer on crops like its training's than on photographs.
"""

from __future__ import annotations

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
from data_gen.processes import map_on_processes
from data_gen.recipe import load_recipe
from ocr_model.codes.text import match_key
from ocr_model.reading.calibration import Calibration
from ocr_model.reading.recognizer import Recognizer

CHUNK = 100  # crops that one task of one process reads
_TEXT_SHARE = 0.6  # height of the text over that of the crop, on average

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Readings:
    """The readings of N crops. A reading of "no text" is never accepted as a text."""

    confidence: NDArray[np.float64]  # (N,) of the whole text, 0..1
    correct: NDArray[np.bool_]  # (N,) whether A-Z0-9 were right; of a crop without text: whether none was read
    has_text: NDArray[np.bool_]  # (N,) whether any text was read

    @classmethod
    def joined(cls, parts: Sequence[Readings]) -> Readings:
        """All readings of several parts, in order."""
        return cls(
            np.concatenate([part.confidence for part in parts]),
            np.concatenate([part.correct for part in parts]),
            np.concatenate([part.has_text for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.confidence)


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
class _Plan:
    """Which crops are read, by which model."""

    model: Path | None
    calibration: Calibration | None
    recipe: str
    seed: int
    shifted: bool


class _Reader:
    """Renders and reads the crops of a plan; one per process."""

    def __init__(self, plan: _Plan) -> None:
        recipe = load_recipe(plan.recipe)
        self.plan = plan
        self.renderer = CropRenderer(recipe, load_fonts(recipe.fonts), seed=plan.seed)
        self.recognizer = Recognizer.load(plan.model, threads=1, calibration=plan.calibration)

    def read(self, indices: range) -> Readings:
        rows = []
        for index in indices:
            crop = self.renderer.render(index)
            image = crop.image
            if self.plan.shifted:
                image = photograph_again(image, np.random.default_rng((self.plan.seed, index, 1)))
            prediction = self.recognizer.read(image)
            rows.append(
                (prediction.confidence, match_key(prediction.text) == match_key(crop.text), bool(prediction.text))
            )
        confidence, correct, has_text = zip(*rows, strict=True)
        return Readings(np.array(confidence), np.array(correct), np.array(has_text))


class _Worker:
    """A process's own reader: fonts, neighbouring lines and the model are loaded once."""

    reader: _Reader

    @classmethod
    def start(cls, plan: _Plan) -> None:
        cls.reader = _Reader(plan)

    @classmethod
    def read(cls, indices: range) -> Readings:
        return cls.reader.read(indices)


def read_synthetic(
    model: Path | None,
    recipe: str,
    count: int,
    *,
    seed: int,
    shifted: bool = False,
    calibration: Calibration | None = None,
    processes: int = 1,
    progress: bool = False,
) -> Readings:
    """Render crops of a recipe and read them as they are served: beam, prior, turn and all.

    Args:
        model: folder of an exported model; the champion if None.
        recipe: name or path.
        count: crops.
        seed: seed of the crops; one that nothing was trained on.
        shifted: whether each crop is photographed again (see `photograph_again`).
        calibration: used in place of the model's own.
        processes: processes that read side by side; the readings are the same for any number.
        progress: whether to draw a bar.

    Raises:
        ModelError: the model cannot be loaded.
        RecipeError: there is no such recipe.
        ValueError: no crop is asked for.
        WorkerProcessError: a process died or could not start.
    """
    if count < 1:
        raise ValueError(f"at least one crop, not {count}")
    plan = _Plan(model, calibration, recipe, seed, shifted)
    chunks = [range(first, min(first + CHUNK, count)) for first in range(0, count, CHUNK)]
    name = f"{recipe}, photographed again" if shifted else recipe
    parts = []
    with tqdm(total=count, unit="crop", desc=name, disable=not progress) as bar:

        def note(part: Readings) -> None:
            parts.append(part)
            bar.update(len(part))

        if processes == 1:
            reader = _Reader(plan)
            for chunk in chunks:
                note(reader.read(chunk))
        else:
            for part in map_on_processes(_Worker.read, chunks, processes, prepare=_Worker.start, arguments=(plan,)):
                note(part)
    return Readings.joined(parts)
