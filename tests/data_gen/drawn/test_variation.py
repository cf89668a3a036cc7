"""A drawing that is drawn once more stays what it is."""

import numpy as np
import pytest

from data_gen.drawn.variation import vary_drawing


@pytest.mark.parametrize("ground", [0, 255])
def test_ground_and_ink_stay_and_the_rest_changes(ground: int) -> None:
    image = np.full((28, 28), ground, np.uint8)
    image[4:24, 12:16] = 255 - ground
    unchanged = 0
    for seed in range(60):
        varied = vary_drawing(np.random.default_rng(seed), image)
        if varied is image:
            unchanged += 1
            continue
        assert varied.dtype == np.uint8 and min(varied.shape) > 28
        edge = np.concatenate([varied[0], varied[-1], varied[:, 0], varied[:, -1]])
        assert (edge == ground).all()
        assert 0.02 < np.mean(np.abs(varied.astype(int) - ground) > 128) < 0.3
    assert 5 <= unchanged <= 25  # about a quarter, so that training sees drawings as they are read
    first, second = (vary_drawing(np.random.default_rng(seed), image) for seed in (1, 2))
    assert first.shape != second.shape or (first != second).any()


def test_without_strength_nothing_changes() -> None:
    image = np.arange(900, dtype=np.uint8).reshape(30, 30)
    assert vary_drawing(np.random.default_rng(1), image, 0.0) is image
