"""How far the confidence of a reader is to be trusted on each kind of print: tags, box labels, receipts, plates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.cases import UPRIGHT
from benchmarks.race import ReaderResult
from benchmarks.targets import share_in_words
from data_gen.twins import TWINS
from ocr_model.export.confidence_figures import ACCEPTABLE_RISK, RiskCoverage, risk_coverage
from ocr_model.export.proportion import Proportion


@dataclass(frozen=True)
class KindOfPrint:
    """The readings of one kind of print, or of one kind of twins."""

    name: str  # folder and kind
    right: Proportion
    confidence: float  # mean of the shown ones, 0..1
    wrong: Proportion | None  # of the texts from the accept threshold on; None if there is no threshold
    curve: RiskCoverage

    @property
    def signed_error(self) -> float:
        """Mean confidence less the share read right, -1..1: above 0 the reader promises more than it holds."""
        return self.confidence - self.right.share


def measure_kinds(result: ReaderResult, threshold: float | None) -> list[KindOfPrint]:
    """Each folder upright, and the first folder's twins by kind and turns together, in the order of the cases.

    Args:
        result: a reader's readings, at least one.
        threshold: confidence from which texts are accepted without asking; None if there is none.
    """
    numbers: dict[str, list[int]] = {}
    for number, case in enumerate(result.cases):
        kind = "turned" if case.kind.startswith("turned") else case.kind
        numbers.setdefault(f"{case.folder}, {kind}", []).append(number)
    kinds = []
    for name, chosen in numbers.items():
        right = [result.is_right(number) for number in chosen]
        readings = [result.readings[number] for number in chosen]
        wrong = None
        if threshold is not None:
            taken = [
                ok
                for ok, reading in zip(right, readings, strict=True)
                if reading.text and reading.confidence >= threshold
            ]
            wrong = Proportion(taken.count(False), len(taken))
        confidences = [reading.confidence for reading in readings]
        kinds.append(
            KindOfPrint(
                name,
                Proportion(sum(right), len(right)),
                float(np.mean(confidences)),
                wrong,
                risk_coverage(confidences, right),
            )
        )
    return kinds


def kinds_table(kinds: Sequence[KindOfPrint]) -> str:
    """A row for each kind as Markdown: what is read, the signed error, and what is wrong among the accepted."""
    lines = [
        "| kind of print | read right | mean confidence less that share, points | wrong among the accepted |",
        "|---|---|---|---|",
    ]
    for kind in kinds:
        low, high = (100 * (kind.confidence - end) for end in reversed(kind.right.interval()))
        signed = f"{100 * kind.signed_error:+.1f} ({low:+.1f} to {high:+.1f})"
        wrong = "no threshold" if kind.wrong is None else share_in_words(kind.wrong)
        lines.append(f"| {kind.name} | {kind.right.count} of {kind.right.total} | {signed} | {wrong} |")
    return "\n".join(lines) + "\n"


def draw_kinds(kinds: Sequence[KindOfPrint], threshold: float | None, file: Path) -> None:
    """Risk over coverage, upright crops by folder and the twins by kind, side by side, as a PNG."""
    import matplotlib as mpl  # here, so that --help needs no package beyond the app's

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (prints, twins) = pyplot.subplots(1, 2, figsize=(11, 4.6), layout="constrained", sharey=True)
    for kind in kinds:
        axes = prints if kind.name.endswith(UPRIGHT) else twins
        label = f"{kind.name.removesuffix(f', {UPRIGHT}')} ({kind.right.count} of {kind.right.total})"
        axes.plot(kind.curve.coverage, kind.curve.risk, drawstyle="steps-post", label=label)
    accepted = "" if threshold is None else f"; accepted from {threshold:.3f} on"
    prints.set(ylabel="share of the answers wrong", title=f"Kinds of print, upright{accepted}")
    twins.set(title=f"Twins ({', '.join(TWINS)}) and turned crops")
    for axes in (prints, twins):
        axes.axhline(ACCEPTABLE_RISK, color="0.7", linewidth=1, linestyle="--", label="1 error in 200")
        axes.set(xlabel="share of the crops answered, the surest first")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)
    pyplot.close(figure)
