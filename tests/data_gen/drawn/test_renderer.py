"""Digits are drawn as people write them, the same for the same number."""

import random

import numpy as np
import pytest

from data_gen.crop import CropRenderer
from data_gen.drawn.glyphs import DIGITS, OTHERS, pieces
from data_gen.drawn.hand import bend, smooth
from data_gen.drawn.renderer import draw_character
from data_gen.fonts import load_fonts
from data_gen.recipe import load_recipe


@pytest.mark.parametrize("glyph", [*(glyph for ways in DIGITS.values() for glyph in ways), *OTHERS])
def test_every_glyph_has_pieces_of_its_height(glyph: str) -> None:
    found = pieces(glyph)
    points = np.array([point for piece in found for point in piece])
    assert all(len(piece) >= 2 for piece in found)
    assert points.min() >= 0 and points[:, 1].max() <= 1.0 and np.ptp(points, axis=0).max() >= 0.4


def test_a_corner_joins_two_pieces() -> None:
    first, second = pieces("0 0, 50 0 | 50 100")
    assert first[-1] == second[0] == (0.5, 0.0)


def test_a_curve_goes_through_its_points() -> None:
    points = np.array([[0.0, 0.0], [0.5, 0.2], [0.3, 0.9], [0.0, 1.0]])
    curve = smooth(points)
    for point in points:
        assert np.abs(curve - point).sum(axis=1).min() < 1e-9
    assert (smooth(points[:2]) == points[:2]).all()
    (still,) = bend([points], np.random.default_rng(1), 0.0)
    assert np.abs(still - points).max() < 1e-9


def test_the_recipe_draws_digits_and_others_without_a_font() -> None:
    recipe = load_recipe("digits-1")
    renderer = CropRenderer(recipe, load_fonts(recipe.fonts), seed=3)
    crops = [renderer.render(number) for number in range(300)]
    texts = [crop.text for crop in crops]
    assert set(texts) == {"", *"0123456789"}
    assert 0.15 < texts.count("") / len(texts) < 0.35
    for crop in crops:
        assert crop.image.dtype == np.uint8 and int(crop.image.max()) - int(crop.image.min()) > 60
    again = CropRenderer(recipe, load_fonts(recipe.fonts), seed=3).render(7)
    assert (again.image == crops[7].image).all() and again.text == crops[7].text
    assert (CropRenderer(recipe, load_fonts(recipe.fonts), seed=4).render(7).image.shape, 0) != (again.image.shape, 1)


def test_no_stroke_is_cut_off() -> None:
    for number in range(60):
        picture, _ = draw_character(np.random.default_rng(number), random.Random(number), 1.0, is_digit=True)
        ground = np.median(np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]]))
        edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        assert np.abs(edge - ground).max() < 0.5
