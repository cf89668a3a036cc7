"""Ways of looking are counted, and a lasso holds what it was drawn around."""

import numpy as np

from benchmarks.team_day.looking import Way, outline
from datasets.features.polygon import inside


def test_what_is_seen_is_counted_in_the_order_of_looking() -> None:
    way = Way("by doubt", ("a", "b", "c", "d"))
    assert way.seen({"b", "d", "x"}) == [0, 1, 1, 2]
    assert [way.seen_after({"b", "d", "x"}, looked) for looked in (1, 2, 100)] == [0, 1, 2]


def test_a_lasso_holds_nearly_all_it_was_drawn_around_and_nothing_far_away() -> None:
    points = np.random.default_rng(1).normal(0.0, 1.0, (200, 2))
    corners = np.array([corner.split(",") for corner in outline(points).split(" ")], float)
    assert 0.94 <= inside(points, corners).mean() <= 0.99
    assert not inside(points + 20.0, corners).any()
