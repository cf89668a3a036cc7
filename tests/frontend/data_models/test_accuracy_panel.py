from __future__ import annotations

from datetime import UTC, datetime

import pytest

from frontend.client.answers import ModelName
from frontend.client.team_answers import Cycle, Reason, Score
from frontend.data_models.accuracy_panel import accuracy_chart, cycle_names
from frontend.data_models.texts import TEXTS

ENGLISH = TEXTS["en"]
AT = datetime(2026, 6, 1, 20, 30, tzinfo=UTC)


def cycle(version: str, outcome: str = "accepted", number: int = 0) -> Cycle:
    counts = {"crops": 200, "champion_right": 150, "challenger_right": 170}
    score = Score(set=Reason(kind="holdout"), difference=0.1, low=0.05, high=0.15, **counts)
    return Cycle(
        id=f"{version}-{number}",
        version=version,
        outcome=outcome,
        reason=Reason(kind="words"),
        finished_at=AT,
        champion=ModelName(name="trba", version="1"),
        challenger=ModelName(name="trba", version="2"),
        scores=() if outcome == "failed" else (score,),
    )


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
