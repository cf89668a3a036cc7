from __future__ import annotations

from datetime import UTC, datetime

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
