from __future__ import annotations

import pytest

from frontend.photos.crop_box import (
    STROKE,
    CanvasBox,
    around,
    band,
    leaves,
    moved_back,
    to_canvas,
    to_photo,
    without_stroke,
)
from frontend.photos.photo import Box


@pytest.mark.parametrize("size", [(340, 255), (3400, 4530), (700, 100), (60, 500), (5, 5), (1, 1)])
def test_the_first_box_lies_inside_the_photo_around_its_middle(size: tuple[int, int]) -> None:
    box = band(size)
    assert box.x >= 0
    assert box.y >= 0
    assert box.width > 0
    assert box.height > 0
    assert box.x <= size[0] / 2 <= box.x + box.width
    assert box.y <= size[1] / 2 <= box.y + box.height


def test_a_picture_that_is_a_line_already_is_taken_nearly_whole() -> None:
    box = band((700, 100))
    assert box.width * box.height > 0.85 * 700 * 100


def test_a_photo_starts_with_a_band_that_leaves_the_neighbouring_lines_out() -> None:
    box = band((520, 390))
    assert box.width > 0.7 * 520
    assert box.height < 0.25 * 390


def test_the_box_around_a_line_holds_it_with_a_margin_and_stays_on_the_photo() -> None:
    slanted = ((100.0, 210.0), (400.0, 200.0), (400.0, 240.0), (100.0, 250.0))
    assert around(slanted, (900, 640)) == Box(92, 192, 316, 66)
    beyond = ((-20.0, -5.0), (950.0, -5.0), (950.0, 700.0), (-20.0, 700.0))
    assert around(beyond, (900, 640)) == band((900, 640))
    outside = ((950.0, 700.0),) * 4
    box = around(outside, (900, 640))
    assert (box.x, box.y, box.width, box.height) == (899, 639, 1, 1)


def test_the_stroke_is_taken_off_also_when_it_was_scaled_with_the_box() -> None:
    start = CanvasBox(50, 150, 400, 100)
    moved = without_stroke({"left": 70, "top": 100, "width": 400 + STROKE, "height": 100 + STROKE}, start)
    assert moved == CanvasBox(70 + STROKE / 2, 100 + STROKE / 2, 400, 100)
    doubled = {"left": 10, "top": 20, "width": 2 * (400 + STROKE), "height": 100 + STROKE}
    assert without_stroke(doubled, start) == CanvasBox(10 + STROKE, 20 + STROKE / 2, 800, 100)


def test_the_box_is_scaled_back_to_the_photo() -> None:
    assert to_photo(CanvasBox(10, 20, 100, 50), (400, 300), (4000, 3000)) == Box(100, 200, 1000, 500)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (CanvasBox(-50, -50, 100, 100), Box(0, 0, 500, 500)),
        (CanvasBox(350, 250, 100, 100), Box(3500, 2500, 500, 500)),
        (CanvasBox(-500, 500, 10, 10), Box(0, 2999, 1, 1)),
        (CanvasBox(10, 10, 0, 0), Box(100, 100, 1, 1)),
    ],
    ids=["top left", "bottom right", "outside", "nothing"],
)
def test_a_box_dragged_over_the_edge_is_clipped_and_never_empty(box: CanvasBox, expected: Box) -> None:
    assert to_photo(box, (400, 300), (4000, 3000)) == expected


@pytest.mark.parametrize("canvas", [(340, 255), (700, 525), (33, 25)])
def test_a_region_finds_its_place_on_another_canvas(canvas: tuple[int, int]) -> None:
    region = Box(400, 1500, 2100, 300)
    box = to_canvas(region, canvas, (4000, 3000))
    assert all(value == int(value) for value in (box.left, box.top, box.width, box.height))
    back = to_photo(box, canvas, (4000, 3000))
    pixel = 4000 / canvas[0]
    assert abs(back.x - region.x) <= pixel
    assert abs(back.width - region.width) <= pixel
    assert to_canvas(Box(0, 0, 1, 1), canvas, (4000, 3000)).width == 1


@pytest.mark.parametrize(
    ("box", "is_out"),
    [
        (CanvasBox(0, 0, 340, 255), False),
        (CanvasBox(-2, -3, 100, 50), False),
        (CanvasBox(-4, 10, 100, 50), True),
        (CanvasBox(250, 10, 100, 50), True),
        (CanvasBox(10, 220, 100, 50), True),
    ],
)
def test_a_box_that_stands_out_of_the_picture_is_known(box: CanvasBox, is_out: bool) -> None:
    assert leaves(box, (340, 255)) is is_out


def test_a_box_that_was_moved_out_comes_back_whole_and_one_that_was_resized_does_not() -> None:
    start = CanvasBox(40, 100, 260, 60)
    assert moved_back(CanvasBox(150, -20, 260, 60), start, (340, 255)) == CanvasBox(80, 0, 260, 60)
    assert moved_back(CanvasBox(-90, 230, 260, 60), start, (340, 255)) == CanvasBox(0, 195, 260, 60)
    wider = CanvasBox(40, 100, 320, 60)
    assert moved_back(wider, start, (340, 255)) == wider
