"""The model table of the original project, trained anew: every row on the same number of crops.

    python -m benchmarks.model_table --crops 50000 --run runs/table [--stop-after 2] [--sizes]

The rows are the architectures on one recipe, then the one that serves on the recipes of the original's dataset
versions; with `--sizes` they are feature extractors of several sizes, drawn as accuracy against milliseconds. Crops are
rendered ahead once per recipe, and all rows learn from the same ones. Started again, it goes on:
rendering from its last shard, training from its last checkpoint; finished rows stay. Real crops only measure.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.model_table.crop_shards import ShardMismatchError, ShardPlan, render_shards
from benchmarks.model_table.filling import Stopwatch, fill_row, first_of, result_file, shard_folder
from benchmarks.model_table.plan import TableMismatchError, TablePlan
from benchmarks.model_table.results import markdown, write_table
from benchmarks.model_table.rows import Row, long_codes, size_rows, table_rows
from benchmarks.model_table.timing import time_models
from data_gen.fonts import FontsMissingError
from data_gen.processes import WorkerProcessError
from data_gen.recipe import RecipeError
from ocr_model.errors import LabelsError
from ocr_model.labelled_folder import labelled_folders
from ocr_model.training.evaluation import EvaluationSet, load_labelled_folder, synthetic_set
from ocr_model.training.trainer import TrainingDivergedError

TIMED = 60  # crops that every model reads, by turns


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks.model_table`."""
    plan = TablePlan()
    real = os.environ.get("REAL_CROPS")
    parser.add_argument("--run", type=Path, required=True, help="folder of the table's runs; an existing one goes on")
    parser.add_argument("--crops", type=int, default=plan.crops, help="crops that each row learns from")
    parser.add_argument("--recipe", default=plan.recipe, help="data_gen recipe of the architectures' rows")
    parser.add_argument("--batch", type=int, default=plan.batch)
    parser.add_argument(
        "--easy-until", type=float, default=plan.easy_until, help="share of the schedule in which clean crops fade out"
    )
    parser.add_argument("--validation", type=int, default=plan.validation, help="held-out synthetic crops")
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--threads", type=int, default=plan.threads, help="torch threads")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="processes that render crops")
    parser.add_argument(
        "--rows",
        type=int,
        nargs="+",
        metavar="NUMBER",
        help="train only these rows, from 1 on; finished others are shown as well. Commands with different rows may run"
        " side by side on the same --run",
    )
    parser.add_argument("--stop-after", type=float, default=math.inf, metavar="HOURS", help="start again to go on")
    parser.add_argument(
        "--real-crops",
        type=Path,
        default=Path(real) if real else None,
        help="folder of labelled folders to measure on (default: $REAL_CROPS)",
    )
    parser.add_argument("--sizes", action="store_true", help="rows of several sizes instead of the original's models")
    parser.add_argument(
        "--out", type=Path, help="writes PATH.md and PATH.png (default: docs/model_table, with --sizes docs/sizes)"
    )


def main(args: argparse.Namespace) -> int:
    """Run `python -m benchmarks.model_table`.

    Returns:
        Exit status: 0 for a whole table or one that was stopped in time, 1 if a row diverged, 2 if it cannot start.
    """
    plan = TablePlan(args.recipe, args.crops, args.batch, args.easy_until, args.validation, args.seed, args.threads)
    try:
        return _fill_table(plan, args)
    except (
        TableMismatchError,
        ShardMismatchError,
        RecipeError,
        FontsMissingError,
        LabelsError,
        WorkerProcessError,
        FileNotFoundError,
    ) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _fill_table(plan: TablePlan, args: argparse.Namespace) -> int:
    run: Path = args.run
    watch = Stopwatch(args.stop_after)
    plan.check(run)
    rows = size_rows(plan.recipe) if args.sizes else table_rows(plan.recipe)
    sets = _evaluation_sets(plan, args)
    done, results, diverged = _fill_rows(rows, plan, args, sets, watch)
    if results:
        models = {row.slug: run / "rows" / row.slug / "model" for row in done}
        milliseconds = time_models(models, first_of(sets[0], TIMED))
        for row, result in zip(done, results, strict=True):
            result["milliseconds"] = milliseconds[row.slug]
        out = args.out or Path("docs/sizes" if args.sizes else "docs/model_table")
        write_table(results, plan, run, out, sizes=args.sizes)
        print(markdown(results, plan))
    if len(done) < len(rows):
        print(f"{len(done)} of {len(rows)} rows are done; the same command continues", file=sys.stderr)
    return 1 if diverged else 0


def _evaluation_sets(plan: TablePlan, args: argparse.Namespace) -> list[EvaluationSet]:
    """Held-out synthetic crops first, then the real ones if there are any."""
    sets = [synthetic_set(plan.recipe, plan.validation)]
    if args.sizes:
        sets.append(long_codes(plan.recipe, 4 * plan.validation))
    if args.real_crops is not None and args.real_crops.is_dir():
        sets += [load_labelled_folder(folder) for folder in labelled_folders(args.real_crops)]
    else:
        print("no real crops: set REAL_CROPS to a folder of folders with labels.tsv", file=sys.stderr)
    return sets


def _fill_rows(
    rows: Sequence[Row], plan: TablePlan, args: argparse.Namespace, sets: Sequence[EvaluationSet], watch: Stopwatch
) -> tuple[list[Row], list[dict[str, Any]], bool]:
    """Fill the rows that the command asks for, until the time is over.

    Returns:
        The finished rows, the results of each, and whether one diverged.
    """
    run: Path = args.run
    done: list[Row] = []
    results: list[dict[str, Any]] = []
    diverged = False
    for number, row in enumerate(tqdm(rows, unit="row"), start=1):
        finished = result_file(run, row).is_file()
        if args.rows and number not in args.rows and not finished:
            continue
        shards = ShardPlan(row.recipe, plan.crops, plan.easy_until, plan.seed)
        if not finished and not render_shards(
            shards, shard_folder(run, row), processes=args.processes, stop_after=watch.seconds
        ):
            break
        try:
            result = fill_row(row, plan, run, sets, watch)
        except TrainingDivergedError as error:
            print(f"{row.name} on {row.recipe}: {error}", file=sys.stderr)
            diverged = True
            continue
        if result is None:
            break
        done.append(row)
        results.append(result)
    return done, results, diverged
