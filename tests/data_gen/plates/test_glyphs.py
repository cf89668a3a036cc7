"""Rows of a plate: letters and digits are equally high, a region's syllables stand one above the other."""

import random

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.fonts import load_fonts
from data_gen.plates.glyphs import Faces, choose_faces, draw_row, hangul_fonts
from data_gen.recipe import load_recipe

BOOK = load_fonts(load_recipe("plates-1").fonts)
HANGUL = hangul_fonts(BOOK)


def faces(**changes: float) -> Faces:
    chosen = choose_faces(BOOK, HANGUL, random.Random(4))
    plain = {"bold": 0, "stretch": 1.0, "hangul_height": 0.8, "pitch": 0.0, "gap": 0.1} | changes
    return Faces(chosen.latin, chosen.hangul, **plain)  # type: ignore[arg-type]


@pytest.mark.parametrize("character", ["0", "1", "8", "A", "Q"])
def test_every_letter_and_digit_fills_the_height(character: str) -> None:
    ink = draw_row((character,), faces(), 40, random.Random(1), emblem=False)
    inked = np.flatnonzero(ink.max(axis=1) > 0.3)
    assert ink.shape[0] == 40
    assert inked[0] <= 1
    assert inked[-1] >= 38


@pytest.mark.skipif(not HANGUL, reason="no font with Hangul is installed")
def test_a_region_is_as_wide_as_one_syllable_and_has_a_gap_between_its_two() -> None:
    stacked = draw_row(("서|울",), faces(), 40, random.Random(1), emblem=False)
    beside = draw_row(("서울",), faces(), 40, random.Random(1), emblem=False)
    assert stacked.shape[1] < 0.7 * beside.shape[1]
    assert stacked[18:22].max(axis=1).min() < 0.3


def test_an_emblem_widens_the_gap_between_two_pieces_alone() -> None:
    without = draw_row(("AB", "123"), faces(), 40, random.Random(1), emblem=False)
    with_one = draw_row(("AB", "123"), faces(), 40, random.Random(1), emblem=True)
    assert (with_one > 0.2).sum() > (without > 0.2).sum()
    assert draw_row(("AB123",), faces(), 40, random.Random(1), emblem=True).shape[0] == 40
