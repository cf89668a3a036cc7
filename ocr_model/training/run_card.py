"""The records of a run for people: `card.json` (recipe, seed, crops seen, hours, hardware, results) and `curve.png`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_card(run: Path, card: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> None:
    """Write card.json and curve.png of a run.

    Args:
        run: folder of the run.
        card: the card's content, from `Trainer.card`.
        log: one row per evaluation, at least one.
    """
    (run / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    draw_curve(log, run / "curve.png")


def draw_curve(log: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Exact match on every evaluation set and the losses, over crops seen."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    seen = [row["seen"] / 1000 for row in log]
    for name in [key for key, value in log[-1].items() if isinstance(value, dict)]:
        # A resumed run may be measured on other sets than before.
        exact = [100 * row[name]["exact"] if name in row else math.nan for row in log]
        left.plot(seen, exact, marker=".", label=name)
    for name in ("attention", "ctc"):
        if name in log[-1]:
            right.plot(seen, [row.get(name) for row in log], label=name)
    left.set(xlabel="thousand crops seen", ylabel="exact match, %", ylim=(0, 100))
    right.set(xlabel="thousand crops seen", ylabel="loss", yscale="log")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
