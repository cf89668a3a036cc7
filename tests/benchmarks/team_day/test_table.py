"""The table says what the day has shown, and what it has not."""

from collections import Counter

import pytest

pytest.importorskip("trdg")

from benchmarks.team_day.crops import DaySizes
from benchmarks.team_day.day import DayResult, Score
from benchmarks.team_day.looking import Way
from benchmarks.team_day.table import shortcomings, write_table


def good_day() -> DayResult:
    return DayResult(
        DaySizes(held=3, crops=6, wrong=2, twice=2),
        results=Counter({"kept": 5, "repeated": 1, "table": 1}),
        ways=[Way("list, search and doubt in turn", ("a", "b", "c", "d", "e"))],
        wrong=frozenset("bd"),
        slips={"b": "mistyped", "d": "of another crop"},
        seen=2,
        looked=4,
        fixed=2,
        copies=1,
        near=1,
        tagged=5,
        version="v2.0",
        frozen={"training": 3, "evaluation": 1},
        outcome="rejected",
        reason="no_better",
        scores=[Score("holdout", 10, 8, 8, "not better")],
        touching=20,
        kinds=dict.fromkeys("abcde", "new"),
        seconds={"upload": 3.0},
    )


def test_a_good_day_lacks_nothing() -> None:
    day = good_day()
    assert shortcomings(day) == []
    table = write_table(day)
    for words in (
        "| wrong labels found | 2 of 2 among the first 4 crops looked at |",
        "| holdout | 10 | 8 | 8 |",
        "v2.0",
    ):
        assert words in table


def test_what_was_not_shown_is_named() -> None:
    for change in (
        {"seen": 1},
        {"left": 1},
        {"copies": 0, "near": 0},
        {"outcome": "failed"},
        {"outcome": ""},
        {"touching": 0},
        {"allowed": ["POST /v1/team/marks"]},
        {"wrong": frozenset("b")},
        {"results": Counter({"kept": 5, "refused": 1, "table": 1})},
    ):
        day = good_day()
        for name, value in change.items():
            setattr(day, name, value)
        assert shortcomings(day), change
