"""Fills a row of the model table: trains its network to the end of the budget, exports and measures it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.model_table.crop_shards import ShardCrops
from benchmarks.model_table.plan import TablePlan
from benchmarks.model_table.rows import Row
from ocr_model.export.graphs import export_network
from ocr_model.training.evaluation import EvaluationSet, evaluate_network, load_run
from ocr_model.training.trainer import Trainer

WATCHED = 300  # held-out crops of the curve of each row


class Stopwatch:
    """The time that a command may still take."""

    def __init__(self, hours: float) -> None:
        self._stop = time.monotonic() + 3600 * hours

    @property
    def seconds(self) -> float:
        """Seconds left, at least 0; infinite without a limit."""
        return max(0.0, self._stop - time.monotonic())


def fill_row(
    row: Row, plan: TablePlan, run: Path, sets: Sequence[EvaluationSet], watch: Stopwatch
) -> dict[str, Any] | None:
    """Train a row to its end, export it, and measure it on every set.

    Args:
        row: row of the table.
        plan: plan of the table.
        run: folder of the table's runs; holds the shards already.
        sets: held-out synthetic crops first, then real ones.
        watch: the time that is left.

    Returns:
        The row's results; None if the time was over before.

    Raises:
        TrainingDivergedError: the network's numbers are no longer finite.
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
    """The folder of the crops of a row's recipe."""
    return run / "shards" / Path(row.recipe).name.removesuffix(".toml")  # v2.0 and v2.1 differ only behind the point


def result_file(run: Path, row: Row) -> Path:
    """The file of a finished row."""
    return run / "rows" / row.slug / "result.json"


def first_of(data: EvaluationSet, count: int) -> EvaluationSet:
    """The first crops of a set, under the same name."""
    return replace(data, images=data.images[:count], texts=data.texts[:count], files=data.files[:count])
