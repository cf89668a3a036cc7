import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.calibration import Calibration, expected_calibration_error, fit_temperature, risk_coverage

probability = st.floats(0.0, 1.0)
temperature = st.floats(0.05, 20.0)


def test_a_temperature_of_two_halves_the_logit() -> None:
    assert Calibration(2.0).apply(0.9) == pytest.approx(3.0 / 4.0)  # odds 9 -> 3
    assert Calibration(0.5).apply(0.75) == pytest.approx(0.9)  # odds 3 -> 9
    assert Calibration(1.0).apply(0.123) == 0.123


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
    for measure in (fit_temperature, expected_calibration_error, risk_coverage):
        with pytest.raises(ValueError, match=r"."):
            measure(confidences, correct)


def test_groups_must_cover_all_readings() -> None:
    with pytest.raises(ValueError, match="1 groups for 2 readings"):
        expected_calibration_error([0.5, 0.6], [True, False], groups=["a"])
