import numpy as np
import pytest

from ocr_model.export.confidence_figures import expected_calibration_error, reliability_bins, risk_coverage


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
        expected_calibration_error,
        reliability_bins,
        risk_coverage,
    ):
        with pytest.raises(ValueError, match=r"."):
            measure(confidences, correct)


def test_groups_must_cover_all_readings() -> None:
    with pytest.raises(ValueError, match="1 groups for 2 readings"):
        expected_calibration_error([0.5, 0.6], [True, False], groups=["a"])


def test_reliability_bins_by_hand() -> None:
    bins = reliability_bins([0.95, 0.85, 0.9, 0.1], [True, False, True, False])
    assert bins.count.tolist() == [1, 2, 1]
    assert bins.correct.tolist() == [0, 1, 1]
    assert bins.confidence.tolist() == pytest.approx([0.1, 0.875, 0.95])
