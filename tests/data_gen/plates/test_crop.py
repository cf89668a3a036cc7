"""Crops of plates: one row each, the same for the same number, plates of an evaluation set left out."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.recipe import load_recipe
from ocr_model.domains.plates import PLATES

RECIPE = load_recipe("plates-1")
BOOK = load_fonts(RECIPE.fonts)


def test_a_number_gives_the_same_crop_again() -> None:
    first, again = (CropRenderer(RECIPE, BOOK, seed=5).render(9) for _ in range(2))
    assert first.text == again.text
    assert np.array_equal(first.image, again.image)


def test_texts_are_of_the_charset_without_spaces_and_some_crops_have_none() -> None:
    crops = [CropRenderer(RECIPE, BOOK, seed=6).render(index) for index in range(150)]
    assert {sign for crop in crops for sign in crop.text} <= set(PLATES.charset) - {" "}
    assert any(not crop.text for crop in crops)
    assert any("korean" in crop.kinds for crop in crops)
    assert any("european" in crop.kinds for crop in crops)
    assert all(min(crop.image.shape) >= 6 for crop in crops)


def test_an_excluded_plate_is_drawn_anew() -> None:
    korean = dataclasses.replace(RECIPE, korean=1.0, european=0.0, no_text=0.0)
    crops = [CropRenderer(korean, BOOK, seed=7).render(index) for index in range(30)]
    number, crop = next((n, c) for n, c in enumerate(crops) if PLATES.matches(c.text))
    other = CropRenderer(korean, BOOK, seed=7, excluded=frozenset({PLATES.key(crop.text)})).render(number)
    assert other.text != crop.text
