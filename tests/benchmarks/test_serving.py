"""What the comparison of one process with Ray Serve says of its figures."""

import math

import pytest

from benchmarks.serving import Side, Turn, _missed, _table


def turn(rate: float, milliseconds: float, *, slowest: float | None = None, refused: int = 0) -> Turn:
    """A hundred readings of one length, and one of another."""
    times = [milliseconds / 1000] * 99 + [(slowest or milliseconds) / 1000] * 2
    return Turn(seconds=len(times) / rate, times=times, refused=refused, processor=1.01)


def sides(ours: Turn, **others: Turn) -> dict[str, Side]:
    plain = Side("", 0, 3.0, {1: turn(40, 25), 8: turn(100, 80, slowest=160)})
    ray = Side("", 0, 30.0, {1: others.get("alone", turn(30, 30)), 8: ours})
    return {"one process": plain, "Ray Serve": ray}


def test_a_turn_s_figures() -> None:
    one = Turn(seconds=2.0, times=[0.001 * number for number in range(1, 101)], processor=0.5)
    assert (one.throughput, one.percentile(50), one.percentile(99)) == (50.0, pytest.approx(50), pytest.approx(99))
    assert one.processor_milliseconds == pytest.approx(5.0)
    assert Turn(seconds=1.0).percentile(50) == math.inf


def test_targets_that_hold_are_not_told() -> None:
    assert _missed(sides(turn(85, 100, slowest=230))) == []


def test_targets_that_are_missed_are() -> None:
    [slow, late, long, refused] = _missed(sides(turn(70, 130, slowest=400, refused=3)))
    assert "0.70 times" in slow
    assert "p99 is 2.50 times" in late
    assert "4.33 times that at one" in long
    assert "3 readings were refused" in refused


def test_the_table_has_a_line_for_each_number_of_clients() -> None:
    text = _table(sides(turn(85, 100)))
    assert "| 8 | 100.0, 80, 160, 10.0 | 85.0, 100, 100, 10.0 | 0, 0 |" in text
    assert "Ray Serve: reads 30.0 s after its start" in text
