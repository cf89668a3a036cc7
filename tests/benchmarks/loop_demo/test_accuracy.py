"""Intervals and changes of errors."""

import pytest

from benchmarks.loop_demo.accuracy import Measurement, change, wilson


def test_wilson_as_in_the_literature() -> None:
    # Brown, Cai and DasGupta (2001) and every calculator: 15 of 148.
    low, high = wilson(15, 148)
    assert (low, high) == pytest.approx((0.0624, 0.1606), abs=5e-4)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == 1.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_change_is_paired() -> None:
    before = [False] * 30 + [True] * 70
    after = [True] * 25 + [False] * 5 + [True] * 70
    difference, low, high = change(before, after)
    assert difference == pytest.approx(-0.25)
    assert -0.35 < low < difference < high < -0.15
    assert change(before, before) == (0.0, 0.0, 0.0)


def test_errors_are_what_was_not_read_right() -> None:
    assert Measurement("shipped champion", "1.0", {"new": (True, False), "plain": (True,)}).errors("new") == 1
