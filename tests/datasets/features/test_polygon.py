from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from datasets.features.polygon import inside

L_SHAPE = np.array([(0, 0), (4, 0), (4, 1), (1, 1), (1, 4), (0, 4)], float)


def test_an_outline_with_a_corner_inwards() -> None:
    places = np.array([(0.5, 0.5), (3.5, 0.5), (0.5, 3.5), (2, 2), (5, 0.5), (np.nan, np.nan)], np.float32)
    assert inside(places, L_SHAPE).tolist() == [True, True, True, False, False, False]
    assert inside(places, L_SHAPE[::-1]).tolist() == inside(places, L_SHAPE).tolist()


def test_what_crosses_itself_is_outside_where_it_lies_twice() -> None:
    twice = np.array([(0, 0), (4, 0), (4, 4), (0, 4)] * 2, float)
    assert not inside(np.array([(2.0, 2.0)]), twice).any()


def test_fewer_than_three_corners_hold_nothing() -> None:
    assert not inside(np.array([(1.0, 1.0)]), np.array([(0, 0), (2, 2)], float)).any()


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=30))
def test_a_box_holds_what_lies_between_its_sides(points: list[tuple[float, float]]) -> None:
    places = np.array(points)
    box = np.array([(-1, -2), (3, -2), (3, 2), (-1, 2)], float)
    strictly = (places > (-1, -2)).all(axis=1) & (places < (3, 2)).all(axis=1)
    loosely = (places >= (-1, -2)).all(axis=1) & (places <= (3, 2)).all(axis=1)
    found = inside(places, box)
    assert (found[strictly]).all()
    assert not found[~loosely].any()
