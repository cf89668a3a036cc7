"""The calibration is fitted on uncalibrated readings and stored with the model."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.export.calibration_fitting import (
    calibrate_directory,
    fit_accept_threshold,
    fit_calibration,
    fit_temperature,
    fit_temperature_and_bias,
)
from ocr_model.export.confidence_figures import expected_calibration_error
from ocr_model.export.readings import Readings
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


def test_the_temperature_of_an_overconfident_model_is_found() -> None:
    random = np.random.default_rng(0)
    truth = random.uniform(0.3, 0.99, 20_000)
    correct = random.random(20_000) < truth
    shown = np.array([Calibration(1 / 2.5).apply(p) for p in truth])
    fitted = fit_temperature(shown, correct)
    assert fitted == pytest.approx(2.5, rel=0.05)
    before = expected_calibration_error(shown, correct, resamples=20).value
    after = expected_calibration_error([Calibration(fitted).apply(p) for p in shown], correct, resamples=20).value
    assert after < 0.02 < before


def test_temperature_and_bias_are_found_again() -> None:
    rng = np.random.default_rng(7)
    truth = rng.uniform(0.02, 0.98, 20_000)
    correct = rng.random(len(truth)) < truth
    # What is shown is the truth, seen through the inverse of the map that is to be found.
    shown = 1 / (1 + np.exp(-1.6 * (np.log(truth / (1 - truth)) - 0.5)))
    temperature, bias = fit_temperature_and_bias(shown, correct)
    assert (temperature, bias) == (pytest.approx(1.6, rel=0.05), pytest.approx(0.5, abs=0.05))
    back = [Calibration(temperature, bias=bias).apply(float(one)) for one in shown]
    assert expected_calibration_error(back, correct, resamples=20).value < 0.015


def test_one_sided_data_stops_at_the_bounds() -> None:
    assert fit_temperature([0.8, 0.9], [True, True]) == pytest.approx(0.05, rel=1e-3)
    assert fit_temperature([0.8, 1.0], [False, False]) == pytest.approx(20.0, rel=1e-3)


def test_without_an_error_it_takes_598_readings_to_accept() -> None:
    assert fit_accept_threshold([0.9] * 598, [True] * 598) == 0.9
    assert fit_accept_threshold([0.9] * 597, [True] * 597) is None


def test_what_is_accepted_keeps_its_promise() -> None:
    random = np.random.default_rng(3)
    wanted = 1 / 200
    kept = 0

    def confidences(count: int) -> np.ndarray:
        return 1 / (1 + np.exp(-random.normal(4, 3, count)))

    for _ in range(20):
        sure = confidences(8000)
        threshold = fit_accept_threshold(sure, random.random(8000) < sure)
        assert threshold is not None
        fresh = confidences(200_000)
        wrong = random.random(200_000) >= fresh
        kept += wrong[fresh >= threshold].mean() <= wanted
    assert kept >= 18


def test_the_lowest_threshold_is_taken() -> None:
    sure = np.concatenate([np.full(2000, 0.99), np.full(2000, 0.95), np.full(100, 0.5)])
    correct = np.concatenate([np.ones(4000), np.zeros(100)])
    assert fit_accept_threshold(sure, correct) == 0.95


@pytest.mark.parametrize(
    ("confidences", "correct"),
    [([], []), ([0.5], [True, False]), ([1.5], [True]), ([float("nan")], [True]), ([0.5], [2])],
)
def test_data_that_is_none_fits_nothing(confidences: list[float], correct: list[bool]) -> None:
    for fit in (
        fit_temperature,
        fit_temperature_and_bias,
        fit_accept_threshold,
    ):
        with pytest.raises(ValueError, match=r"."):
            fit(confidences, correct)
