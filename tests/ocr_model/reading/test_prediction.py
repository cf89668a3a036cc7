import dataclasses

import pytest

from ocr_model.reading.prediction import Candidate, ModelInfo, Prediction


def test_a_prediction_cannot_be_changed() -> None:
    best = Candidate("ART CP9448", "CP9448", 0.9)
    prediction = Prediction("ART CP9448", "CP9448", 0.9, (), (best,), (), ModelInfo("tiny", "1"), {"total": 1.0})
    assert prediction.turn == 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        prediction.text = "other"
    with pytest.raises(dataclasses.FrozenInstanceError):
        best.confidence = 1.0
