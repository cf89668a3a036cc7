"""The camera: pictures stay readable as far as the recipe says, and show what befell them."""

import random

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.camera import photograph
from tests.data_gen.rendering import renderer, trdg_tags


def picture(*damages: str, seed: int = 0) -> np.ndarray:
    ink = np.zeros((60, 300), np.float32)
    ink[15:45, 20:280] = np.tile(np.repeat([1.0, 0.0], 10), 13)[None]
    generators = np.random.default_rng(seed), random.Random(seed)
    return photograph(ink, 30.0, 0.7, trdg_tags(), *generators, frozenset(damages))


def test_a_photograph_is_grey_and_repeats() -> None:
    for seed in range(20):
        one = picture(seed=seed)
        assert one.dtype == np.float32 and one.ndim == 2 and np.isfinite(one).all()
        assert np.array_equal(one, picture(seed=seed))


def test_damages_are_seen() -> None:
    def median(measure: object, *damages: str) -> float:
        return float(np.median([measure(picture(*damages, seed=seed)) for seed in range(30)]))

    assert median(np.ptp, "faint") < 0.6 * median(np.ptp)
    assert median(np.max, "dark") < 0.7 * median(np.max)
    assert median(lambda shown: shown.shape[0], "small") < 0.6 * median(lambda shown: shown.shape[0])
    assert median(lambda shown: np.abs(np.diff(shown)).max(), "defocus") < median(
        lambda shown: np.abs(np.diff(shown)).max()
    )


def test_a_recipe_may_go_down_to_smaller_print() -> None:
    def smallest(readable: float) -> int:
        one = renderer(trdg_tags(no_text=0.0, damage_weights=(0.0, 0.0, 0.0, 0.0, 1.0), readable=readable))
        return min(one.render(index).image.shape[0] for index in range(60))

    assert smallest(4.0) < 0.75 * smallest(9.0)


def test_characters_may_be_kept_wide_enough_to_read() -> None:
    def narrowest(character_width: float) -> float:
        straight = {"no_text": 0.0, "tilt": 0.0, "steep": 0.0, "damage_weights": (0.0, 0.0, 0.0, 0.0, 1.0)}
        one = renderer(trdg_tags(**straight, character_width=character_width))
        crops = [one.render(index) for index in range(150)]
        return min(crop.image.shape[1] / len(crop.text) for crop in crops)

    assert narrowest(0.0) < 4.0
    assert narrowest(6.0) > 5.0


def test_the_damages_of_later_recipes_are_seen() -> None:
    def median(measure: object, *damages: str) -> float:
        return float(np.median([measure(picture(*damages, seed=seed)) for seed in range(30)]))

    def steepest(shown: np.ndarray) -> float:
        return float(np.abs(np.diff(shown)).max())

    assert median(np.ptp, "hazy") < 0.6 * median(np.ptp)
    assert median(steepest, "hazy") < 0.5 * median(steepest)
    assert median(lambda shown: shown.shape[0], "scanned") < 0.7 * median(lambda shown: shown.shape[0])
    assert median(lambda shown: np.percentile(shown, 90), "scanned") > 0.95
    assert median(lambda shown: np.percentile(shown, 90), "overexposed") > 0.9
    assert median(lambda shown: shown.shape[0], "recompressed") < 0.7 * median(lambda shown: shown.shape[0])


def test_labels_of_boxes_are_dark_print_on_a_lighter_ground() -> None:
    for seed in range(30):
        shown = picture("box label", seed=seed)
        assert np.median(shown[:10]) > shown[20:40].min()
