"""The results as a Markdown table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from benchmarks.attack.before import BEFORE, MEASURED, Before
from benchmarks.attack.results import MOST_RATIO, AttackResult, in_words

_HEADS = (
    "attack",
    "what is sent",
    "ordinary readings",
    "failed",
    "p99 in quiet, ms",
    "p99 attacked, ms",
    "ratio",
    "answers to the attackers",
    "peak memory, MB",
    "log, bytes",
    f"before: failed, ratio, MB ({MEASURED})",
)

_PICTURE = "Ratio of the 99th percentiles and peak memory of each attack, before and now"


def page(results: Sequence[AttackResult], measured_on: str, picture: str) -> str:
    """The whole page: the table, missed targets, how it is measured, and the picture of that file name."""
    missed = [sentence for result in results for sentence in result.shortcomings()]
    lines = [
        "# Attacks",
        "",
        "Written by `.venv-dev/bin/python -m benchmarks.attack`. Every attack gets a backend of its own, with the",
        "defaults of its settings. Shoppers at other addresses read a tag over a new connection, 10 to 20 times a",
        "second, in quiet and under attack by turns; a reading without an answer within 10 seconds has failed. The",
        "ratio is the median over the rounds of the 99th percentile under attack to the one in quiet. Memory is that",
        "of the backend with its child processes. On a bad day the ratio compares the readings after the bad start",
        "with those after a good one before.",
        "",
        table(results),
        "",
        *(
            [f"- {sentence}" for sentence in missed]
            or [f"No ordinary reading failed; every ratio is below {MOST_RATIO:g}."]
        ),
        "",
        f"Measured on {measured_on}.",
        "",
        f"![{_PICTURE}]({picture})",
        "",
    ]
    return "\n".join(lines)


def table(results: Sequence[AttackResult], before: Mapping[str, Before] = BEFORE) -> str:
    """One row per attack; the last column holds the figures of the fixed earlier measurement."""
    rows = ["| " + " | ".join(_HEADS) + " |", "|---" * len(_HEADS) + "|"]
    for result in results:
        cells = (
            result.name,
            result.title,
            f"{result.good}",
            f"{result.failed}",
            _milliseconds(result.quiet_p99),
            _milliseconds(result.attacked_p99),
            in_words(result.ratio),
            ", ".join(f"{outcome}: {count}" for outcome, count in sorted(result.outcomes.items())) or "-",
            f"{result.peak_megabytes:,.0f}",
            f"{result.log_bytes:,}",
            _before(before.get(result.name)),
        )
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _before(figures: Before | None) -> str:
    if figures is None:
        return "-"
    note = f"; {figures.note}" if figures.note else ""
    return f"{figures.failed}, {in_words(figures.ratio)}, {figures.megabytes:,}{note}"


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f}" if math.isfinite(seconds) else in_words(seconds)
