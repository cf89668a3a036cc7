"""The results as a picture: the slowest ordinary readings by attack, before and now, and the memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from benchmarks.attack.before import BEFORE, MEASURED
from benchmarks.attack.decoding import MEMORY_TARGET
from benchmarks.attack.results import MOST_RATIO, AttackResult

_ENDLESS = 1000.0  # ratio at which failed readings are drawn
_NOW, _BEFORE = "#2c6fbb", "#d9a59f"


def draw(results: Sequence[AttackResult], path: Path) -> None:
    """Write the picture as PNG."""
    # Imported here: the table needs no matplotlib.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 0.34 * len(results) + 1.4), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.4, 1))
    names = [result.name for result in results]
    old = [BEFORE.get(name) for name in names]
    places = range(len(names))
    for axes, now, earlier, target in (
        (
            left,
            [_drawn(result.ratio) for result in results],
            [math.nan if figures is None else _drawn(figures.ratio) for figures in old],
            MOST_RATIO,
        ),
        (
            right,
            [result.peak_megabytes for result in results],
            [math.nan if figures is None else figures.megabytes for figures in old],
            MEMORY_TARGET,
        ),
    ):
        axes.barh([place - 0.2 for place in places], earlier, 0.4, color=_BEFORE, label=f"before ({MEASURED})")
        axes.barh([place + 0.2 for place in places], now, 0.4, color=_NOW, label="now")
        axes.axvline(target, color="black", linewidth=1, linestyle="--")
        axes.grid(axis="x", alpha=0.3)
    left.set_xscale("log")
    left.set_xlim(0.3, _ENDLESS)
    left.set_xlabel(f"p99 under attack / p99 in quiet; {_ENDLESS:.0f}: readings failed; line: target")
    left.set_yticks(list(places), names)
    left.invert_yaxis()
    right.set_xlabel("peak memory with child processes, MB; line: target for pictures")
    right.legend(frameon=False, loc="lower right")
    figure.savefig(path, dpi=110)


def _drawn(ratio: float) -> float:
    return _ENDLESS if math.isinf(ratio) else ratio
