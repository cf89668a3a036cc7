"""Rendered crops: repeatable, labelled with what can be read, as varied as photographs."""

import dataclasses
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.recipe import Recipe, load_recipe
from data_gen.trdg_adapter import draw_line
from ocr_model.codes.text import CHARSET


def renderer(recipe: Recipe, seed: int = 0) -> CropRenderer:
    return CropRenderer(recipe, load_fonts(recipe.fonts), seed)


def trdg_tags() -> Recipe:
    """Our recipe with the faces that TRDG ships, which every machine has."""
    return dataclasses.replace(load_recipe("tags-1"), fonts=load_recipe("v2.0").fonts)


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
    one = renderer(dataclasses.replace(trdg_tags(), no_text=0.0))

    def smallest(hardness: float) -> float:
        """Median height of the fifteen smallest of eighty pictures: low resolution is one of the damages."""
        return float(np.median(sorted(one.render(index, hardness).image.shape[0] for index in range(80))[:15]))

    assert smallest(0.0) > 1.3 * smallest(1.0)


def test_crops_without_text_have_an_empty_label() -> None:
    recipe = dataclasses.replace(trdg_tags(), no_text=1.0)
    assert all(renderer(recipe).render(index).text == "" for index in range(20))


def test_quarter_turns_turn_the_picture_and_keep_the_label() -> None:
    upright, turned = (
        renderer(dataclasses.replace(trdg_tags(), quarter_turns=share, no_text=0.0)).render(3) for share in (0.0, 1.0)
    )
    assert upright.quarter_turns == 0
    assert turned.quarter_turns in (1, 2, 3)
    assert turned.text == upright.text
    assert np.array_equal(np.rot90(turned.image, turned.quarter_turns), upright.image)


def test_a_recipe_may_go_down_to_smaller_print() -> None:
    always_hard = dataclasses.replace(trdg_tags(), no_text=0.0, damage_weights=(0.0, 0.0, 0.0, 0.0, 1.0))

    def smallest(readable: float) -> int:
        one = renderer(dataclasses.replace(always_hard, readable=readable))
        return min(one.render(index).image.shape[0] for index in range(60))

    assert smallest(4.0) < 0.75 * smallest(9.0)


def test_the_line_in_a_loose_box_stays_large_enough_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    heights: list[float] = []
    photograph = CropRenderer._photograph

    def measured(self: CropRenderer, ink: Any, height: float, *rest: Any) -> Any:
        heights.append(height)
        return photograph(self, ink, height, *rest)

    monkeypatch.setattr(CropRenderer, "_photograph", measured)
    one = renderer(dataclasses.replace(trdg_tags(), loose_boxes=1.0, no_text=0.0))
    for index in range(40):
        one.render(index)
    assert min(heights) > 8.0  # pixels, before the picture is made smaller on purpose


def test_loose_boxes_leave_the_line_a_smaller_share_of_the_crop() -> None:
    clean = dataclasses.replace(trdg_tags(), no_text=0.0, hardness=0.0, tilt=0.0)

    def inked(share: float) -> float:
        """Median share of pixels far from the ground."""
        one = renderer(dataclasses.replace(clean, loose_boxes=share))
        pictures = [one.render(index).image.astype(float) for index in range(60)]
        return float(np.median([np.mean(abs(p - np.median(p)) > 0.4 * np.ptp(p)) for p in pictures]))

    assert inked(1.0) < 0.75 * inked(0.0)


def test_characters_may_be_kept_wide_enough_to_read() -> None:
    hard = dataclasses.replace(trdg_tags(), no_text=0.0, tilt=0.0, steep=0.0, damage_weights=(0.0, 0.0, 0.0, 0.0, 1.0))

    def narrowest(character_width: float) -> float:
        one = renderer(dataclasses.replace(hard, character_width=character_width))
        crops = [one.render(index) for index in range(150)]
        return min(crop.image.shape[1] / len(crop.text) for crop in crops)

    assert narrowest(0.0) < 4.0
    assert narrowest(6.0) > 5.0


def test_no_face_draws_a_letter_as_a_digit_where_the_recipe_forbids_it(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = dataclasses.replace(trdg_tags(), no_text=0.0, same_shapes=False)
    monkeypatch.setattr("data_gen.crop.digit_like_letters", lambda font: frozenset("O" if "Bold" in font else "E"))
    one = renderer(recipe)
    for crop in map(one.render, range(80)):
        assert ("O" if "Bold" in crop.font else "E") not in crop.text


def test_labels_are_upper_case_whatever_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    draw = CropRenderer._draw

    def noted(self: CropRenderer, text: str, *rest: Any) -> Any:
        drawn.append(text)
        return draw(self, text, *rest)

    monkeypatch.setattr(CropRenderer, "_draw", noted)
    one = renderer(dataclasses.replace(trdg_tags(), no_text=0.0, lower_case=1.0))
    crops = [one.render(index) for index in range(40)]
    assert all(crop.text == crop.text.upper() for crop in crops)
    assert any(text.upper() != text for text in drawn)


def test_a_line_may_go_on_beyond_the_box_and_the_cut_character_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def draw(text: str, *args: Any, **kwargs: Any) -> Any:
        drawn.append(text)
        return draw_line(text, *args, **kwargs)

    monkeypatch.setattr("data_gen.crop.draw_line", draw)
    cutting = renderer(dataclasses.replace(trdg_tags(), cut_off=1.0, no_text=0.0))
    touching = 0
    for index in range(40):
        drawn.clear()
        crop = cutting.render(index, 0.0)
        longer = next(text for text in drawn if len(text) == len(crop.text) + 1 and crop.text in text)
        side = crop.image[:, -3:] if longer.startswith(crop.text) else crop.image[:, :3]
        ground = int(np.median(crop.image))
        touching += int(np.abs(side.astype(int) - ground).max()) > 40
        assert crop.text != longer
    assert touching > 30  # a part of the further character stands at the edge


def test_a_crop_without_text_shows_less_than_half_of_the_lines_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[float, float]] = []  # top and bottom of the box, from the line's centre, in text heights
    view = CropRenderer._view

    def remap(ink: Any, fx: Any, fy: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append((float(fy.min()), float(fy.max())))
        return cv2_remap(ink, fx, fy, *args, **kwargs)

    def looked(self: CropRenderer, tag: Any, *args: Any) -> Any:
        seen.clear()
        found = view(self, tag, *args)
        if tag.between_lines:
            (low, high), (_, top, _, bottom) = seen[0], tag.line
            reaches.append(max(top - low, high - bottom) / (bottom - top))
        return found

    reaches: list[float] = []
    cv2_remap = cv2.remap
    monkeypatch.setattr("data_gen.crop.cv2.remap", remap)
    monkeypatch.setattr(CropRenderer, "_view", looked)
    one = renderer(dataclasses.replace(trdg_tags(), no_text=1.0, steep=1.0, bent=1.0, loose_boxes=1.0))
    assert all(one.render(index).text == "" for index in range(60))
    assert len(reaches) > 20
    # Lines begin 0.18 heights away and are 0.6 to 1.5 high; only a corner of the box reaches further than a third.
    assert np.median(reaches) < 0.5
    assert np.quantile(reaches, 0.9) < 0.9


def test_rows_of_one_shape_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = 0
    add = CropRenderer._add_shapes

    def adding(ink: Any, line: Any, words: Any) -> None:
        nonlocal rows
        before = float(ink.sum())
        add(ink, line, words)
        rows += float(ink.sum()) > before

    monkeypatch.setattr(CropRenderer, "_add_shapes", staticmethod(adding))
    one = renderer(dataclasses.replace(trdg_tags(), no_text=1.0, shapes=1.0))
    assert all(one.render(index).text == "" for index in range(40))
    assert rows >= 40


def test_the_view_of_a_point_is_found_exactly() -> None:
    w = 400.0
    for perspective in (-0.25, 0.0, 0.1, 0.25):
        seen = np.array([[-200.0, -20.0], [200.0, 20.0], [50.0, 5.0]])
        depth = 1 + perspective / w * 2 * seen[:, :1]
        on_the_tag = seen * depth
        assert CropRenderer._to_view(on_the_tag, 1.0, 0.0, perspective, 0.0, w) == pytest.approx(seen)
