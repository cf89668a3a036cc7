"""The day as a picture: the map with the lasso, and how soon the wrong labels are seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.team_day.crops import KINDS
from benchmarks.team_day.day import DayResult

_COLOURS = {"new": "#c0392b", "plain": "#5d9c59", "": "#9aa5b1"}
_LONGEST = 200  # crops looked at that are drawn


def draw(day: DayResult, path: Path) -> None:
    """Write the picture as PNG."""
    # Imported here: the table needs no matplotlib.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
    _draw_map(left, day)
    _draw_looking(right, day)
    figure.savefig(path, dpi=110)


def _draw_map(axes: Any, day: DayResult) -> None:
    titles: dict[str, str] = {"": "held before"} | {str(kind): title for kind, title in KINDS.items()}
    for kind, title in titles.items():
        places = [place for digest, place in day.points.items() if day.kinds.get(digest, "") == kind]
        if places:
            x, y = np.array(places).T
            axes.scatter(x, y, s=9, color=_COLOURS[kind], label=f"{title} ({len(places)})", linewidths=0)
    wrong = [place for digest, place in day.points.items() if digest in day.wrong]
    if wrong:
        x, y = np.array(wrong).T
        axes.scatter(
            x, y, s=46, facecolors="none", edgecolors="black", linewidths=1, label=f"wrong label ({len(wrong)})"
        )
    corners = [tuple(map(float, corner.split(","))) for corner in day.outline.split()]
    if corners:
        x, y = np.array([*corners, corners[0]]).T
        axes.plot(x, y, color="black", linestyle="--", linewidth=1, label=f"lasso ({day.lasso} crops)")
    axes.set_title(f"The map ({day.method}): crops that look alike lie near each other")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.legend(frameon=False, fontsize=8, loc="best")


def _draw_looking(axes: Any, day: DayResult) -> None:
    for way in day.ways:
        seen = [0, *way.seen(day.wrong)][: _LONGEST + 1]
        axes.plot(range(len(seen)), seen, label=way.name)
    axes.axhline(len(day.wrong), color="black", linewidth=0.8, linestyle=":")
    axes.set_xlabel("crops looked at")
    axes.set_ylabel("wrong labels seen")
    axes.set_ylim(0, len(day.wrong) + 1)
    axes.set_title(f"Wrong labels among {len(day.kinds)}")
    axes.legend(frameon=False, fontsize=8, loc="center right", bbox_to_anchor=(1.0, 0.62))
