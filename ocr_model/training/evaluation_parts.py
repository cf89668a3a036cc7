"""Evaluation in parts, by as many workers as there are: each renders the crops of its part, if need be, and reads."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from tqdm import tqdm

from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.recipe import load_recipe
from data_gen.workplace import Workplace
from data_gen.writing import check_machine
from ocr_model.training.architecture import RecognitionNetwork
from ocr_model.training.evaluation import VALIDATION_SEED, Evaluation, EvaluationSet, evaluate_network

PART = 256  # crops; whole batches, so that a crop is read among the same others wherever it is read

Part = Callable[[], EvaluationSet]
_networks: list[RecognitionNetwork] = []  # in a worker


def recipe_parts(recipe: str, count: int, seed: int = VALIDATION_SEED) -> list[Part]:
    """The crops of `synthetic_set`, which each worker renders for itself.

    Raises:
        RecipeError: there is no such recipe.
    """
    digest, firsts = load_recipe(recipe).digest, range(0, count, PART)
    return [partial(_render, recipe, digest, seed, first, min(first + PART, count)) for first in firsts]


def set_parts(data: EvaluationSet) -> list[Part]:
    """The crops of a set, which are sent to the workers."""
    slices = [slice(first, first + PART) for first in range(0, len(data.images), PART)]
    return [partial(EvaluationSet, data.name, data.images[at], data.texts[at], data.files[at]) for at in slices]


def evaluate_parts(network: RecognitionNetwork, name: str, parts: Sequence[Part], workplace: Workplace) -> Evaluation:
    """Read crops greedily with a torch network, part by part; the readings are those of `evaluate_network`.

    Args:
        network: in evaluation mode.
        name: of the set.
        parts: from `recipe_parts` or `set_parts`.
        workplace: where they are read.

    Returns:
        The evaluation, whose set has no pictures.

    Raises:
        WorkerProcessError: a worker died, or its machine draws other crops.
    """
    found: list[Evaluation] = []
    with (
        tqdm(total=len(parts), unit="part", desc=name, disable=None) as bar,
        contextlib.closing(workplace.map(_read, parts, prepare=_open, arguments=(network,))) as reading,
    ):
        for part in reading:
            found.append(part)
            bar.update()
    data = EvaluationSet(
        name,
        (),
        tuple(text for part in found for text in part.data.texts),
        tuple(file for part in found for file in part.data.files),
    )
    return Evaluation(
        data,
        tuple(reading for part in found for reading in part.readings),
        tuple(confidence for part in found for confidence in part.confidences),
    )


def _open(network: RecognitionNetwork) -> None:
    _networks[:] = [network]


def _read(part: Part) -> Evaluation:
    evaluation = evaluate_network(_networks[0], part())
    return replace(evaluation, data=replace(evaluation.data, images=()))


def _render(recipe: str, digest: str, seed: int, first: int, last: int) -> EvaluationSet:
    crops = [_renderer(recipe, digest, seed).render(index) for index in range(first, last)]
    return EvaluationSet(
        recipe,
        tuple(crop.image for crop in crops),
        tuple(crop.text for crop in crops),
        tuple(str(index) for index in range(first, last)),
    )


@lru_cache(maxsize=2)
def _renderer(recipe: str, digest: str, seed: int) -> CropRenderer:
    loaded = load_recipe(recipe)
    check_machine(loaded, digest)
    return CropRenderer(loaded, load_fonts(loaded.fonts), seed=seed)
