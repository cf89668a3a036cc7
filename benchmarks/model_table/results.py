"""The finished rows as a Markdown table and a plot."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.model_table.plan import TablePlan
from ocr_model.training.architecture import NetworkConfig


def markdown(results: Sequence[Mapping[str, Any]], plan: TablePlan) -> str:
    """The table, with the budget above it."""
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
    shown = [(by_model, "name", f"models, recipe {recipe}")]
    if len(by_recipe) > 1:
        shown.append((by_recipe, "recipe", f"{chosen.architecture} by recipe"))
    figure, axes = pyplot.subplots(
        1, len(shown), figsize=(13, 4.5), width_ratios=(3, 2)[: len(shown)], sharey=True, squeeze=False
    )
    for axis, (rows, label, title) in zip(axes[0], shown, strict=True):
        sets = list(results[0]["results"])
        for at, name in enumerate(sets):
            places = [number + (at - (len(sets) - 1) / 2) * 0.8 / len(sets) for number in range(len(rows))]
            heights = [100 * row["results"][name]["exact"] for row in rows]
            axis.bar(places, heights, width=0.8 / len(sets), label=name)
        names = [str(row[label]).replace(", ", ",\n") for row in rows]
        axis.set_xticks(range(len(rows)), names, rotation=20, ha="right", fontsize=8)
        axis.set(title=title, ylim=(0, 100))
        axis.grid(axis="y", alpha=0.3)
    axes[0][0].set_ylabel("exact match, %")
    figure.legend(*axes[0][0].get_legend_handles_labels(), fontsize=8, loc="lower center", ncols=6)
    figure.tight_layout(rect=(0, 0.05, 1, 1))
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
