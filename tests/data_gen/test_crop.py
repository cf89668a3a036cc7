"""Rendered crops: repeatable, labelled with what can be read, as varied as photographs."""

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.crop import ALTERNATIVES, CLOTH_DAMAGES, DAMAGES, PRINT_DAMAGES, CropRenderer, choose_damages
from data_gen.fonts import load_fonts
from data_gen.other_lines import LINES
from data_gen.recipe import FURTHER_DAMAGES, load_recipe
from data_gen.tag import TagPrinter
from ocr_model.codes.text import CHARSET
from tests.data_gen.rendering import renderer, trdg_tags


@pytest.mark.parametrize("name", ["v1.0", "v2.0", "v2.1"])
def test_the_recipes_of_the_original_render(name: str) -> None:
    recipe = load_recipe(name)
    crops = [renderer(recipe).render(index) for index in range(20)]
    assert all(abs(crop.tilt) <= recipe.tilt for crop in crops)
    assert all(recipe.shortest <= len(crop.text) <= recipe.longest for crop in crops)


def test_a_crop_is_the_same_in_any_order_and_another_with_another_seed() -> None:
    recipe = trdg_tags()
    forward = [renderer(recipe).render(index) for index in range(12)]
    one = renderer(recipe)
    backward = [one.render(index) for index in reversed(range(12))][::-1]
    assert all(np.array_equal(a.image, b.image) and a.text == b.text for a, b in zip(forward, backward, strict=True))
    assert renderer(recipe, seed=1).render(0).text != forward[0].text


def test_labels_are_in_the_charset_and_bounded() -> None:
    recipe = trdg_tags()
    crops = [renderer(recipe).render(index) for index in range(150)]
    assert all(set(crop.text) <= set(CHARSET) for crop in crops)
    assert all(len(crop.text) <= recipe.longest for crop in crops)
    assert all(crop.image.dtype == np.uint8 and crop.image.ndim == 2 and min(crop.image.shape) >= 6 for crop in crops)
    assert len({crop.text for crop in crops}) > 130
    assert len({crop.font for crop in crops}) > 15


def test_hardness_zero_is_clean_print() -> None:
    one = renderer(trdg_tags(no_text=0.0))

    def smallest(hardness: float) -> float:
        """Median height of the fifteen smallest of eighty pictures: low resolution is one of the damages."""
        return float(np.median(sorted(one.render(index, hardness).image.shape[0] for index in range(80))[:15]))

    assert smallest(0.0) > 1.3 * smallest(1.0)


def test_crops_without_text_have_an_empty_label() -> None:
    recipe = trdg_tags(no_text=1.0)
    assert all(renderer(recipe).render(index).text == "" for index in range(20))


def test_quarter_turns_turn_the_picture_and_keep_the_label() -> None:
    upright, turned = (renderer(trdg_tags(quarter_turns=share, no_text=0.0)).render(3) for share in (0.0, 1.0))
    assert upright.quarter_turns == 0
    assert turned.quarter_turns in (1, 2, 3)
    assert turned.text == upright.text
    assert np.array_equal(np.rot90(turned.image, turned.quarter_turns), upright.image)


def test_the_texts_may_come_from_elsewhere() -> None:
    recipe = trdg_tags(no_text=0.0)
    one = CropRenderer(recipe, load_fonts(recipe.fonts), line=lambda words: f"CW{words.randint(1000, 9999)}")
    assert all(one.render(index).text.startswith("CW") for index in range(5))


def test_a_line_that_no_font_draws_is_an_error_and_no_crop() -> None:
    recipe = trdg_tags(no_text=0.0)
    one = CropRenderer(recipe, load_fonts(recipe.fonts), line=lambda words: "X")  # shorter than the recipe wants
    with pytest.raises(RuntimeError, match="crop 0 could not be drawn"):
        one.render(0)


def test_labels_are_upper_case_whatever_is_printed() -> None:
    one = renderer(trdg_tags(no_text=0.0, lower_case=1.0))
    crops = [one.render(index) for index in range(40)]
    assert all(crop.text == crop.text.upper() for crop in crops)


def test_a_crop_gets_one_damage_of_the_print_at_most_and_none_where_it_is_easy() -> None:
    recipe = trdg_tags(damage_weights=(0.0, 0.0, 0.0, 0.0, 0.0, 1.0))
    words = random.Random(3)
    drawn = [choose_damages(recipe, words, 1.0) for _ in range(300)]
    assert set().union(*drawn) == set(DAMAGES)
    assert max(len(damages & PRINT_DAMAGES) for damages in drawn) == 1
    assert all(choose_damages(recipe, words, 0.0) == frozenset() for _ in range(50))


def test_sewn_threads_lie_on_cloth() -> None:
    recipe = dataclasses.replace(trdg_tags(), stitched=1.0)
    damages = choose_damages(recipe, random.Random(0), 1.0)
    assert {"sewn", "woven", "cloth"} < damages


def test_damages_of_a_recipe_s_own_are_drawn_and_leave_something_to_read() -> None:
    recipe = trdg_tags(damage_weights=(0.0, 0.0, 0.0, 0.0, 1.0), further_damages=FURTHER_DAMAGES)
    words = random.Random(3)
    drawn = [choose_damages(recipe, words, 1.0) for _ in range(400)]
    assert set(FURTHER_DAMAGES) <= set().union(*drawn)
    assert all(len(damages & group) <= 1 for damages in drawn for group in (PRINT_DAMAGES, *ALTERNATIVES))


def test_labels_of_boxes_have_no_damages_of_cloth() -> None:
    recipe = trdg_tags(box_labels=1.0, damage_weights=(0.0, 0.0, 0.0, 1.0), further_damages=FURTHER_DAMAGES)
    words = random.Random(0)
    drawn = [choose_damages(recipe, words, 1.0) for _ in range(200)]
    assert all("box label" in damages and not damages & CLOTH_DAMAGES for damages in drawn)


def test_crops_say_what_is_particular_about_them() -> None:
    crops = [renderer(trdg_tags(no_text=0.1, spaced=0.5, box_labels=0.5)).render(index) for index in range(60)]
    kinds = [crop.kinds for crop in crops]
    assert {"spaced", "box label", "small", "tilted"} <= set().union(*kinds)
    assert all((crop.text == "") == (crop.kinds == {"no text"}) for crop in crops)


@pytest.mark.parametrize("kind", LINES)
def test_a_recipe_may_have_lines_that_are_no_codes(kind: str) -> None:
    one = renderer(trdg_tags(no_text=0.0, shortest=1, **{kind: 1.0}))
    crops = [one.render(index) for index in range(20)]
    assert all(kind in crop.kinds for crop in crops)
    assert all(crop.text == crop.text.upper() and set(crop.text) <= set(CHARSET) for crop in crops)


def test_signs_of_no_code_are_printed_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []
    print_line = TagPrinter.print_line

    def noting(self: TagPrinter, text: str, *args: Any) -> Any:
        tag = print_line(self, text, *args)
        printed.append(text)
        return tag

    monkeypatch.setattr(TagPrinter, "print_line", noting)
    one = renderer(trdg_tags(no_text=0.0, signs=1.0))
    crops = [one.render(index) for index in range(30)]
    assert all(text.strip("$¥€£%* ") == crop.text for text, crop in zip(printed, crops, strict=True))
    assert all(text != crop.text and "signs" in crop.kinds for text, crop in zip(printed, crops, strict=True))
