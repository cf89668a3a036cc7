"""The command `calibrate`: measures and draws how far the shown confidence can be trusted.

    python -m ocr_model calibrate --synthetic tags-1:10000 --processes 2     # measure what the model shows
    python -m ocr_model calibrate --fit tags-1:12000 --processes 2           # fit first, write it into model.json

Measured on crops of another seed than the fit's, as the recipe makes them and photographed again. Writes
`docs/calibration.png` and `docs/calibration.json`; `make bench` prints the latter if it was measured on the very model
that it reads with (the hash of `model.json` tells).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from data_gen.fonts import FontsMissingError
from data_gen.processes import WorkerProcessError
from data_gen.recipe import RecipeError, load_recipe
from data_gen.workplace import Workplace, add_options, open_workplace
from ocr_model.errors import ModelError
from ocr_model.export.calibration_fitting import FIT_SEED, calibrate_directory
from ocr_model.export.confidence_figures import (
    ACCEPTABLE_RISK,
    CalibrationError,
    expected_calibration_error,
    reliability_bins,
    risk_coverage,
)
from ocr_model.export.proportion import Proportion
from ocr_model.export.readings import Readings
from ocr_model.export.synthetic_readings import Way, read_synthetic
from ocr_model.reading.calibration import Calibration, read_calibration, reading_digest
from ocr_model.reading.recognizer import CHAMPION, Recognizer
from ocr_model.reading.second_opinion import SecondOpinion
from ocr_model.reading.second_reader import packaged_second_reader

MEASURE_SEED = 20_260_801  # nothing was trained or calibrated with it


@dataclass(frozen=True)
class Reliability:
    """How far the confidence of some readings can be trusted."""

    name: str  # of the crops
    readings: Readings
    error: CalibrationError  # expected calibration error with its bootstrap interval
    area: float  # under the risk-coverage curve
    accepted: Proportion | None  # texts from the accept threshold on; None if the model has no threshold
    wrong: Proportion | None  # of the accepted texts; None if there are none

    def figures(self) -> dict[str, Any]:
        """The figures as they are stored."""
        figures: dict[str, Any] = {
            "crops": len(self.readings),
            "right": int(self.readings.correct.sum()),
            "ece": {"value": self.error.value, "low": self.error.low, "high": self.error.high},
            "risk_coverage_area": self.area,
        }
        if self.accepted is not None:
            figures["accepted"] = self.accepted.count
        if self.wrong is not None:
            figures["wrong"] = self.wrong.count
        return figures

    def line(self) -> str:
        """The figures for people."""
        parts = [
            f"{self.name}: {self.readings.correct.mean():.1%} of {len(self.readings)} right",
            f"ECE {self.error.value:.4f} ({self.error.low:.4f} to {self.error.high:.4f})",
        ]
        if self.accepted is not None and self.wrong is not None:
            low, high = self.wrong.interval()
            parts.append(
                f"{self.accepted.share:.1%} accepted without asking, {self.wrong.count} of {self.wrong.total} wrong"
                f" ({low:.2%} to {high:.2%}; at most {ACCEPTABLE_RISK:.2%} wanted)"
            )
        return ", ".join(parts)


def measure_readings(name: str, readings: Readings, threshold: float | None) -> Reliability:
    """Measure readings as they are shown.

    Args:
        name: name of the crops.
        readings: readings with the shown confidence.
        threshold: confidence from which texts are accepted without asking; None if there is none.
    """
    accepted = wrong = None
    if threshold is not None:
        taken = (readings.confidence >= threshold) & readings.has_text
        accepted = Proportion(int(taken.sum()), len(readings))
        if accepted.count:
            wrong = Proportion(int((~readings.correct[taken]).sum()), accepted.count)
    error = expected_calibration_error(readings.confidence, readings.correct)
    return Reliability(
        name, readings, error, risk_coverage(readings.confidence, readings.correct).area, accepted, wrong
    )


def draw(measured: list[Reliability], threshold: float | None, file: Path) -> None:
    """Reliability diagram and risk-coverage curve, side by side, as a PNG."""
    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (diagram, curve) = pyplot.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
    diagram.plot([0, 1], [0, 1], color="0.7", linewidth=1, label="keeps its promise")
    for model in measured:
        bins = reliability_bins(model.readings.confidence, model.readings.correct)
        share = bins.correct / bins.count
        ends = [
            Proportion(int(correct), int(count)).interval()
            for correct, count in zip(bins.correct, bins.count, strict=True)
        ]
        bars = [np.maximum(0.0, share - [low for low, _ in ends]), np.maximum(0.0, [high for _, high in ends] - share)]
        diagram.errorbar(
            bins.confidence,
            share,
            yerr=bars,
            marker="o",
            capsize=2,
            label=f"{model.name} (ECE {model.error.value:.3f})",
        )
        risk = risk_coverage(model.readings.confidence, model.readings.correct)
        curve.plot(risk.coverage, risk.risk, label=f"{model.name} (area {risk.area:.4f})")
    diagram.set(xlabel="confidence shown", ylabel="share that is right", title="Reliability, 95 % intervals")
    curve.axhline(ACCEPTABLE_RISK, color="0.7", linewidth=1, linestyle="--", label="1 error in 200")
    title = "Risk and coverage" if threshold is None else f"Risk and coverage; accepted from {threshold:.4f} on"
    curve.set(xlabel="share of the crops answered, the surest first", ylabel="share of the answers wrong", title=title)
    for axes in (diagram, curve):
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)
    pyplot.close(figure)


def _recipe_and_count(text: str) -> tuple[str, int]:
    recipe, _, count = text.rpartition(":")
    try:
        if recipe and int(count) >= 2:
            load_recipe(recipe)
            return recipe, int(count)
    except RecipeError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"expected RECIPE:COUNT with a count of at least 2, not {text!r}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m ocr_model calibrate`."""
    parser.add_argument("--model", type=Path, default=CHAMPION, help="an exported model (default: the champion)")
    parser.add_argument(
        "--fit",
        type=_recipe_and_count,
        metavar="RECIPE:COUNT",
        help="fit temperature and accept threshold on so many crops first, and write them into model.json",
    )
    parser.add_argument(
        "--synthetic",
        type=_recipe_and_count,
        metavar="RECIPE:COUNT",
        default="tags-1:10000",
        help="crops to measure on (default: tags-1:10000)",
    )
    parser.add_argument("--seed", type=int, default=MEASURE_SEED, help="seed of the crops to measure on")
    add_options(parser, "read")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("var/calibrate"),
        help="where readings are kept, so that a run that was stopped goes on (default: var/calibrate)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("docs/calibration"), help="write PATH.json and PATH.png (docs/calibration)"
    )


def main(args: argparse.Namespace) -> int:
    """Run `python -m ocr_model calibrate`.

    Returns:
        Exit status: 0, or 2 if the model or the fonts of a recipe are missing, or the seed is the fit's.
    """
    if args.seed == FIT_SEED:
        print(f"error: the calibration was fitted on the crops of seed {FIT_SEED}; name another", file=sys.stderr)
        return 2
    try:
        with open_workplace(args) as workplace:
            _fit_and_measure(args, workplace)
    except (ModelError, FontsMissingError, WorkerProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _fit_and_measure(args: argparse.Namespace, workplace: Workplace) -> None:
    progress = sys.stderr.isatty()
    precision = Recognizer.load(args.model, threads=1).precision
    if args.fit:
        recipe, count = args.fit
        fit = calibrate_directory(args.model, recipe, count, workplace=workplace, progress=progress, kept=args.work)
        print(f"fitted on {fit.crops} crops: {_in_words(fit.calibration)}", flush=True)
    recipe = args.synthetic[0]
    content = (args.model / "model.json").read_bytes()
    calibration = read_calibration(args.model)
    opinion = SecondOpinion.from_description(json.loads(content))
    thresholds = [calibration.accept_threshold]
    if opinion is not None and packaged_second_reader(1) is not None:
        thresholds.append(opinion.calibration.accept_threshold)
    read_by, drawn_by = reading_digest(), load_recipe(recipe).digest  # before an edit meanwhile
    measured, joint = _measure(args, thresholds, workplace, progress=progress)
    description = json.loads(content)
    figures = {
        "model": {
            "name": description["name"],
            "version": description["version"],
            "sha256": hashlib.sha256(content).hexdigest(),
        },
        "reading_digest": read_by,
        "precision": precision,
        "temperature": calibration.temperature,
        "bias": calibration.bias,
        "accept_threshold": calibration.accept_threshold,
        "recipe": recipe,
        "recipe_digest": drawn_by,
        "seed": args.seed,
        "synthetic": measured[0].figures(),
        "shifted": measured[1].figures(),
    }
    if opinion is not None and joint:
        figures["second_reader"] = {
            "accept_threshold": opinion.calibration.accept_threshold,
            "synthetic": joint[0].figures(),
            "shifted": joint[1].figures(),
        }
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    draw([*measured, *joint], calibration.accept_threshold, args.out.with_suffix(".png"))
    print(f"read in {precision} precision, {_in_words(calibration)}")
    for model in (*measured, *joint):
        print(model.line())
    print(f"wrote {args.out.with_suffix('.json')} and {args.out.with_suffix('.png')}")


def _measure(
    args: argparse.Namespace, thresholds: Sequence[float | None], workplace: Workplace, *, progress: bool
) -> tuple[list[Reliability], list[Reliability]]:
    """The crops as the recipe makes them and photographed again, read without and with a second reader.

    Args:
        args: of the command.
        thresholds: from which a text is accepted: without a second reader, and with it if there is one.
        workplace: where crops are read.
        progress: whether to draw bars.
    """
    recipe, count = args.synthetic
    measured: tuple[list[Reliability], list[Reliability]] = ([], [])
    for name, shifted in ((recipe, False), (f"{recipe}, photographed again", True)):
        found = read_synthetic(
            args.model,
            recipe,
            count,
            seed=args.seed,
            shifted=shifted,
            ways=[Way(second=second) for second, _ in zip((False, True), thresholds, strict=False)],
            workplace=workplace,
            progress=progress,
            kept=args.work,
        )
        for own, suffix, threshold, readings in zip(
            measured, ("", ", with a second reader"), thresholds, found, strict=False
        ):
            own.append(measure_readings(name + suffix, readings, threshold))
    return measured


def _in_words(calibration: Calibration) -> str:
    threshold = calibration.accept_threshold
    accept = (
        "no accept threshold" if threshold is None else f"texts are accepted without asking from {threshold:.6f} on"
    )
    return f"temperature {calibration.temperature:g}, bias {calibration.bias:g}, {accept}"
