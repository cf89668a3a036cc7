"""The table shows all figures, and names what the demonstration did not show."""

import dataclasses

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks.loop_demo.demonstration import Finished
from benchmarks.loop_demo.settings import FULL
from benchmarks.loop_demo.state import DemoState
from benchmarks.loop_demo.table import gain, shortcomings, write_table
from tests.benchmarks.loop_demo.finishing import measurement


def test_the_table_holds_the_figures(finished: Finished) -> None:
    table = write_table(finished)
    row = next(line for line in table.splitlines() if line.startswith("| new brand"))
    assert "60.0 % (53.1 to 66.5)" in row
    assert "-50.0 points (" in row
    assert "+0.0 points (+0.0 to +0.0)" in table  # plain print did not change
    assert "| v1.1-mistyped" in table
    assert "rejected" in table
    assert "40 to 0 of 100" in table
    assert "12.5 points (" in table  # 50 points for 400 corrections
    assert "1.5 s" in table
    figures = {line.split("|")[1].strip(): line.split("|")[2].strip() for line in table.splitlines() if "|" in line}
    assert figures["requests while swapping"] == "9 in 2 swaps, failed 0"
    assert figures["labels of shoppers"] == "40, of these 1 wrong (overlooked or mistyped)"
    assert figures["labels of the stall"] == "1, of these 1 wrong"
    assert figures["failed requests"] == "0"
    assert figures["minutes in all"] == "20.0"


def test_the_gain_comes_with_its_interval(finished: Finished) -> None:
    value, low, high = gain(finished.state.measurements, 400)
    assert low < value < high
    assert value == pytest.approx(12.5)
    with pytest.raises(ValueError, match="nothing was promoted"):
        gain(finished.state.measurements[:1], 400)


def test_a_good_demonstration_lacks_nothing(finished: Finished) -> None:
    assert shortcomings(finished, FULL) == []


def test_what_is_not_shown_is_said(finished: Finished) -> None:
    finished.journal.note("read", 503, "overloaded")
    worse = dataclasses.replace(
        finished.state,
        cycles=["a"],
        measurements=[measurement("shipped champion", 20, 5), measurement("after v1.0", 20, 60)],
        mistyped_cycle=None,
    )
    told = " ".join(shortcomings(dataclasses.replace(finished, state=worse), FULL))
    for said in ("1 cycles were accepted", "new brand", "photographed tags got worse", "not rejected", "1 requests"):
        assert said in told


def test_a_demonstration_without_any_cycle_has_a_table(finished: Finished) -> None:
    state = DemoState(settings="full", measurements=[measurement("shipped champion", 120, 20)])
    table = write_table(dataclasses.replace(finished, state=state, reports=()))
    assert "nothing was promoted" in table
