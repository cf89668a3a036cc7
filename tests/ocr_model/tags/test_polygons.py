import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.tags.polygons import area, common_part, contains
from ocr_model.tags.tag import Corners, Point

SQUARE: Corners = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


def turned(x: float, y: float, width: float, height: float, degrees: float) -> list[Point]:
    along, across = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corners = ((-width, -height), (width, -height), (width, height), (-width, height))
    return [(x + (u * along - v * across) / 2, y + (u * across + v * along) / 2) for u, v in corners]


rectangles = st.builds(
    turned,
    *(st.floats(-20, 20) for _ in range(2)),
    *(st.floats(1, 30) for _ in range(2)),
    st.floats(0, 360),
)


@given(rectangles)
def test_a_polygon_shares_all_of_itself(polygon: list[Point]) -> None:
    assert area(common_part(polygon, polygon)) == pytest.approx(area(polygon))


@given(rectangles, rectangles)
def test_what_two_share_is_the_same_either_way_and_lies_in_both(one: list[Point], other: list[Point]) -> None:
    shared = common_part(one, other)
    assert area(shared) == pytest.approx(area(common_part(other, one)), abs=1e-6)
    assert area(shared) <= min(area(one), area(other)) + 1e-6


def test_the_part_that_two_squares_share() -> None:
    moved = [(x + 4.0, y + 5.0) for x, y in SQUARE]
    assert area(common_part(SQUARE, moved)) == pytest.approx(30.0)
    assert not common_part(SQUARE, [(x + 40.0, y) for x, y in SQUARE])


def test_a_point_inside_on_an_edge_and_outside() -> None:
    assert contains(SQUARE, (5.0, 5.0))
    assert contains(SQUARE, (10.0, 5.0))
    assert not contains(SQUARE, (10.1, 5.0))
