import numpy as np
import pytest

from ocr_model.tags.layout import Layout
from tests.ocr_model.tags.printed_tags import lines_of


def layout(printed: str) -> Layout:
    return Layout.of([line.corners for line in lines_of(printed)])


def test_right_and_below() -> None:
    # 0: STYLE, 1: 4471, 2: COLOR
    placed = layout("STYLE   4471\nCOLOR")
    assert placed.is_right_of(0, 1) == pytest.approx(3 * 12 / 20)
    assert placed.is_right_of(1, 0) is None
    assert placed.is_below(0, 2) == pytest.approx(14 / 20)
    assert placed.is_below(2, 0) is None
    assert placed.is_below(1, 2) is None


def test_a_small_unit_beside_a_large_number() -> None:
    assert layout("KR   ^3 265").is_right_of(0, 1) is not None


def test_lines_in_another_direction_are_in_no_row() -> None:
    upright = ((0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0))
    turned = ((130.0, 0.0), (130.0, 100.0), (110.0, 100.0), (110.0, 0.0))
    placed = Layout.of([upright, turned])
    assert placed.is_right_of(0, 1) is None
    assert not placed.parallel[0, 1]


def test_distance_is_in_line_heights() -> None:
    placed = layout("STYLE     4471")
    assert placed.apart[0, 1] == placed.apart[1, 0] == pytest.approx(5 * 12 / 20)


def test_no_lines() -> None:
    assert Layout.of([]).apart.shape == (0, 0)


def test_lines_without_an_extent_are_near_nothing() -> None:
    point = ((5.0, 5.0),) * 4
    with np.errstate(invalid="ignore"):
        assert not (Layout.of([point, point]).apart <= 1e9).any()
