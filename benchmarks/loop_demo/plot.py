"""The demonstration as a picture: errors by kind after each promotion, and the shoppers' visits over time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.loop_demo.accuracy import wilson
from benchmarks.loop_demo.demonstration import Finished
from benchmarks.loop_demo.settings import TITLES

_WINDOW = 80  # visits of a kind in a moving share
_COLOURS = {"new": "#c0392b", "tags": "#2c6fbb", "plain": "#5d9c59"}


def draw(finished: Finished, path: Path) -> None:
    """Write the picture as PNG."""
    # Imported here: the table needs no matplotlib.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
    _draw_errors(left, finished)
    _draw_visits(right, finished)
    figure.savefig(path, dpi=110)


def _draw_errors(axes: Any, finished: Finished) -> None:
    measurements = finished.state.measurements
    for place, kind in enumerate(TITLES):
        shares, below, above = [], [], []
        for measurement in measurements:
            total = len(measurement.right[kind])
            low, high = wilson(measurement.errors(kind), total)
            share = measurement.errors(kind) / total
            shares.append(100 * share)
            below.append(100 * (share - low))
            above.append(100 * (high - share))
        places = [at + 0.06 * (place - 1) for at in range(len(measurements))]
        axes.errorbar(
            places, shares, yerr=(below, above), marker="o", capsize=4, color=_COLOURS[kind], label=TITLES[kind]
        )
    axes.set_xticks(range(len(measurements)), [measurement.title.replace(" ", "\n", 1) for measurement in measurements])
    axes.set_ylabel("errors on fresh tags, %")
    axes.set_ylim(0, None)
    axes.set_title("Fresh tags, 95 % intervals")
    axes.legend(frameon=False)


def _draw_visits(axes: Any, finished: Finished) -> None:
    visits = [visit for visit in finished.visits.visits if visit.stream == "shoppers"]
    begun = visits[0].at if visits else 0.0
    for kind in TITLES:
        own = [visit for visit in visits if visit.kind == kind]
        window = min(_WINDOW, max(1, len(own) // 4))
        times = [(own[at].at - begun) / 60 for at in range(window - 1, len(own))]
        shares = [
            100 * sum(not visit.right for visit in own[at + 1 - window : at + 1]) / window
            for at in range(window - 1, len(own))
        ]
        axes.plot(times, shares, color=_COLOURS[kind], label=f"{TITLES[kind]} (last {window})")
    for swap in finished.state.swaps:
        minutes = (swap.serving_at - begun) / 60
        axes.axvline(minutes, color="black", linewidth=1, linestyle="--")
        axes.annotate(f" champion {swap.number} serves", (minutes, 50), fontsize=8, rotation=90, va="bottom")
    axes.set_xlabel("minutes since the first shopper")
    axes.set_ylabel("readings that were wrong, %")
    axes.set_ylim(0, 100)
    axes.set_title(f"Shoppers' readings: {finished.journal.count} requests, {len(finished.journal.failed)} failed")
    axes.legend(frameon=False, loc="upper right")
