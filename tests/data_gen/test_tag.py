"""Flat tags: the line to read is where it is said to be, in a face that the recipe allows."""

import random
from typing import Any

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.fonts import load_fonts
from data_gen.marks import add_shapes
from data_gen.recipe import Recipe
from data_gen.tag import Tag, TagPrinter, draw_ink
from data_gen.trdg_adapter import UndrawableError, draw_line
from tests.data_gen.rendering import renderer, trdg_tags


def printer(recipe: Recipe) -> TagPrinter:
    return TagPrinter(recipe, load_fonts(recipe.fonts), 0, frozenset())


def print_line(recipe: Recipe, text: str, seed: int, hard: float = 0.0) -> Tag:
    return printer(recipe).print_line(text, np.random.default_rng(seed), random.Random(seed), hard, frozenset())


def test_the_line_lies_where_the_tag_says() -> None:
    for seed in range(10):
        tag = print_line(trdg_tags(), "CW2288-111", seed)
        left, top, right, bottom = tag.line
        inside = tag.ink[top:bottom, left:right]
        assert tag.ink.dtype == np.float32 and tag.ink.min() >= 0.0 and tag.ink.max() <= 1.0
        assert min(end.max() for end in (inside[:3], inside[-3:], inside[:, :3], inside[:, -3:])) > 0.2
        assert tag.characters == 10


def test_a_tag_is_the_same_for_the_same_draws() -> None:
    one, other = (print_line(trdg_tags(), "B37571", 4, hard=1.0) for _ in range(2))
    assert np.array_equal(one.ink, other.ink) and one.line == other.line and one.font == other.font


def test_blank_tags_have_no_ink_on_the_line_or_little() -> None:
    recipe = trdg_tags(shapes=0.0)
    tags = [printer(recipe).print_blank(np.random.default_rng(i), random.Random(i), frozenset()) for i in range(30)]
    assert {tag.between_lines for tag in tags} == {True, False}
    inked = [float((tag.ink[tag.line[1] : tag.line[3]] > 0.5).mean()) for tag in tags]
    assert np.median(inked) == 0.0


def test_rows_of_one_shape_stand_where_there_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = 0

    def adding(ink: Any, line: Any, words: Any) -> None:
        nonlocal rows
        before = float(ink.sum())
        add_shapes(ink, line, words)
        rows += float(ink.sum()) > before

    monkeypatch.setattr("data_gen.tag.add_shapes", adding)
    one = renderer(trdg_tags(no_text=1.0, shapes=1.0))
    assert all(one.render(index).text == "" for index in range(40))
    assert rows >= 40


def test_no_face_draws_a_letter_as_a_digit_where_the_recipe_forbids_it(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = trdg_tags(no_text=0.0, same_shapes=False)
    monkeypatch.setattr("data_gen.tag.digit_like_letters", lambda font: frozenset("O" if "Bold" in font else "E"))
    one = renderer(recipe)
    for crop in map(one.render, range(80)):
        assert ("O" if "Bold" in crop.font else "E") not in crop.text


def test_a_face_that_lacks_a_letter_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_gen.tag.can_draw", lambda font, text: False)
    with pytest.raises(UndrawableError, match="lacks characters"):
        print_line(trdg_tags(), "Art. CP9448", 0)


def test_lines_may_be_printed_in_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = note_drawn(monkeypatch)
    one = renderer(trdg_tags(no_text=0.0, lower_case=1.0))
    for index in range(40):
        one.render(index)
    assert any(text == text.lower() != text.upper() for text in drawn)


def test_a_line_may_go_on_beyond_the_box_and_the_cut_character_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = note_drawn(monkeypatch)
    cutting = renderer(trdg_tags(cut_off=1.0, no_text=0.0))
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


def test_lines_come_in_many_widths_and_one_height() -> None:
    font = printer(trdg_tags()).choose_font(random.Random(0))
    inks = [draw_ink("M7650C", font, random.Random(seed), 36) for seed in range(40)]
    assert len({ink.shape[1] for ink in inks}) > 20
    assert all(0.7 < ink.shape[0] / 36 < 1.3 for ink in inks)
    assert all(ink.dtype == np.float32 and ink.min() >= 0.0 and ink.max() <= 1.0 for ink in inks)


def note_drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are drawn from here on."""
    drawn: list[str] = []

    def draw(text: str, *args: Any, **kwargs: Any) -> Any:
        drawn.append(text)
        return draw_line(text, *args, **kwargs)

    monkeypatch.setattr("data_gen.tag.draw_line", draw)
    return drawn


def test_a_character_that_the_box_cuts_is_read_while_most_of_it_is_left() -> None:
    recipe = trdg_tags(cut_into=1.0)
    for seed in range(30):
        tag = print_line(recipe, "3 430", seed)
        assert tag.cut is not None and "cut into" in tag.traits
        left, _, right, _ = tag.line
        assert min(tag.cut) < 0.0 == max(tag.cut)
        assert -min(tag.cut) < 0.4 * (right - left) / 4  # of the four characters the space is the narrowest


def test_a_line_is_not_cut_where_the_rest_could_be_another_character() -> None:
    assert all(print_line(trdg_tags(cut_into=1.0), "M1641", seed).cut is None for seed in range(10))


def test_the_cut_character_touches_the_edge_of_the_crop() -> None:
    one = renderer(trdg_tags(cut_into=1.0, no_text=0.0))
    touching = 0
    for crop in (one.render(index, 0.0) for index in range(40)):
        ground = int(np.median(crop.image))
        sides = np.concatenate([crop.image[:, :2], crop.image[:, -2:]], axis=1)
        touching += int(np.abs(sides.astype(int) - ground).max()) > 40
    assert touching > 25


def test_spaced_lines_have_wide_gaps() -> None:
    def width(**changes: Any) -> float:
        lines = [print_line(trdg_tags(**changes), "374915", seed).line for seed in range(20)]
        return float(np.median([(right - left) / (bottom - top) for left, top, right, bottom in lines]))

    assert width(spaced=1.0) > 1.25 * width()


def test_labels_of_boxes_are_wider_and_narrower_and_framed() -> None:
    def widths(damages: frozenset[str]) -> list[float]:
        tags = [
            printer(trdg_tags()).print_line("374915", np.random.default_rng(seed), random.Random(seed), 0.0, damages)
            for seed in range(40)
        ]
        return [(tag.line[2] - tag.line[0]) / (tag.line[3] - tag.line[1]) for tag in tags]

    boxed, plain = widths(frozenset({"box label"})), widths(frozenset())
    assert np.std(boxed) > np.std(plain)


def test_ornaments_stand_beside_the_line_and_in_the_box() -> None:
    for seed in range(20):
        tag = print_line(trdg_tags(ornaments=1.0), "CW2288-111", seed)
        assert tag.cut is not None and max(tag.cut) > 0.0
        left, top, right, bottom = tag.line
        x = right if tag.cut[1] else left - round(tag.cut[0])
        beside = tag.ink[top:bottom, max(0, x) : x + round(max(tag.cut))]
        assert (beside > 0.3).any()


def test_a_line_alone_has_no_words_beside_it_and_alone_it_may_be_loose() -> None:
    alone, crowded = (print_line(trdg_tags(alone=share), "CW2288-111", 3, hard=1.0) for share in (1.0, 1e-9))
    assert alone.may_be_loose and not crowded.may_be_loose
