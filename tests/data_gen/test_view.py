"""Views: points are found exactly, boxes cut as they should."""

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen import view as under_test
from data_gen.tag import Tag
from data_gen.view import View, choose_view, take
from tests.data_gen.rendering import renderer, trdg_tags


def bar() -> Tag:
    """A tag whose line is one solid bar."""
    ink = np.zeros((220, 600), np.float32)
    ink[90:130, 100:500] = 1
    return Tag(ink, (100, 90, 500, 130), "face.ttf", 10)


def test_the_view_of_a_point_is_found_exactly() -> None:
    w = 400.0
    for perspective in (-0.25, 0.0, 0.1, 0.25):
        seen = np.array([[-200.0, -20.0], [200.0, 20.0], [50.0, 5.0]])
        depth = 1 + perspective / w * 2 * seen[:, :1]
        on_the_tag = seen * depth
        assert View(0.0, perspective, 0.0, 0.0).project(on_the_tag, w) == pytest.approx(seen)


def test_the_box_holds_the_line_and_the_picture_shows_it() -> None:
    view = View(0.0, 0.0, 0.0, 0.0, (-220.0, -30.0, 220.0, 30.0))
    ink, height = take(bar(), view, random.Random(0), waving=False)
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.5), np.flatnonzero(ink.max(axis=0) > 0.5)
    assert len(rows) == pytest.approx(height, abs=2)
    assert height / ink.shape[0] == pytest.approx(40 / 60, rel=0.02)
    assert len(columns) / ink.shape[1] == pytest.approx(400 / 440, rel=0.02)


def test_a_tilted_line_rises_to_the_right() -> None:
    view = View(10.0, 0.0, 0.0, 0.0, (-210.0, -70.0, 210.0, 70.0))
    ink, _ = take(bar(), view, random.Random(0), waving=False)
    middles = [float(np.flatnonzero(ink[:, at] > 0.5).mean()) for at in (ink.shape[1] // 4, 3 * ink.shape[1] // 4)]
    assert middles[0] > middles[1] + 5


def test_easy_views_are_nearly_straight() -> None:
    recipe = trdg_tags(bent=1.0)
    views = [choose_view(bar(), recipe, random.Random(seed), 0.0) for seed in range(100)]
    assert all(view.bend == view.perspective == view.squeeze == 0.0 for view in views)
    assert np.std([view.tilt for view in views]) < recipe.tilt / 2


def test_the_line_in_a_loose_box_stays_large_enough_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    heights: list[float] = []

    def measured(*args: Any, **kwargs: Any) -> Any:
        taken = take(*args, **kwargs)
        heights.append(taken[1])
        return taken

    monkeypatch.setattr("data_gen.crop.take", measured)
    one = renderer(trdg_tags(loose_boxes=1.0, no_text=0.0))
    for index in range(40):
        one.render(index)
    assert len(heights) >= 40
    assert min(heights) > 8.0  # pixels, before the picture is made smaller on purpose


def test_loose_boxes_leave_the_line_a_smaller_share_of_the_crop() -> None:
    def inked(share: float) -> float:
        """Median share of pixels far from the ground."""
        one = renderer(trdg_tags(no_text=0.0, hardness=0.0, tilt=0.0, loose_boxes=share))
        pictures = [one.render(index).image.astype(float) for index in range(60)]
        return float(np.median([np.mean(abs(p - np.median(p)) > 0.4 * np.ptp(p)) for p in pictures]))

    assert inked(1.0) < 0.75 * inked(0.0)


def test_a_crop_without_text_shows_less_than_half_of_the_lines_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[float, float]] = []  # top and bottom of the box on the tag
    reaches: list[float] = []  # of the box beyond the line, in text heights
    cv2_remap = under_test.cv2.remap

    def remap(ink: Any, fx: Any, fy: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append((float(fy.min()), float(fy.max())))
        return cv2_remap(ink, fx, fy, *args, **kwargs)

    def looked(tag: Tag, *args: Any, **kwargs: Any) -> Any:
        seen.clear()
        found = take(tag, *args, **kwargs)
        if tag.between_lines:
            (low, high), (_, top, _, bottom) = seen[0], tag.line
            reaches.append(max(top - low, high - bottom) / (bottom - top))
        return found

    monkeypatch.setattr(under_test.cv2, "remap", remap)
    monkeypatch.setattr("data_gen.crop.take", looked)
    one = renderer(trdg_tags(no_text=1.0, steep=1.0, bent=1.0, loose_boxes=1.0))
    assert all(one.render(index).text == "" for index in range(60))
    assert len(reaches) > 20
    # Lines begin 0.18 heights away and are 0.6 to 1.5 high; only a corner of the box reaches further than a third.
    assert np.median(reaches) < 0.5
    assert np.quantile(reaches, 0.9) < 0.9


def test_the_loosest_boxes_are_four_times_as_wide_as_the_text() -> None:
    recipe = trdg_tags(loose_boxes=1.0, loosest=1.5)
    views = [choose_view(bar(), recipe, random.Random(seed), 0.0) for seed in range(200)]
    widths = [(view.box[2] - view.box[0]) / 400 for view in views]
    assert 3.4 < max(widths) < 4.3
    assert np.median(widths) > 2.0
    assert sum("loose" in view.traits(bar()) for view in views) > 150


def test_a_line_among_others_gets_no_loose_box() -> None:
    recipe = trdg_tags(loose_boxes=1.0, loosest=1.5, tilt=0.0, steep=0.0)
    crowded = dataclasses.replace(bar(), may_be_loose=False)
    views = [choose_view(crowded, recipe, random.Random(seed), 0.0) for seed in range(50)]
    assert max(view.box[2] - view.box[0] for view in views) < 1.5 * 400


def test_the_picture_of_a_looser_box_may_be_wider() -> None:
    view = View(0.0, 0.0, 0.0, 0.0, (-800.0, -30.0, 800.0, 30.0))
    plain, wide = (take(bar(), view, random.Random(0), waving=False, widest=widest)[0] for widest in (560, 1000))
    assert plain.shape[1] == 560 < wide.shape[1]
