"""The calibration is fitted on uncalibrated readings and stored with the model."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.export.calibration_fitting import calibrate_directory, fit_calibration
from ocr_model.export.synthetic_readings import Readings
from ocr_model.reading.calibration import Calibration, read_calibration
from ocr_model.reading.recognizer import Recognizer

Writer = Callable[..., Path]


def readings(count: int = 20_000, temperature: float = 1.0) -> Readings:
    random = np.random.default_rng(0)
    truth = random.beta(6, 0.3, count)
    raw = np.array([Calibration(1 / temperature).apply(float(one)) for one in truth])
    return Readings(raw, random.random(count) < truth, np.ones(count, dtype=bool))


def test_temperature_and_threshold_are_found() -> None:
    fit = fit_calibration(readings(temperature=1.6), "tags-1")
    assert fit.calibration.temperature == pytest.approx(1.6, rel=0.1)
    threshold = fit.calibration.accept_threshold
    assert threshold is not None
    raw = readings(temperature=1.6)
    shown = np.array([fit.calibration.apply(float(one)) for one in raw.confidence])
    assert np.mean(~raw.correct[shown >= threshold]) <= 1 / 200


def test_what_is_no_text_does_not_move_the_threshold() -> None:
    some = readings()
    # Very sure that there is none, and always wrong: it would forbid to accept anything.
    wrong = Readings(np.full(2000, 0.9999999), np.zeros(2000, dtype=bool), np.zeros(2000, dtype=bool))
    assert fit_calibration(Readings.joined([some, wrong]), "tags-1").calibration.accept_threshold is not None
    texts = Readings(wrong.confidence, wrong.correct, np.ones(2000, dtype=bool))
    assert fit_calibration(Readings.joined([some, texts]), "tags-1").calibration.accept_threshold is None


def test_the_model_keeps_what_was_fitted(attention_model: Writer) -> None:
    model = attention_model(changes={"calibration": {"temperature": 7.0}})
    fit = calibrate_directory(model, "v1.0", 12)
    assert fit.crops == 12
    assert read_calibration(model) == fit.calibration
    assert json.loads((model / "model.json").read_text(encoding="utf-8"))["calibration"] == fit.description()
    Recognizer.load(model)  # still a model
    # The calibration that the model had does not count.
    assert calibrate_directory(model, "v1.0", 12) == fit


def test_one_crop_is_too_few(attention_model: Writer) -> None:
    with pytest.raises(ValueError, match="at least two"):
        calibrate_directory(attention_model(), "v1.0", 1)
