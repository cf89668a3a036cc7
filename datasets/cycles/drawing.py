"""The plots of a cycle's report, as PNG."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.cycles.comparison import SetComparison
from datasets.cycles.evaluation_sets import CropReading, FrozenSet, is_right
from datasets.cycles.report import Example
from datasets.cycles.wording import in_english


def draw_differences(comparisons: Sequence[SetComparison]) -> bytes:
    """Intervals of the difference on every set and slice, as PNG."""
    figure, axes = _figure(9.0, 1.2 + 0.26 * len(comparisons))
    colours = {"better": "#1a7f37", "worse": "#cf222e", "unclear": "#bf8700"}
    for row, comparison in enumerate(reversed(comparisons)):
        colour = colours.get(comparison.verdict, "#57606a")
        axes.plot([100 * comparison.low, 100 * comparison.high], [row, row], color=colour, linewidth=2)
        axes.plot([100 * comparison.difference], [row], marker="o", color=colour)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(
        range(len(comparisons)),
        [f"{in_english(comparison.set)} ({comparison.crops})" for comparison in reversed(comparisons)],
        fontsize=7,
    )
    axes.set_xlabel("difference of exact match, percentage points (challenger minus champion)")
    return _png(figure)


def draw_accuracy(comparisons: Sequence[SetComparison]) -> bytes:
    """Exact match of both models on the whole sets, as PNG."""
    shown = [comparison for comparison in comparisons if comparison.kind in ("holdout", "set") and comparison.crops]
    figure, axes = _figure(7.0, 1.2 + 0.6 * len(shown))
    for row, comparison in enumerate(reversed(shown)):
        for offset, right, colour in (
            (0.2, comparison.champion_right, "#8c959f"),
            (-0.2, comparison.challenger_right, "#0969da"),
        ):
            share = 100 * right / comparison.crops
            axes.barh(row + offset, share, height=0.36, color=colour)
            axes.text(share + 0.5, row + offset, f"{share:.1f}", va="center", fontsize=8)
    axes.set_yticks(range(len(shown)), [in_english(comparison.set) for comparison in reversed(shown)], fontsize=8)
    axes.set_xlim(0, 108)
    axes.set_xlabel("exact match, % (grey: champion, blue: challenger)")
    return _png(figure)


def draw_confidence(crops: FrozenSet, models: Mapping[str, Sequence[CropReading]]) -> bytes:
    """Share of wrong readings over the share of answered crops, the surest first, as PNG."""
    from ocr_model.export.confidence_figures import risk_coverage

    figure, axes = _figure(6.0, 4.0)
    for name, readings in models.items():
        right = [is_right(reading, crop, crops.domain) for reading, crop in zip(readings, crops.crops, strict=True)]
        curve = risk_coverage([reading.confidence for reading in readings], right)
        axes.plot(100 * curve.coverage, 100 * curve.risk, label=name)
    axes.set_xlabel(f"share of {crops.name} answered, %")
    axes.set_ylabel("of these wrong, %")
    axes.grid(alpha=0.3)
    axes.legend()
    return _png(figure)


def draw_examples(sets: Sequence[FrozenSet], examples: Sequence[Example]) -> bytes | None:
    """Rendered crops that were fixed or broken, with their readings, as PNG; None if there are none."""
    from ocr_model.reading.sheet import contact_sheet

    columns: dict[bool, list[tuple[NDArray[np.uint8], str]]] = {True: [], False: []}
    for example in examples:
        crops = next((crops for crops in sets if crops.set == example.set and crops.kind != "holdout"), None)
        if crops is None:
            continue
        image = next(crop.image for crop in crops.crops if crop.name == example.crop)
        columns[example.fixed].append((image, f"{example.champion or '-'} > {example.challenger or '-'}"))
    shown = [column for column in columns.values() if column]
    if not shown:
        return None
    out = io.BytesIO()
    contact_sheet(shown, per_row=2).save(out, "PNG")
    return out.getvalue()


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="tight")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _png(figure: Any) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110)
    return out.getvalue()
