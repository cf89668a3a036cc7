"""TRDG behind one function: coverage cut to the ink, and no trace in the global generator's results."""

import random

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.fonts import load_fonts
from data_gen.recipe import load_recipe
from data_gen.trdg_adapter import UndrawableError, draw_line

FONT = load_fonts(load_recipe("v1.0").fonts).groups[0][1][0]


def test_coverage_is_cut_to_the_ink() -> None:
    line = draw_line("CP9448", FONT, 40)
    assert line.dtype == np.uint8 and line.flags.c_contiguous
    assert line.max() == 255
    assert min(line[0].max(), line[-1].max(), line[:, 0].max(), line[:, -1].max()) > 64


def test_spacing_and_stroke_widen_the_line() -> None:
    plain = draw_line("CP 9448", FONT, 40).shape[1]
    assert draw_line("CP 9448", FONT, 40, tracking=3).shape[1] > plain + 10
    assert draw_line("CP 9448", FONT, 40, space_width=2.0).shape[1] > plain
    assert draw_line("CP 9448", FONT, 40, stroke=2).shape[1] > plain


def test_the_global_generator_does_not_matter() -> None:
    random.seed(1)
    one = draw_line("CP9448", FONT, 40)
    random.seed(2)
    assert np.array_equal(one, draw_line("CP9448", FONT, 40))


def test_a_text_without_ink_is_refused() -> None:
    with pytest.raises(UndrawableError, match="draws nothing"):
        draw_line(" ", FONT, 40)
