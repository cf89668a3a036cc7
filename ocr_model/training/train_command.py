"""The command `train`: trains a recognizer on synthetic crops that are rendered meanwhile.

    python -m ocr_model train --recipe tags-1 --crops 1000000 --run runs/first
    python -m ocr_model train --recipe tags-1 --crops 1000000 --run runs/first --on ray --workers 4

Started again, a run goes on from its checkpoint, with any number of workers, on Ray or not.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from data_gen.missing_fonts import warn_of_missing_fonts
from data_gen.processes import WorkerProcessError
from data_gen.ray_cluster import open_cluster
from ocr_model.command_line import print_json
from ocr_model.domains.registry import DOMAINS
from ocr_model.domains.tags import TAGS
from ocr_model.reading.way_in import WayIn
from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.evaluation import EvaluationSet, load_labelled_folder, load_run, synthetic_set
from ocr_model.training.hard_crops import WithHardCrops
from ocr_model.training.mixture import CropMixture, WeightedRecipe
from ocr_model.training.on_ray import Run, train_on_ray
from ocr_model.training.peers import Peers
from ocr_model.training.rendered_crops import CropSource, RecipeCrops
from ocr_model.training.schedule import TrainingConfig
from ocr_model.training.stopping import stopped_by_signals
from ocr_model.training.trainer import Trainer

STOPPED = 130  # exit status of a command that was asked to stop, as shells give it after Ctrl-C


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m ocr_model train`."""
    network, training = NetworkConfig(), TrainingConfig()
    parser.add_argument("--run", type=Path, required=True, help="folder of the run; an existing one goes on")
    parser.add_argument("--start-from", type=Path, help="run or exported model whose weights a new run begins with")
    parser.add_argument("--transformation", default=network.transformation, choices=("None", "TPS"))
    parser.add_argument("--features", default=network.features, choices=("VGG", "RCNN", "ResNet"))
    parser.add_argument("--sequence", default=network.sequence, choices=("None", "BiLSTM"))
    parser.add_argument("--prediction", default=network.prediction, choices=("CTC", "Attn"))
    parser.add_argument("--width", type=int, default=network.width, help="channels at the end of the feature extractor")
    parser.add_argument("--hidden", type=int, default=network.hidden, help="units of each LSTM")
    parser.add_argument("--domain", choices=list(DOMAINS), default=TAGS.name, help="what is read (%(default)s)")
    parser.add_argument("--charset", help="characters that can be read, in class order (the domain's)")
    parser.add_argument("--longest", type=int, help="characters of the longest text (the domain's)")
    parser.add_argument(
        "--way-in",
        default=network.way_in,
        choices=("crop", "drawing"),
        help="how a picture becomes the input: a crop as it stands, or the ink of a drawing, centred",
    )
    parser.add_argument(
        "--line",
        type=int,
        nargs=2,
        metavar=("HEIGHT", "WIDTH"),
        default=(network.line_height, network.line_width),
        help="pixels of the straightened line that the extractor sees; a height of 32, 40 or 48",
    )
    parser.add_argument(
        "--input",
        type=int,
        nargs=2,
        metavar=("HEIGHT", "WIDTH"),
        default=(network.input_height, network.input_width),
        help="pixels of the crop that the line is sampled from; whole multiples of the line's",
    )
    parser.add_argument("--recipe", help="data_gen recipe, or a path to a .toml file (the domain's first)")
    parser.add_argument(
        "--mix",
        type=_share,
        action="append",
        default=[],
        metavar="RECIPE:SHARE",
        help="another recipe, and its share of the crops; may be given several times",
    )
    parser.add_argument(
        "--hard-crops", type=Path, metavar="FILE", help="crops of the recipe to draw more often (benchmarks.hard_crops)"
    )
    parser.add_argument(
        "--labelled",
        type=_share,
        metavar="FOLDER:SHARE",
        help="labelled folder to train on, and its share of the crops; each time its crops look a little different",
    )
    parser.add_argument("--hard-share", type=float, default=0.15, help="share of those crops (default: 0.15)")
    parser.add_argument("--seed", type=int, default=training.seed, help="seed of weights and crops")
    parser.add_argument("--crops", type=int, default=training.crops, help="crops of the whole schedule")
    parser.add_argument("--batch", type=int, default=training.batch, help="crops of one training step")
    parser.add_argument("--learning-rate", type=float, default=training.learning_rate, help="peak of the schedule")
    parser.add_argument(
        "--label-smoothing",
        type=float,
        default=training.label_smoothing,
        help="label smoothing of the attention loss, 0..1",
    )
    parser.add_argument(
        "--easy-until",
        type=float,
        default=training.easy_until,
        help="share of the schedule in which clean crops fade out",
    )
    parser.add_argument(
        "--frozen",
        action="store_true",
        help="train sequence and prediction alone, on the features of --start-from: quick where new characters come in",
    )
    parser.add_argument(
        "--evaluate-every", type=int, default=training.evaluate_every, help="crops between two evaluations"
    )
    parser.add_argument("--renderers", type=int, default=training.workers, help="rendering processes, of each worker")
    parser.add_argument("--threads", type=int, default=training.threads, help="torch threads, of each worker")
    parser.add_argument(
        "--on",
        choices=("here", "ray"),
        default="here",
        help="where to train: in this process, or by workers on Ray (RAY_ADDRESS, or one that is started) that share "
        "every batch",
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="workers on Ray (default: as many as it has GPUs, or else CPUs)"
    )
    parser.add_argument(
        "--stop-after", type=float, default=math.inf, metavar="HOURS", help="stop then; the same command continues"
    )
    parser.add_argument(
        "--crops-folder", type=Path, action="append", default=[], help="labelled folder to measure on, never trained on"
    )
    parser.add_argument(
        "--patience",
        type=int,
        default=training.patience,
        metavar="N",
        help="end after N evaluations in a row without a better one, and keep the best; 0: train to the end",
    )
    parser.add_argument("--validation", type=int, default=1000, help="synthetic crops to evaluate on")


def main(args: argparse.Namespace) -> int:
    """Run `python -m ocr_model train`.

    Returns:
        Exit status: 0 at the end of the schedule or of the given hours, 2 if it cannot start, 130 after Ctrl-C
        or SIGTERM.
    """
    _fill_in_domain(args)
    for recipe in (args.recipe, *(other.recipe for other in args.mix)):
        warn_of_missing_fonts(recipe)
    is_on_ray = args.on == "ray"
    try:
        if args.workers is not None and (args.workers < 1 or not is_on_ray):
            raise ValueError("--workers says how many workers train on Ray, at least 1; --renderers is for rendering")
        # On Ray this process only sees whether the run can begin, and where it stands.
        trainer = _set_up(args, Peers(device=torch.device("cpu")) if is_on_ray else Peers())
        folders = [load_labelled_folder(folder) for folder in args.crops_folder]
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    sets = [synthetic_set(args.recipe, args.validation), *folders]
    if is_on_ray:
        try:
            is_stopped = _train_on_ray(args, trainer, sets)
        except (ValueError, WorkerProcessError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    else:
        with stopped_by_signals() as stop:
            trainer.train(sets, stop_after=args.stop_after, stop=stop)
        is_stopped = stop.is_set()
    if is_stopped and trainer.seen < trainer.config.crops:
        print(f"stopped after {trainer.seen:,} crops and saved; the same command continues", file=sys.stderr)
        return STOPPED
    print_json(trainer.log[-1], indent=2)
    return 0


def _fill_in_domain(args: argparse.Namespace) -> None:
    """What the domain says, where no option does."""
    domain = DOMAINS[args.domain]
    args.recipe = args.recipe or domain.recipe
    args.charset = args.charset or domain.charset
    if args.longest is None:
        args.longest = NetworkConfig.max_length if domain is TAGS else domain.longest


def _train_on_ray(args: argparse.Namespace, trainer: Trainer, sets: Sequence[EvaluationSet]) -> bool:
    """Train by workers on Ray, then take over what they have written. Returns whether a signal stopped them."""
    run = Run(partial(_set_up, _with_whole_paths(args)), trainer.run.absolute(), sets, args.stop_after)
    with open_cluster() as cluster, stopped_by_signals() as stop:  # in this order, because Ray takes SIGTERM for itself
        workers = cluster.check_workers(args.workers)
        train_on_ray(run, workers=workers, begun=trainer.seen, crops=trainer.config.crops, stop=stop)
        is_stopped = stop.is_set()
    if trainer.checkpoint.is_file():
        trainer.resume()
    return is_stopped


def _with_whole_paths(args: argparse.Namespace) -> argparse.Namespace:
    """The same options for a process with another working directory."""
    paths = {name: getattr(args, name) for name in ("run", "start_from", "hard_crops")}
    whole: dict[str, Any] = {name: path and path.absolute() for name, path in paths.items()}
    whole["recipe"] = _whole(args.recipe)
    whole["mix"] = [replace(other, recipe=_whole(other.recipe)) for other in args.mix]
    return argparse.Namespace(**(vars(args) | whole))


def _whole(recipe: str) -> str:
    return str(Path(recipe).absolute()) if recipe.endswith(".toml") else recipe


def _set_up(args: argparse.Namespace, peers: Peers) -> Trainer:
    """The run of a command: a new one, a resumed one, or one that starts from another run's weights."""
    network = NetworkConfig(
        transformation=args.transformation,
        features=args.features,
        sequence=args.sequence,
        prediction=args.prediction,
        width=args.width,
        hidden=args.hidden,
        charset=args.charset,
        max_length=args.longest,
        way_in=args.way_in,
        line_height=args.line[0],
        line_width=args.line[1],
        input_height=args.input[0],
        input_width=args.input[1],
    )
    config = replace(
        TrainingConfig(),
        recipe=args.recipe,
        seed=args.seed,
        crops=args.crops,
        batch=args.batch,
        learning_rate=args.learning_rate,
        label_smoothing=args.label_smoothing,
        easy_until=args.easy_until,
        frozen=args.frozen,
        evaluate_every=args.evaluate_every,
        workers=args.renderers,
        threads=args.threads,
        patience=args.patience,
    )
    source: CropSource = RecipeCrops(config.recipe, config.seed)
    is_mixture = args.mix or args.labelled is not None
    if is_mixture:
        source = _mixture(config, args.mix, args.labelled, network.way_in)
    if is_mixture and args.hard_crops is not None:
        raise ValueError("hard crops are those of one recipe; leave out --mix and --labelled, or --hard-crops")
    if args.hard_crops is not None:
        source = WithHardCrops(RecipeCrops(config.recipe, config.seed), args.hard_crops, args.hard_share)
        source.describe()  # a list that cannot be used ends the command here, and not in a rendering process
    trainer = Trainer(network, config, args.run, source, peers=peers)
    if args.start_from is not None and not trainer.seen:
        left_out = trainer.start_from(load_run(args.start_from))
        if left_out:
            print(f"{len(left_out)} weights have other shapes and begin anew: {', '.join(left_out)}", file=sys.stderr)
    return trainer


def _mixture(
    config: TrainingConfig, others: Sequence[WeightedRecipe], labelled: WeightedRecipe | None, way_in: WayIn
) -> CropMixture:
    """Crops of the run's recipe, of others, and of a labelled folder."""
    collected = 0.0 if labelled is None else labelled.weight
    rest = 1.0 - collected - sum(other.weight for other in others)
    if not 0.0 < rest < 1.0:
        raise ValueError("the shares of --mix and --labelled lie above 0, and together below 1")
    folder = None if labelled is None else Path(labelled.recipe)
    recipes = (*others, WeightedRecipe(config.recipe, rest))
    return CropMixture(folder, collected, recipes, config.seed, way_in=way_in)


def _share(value: str) -> WeightedRecipe:
    """`RECIPE:SHARE`, taken apart."""
    recipe, colon, share = value.rpartition(":")
    try:
        weight = float(share)
    except ValueError:
        weight = math.nan
    if not (recipe and colon and 0.0 < weight < 1.0):
        raise argparse.ArgumentTypeError(f"expected RECIPE:SHARE with a share between 0 and 1, not {value!r}")
    return WeightedRecipe(recipe, weight)
