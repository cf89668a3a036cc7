import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.reading.calibration import Calibration, read_calibration

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
