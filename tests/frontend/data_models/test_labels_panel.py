from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from frontend.client.team_answers import ChampionEntry, Period, Reason
from frontend.data_models.labels_panel import labels_chart
from frontend.data_models.texts import TEXTS

ENGLISH = TEXTS["en"]
AT = datetime(2026, 6, 1, 20, 30, tzinfo=UTC)


def test_the_curves_hold_both_shares_and_the_champions_that_came_meanwhile() -> None:
    periods = [
        Period(start=AT.replace(day=day), end=AT.replace(day=day, hour=22), labels=40, corrected=10, confidence=0.9)
        for day in (1, 2, 5)
    ]
    entries = [
        ChampionEntry(
            number=number,
            name="trba",
            version=str(number),
            at=AT.replace(month=month),
            by=Reason(kind="page"),
            reason=Reason(kind="words"),
            kind="promotion",
            dataset_version=None,
            restores=None,
        )
        for number, month in ((1, 5), (2, 6), (3, 7))
    ]
    drawn = labels_chart(periods, entries, ENGLISH, "UTC", by_day=True).to_dict()
    counts = sorted(len(values) for values in drawn["datasets"].values())
    assert counts == [1, 6]
    shares = {value["share"] for values in drawn["datasets"].values() for value in values if "share" in value}
    assert shares == {25.0, 90.0}


@pytest.mark.parametrize("by_day", [True, False])
@pytest.mark.parametrize("step", [timedelta(seconds=5), timedelta(minutes=7), timedelta(days=1)])
@pytest.mark.parametrize("count", [1, 2, 3, 40])
def test_no_two_ticks_of_the_time_axis_have_the_same_label(by_day: bool, step: timedelta, count: int) -> None:
    if by_day:
        step = timedelta(days=1)
    periods = [
        Period(start=AT + number * step, end=AT + (number + 1) * step, labels=40, corrected=10, confidence=0.9)
        for number in range(count)
    ]
    drawn = labels_chart(periods, [], ENGLISH, "Asia/Seoul", by_day=by_day).to_dict()
    axes = [layer["encoding"]["x"]["axis"] for layer in drawn["layer"] if "axis" in layer["encoding"].get("x", {})]
    assert axes and axes[0] == axes[1]
    ticks = [
        datetime(*(tick[part] for part in ("year", "month", "date", "hours", "minutes"))) for tick in axes[0]["values"]
    ]
    labels = [tick.strftime(axes[0]["format"]) for tick in ticks]
    assert 1 <= len(labels) == len(set(labels)) <= 12
    assert count > 12 or step < timedelta(minutes=1) or len(labels) == count
