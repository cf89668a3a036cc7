"""The model table of the original project, trained anew: every row on the same number of crops.

    python -m benchmarks.model_table --crops 50000 --run runs/table [--stop-after 2] [--sizes]

The rows are the architectures on one recipe, then the one that serves on the recipes of the original's dataset
versions; with `--sizes` they are feature extractors of several sizes, drawn as accuracy against milliseconds. Crops are
rendered ahead once per recipe, and all rows learn from the same ones. Started again, it goes on:
rendering from its last shard, training from its last checkpoint; finished rows stay. Real crops only measure.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.model_table.crop_shards import ShardCrops, ShardMismatchError, ShardPlan, render_shards
from data_gen.fonts import FontsMissingError
from data_gen.processes import WorkerProcessError
from data_gen.recipe import RecipeError
from ocr_model.codes.text import match_key
from ocr_model.export.graphs import export_network, open_session
from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.architecture.prediction import END, START
from ocr_model.training.evaluation import (
    EvaluationSet,
    evaluate_network,
    load_labelled_folder,
    load_run,
    network_input,
    synthetic_set,
)
from ocr_model.training.schedule import TrainingConfig
from ocr_model.training.trainer import Trainer, TrainingDivergedError

LETTERS_AND_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TIMED = 60  # crops that every model reads, by turns
WATCHED = 300  # held-out crops of the curve of each row
CHECKPOINTS = 8  # of each row
LONG = 15  # letters and digits


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    network: NetworkConfig
    recipe: str
    learning_rate: float = 1.5e-3  # peak of the one-cycle schedule
    ctc_weight: float = 0.5  # of the auxiliary loss
    published: float | None = None  # percent, what the original reported of its counterpart, on other crops

    @property
    def slug(self) -> str:
        """Name of the row's folder."""
        return re.sub(r"[^a-z0-9.]+", "-", f"{self.name} {self.recipe}".lower()).strip("-")

    @property
    def letters_and_digits(self) -> bool:
        """Whether its labels are reduced to A-Z and 0-9."""
        return self.network.charset == LETTERS_AND_DIGITS


def table_rows(recipe: str) -> tuple[Row, ...]:
    """All rows: the architectures on `recipe`, then the chosen one on the original's dataset versions.

    ViTSTR learns at a third of the rate, as transformers do, and without CTC: its tokens stand in no reading order.
    """
    chosen = NetworkConfig()
    plain = replace(chosen, transformation="None", sequence="None", prediction="CTC")
    vitstr = replace(chosen, transformation="None", features="ViT", sequence="None", prediction="Position")
    return (
        Row("None-VGG-None-CTC", replace(plain, features="VGG"), recipe, published=63.9),
        Row("None-ResNet-None-CTC", plain, recipe, published=77.3),
        Row("TPS-ResNet-BiLSTM-CTC", replace(chosen, prediction="CTC"), recipe, published=85.6),
        Row(
            "TPS-ResNet-BiLSTM-Attn, letters and digits",
            replace(chosen, charset=LETTERS_AND_DIGITS),
            recipe,
            published=82.5,
        ),
        Row("TPS-ResNet-BiLSTM-Attn", chosen, recipe, published=73.1),
        Row("ViTSTR-Tiny", vitstr, recipe, learning_rate=5e-4, ctc_weight=0.0, published=63.5),
        Row("TPS-ResNet-BiLSTM-Attn", chosen, "v1.0", published=66.7),
        Row("TPS-ResNet-BiLSTM-Attn", chosen, "v2.0", published=75.7),
        Row("TPS-ResNet-BiLSTM-Attn", chosen, "v2.1", published=68.0),
    )


def size_rows(recipe: str) -> tuple[Row, ...]:
    """Feature extractors of several widths, and the one that serves on straightened lines of other widths.

    Nearly all of a reading's arithmetic is theirs. CTC behind them, because it begins to read on few crops.
    """
    plain = NetworkConfig(transformation="None", sequence="None", prediction="CTC")
    sizes = [(64, 128), (96, 128), (128, 128), (192, 128), (128, 64), (128, 256)]
    return tuple(
        Row(f"{channels} channels, line 32 x {width}", replace(plain, width=channels, line_width=width), recipe)
        for channels, width in sizes
    )


def long_codes(recipe: str, count: int) -> EvaluationSet:
    """Held-out crops whose texts have at least 15 letters and digits, out of `count` crops of a recipe."""
    data = synthetic_set(recipe, count)
    kept = [at for at, text in enumerate(data.texts) if len(match_key(text)) >= LONG]
    return EvaluationSet(
        f"codes of {LONG} and more",
        tuple(data.images[at] for at in kept),
        tuple(data.texts[at] for at in kept),
        tuple(data.files[at] for at in kept),
    )


class TableMismatchError(ValueError):
    """The run folder holds a table with other settings."""


@dataclass(frozen=True)
class TablePlan:
    """What all rows share."""

    recipe: str = "tags-1"  # of the architectures, and of the held-out crops that every row is measured on
    crops: int = 50_000  # per row
    batch: int = 32  # small: a short schedule needs its steps
    easy_until: float = 0.5  # share of the schedule in which clean crops fade out
    validation: int = 1000  # held-out crops
    seed: int = 0
    threads: int = 1  # of torch

    def training(self, row: Row) -> TrainingConfig:
        """How a row is trained."""
        return TrainingConfig(
            recipe=row.recipe,
            seed=self.seed,
            crops=self.crops,
            batch=self.batch,
            learning_rate=row.learning_rate,
            ctc_weight=row.ctc_weight,
            easy_until=self.easy_until,
            evaluate_every=max(self.batch, self.crops // CHECKPOINTS),
            workers=0,  # the crops lie ready
            threads=self.threads,
        )

    def check(self, run: Path) -> None:
        """Write the plan into the run's folder, or compare it with the one there; threads may change.

        Raises:
            TableMismatchError: the table there was begun with other settings.
        """
        file, wanted = run / "plan.json", {**asdict(self), "threads": None}
        run.mkdir(parents=True, exist_ok=True)
        if not file.is_file():
            file.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")
        elif (there := json.loads(file.read_text(encoding="utf-8"))) != wanted:
            other = ", ".join(f"{key} {there.get(key)}" for key in wanted if there.get(key) != wanted[key])
            raise TableMismatchError(f"{run} holds a table with other settings ({other}); choose another --run")


class Stopwatch:
    """How much of the time that a command may take is left."""

    def __init__(self, hours: float) -> None:
        self._stop = time.monotonic() + 3600 * hours

    @property
    def seconds(self) -> float:
        """Left, at least 0; infinite without a limit."""
        return max(0.0, self._stop - time.monotonic())


def fill_row(
    row: Row, plan: TablePlan, run: Path, sets: Sequence[EvaluationSet], watch: Stopwatch
) -> dict[str, Any] | None:
    """Train a row to its end, export it, and measure it on every set.

    Args:
        row: which one.
        plan: of the table.
        run: of the table; holds the shards already.
        sets: held-out synthetic crops first, then real ones.
        watch: how long it may take.

    Returns:
        What is known about the row, None if the time was over before.

    Raises:
        TrainingDivergedError: the network computes no finite numbers any more.
    """
    folder = run / "rows" / row.slug
    file = result_file(run, row)
    if file.is_file():
        finished: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return finished
    source = ShardCrops(shard_folder(run, row), letters_and_digits=row.letters_and_digits)
    trainer = Trainer(row.network, plan.training(row), folder, source)
    if trainer.seen < plan.crops:
        trainer.train([first_of(sets[0], WATCHED)], stop_after=watch.seconds / 3600)
    if trainer.seen < plan.crops:
        return None
    network = load_run(folder)
    export_network(network, folder / "model", name=row.slug, version="table")
    result = {
        "name": row.name,
        "recipe": row.recipe,
        "architecture": row.network.architecture,
        "charset": row.network.charset,
        "crops": trainer.seen,
        "parameters": sum(p.numel() for p in network.parameters()),
        "float16_mb": round(sum(file.stat().st_size for file in (folder / "model").glob("*.onnx")) / 1e6, 2),
        "hours": round(trainer.hours, 4),
        "crops_per_second": round(trainer.seen / max(trainer.hours * 3600, 1e-9), 1),
        "threads": plan.threads,
        "published": row.published,
        "results": {data.name: evaluate_network(network, data).summary() for data in sets},
    }
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return result


def shard_folder(run: Path, row: Row) -> Path:
    """Where the crops of a row's recipe lie."""
    return run / "shards" / Path(row.recipe).name.removesuffix(".toml")  # v2.0 and v2.1 differ only behind the point


def result_file(run: Path, row: Row) -> Path:
    """Where a finished row is written down."""
    return run / "rows" / row.slug / "result.json"


def first_of(data: EvaluationSet, count: int) -> EvaluationSet:
    """The first crops of a set, under the same name."""
    return replace(data, images=data.images[:count], texts=data.texts[:count], files=data.files[:count])


# --- Time per crop ---


class ExportedModel:
    """An exported model that reads greedily, one crop at a time, on one thread."""

    def __init__(self, directory: Path) -> None:
        self._max_length = int(json.loads((directory / "model.json").read_text(encoding="utf-8"))["max_length"])
        self._encoder = open_session(directory / "encoder.onnx")
        decoder = directory / "decoder.onnx"
        self._decoder = open_session(decoder) if decoder.is_file() else None

    def read(self, picture: NDArray[np.float32]) -> list[int]:
        """Classes along the best CTC path, or the tokens of the text: picture (1, 1, H, W) in [-1, 1]."""
        if self._decoder is None:
            (log_probs,) = self._encoder.run(["ctc_log_probs"], {"image": picture})
            path: list[int] = log_probs[0].argmax(axis=1).tolist()
            return path
        context, projected = self._encoder.run(["context", "projected"], {"image": picture})
        hidden = cell = np.zeros((1, projected.shape[2]), np.float32)
        tokens = [START]
        for _ in range(self._max_length + 1):
            feed = {"context": context, "projected": projected, "hidden": hidden, "cell": cell}
            # A graph keeps no input that it does not use.
            feed["token"] = np.asarray(tokens[-1:], np.int64)
            asked = {name: feed[name] for name in self._decoder_inputs}
            log_probs, hidden, cell = self._decoder.run(["log_probs", "hidden_out", "cell_out"], asked)
            tokens.append(int(log_probs[0].argmax()))
            if tokens[-1] == END:
                break
        return tokens[1:]

    @property
    def _decoder_inputs(self) -> list[str]:
        return [] if self._decoder is None else [one.name for one in self._decoder.get_inputs()]


def time_models(directories: Mapping[str, Path], data: EvaluationSet) -> dict[str, float]:
    """Median milliseconds per crop of each exported model, by turns, so that all meet the same busyness.

    Args:
        directories: of the models, by name.
        data: crops to read.
    """
    models = {name: ExportedModel(directory) for name, directory in directories.items()}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for number, image in enumerate(data.images):
        picture = network_input([image], NetworkConfig()).numpy()
        for name, model in models.items():
            began = time.perf_counter()
            model.read(picture)
            if number >= 3 or len(data.images) <= 3:  # the first readings allocate memory
                seconds[name].append(time.perf_counter() - began)
    return {name: round(1000 * statistics.median(some), 2) for name, some in seconds.items()}


# --- The table ---


def markdown(results: Sequence[Mapping[str, Any]], plan: TablePlan) -> str:
    """The table, with the budget said above it."""
    sets = list(results[0]["results"])
    heads = ["model", "recipe", *(f"{name} ({results[0]['results'][name]['crops']})" for name in sets)]
    compared = any(row["published"] is not None for row in results)
    heads += [*(["the original's"] if compared else []), "parameters", "float16 MB", "training", "ms a crop"]
    lines = [
        f"Every row learned from {plan.crops:,} crops (batch {plan.batch}, seed {plan.seed}), far fewer than the"
        " shipped model; exact match on A-Z0-9, greedy, in percent."
        + (" The original's figures are of its own crops and budgets." if compared else "")
        + " Time: batch 1, 1 thread, ONNX Runtime, all rows by turns.",
        "",
        "| " + " | ".join(heads) + " |",
        "|---" * len(heads) + "|",
    ]
    for row in results:
        cells = [str(row["name"]), str(row["recipe"])]
        cells += [f"{100 * row['results'][name]['exact']:.1f}" for name in sets]
        if compared:
            cells.append("" if row["published"] is None else f"{row['published']:.1f}")
        cells += [f"{row['parameters'] / 1e6:.2f} M", f"{row['float16_mb']:.1f}"]
        cells += [f"{60 * row['hours']:.0f} min ({row['crops_per_second']:.0f}/s)", f"{row['milliseconds']:.1f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def draw_table(results: Sequence[Mapping[str, Any]], recipe: str, path: Path) -> None:
    """Accuracy by model on one recipe, and of the chosen model by recipe, as bars for each set."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    chosen = NetworkConfig()
    by_model = [row for row in results if row["recipe"] == recipe]
    by_recipe = [
        row for row in results if (row["architecture"], row["charset"]) == (chosen.architecture, chosen.charset)
    ]
    by_recipe.sort(key=lambda row: (row["recipe"] == recipe, row["recipe"]))
    figure, axes = pyplot.subplots(1, 2, figsize=(13, 4.5), width_ratios=(3, 2), sharey=True)
    for axis, rows, label, title in (
        (axes[0], by_model, "name", f"models, recipe {recipe}"),
        (axes[1], by_recipe, "recipe", f"{chosen.architecture} by recipe"),
    ):
        sets = list(results[0]["results"])
        for at, name in enumerate(sets):
            places = [number + (at - (len(sets) - 1) / 2) * 0.8 / len(sets) for number in range(len(rows))]
            heights = [100 * row["results"][name]["exact"] for row in rows]
            axis.bar(places, heights, width=0.8 / len(sets), label=name)
        names = [str(row[label]).replace(", ", ",\n") for row in rows]
        axis.set_xticks(range(len(rows)), names, rotation=20, ha="right", fontsize=8)
        axis.set(title=title, ylim=(0, 100))
        axis.grid(axis="y", alpha=0.3)
    axes[0].set_ylabel("exact match, %")
    axes[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def draw_sizes(results: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Accuracy against the time per crop: one line over the channels, one over the width of the line, for each set."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    sets = list(results[0]["results"])
    figure, axes = pyplot.subplots(1, len(sets), figsize=(4.2 * len(sets), 3.8), squeeze=False)
    for axis, name in zip(axes[0], sets, strict=True):
        for fixed, label, above in (("line 32 x 128", "channels", -12), ("128 channels", "size of the line", 6)):
            rows = sorted((row for row in results if fixed in row["name"]), key=lambda row: float(row["milliseconds"]))
            places = [(row["milliseconds"], 100 * row["results"][name]["exact"]) for row in rows]
            axis.plot([x for x, _ in places], [y for _, y in places], marker="o", label=label)
            for row, place in zip(rows, places, strict=True):
                varied = re.sub(r"channels|line", "", str(row["name"]).replace(fixed, "")).strip(", ")
                axis.annotate(varied, place, textcoords="offset points", xytext=(4, above), fontsize=7)
        axis.set(title=f"{name} ({results[0]['results'][name]['crops']})", xlabel="ms a crop, 1 thread", ylim=(-8, 100))
        axis.set_xlim(0, 1.25 * max(float(row["milliseconds"]) for row in results))
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("exact match, %")
    axes[0][0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def write_table(
    results: Sequence[Mapping[str, Any]], plan: TablePlan, run: Path, out: Path, *, sizes: bool = False
) -> None:
    """Write `run`/table.json (sizes.json), `out`.md and `out`.png."""
    table = {"plan": asdict(plan), "rows": list(results)}
    (run / ("sizes.json" if sizes else "table.json")).write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_name(out.name + ".md").write_text(markdown(results, plan), encoding="utf-8")
    if sizes:
        draw_sizes(results, out.with_name(out.name + ".png"))
    else:
        draw_table(results, plan.recipe, out.with_name(out.name + ".png"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks.model_table`."""
    plan = TablePlan()
    real = os.environ.get("REAL_CROPS")
    parser.add_argument("--run", type=Path, required=True, help="folder of the table's runs; an existing one goes on")
    parser.add_argument("--crops", type=int, default=plan.crops, help="that each row learns from")
    parser.add_argument("--recipe", default=plan.recipe, help="data_gen recipe of the architectures' rows")
    parser.add_argument("--batch", type=int, default=plan.batch)
    parser.add_argument("--easy-until", type=float, default=plan.easy_until, help="share with clean crops")
    parser.add_argument("--validation", type=int, default=plan.validation, help="held-out synthetic crops")
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--threads", type=int, default=plan.threads, help="torch threads")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that render crops")
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
    out = args.out or Path("docs/sizes" if args.sizes else "docs/model_table")
    sets = [synthetic_set(plan.recipe, plan.validation)]
    if args.sizes:
        sets.append(long_codes(plan.recipe, 4 * plan.validation))
    if args.real_crops is not None and args.real_crops.is_dir():
        folders = sorted(file.parent for file in args.real_crops.glob("*/labels.tsv"))
        sets += [load_labelled_folder(folder) for folder in folders]
    else:
        print("no real crops: set REAL_CROPS to a folder of folders with labels.tsv", file=sys.stderr)
    done, results, diverged = [], [], False
    for number, row in enumerate(tqdm(rows, unit="row"), start=1):
        if args.rows and number not in args.rows and not result_file(run, row).is_file():
            continue
        shards = ShardPlan(row.recipe, plan.crops, plan.easy_until, plan.seed)
        if not result_file(run, row).is_file() and not render_shards(
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
    if results:
        milliseconds = time_models(
            {row.slug: run / "rows" / row.slug / "model" for row in done}, first_of(sets[0], TIMED)
        )
        for row, result in zip(done, results, strict=True):
            result["milliseconds"] = milliseconds[row.slug]
        write_table(results, plan, run, out, sizes=args.sizes)
        print(markdown(results, plan))
    if len(done) < len(rows):
        print(f"{len(done)} of {len(rows)} rows are done; the same command goes on", file=sys.stderr)
    return 1 if diverged else 0
