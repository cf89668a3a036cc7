from __future__ import annotations

from datetime import UTC, datetime

import pytest

from frontend.client.team import ChampionEntry, Cycle, Period, Score
from frontend.data_models.accuracy_panel import accuracy_chart, cycle_names
from frontend.data_models.figures import age, interval, points, share, stamp
from frontend.data_models.labels_panel import labels_chart
from frontend.data_models.texts import ENGLISH

AT = datetime(2026, 6, 1, 20, 30, tzinfo=UTC)


def test_wilsons_interval() -> None:
    # Wilson (1927), as in Newcombe (1998), table I: 81 of 263.
    assert interval(81, 263) == pytest.approx((25.53, 36.62), abs=0.01)
    assert interval(0, 0) == (0.0, 100.0)
    assert interval(20, 20)[1] == pytest.approx(100.0)
    assert interval(0, 20)[0] == 0.0


def test_shares_and_differences() -> None:
    assert (share(1, 3), share(0, 0)) == ("33.3%", "–")
    assert points(0.1, -0.012, 0.2) == "+10.0 [−1.2, +20.0]"


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.4, "0 s"), (59, "59 s"), (60, "1 min"), (7300, "2 h"), (200_000, "2 days")]
)
def test_ages(seconds: float, told: str) -> None:
    assert age(seconds, ENGLISH.age_units) == told


@pytest.mark.parametrize(
    ("timezone", "told"),
    [("Asia/Seoul", "2026-06-02 05:30"), ("UTC", "2026-06-01 20:30"), ("no/where", "2026-06-01 20:30")],
)
def test_times_are_told_on_the_readers_clock(timezone: str, told: str) -> None:
    assert stamp(AT, timezone) == told
    assert stamp(AT.replace(tzinfo=None), timezone) == told


def cycle(version: str, outcome: str = "accepted", number: int = 0) -> Cycle:
    score = Score("holdout", 200, 150, 170, 0.1, 0.05, 0.15)
    scores = () if outcome == "failed" else (score,)
    return Cycle(f"{version}-{number}", version, outcome, "", AT, "trba 1", "trba 2", scores)


def test_a_version_tried_again_is_told_apart() -> None:
    cycles = [cycle("v1.0"), cycle("v2.0", "failed"), cycle("v2.0", number=1)]
    assert list(cycle_names(cycles).values()) == ["v1.0", "v2.0", "v2.0 (2)"]


@pytest.mark.parametrize("count", [1, 3, 60])
def test_the_plot_holds_two_points_for_each_cycle_that_was_judged(count: int) -> None:
    cycles = [cycle(f"v{number}.0", "rejected" if number % 2 else "accepted") for number in range(count)]
    cycles.append(cycle("v99.0", "failed"))
    scores = {one.id: one.scores[0] for one in cycles if one.scores}
    drawn = accuracy_chart(cycles, cycle_names(cycles), scores, ENGLISH).to_dict()
    (values,) = drawn["datasets"].values()
    assert len(values) == 2 * count
    assert {(value["accuracy"], value["who"]) for value in values} == {(75.0, 0), (85.0, 1)}
    assert all(value["low"] < value["accuracy"] < value["high"] for value in values)
    assert {value["series"] for value in values if value["who"]} <= {"challenger, accepted", "challenger, rejected"}


def test_the_curves_hold_both_shares_and_the_champions_that_came_meanwhile() -> None:
    periods = [Period(AT.replace(day=day), AT.replace(day=day, hour=22), 40, 10, 0.9) for day in (1, 2, 5)]
    entries = [
        ChampionEntry(number, "trba", AT.replace(month=month), "me", "", "promotion", None, None)
        for number, month in ((1, 5), (2, 6), (3, 7))
    ]
    drawn = labels_chart(periods, entries, ENGLISH, "UTC", by_day=True).to_dict()
    counts = sorted(len(values) for values in drawn["datasets"].values())
    assert counts == [1, 6]
    shares = {value["share"] for values in drawn["datasets"].values() for value in values if "share" in value}
    assert shares == {25.0, 90.0}
