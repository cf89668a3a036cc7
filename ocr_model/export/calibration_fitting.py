"""Fits what turns the recognizer's probabilities into the confidence that is shown, for an exported model.

One temperature, and the confidence from which a text may be accepted without asking. Both come from fresh synthetic
crops that nothing was trained on, half of them under the shift of `synthetic_readings`, read exactly as they will be
served. No real crop takes part.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ocr_model.export.synthetic_readings import Readings, read_synthetic
from ocr_model.reading.calibration import Calibration, fit_accept_threshold, fit_temperature_and_bias

__all__ = ["FIT_SEED", "CalibrationFit", "calibrate_directory", "fit_calibration"]

FIT_SEED = 20_220_801  # neither trained nor evaluated on
_DECIMALS = 1e6  # of the threshold; confidences crowd near 1


@dataclass(frozen=True)
class CalibrationFit:
    """What was fitted, and on what.

    Attributes:
        calibration: temperature, bias and threshold.
        recipe: of the crops.
        crops: half of them as the recipe makes them, half under the shift.
    """

    calibration: Calibration
    recipe: str
    crops: int

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
        recipe: where they come from.

    Raises:
        ValueError: no reading.
    """
    temperature, bias = (round(one, 4) for one in fit_temperature_and_bias(readings.confidence, readings.correct))
    shown = np.array([Calibration(temperature, bias=bias).apply(float(raw)) for raw in readings.confidence])
    threshold = None
    if readings.has_text.any():
        threshold = fit_accept_threshold(shown[readings.has_text], readings.correct[readings.has_text])
    if threshold is not None:
        threshold = min(1.0, math.ceil(threshold * _DECIMALS) / _DECIMALS)
    return CalibrationFit(Calibration(temperature, threshold, bias), recipe, len(readings))


def calibrate_directory(
    directory: Path, recipe: str, count: int, *, processes: int = 1, progress: bool = False
) -> CalibrationFit:
    """Fit an exported model and write what was found into its `model.json`.

    Do it last: the number that is calibrated is the one after decoding, format prior and turn.

    Args:
        directory: of the model.
        recipe: of the crops.
        count: crops, at least 2; half of them are photographed again.
        processes: that read side by side.
        progress: whether to draw a bar.

    Raises:
        ModelError: the model cannot be loaded.
        ValueError: fewer than two crops.
    """
    if count < 2:
        raise ValueError(f"at least two crops, not {count}")
    parts = [
        read_synthetic(
            directory,
            recipe,
            share,
            seed=FIT_SEED,
            shifted=shifted,
            calibration=Calibration(1.0),
            processes=processes,
            progress=progress,
        )
        for share, shifted in ((count - count // 2, False), (count // 2, True))
    ]
    fit = fit_calibration(Readings.joined(parts), recipe)
    file = directory / "model.json"
    description = json.loads(file.read_text(encoding="utf-8"))
    description["calibration"] = fit.description()
    file.write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return fit
