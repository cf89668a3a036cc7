import pytest

from ocr_model.training.schedule import TrainingConfig, learning_rate_at


def test_the_learning_rate_rises_then_falls() -> None:
    config = TrainingConfig()
    rates = [learning_rate_at(step / 100, config) for step in range(101)]
    assert max(rates) == pytest.approx(config.learning_rate, rel=0.02)
    assert rates.index(max(rates)) == 4
    assert rates[-1] == pytest.approx(config.learning_rate / 100, rel=0.01)
