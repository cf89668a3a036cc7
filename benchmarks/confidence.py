"""How well confidences are calibrated: on real crops, and on the synthetic ones that `calibrate` measured."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import UPRIGHT
from benchmarks.race import ReaderResult
from data_gen.twins import TWINS
from ocr_model.export.confidence_figures import (
    CalibrationError,
    ReliabilityBins,
    expected_calibration_error,
    reliability_bins,
)
from ocr_model.export.proportion import Proportion
from ocr_model.reading.calibration import reading_digest


@dataclass(frozen=True)
class SyntheticConfidence:
    """Figures of `python -m ocr_model calibrate` on this model."""

    recipe: str  # of the crops
    crops: int
    precision: str  # of the encoder that read them
    error: CalibrationError
    threshold: float | None  # confidence from which texts are accepted without asking; None if the model has none
    wrong: Proportion | None  # of the accepted texts; None if there are none
    shifted_error: CalibrationError  # on the same crops, photographed again
    shifted_wrong: Proportion | None  # of the accepted texts there


def read_synthetic_figures(file: Path, model: Path) -> SyntheticConfidence | str:
    """The stored figures, or why there are none for this model.

    Args:
        file: written by `calibrate`.
        model: directory of the measured model.
    """
    try:
        figures = json.loads(file.read_text(encoding="utf-8"))
        if figures["model"]["sha256"] != hashlib.sha256((model / "model.json").read_bytes()).hexdigest():
            return "measured on another model"
        if figures["reading_digest"] != reading_digest():
            return "measured with other code that reads"
        served = figures.get("second_reader", figures)  # with a second reader, where one was installed
        synthetic, shifted = served["synthetic"], served["shifted"]
        return SyntheticConfidence(
            figures["recipe"],
            int(synthetic["crops"]),
            str(figures["precision"]),
            CalibrationError(**synthetic["ece"]),
            served["accept_threshold"],
            _wrong(synthetic),
            CalibrationError(**shifted["ece"]),
            _wrong(shifted),
        )
    except FileNotFoundError:
        return "not measured yet"
    except (KeyError, TypeError, ValueError) as error:
        return f"{file} is damaged ({error})"


def _wrong(figures: dict[str, Any]) -> Proportion | None:
    return Proportion(figures["wrong"], figures["accepted"]) if "wrong" in figures else None


@dataclass(frozen=True)
class RealConfidence:
    """How well the confidence of one reader is calibrated on real crops and their twins, pooled."""

    error: CalibrationError  # its bootstrap draws parent crops
    bins: ReliabilityBins
    wrong: Proportion | None  # of the texts from the accept threshold on; None if there is no threshold
    upright_wrong: Proportion | None  # likewise, of the crops that are no twins
    # Crops with a wrong text among these, of the crops with any: twins of one crop are no independent evidence.
    wrong_parents: Proportion | None
    readings: int  # pooled
    turned: RealConfidence | None = None  # of the crops turned by 90, 180 and 270 degrees; None if none were read


def measure_real(result: ReaderResult, threshold: float | None) -> RealConfidence:
    """Pool the first folder's upright crops and twins, and its turned ones apart.

    Args:
        result: a reader's readings.
        threshold: confidence from which texts are accepted without asking; None if there is none.

    Raises:
        ValueError: there is no such crop.
    """
    first = result.cases[0].folder if result.cases else ""
    numbers = [number for number, case in enumerate(result.cases) if case.folder == first]
    pooled = [number for number in numbers if result.cases[number].kind in {UPRIGHT, *TWINS}]
    turned = [number for number in numbers if result.cases[number].kind.startswith("turned")]
    measured = _measure(result, pooled, threshold)
    return replace(measured, turned=_measure(result, turned, threshold)) if turned else measured


def _measure(result: ReaderResult, pooled: Sequence[int], threshold: float | None) -> RealConfidence:
    """The figures of some cases, by number."""
    confidence = np.array([result.readings[number].confidence for number in pooled])
    correct = np.array([result.is_right(number) for number in pooled], dtype=bool)

    accepted = [
        number
        for number in pooled
        if threshold is not None and result.readings[number].confidence >= threshold and result.readings[number].text
    ]
    parents: dict[str, bool] = {}  # whether one of the accepted texts is wrong
    for number in accepted:
        parent = result.cases[number].parent
        parents[parent] = parents.get(parent, False) or not result.is_right(number)

    def wrong_of(numbers: Sequence[int]) -> Proportion | None:
        if threshold is None:
            return None
        return Proportion(sum(not result.is_right(number) for number in numbers), len(numbers))

    return RealConfidence(
        expected_calibration_error(confidence, correct, groups=[result.cases[number].parent for number in pooled]),
        reliability_bins(confidence, correct, bins=5),
        wrong_of(accepted),
        wrong_of([number for number in accepted if result.cases[number].kind == UPRIGHT]),
        None if threshold is None else Proportion(sum(parents.values()), len(parents)),
        len(pooled),
    )
