"""Train one small network by one process and by two workers of Ray, with the same batch, and draw the losses.

    python -m benchmarks.ray_train [--run runs/ray-train] [--crops 6000] [--out docs/ray-train.png]

One process with seed 0, two workers with seed 0, one process with seed 1: how far the first two differ beside how far
another seed does. Runs that were stopped go on; those that are done are only drawn. Losses are those of training, as
`log.jsonl` has them: running means over some 50 batches.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from ocr_model.command_line import run_command

RUNS: Mapping[str, tuple[str, ...]] = {
    "one process, seed 0": ("--seed", "0"),
    "two workers of Ray, seed 0": ("--seed", "0", "--on", "ray", "--workers", "2"),
    "one process, seed 1": ("--seed", "1"),
}
"""Options of `ocr_model train`, by the name of the run."""

_SMALL = (
    *("--recipe", "v1.0", "--batch", "24", "--width", "32", "--hidden", "64", "--learning-rate", "3e-3"),
    *("--renderers", "0", "--threads", "1", "--validation", "2", "--evaluate-every", "240"),
)
LOSSES = ("ctc", "attention")


def main(arguments: Sequence[str] | None = None) -> int:
    """Train what is missing, draw, and print how far the runs differ; return the exit status."""
    options = _parser().parse_args(arguments)
    logs = {}
    for name, own in RUNS.items():
        folder = options.run / name.replace(",", "").replace(" ", "-")
        if not options.draw_only:
            train = [sys.executable, "-m", "ocr_model", "train", "--run", str(folder), "--crops", str(options.crops)]
            status = subprocess.run([*train, *_SMALL, *own], check=False).returncode
            if status:
                return status
        logs[name] = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    draw(logs, options.out)
    for (first, one), (second, other) in combinations(logs.items(), 2):
        print(f"{first} and {second}: {', '.join(f'{loss} {apart(one, other, loss):.3f}' for loss in LOSSES)} apart")
    return 0


def apart(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]], loss: str) -> float:
    """Mean distance of a loss between two logs, over the second half of the crops that both have seen."""
    losses = {row["seen"]: row[loss] for row in one}
    both = [abs(losses[row["seen"]] - row[loss]) for row in other if row["seen"] in losses]
    half = both[len(both) // 2 :]
    return float(sum(half) / len(half))


def draw(logs: Mapping[str, Sequence[Mapping[str, Any]]], path: Path) -> None:
    """The losses over crops seen, as far as all logs go.

    Args:
        logs: rows of `log.jsonl`, by the name of the run.
        path: of the PNG.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    last = min(rows[-1]["seen"] for rows in logs.values())
    figure, columns = pyplot.subplots(1, len(LOSSES), figsize=(10, 3.8))
    for axes, loss in zip(columns, LOSSES, strict=True):
        for (name, rows), style in zip(logs.items(), ("-", "--", ":"), strict=True):
            shown = [row for row in rows if row["seen"] <= last]
            axes.plot([row["seen"] for row in shown], [row[loss] for row in shown], style, label=name)
        axes.set(xlabel="crops seen", ylabel=f"{loss} loss")
        axes.grid(alpha=0.3)
    columns[0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ray_train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--run", type=Path, default=Path("runs/ray-train"), help="folder of the runs (%(default)s)")
    parser.add_argument("--crops", type=int, default=6000, help="crops of each run (%(default)s)")
    parser.add_argument("--draw-only", action="store_true", help="draw the runs as far as they are")
    parser.add_argument("--out", type=Path, default=Path("docs/ray-train.png"), help="picture (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(run_command(main))
