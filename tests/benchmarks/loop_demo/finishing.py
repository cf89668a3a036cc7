"""A finished demonstration: two accepted cycles, and mistyped labels that were rejected."""

from pathlib import Path

from benchmarks.loop_demo.accuracy import Measurement
from benchmarks.loop_demo.demonstration import REJECTED, Finished
from benchmarks.loop_demo.journal import Journal
from benchmarks.loop_demo.state import DemoState
from benchmarks.loop_demo.swaps import Swap
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


def finished(folder: Path) -> Finished:
    log = VisitLog(folder / "visits.jsonl")
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
