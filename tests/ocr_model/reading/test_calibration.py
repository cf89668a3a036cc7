import json
import math
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_model.reading.calibration import (
    Calibration,
    Proportion,
    expected_calibration_error,
    fit_accept_threshold,
    fit_temperature,
    fit_temperature_and_bias,
    read_calibration,
    reliability_bins,
    risk_coverage,
)

probability = st.floats(0.0, 1.0)
temperature = st.floats(0.05, 20.0)


def test_a_temperature_of_two_halves_the_logit() -> None:
    assert Calibration(2.0).apply(0.9) == pytest.approx(3.0 / 4.0)  # odds 9 -> 3
    assert Calibration(0.5).apply(0.75) == pytest.approx(0.9)  # odds 3 -> 9
    assert Calibration(1.0).apply(0.123) == 0.123
    assert Calibration(2.0, bias=math.log(2)).apply(0.9) == pytest.approx(6.0 / 7.0)  # odds 9 -> 3 -> 6


@given(probability, temperature)
def test_calibrated_confidences_stay_probabilities(p: float, t: float) -> None:
    assert 0.0 <= Calibration(t).apply(p) <= 1.0


@given(probability, probability, temperature)
def test_calibration_keeps_the_order(p: float, q: float, t: float) -> None:
    low, high = sorted((p, q))
    assert Calibration(t).apply(low) <= Calibration(t).apply(high)


def test_certainty_stays() -> None:
    assert Calibration(3.0).apply(0.0) == 0.0
    assert Calibration(3.0).apply(1.0) == 1.0


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_temperature_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="temperature"):
        Calibration(bad)


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_an_impossible_probability_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Calibration(2.0).apply(bad)


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


def test_calibration_error_by_hand() -> None:
    # Bin 0.8-0.9: four readings at 0.9, three right: gap 0.15. Bin 0.5-0.6: one at 0.6, right: gap 0.4.
    error = expected_calibration_error([0.9, 0.9, 0.9, 0.9, 0.6], [True, True, True, False, True])
    assert error.value == pytest.approx((4 * 0.15 + 0.4) / 5)
    assert error.low <= error.value <= error.high


def test_perfect_confidence_has_no_error() -> None:
    error = expected_calibration_error([1.0, 1.0, 0.0], [True, True, False])
    assert (error.value, error.low, error.high) == (0.0, 0.0, 0.0)


def test_twins_are_drawn_together() -> None:
    random = np.random.default_rng(1)
    confidences = np.repeat(random.uniform(0.5, 1.0, 30), 20)
    correct = np.repeat(random.random(30) < 0.7, 20)
    crops = [f"crop {at // 20}" for at in range(600)]
    alone = expected_calibration_error(confidences, correct)
    grouped = expected_calibration_error(confidences, correct, groups=crops)
    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)
    assert grouped == expected_calibration_error(confidences, correct, groups=crops)


def test_risk_coverage_by_hand() -> None:
    curve = risk_coverage([0.5, 0.9, 0.7, 0.7], [False, True, True, False])
    assert curve.threshold.tolist() == [0.9, 0.7, 0.5]
    assert curve.coverage.tolist() == [0.25, 0.75, 1.0]
    assert curve.risk.tolist() == pytest.approx([0.0, 1 / 3, 0.5])
    assert curve.area == pytest.approx(0.5 / 3 + 0.25 * 0.5)


@pytest.mark.parametrize(
    ("confidences", "correct"),
    [([], []), ([0.5], [True, False]), ([1.5], [True]), ([float("nan")], [True]), ([0.5], [2])],
)
def test_data_that_is_none_is_refused(confidences: list[float], correct: list[bool]) -> None:
    for measure in (
        fit_temperature,
        fit_temperature_and_bias,
        fit_accept_threshold,
        expected_calibration_error,
        reliability_bins,
        risk_coverage,
    ):
        with pytest.raises(ValueError, match=r"."):
            measure(confidences, correct)


def test_groups_must_cover_all_readings() -> None:
    with pytest.raises(ValueError, match="1 groups for 2 readings"):
        expected_calibration_error([0.5, 0.6], [True, False], groups=["a"])


def test_a_model_says_how_it_is_calibrated(tmp_path: Path) -> None:
    def written(description: object) -> Calibration:
        (tmp_path / "model.json").write_text(json.dumps(description), encoding="utf-8")
        return read_calibration(tmp_path)

    assert written({"calibration": {"temperature": 1.5, "accept_threshold": 0.98}}) == Calibration(1.5, 0.98)
    assert written({"calibration": {"temperature": 1.5, "accept_threshold": None}}) == Calibration(1.5)
    assert written({"calibration": {"temperature": 1.5, "bias": 0.25}}) == Calibration(1.5, bias=0.25)
    assert written({}) == Calibration()
    with pytest.raises(ValueError, match="threshold"):
        written({"calibration": {"accept_threshold": 98}})


# Ends of Clopper-Pearson intervals as R's binom.test gives them.
@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.3084971),
        (10, 10, 0.6915029, 1.0),
        (46, 51, 0.7858550, 0.9673935),
        (43, 43, 0.9177889, 1.0),
        (7, 6000, 0.0004691852, 0.002402293),
    ],
)
def test_clopper_pearson(count: int, total: int, low: float, high: float) -> None:
    assert Proportion(count, total).interval() == pytest.approx((low, high), rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=40)  # 60 intervals are many on a busy machine
@given(st.integers(1, 60), st.data(), st.floats(0.02, 0.98))
def test_the_interval_covers_the_share_as_often_as_it_says(total: int, data: st.DataObject, share: float) -> None:
    def inside(count: int) -> bool:
        low, high = Proportion(count, total).interval()
        return low <= share <= high

    covered = sum(comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(total + 1) if inside(k))
    assert covered >= 0.95 - 1e-9
    count = data.draw(st.integers(0, total))
    low, high = Proportion(count, total).interval()
    mirrored = Proportion(total - count, total).interval()
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


@pytest.mark.parametrize(("count", "total"), [(-1, 3), (4, 3)])
def test_no_proportion(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        Proportion(count, total)


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


def test_reliability_bins_by_hand() -> None:
    bins = reliability_bins([0.95, 0.85, 0.9, 0.1], [True, False, True, False])
    assert bins.count.tolist() == [1, 2, 1]
    assert bins.correct.tolist() == [0, 1, 1]
    assert bins.confidence.tolist() == pytest.approx([0.1, 0.875, 0.95])
