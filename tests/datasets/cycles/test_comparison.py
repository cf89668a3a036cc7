from __future__ import annotations

from datasets.cycles.comparison import SetComparison
from datasets.reason import Reason


def test_a_set_that_has_only_a_name_stays_readable() -> None:
    stored = {
        "name": "collected holdout, brand Nike",
        "kind": "slice",
        "crops": 40,
        "champion_right": 30,
        "challenger_right": 33,
        "fixed": 4,
        "broken": 1,
        "difference": 0.075,
        "low": -0.02,
        "high": 0.2,
        "p": 0.375,
        "verdict": "not worse",
        "why": "4 fixed, 1 broken of 40 crops: no harm is seen",
    }
    read = SetComparison.model_validate(stored)
    assert read.set == Reason.words("collected holdout, brand Nike")
    assert SetComparison.from_bytes(read.to_bytes()) == read
