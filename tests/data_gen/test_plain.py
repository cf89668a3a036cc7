"""Plain print, as the original's recipes draw it."""

import random

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.fonts import load_fonts
from data_gen.plain import draw_plain
from data_gen.recipe import load_recipe
from data_gen.trdg_adapter import UndrawableError

FONT = load_fonts(load_recipe("v1.0").fonts).groups[0][1][0]


def test_print_is_dark_on_light_and_tilted_within_its_bound() -> None:
    for seed in range(20):
        picture, tilt = draw_plain("CW2288-111", FONT, 7.0, np.random.default_rng(seed), random.Random(seed))
        assert picture.dtype == np.float32 and picture.min() >= 0.0 and picture.max() <= 1.0
        assert abs(tilt) <= 7.0
        assert np.median(picture) > 0.85 and picture.min() < 0.6


def test_upright_print_stays_upright() -> None:
    picture, tilt = draw_plain("CW2288-111", FONT, 0.0, np.random.default_rng(0), random.Random(0))
    assert tilt == 0.0
    assert picture.shape[0] < 60


def test_a_text_without_ink_is_refused() -> None:
    with pytest.raises(UndrawableError):
        draw_plain(" ", FONT, 0.0, np.random.default_rng(0), random.Random(0))
