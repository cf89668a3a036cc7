"""Fits the map from the recognizer's probabilities to the shown confidence, for an exported model.

It fits a temperature, a bias, and the confidence from which a text may be accepted without asking, on fresh synthetic
crops that nothing was trained on, half of them under the shift of `synthetic_readings`, read exactly as in serving. No
real crop takes part.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data_gen.workplace import HERE, Workplace
from ocr_model.export.confidence_figures import ACCEPTABLE_RISK, checked_confidences, risk_coverage
from ocr_model.export.proportion import binomial_cdf
from ocr_model.export.readings import Readings
from ocr_model.export.synthetic_readings import Way, read_synthetic
from ocr_model.reading.calibration import Calibration
from ocr_model.reading.second_opinion import SecondOpinion
from ocr_model.reading.second_reader import packaged_second_reader

FIT_SEED = 20_220_801  # neither trained nor evaluated on
_DECIMALS = 1e6  # of the threshold; confidences crowd near 1
_LOWEST, _HIGHEST = 0.05, 20.0  # temperatures; data beyond them is all right or all wrong
_LARGEST_BIAS = 3.0  # in logits
_CROPS_PER_PHOTO = 16  # for lines of whole tags: half as many lines as crops


@dataclass(frozen=True)
class CalibrationFit:
    """A fitted calibration and the crops that it was fitted on."""

    calibration: Calibration
    recipe: str  # of the crops
    crops: int  # half of them as the recipe makes them, half under the shift

    def description(self) -> dict[str, object]:
        """The field `calibration` of a `model.json`."""
        return {
            "temperature": self.calibration.temperature,
            "bias": self.calibration.bias,
            "accept_threshold": self.calibration.accept_threshold,
            "recipe": self.recipe,
            "crops": self.crops,
            "seed": FIT_SEED,
        }


def fit_calibration(readings: Readings, recipe: str) -> CalibrationFit:
    """Temperature, bias and threshold from uncalibrated readings.

    Args:
        readings: read with `Calibration(1.0)`.
        recipe: recipe of the crops.

    Raises:
        ValueError: no reading.
    """
    temperature, bias = (
        round(parameter, 4) for parameter in fit_temperature_and_bias(readings.confidence, readings.correct)
    )
    shown = np.array([Calibration(temperature, bias=bias).apply(float(raw)) for raw in readings.confidence])
    return CalibrationFit(Calibration(temperature, _threshold(shown, readings), bias), recipe, len(readings))


def calibrate_directory(
    directory: Path,
    recipe: str,
    count: int,
    *,
    workplace: Workplace = HERE,
    progress: bool = False,
    kept: Path | None = None,
) -> CalibrationFit:
    """Calibrate an exported model and write the calibration into its `model.json`.

    Where a second reader is installed and the model says what it weighs, the joint readings are calibrated as well.

    Calibrate last: the calibrated number is that after decoding, format prior and turn.

    Args:
        directory: folder of the model.
        recipe: recipe of the crops.
        count: crops, at least 2; half of them are photographed again, unless they are drawings.
        workplace: where crops are read.
        progress: whether to draw a bar.
        kept: folder in which readings are kept, so that a run that was interrupted goes on.

    Raises:
        ModelError: the model cannot be loaded.
        ValueError: fewer than two crops.
    """
    if count < 2:
        raise ValueError(f"at least two crops, not {count}")
    file = directory / "model.json"
    description = json.loads(file.read_text(encoding="utf-8"))
    opinion = SecondOpinion.from_description(description)
    raw = Calibration(1.0)
    ways = [Way(calibration=raw)]
    if opinion is not None and packaged_second_reader(1) is not None:
        ways.append(Way(second=True, calibration=raw, second_opinion=replace(opinion, calibration=raw)))

    def read(name: str | None, share: int, *, shifted: bool = False, ways: Sequence[Way] = ways) -> list[Readings]:
        return read_synthetic(
            directory,
            name,
            share,
            seed=FIT_SEED,
            shifted=shifted,
            ways=ways,
            workplace=workplace,
            progress=progress,
            kept=kept,
        )

    if description["input"].get("way_in") == "drawing":  # nobody photographs it
        crops = [read(recipe, count)]
    else:
        crops = [read(recipe, count - count // 2), read(recipe, count // 2, shifted=True)]
    fit = fit_calibration(Readings.joined([part[0] for part in crops]), recipe)
    description["calibration"] = fit.description()
    if opinion is not None and len(ways) > 1:
        (lines,) = read(None, max(1, count // _CROPS_PER_PHOTO), ways=ways[1:])
        parts = [*(part[1] for part in crops), lines]
        joint = fit_joint_calibration(Readings.joined(parts), recipe, fit.calibration)
        description["second_reader"] = {**opinion.description(), "calibration": joint.description()}
    file.write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return fit


def fit_joint_calibration(readings: Readings, recipe: str, alone: Calibration) -> CalibrationFit:
    """Temperature and bias of the joint readings among some, and the threshold of all, as they are served.

    Args:
        readings: uncalibrated.
        recipe: recipe of the crops.
        alone: calibration of the readings that are not joint.

    Raises:
        ValueError: no reading.
    """
    fitted = Calibration()
    if readings.joint.any():
        joint = fit_temperature_and_bias(readings.confidence[readings.joint], readings.correct[readings.joint])
        fitted = Calibration(round(joint[0], 4), bias=round(joint[1], 4))
    pairs = zip(readings.confidence, readings.joint, strict=True)
    shown = np.array([(fitted if joint else alone).apply(float(raw)) for raw, joint in pairs])
    threshold = _threshold(shown, readings)
    return CalibrationFit(replace(fitted, accept_threshold=threshold), recipe, len(readings))


def _threshold(shown: NDArray[np.float64], readings: Readings) -> float | None:
    """The accept threshold for texts that are shown with these confidences, rounded up."""
    if not readings.has_text.any():
        return None
    threshold = fit_accept_threshold(shown[readings.has_text], readings.correct[readings.has_text])
    return None if threshold is None else min(1.0, math.ceil(threshold * _DECIMALS) / _DECIMALS)


def fit_temperature(confidences: ArrayLike, correct: ArrayLike) -> float:
    """The temperature, without a bias, under which the readings' being right or wrong is the most likely.

    Args:
        confidences: (N,) uncalibrated probabilities of whole texts, 0..1.
        correct: (N,) whether the text was right.

    Returns:
        A temperature between 0.05 and 20; the likelihood has one maximum in 1/temperature.

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    loss = _likelihood_loss(confidences, correct)
    low, high = math.log(_LOWEST), math.log(_HIGHEST)
    return math.exp(_lowest_point(lambda log_temperature: loss(math.exp(log_temperature), 0.0), low, high))


def fit_temperature_and_bias(confidences: ArrayLike, correct: ArrayLike) -> tuple[float, float]:
    """The temperature and the bias under which the readings' being right or wrong is the most likely.

    Arguments and errors are those of `fit_temperature`.

    Returns:
        A temperature between 0.05 and 20 and a bias between -3 and 3. The likelihood is concave in 1/temperature and
        bias together, so the best bias per temperature leads to the best of both.
    """
    loss = _likelihood_loss(confidences, correct)

    def best_bias(log_temperature: float) -> float:
        temperature = math.exp(log_temperature)
        return _lowest_point(lambda bias: loss(temperature, bias), -_LARGEST_BIAS, _LARGEST_BIAS)

    log_temperature = _lowest_point(
        lambda logarithm: loss(math.exp(logarithm), best_bias(logarithm)), math.log(_LOWEST), math.log(_HIGHEST)
    )
    return math.exp(log_temperature), best_bias(log_temperature)


def _likelihood_loss(confidences: ArrayLike, correct: ArrayLike) -> Callable[[float, float], float]:
    """Mean negative log likelihood of right and wrong readings, by temperature and bias."""
    sure, right = checked_confidences(confidences, correct)
    sure = np.clip(sure, 1e-12, 1 - 1e-12)  # a single wrong reading at exactly 1.0 must not decide alone
    logit = np.log(sure) - np.log1p(-sure)
    sign = np.where(right == 1.0, -1.0, 1.0)
    # -log sigmoid(x) = log(1 + exp(-x)), without overflow.
    return lambda temperature, bias: float(np.mean(np.logaddexp(0.0, sign * (logit / temperature + bias))))


def _lowest_point(function: Callable[[float], float], low: float, high: float) -> float:
    """The minimum of a function that has one, by golden-section search."""
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    while high - low > 1e-6:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if function(left) <= function(right):
            high = right
        else:
            low = left
    return (low + high) / 2.0


def fit_accept_threshold(
    confidences: ArrayLike, correct: ArrayLike, *, risk: float = ACCEPTABLE_RISK, level: float = 0.95
) -> float | None:
    """The lowest confidence from which texts may be accepted without asking.

    A threshold that was chosen for few errors has fewer errors in the fitting data than later. So the upper end of the
    one-sided Clopper-Pearson interval has to be within the risk, not the share itself.

    Args:
        confidences: (N,) shown (calibrated) probabilities of whole texts, 0..1.
        correct: (N,) whether the text was right.
        risk: greatest share of wrong texts among the accepted ones.
        level: confidence that the share is not greater, 0..1.

    Returns:
        One of the confidences; None if there is no such threshold, or if the data is too small to tell (without a
        single error it takes 598 readings at 1 in 200).

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    curve = risk_coverage(confidences, correct)
    total = np.asarray(correct).size
    answered = np.rint(curve.coverage * total).astype(np.int64)
    errors = np.rint(curve.risk * answered).astype(np.int64)
    for at in range(len(answered) - 1, -1, -1):
        seen, wrong = int(answered[at]), int(errors[at])
        if wrong <= risk * seen and binomial_cdf(wrong, seen, risk) <= 1.0 - level:
            return float(curve.threshold[at])
    return None
