"""A flat tag: corners lie tight around the ink of their line, however it is printed."""

import random

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.whole_tag.canvas import Canvas
from tests.data_gen.whole_tag.drawn import book


def canvas() -> Canvas:
    return Canvas(60, 60, 6.0, book().choose(random.Random(3)), "test")


def ink_box(ink: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(ink.max(axis=1)), np.flatnonzero(ink.max(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
@pytest.mark.parametrize("stretch", [1.0, 0.7])
def test_corners_lie_tight_around_the_ink_in_reading_direction(turn: int, stretch: float) -> None:
    tag = canvas()
    tag.write("KR 265", "size", (12, 8), 3.0, turn=turn, stretch=stretch)
    corners = np.array(tag.lines[0].corners)
    left, top, right, bottom = ink_box(np.asarray(tag.ink) > 90)
    assert (*corners.min(axis=0), *corners.max(axis=0)) == (left, top, right, bottom)
    reading = corners[1] - corners[0]
    assert np.sign(np.round(reading / np.abs(reading).max())).tolist() == [[1, 0], [0, 1], [-1, 0], [0, -1]][turn]


def test_capitals_are_as_high_as_asked_for() -> None:
    tag = canvas()
    left, top, right, bottom = tag.write("HHH", "other", (5, 5), 4.0)
    assert (left, top) == pytest.approx((5, 5), abs=0.4)
    assert bottom - top == pytest.approx(4.0, abs=0.4) and right > left


def test_a_line_can_be_left_out_of_a_filled_box() -> None:
    tag = canvas()
    tag.bar((5, 5, 40, 15))
    tag.write("265", "size", (8, 8), 3.0, paper=True)
    left, top, right, bottom = (int(edge) for edge in (*tag.lines[0].corners[0], *tag.lines[0].corners[2]))
    inside = np.asarray(tag.ink)[top:bottom, left:right]
    assert inside.min() == 0 and inside.max() == 255


def test_what_leaves_the_tag_or_has_no_glyph_is_not_printed() -> None:
    tag = canvas()
    assert tag.write("CW2288-111", "code", (55, 5), 4.0) is None
    assert tag.write("\U000e0001", "other", (5, 5), 4.0) is None
    assert not tag.lines and not np.asarray(tag.ink).any()


def test_a_widened_tag_shows_the_same_print_further_in() -> None:
    tag = canvas()
    tag.write("CW2288", "code", (5, 5), 3.0)
    wide = tag.widened(10)
    assert wide.ink.width == tag.ink.width + 120
    corners = np.array(wide.lines[0].corners)
    assert (corners - np.array(tag.lines[0].corners) == 60).all()
    left, top, right, bottom = ink_box(np.asarray(wide.ink) > 90)
    assert (*corners.min(axis=0), *corners.max(axis=0)) == (left, top, right, bottom)
