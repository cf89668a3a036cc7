"""Trains a challenger from the champion, and exports it. Needs torch; serving never imports this module."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data_gen.plan import plan_dataset
from data_gen.recipe import load_recipe
from datasets.cycles.settings import ChallengerSettings
from datasets.versions.version import SyntheticPart
from ocr_model.domains.tags import TAGS
from ocr_model.export.averaging import average_networks
from ocr_model.export.calibration_fitting import calibrate_directory
from ocr_model.export.graphs import export_network
from ocr_model.export.int8_encoder import quantize_directory
from ocr_model.export.parity import check_parity
from ocr_model.export.turn_fitting import fit_turn_directory
from ocr_model.training.architecture import RecognitionNetwork
from ocr_model.training.evaluation import WEIGHTS, load_run, synthetic_set
from ocr_model.training.mixture import CropMixture, WeightedRecipe
from ocr_model.training.schedule import TrainingConfig
from ocr_model.training.trainer import Trainer


class NoWeightsError(RuntimeError):
    """The champion comes without the weights that training starts from."""


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported challenger."""

    folder: Path
    name: str
    version: str


def replayed_recipes(parts: Iterable[SyntheticPart], base: str | None, base_share: float) -> tuple[WeightedRecipe, ...]:
    """The recipes to replay: those of the version and its ancestors by their crops, and the champion's own.

    Args:
        parts: synthetic parts of the version and its ancestors.
        base: the recipe that the champion began with; None if it is unknown.
        base_share: share of the rendered crops that are of `base`, at least.

    Raises:
        RecipeError: there is no such recipe.
    """
    counts: dict[str, float] = {}
    for part in parts:
        if part.side == "training":
            # A recipe brings its parents' crops along, as the versions of the original project did.
            for name, count in plan_dataset(load_recipe(part.recipe), part.recipe, count=part.count).parts:
                counts[name] = counts.get(name, 0.0) + count
    if base is not None:
        others = sum(count for name, count in counts.items() if name != base)
        least = 1.0 if not others else others * base_share / (1.0 - base_share) if base_share < 1.0 else 0.0
        if base_share >= 1.0:
            counts = {base: 1.0}
        else:
            counts[base] = max(counts.get(base, 0.0), least)
    whole = sum(counts.values())
    return tuple(WeightedRecipe(name, count / whole) for name, count in sorted(counts.items()) if count > 0.0)


def train_challenger(
    champion: Path,
    collected: Path | None,
    recipes: Sequence[WeightedRecipe],
    excluded: frozenset[str],
    seed: int,
    settings: ChallengerSettings,
    run: Path,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> None:
    """Train, or go on training, in the folder `run`.

    Args:
        champion: exported model folder with its weights.
        collected: folder with labels.tsv; None if there are no collected crops.
        recipes: recipes to replay.
        excluded: match keys of codes that must not be rendered.
        seed: seed of the mixture and of the renderer.
        settings: the schedule.
        run: folder of the run; a stopped run goes on.
        on_progress: called with (crops seen, of) after each batch.

    Raises:
        NoWeightsError: the champion comes without weights.
        TrainingDivergedError: the loss is no longer finite.
    """
    if not (champion / WEIGHTS).is_file():
        raise NoWeightsError(f"the champion has no {WEIGHTS}; export it anew to train from it")
    network = load_run(champion)
    config = replace(
        TrainingConfig(),
        recipe="mixture",
        seed=seed,
        crops=settings.crops,
        batch=settings.batch,
        learning_rate=settings.learning_rate,
        warmup=settings.warmup,
        easy_until=0.0,
        average_decay=settings.average_decay,
        evaluate_every=settings.checkpoint_every,
        workers=settings.workers,
        threads=settings.threads,
        ctc_weight=1.0 if network.attention is None else TrainingConfig().ctc_weight,
    )
    share = settings.collected_share if collected is not None else 0.0
    mixture = CropMixture(
        collected, share, tuple(recipes), seed, excluded, settings.strength, way_in=network.config.way_in
    )
    trainer = Trainer(network.config, config, run, mixture)
    if not trainer.seen:
        trainer.start_from(network)
    trainer.train([], on_progress=on_progress)


def export_challenger(
    champion: Path,
    run: Path,
    out: Path,
    *,
    version: str,
    base: str | None,
    settings: ChallengerSettings,
    card: dict[str, Any],
) -> Exported:
    """Export a trained challenger, check the export, fit turns and calibration. A finished export is used again.

    Args:
        champion: its name is kept, and its settings that are not fitted anew.
        run: folder of the training run.
        out: the exported model's folder; there whole or not at all.
        version: version of the model.
        base: recipe whose crops check, fit and calibrate; None skips these steps.
        settings: how many crops each step takes.
        card: further entries of the training's card in model.json.

    Raises:
        ExportMismatchError: the graphs do not compute what the network computes.
        ModelError: the exported model does not read.
    """
    description = json.loads((champion / "model.json").read_text(encoding="utf-8"))
    name = str(description["name"])
    if (out / "model.json").is_file():
        return Exported(out, name, version)
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    network = load_run(run)
    if settings.champion_share > 0.0:
        network = average_networks(network, load_run(champion), settings.champion_share)
    export_network(
        network,
        part,
        name=name,
        version=version,
        card=json.loads((run / "card.json").read_text(encoding="utf-8")) | {"base_recipe": base} | card,
        domain=str(description.get("domain", TAGS.name)),
    )
    _keep_search(description, part / "model.json")
    if base is not None:
        _check_and_fit(network, part, base, description, settings)
    for file in ("log.jsonl", "curve.png"):
        shutil.copyfile(run / file, part / file)
    part.rename(out)
    return Exported(out, name, version)


def _keep_search(champion: dict[str, Any], model_json: Path) -> None:
    """Keep what the champion reads, and its search and calibration where they are not fitted anew."""
    kept = {key: champion[key] for key in ("domain", "calibration", "decoding", "second_reader") if key in champion}
    content = json.loads(model_json.read_text(encoding="utf-8")) | kept
    model_json.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _check_and_fit(
    network: RecognitionNetwork, part: Path, base: str, champion: dict[str, Any], settings: ChallengerSettings
) -> None:
    """Check the export on crops of a recipe, and fit turn head, int8 scales and calibration to other crops of it."""
    if settings.check_crops:
        weight = float(champion.get("decoding", {}).get("ctc_weight", 0.0))
        check_parity(network, part, synthetic_set(base, settings.check_crops), ctc_weight=weight)
    if settings.int8_crops and "encoder_int8" in champion["files"]:
        quantize_directory(part, base, settings.int8_crops, checked=settings.int8_check_crops)
    if settings.turn_crops and network.config.way_in == "crop":
        fit_turn_directory(part, base, settings.turn_crops)
    if settings.calibration_crops:
        calibrate_directory(part, base, settings.calibration_crops)


def base_recipe_of(description: dict[str, Any]) -> str | None:
    """The recipe that a model began with, from its model.json; None if there is none."""
    card = description.get("card", {})
    recipe = card.get("base_recipe") or card.get("training", {}).get("recipe")
    return str(recipe) if recipe else None
