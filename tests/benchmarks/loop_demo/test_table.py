"""The table says what was measured, and what was not shown."""

import dataclasses
from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks.loop_demo.accuracy import Measurement
from benchmarks.loop_demo.client import Journal
from benchmarks.loop_demo.demonstration import REJECTED, Finished
from benchmarks.loop_demo.plot import draw
from benchmarks.loop_demo.settings import FULL
from benchmarks.loop_demo.state import DemoState, OtherDemoError
from benchmarks.loop_demo.swaps import Swap
from benchmarks.loop_demo.table import gain, shortcomings, write_table
from benchmarks.loop_demo.visits import Visit, VisitLog
from datasets.cycles.decision import DecisionRules, PairedReadings, compare
from datasets.cycles.report import CycleReport


def report(cycle: str, version: str, outcome: str, promoted: int | None) -> CycleReport:
    readings = PairedReadings("collected holdout", "holdout", (False,) * 40 + (True,) * 60, (True,) * 100)
    return CycleReport(
        id=cycle,
        version=version,
        version_hash="0" * 64,
        outcome=outcome,
        reason=f"{outcome.title()}: because.",
        by="trigger: corrections",
        why="enough",
        started_at="2026-05-01T00:00:00+00:00",
        finished_at="2026-05-01T00:04:00+00:00",
        champion=None,
        promoted_number=promoted,
        comparisons=(compare(readings, DecisionRules()),),
        seconds={"train": 120.0, "evaluate": 60.0},
    )


def measurement(title: str, new: int, tags: int) -> Measurement:
    right = {"new": (False,) * new + (True,) * (200 - new), "tags": (False,) * tags + (True,) * (100 - tags)}
    return Measurement(title, title, right | {"plain": (True,) * 50})


@pytest.fixture
def finished(tmp_path: Path) -> Finished:
    log = VisitLog(tmp_path / "visits.jsonl")
    for number in range(40):
        kind = ("new", "new", "tags", "plain")[number % 4]
        status = "corrected" if number % 2 else "accepted"
        log.add(Visit("shoppers", number, kind, 1000.0 + number, "1.0", number % 2 == 0, status, number != 7, 9.0))
    log.add(Visit("stall", 0, "new", 1050.0, "1.0", True, "corrected", False, 9.0))
    journal = Journal({"by_second": {"1000": 5, "1020": 7, "1021": 2, "1500": 100}, "failed": []})
    state = DemoState(
        settings="full",
        measurements=[
            measurement("shipped champion", 120, 20),
            measurement("after v1.0", 40, 21),
            measurement("after v1.1", 20, 19),
            measurement(REJECTED, 20, 19),
        ],
        cycles=["a", "b"],
        swaps=[Swap(2, "a", 1019.5, 1021.0), Swap(3, "b", 1400.0, 1403.0)],
        mistyped_version="v1.1-mistyped",
        mistyped_cycle="c",
        waiting=1,
        seconds=1200.0,
    )
    reports = (
        report("a", "v1.0", "accepted", 2),
        report("b", "v1.1", "accepted", 3),
        report("c", "v1.1-mistyped", "rejected", None),
    )
    corrections = {"v1.0": 200, "v1.1": 400, "v1.1-mistyped": 250}
    return Finished(state, log, journal, reports, corrections, {"v1.0": 400, "v1.1": 1200, "v1.1-mistyped": 250})


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


def test_the_picture_is_drawn(finished: Finished, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (`make test-setup`)")
    draw(finished, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_a_stopped_demonstration_goes_on(finished: Finished, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    finished.state.requests = finished.journal.saved()
    finished.state.save(folder / "state.json")
    assert DemoState.load(folder / "state.json", "full") == finished.state
    with pytest.raises(OtherDemoError, match="holds a full demonstration"):
        DemoState.load(folder / "state.json", "quick")


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OtherDemoError, match="choose another --out"):
        DemoState.load(tmp_path / "state.json", "full")
    assert DemoState.load(tmp_path / "new" / "state.json", "full") == DemoState("full")
