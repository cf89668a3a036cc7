from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from datasets.cycles.settings import CycleSettings


def test_the_digest_names_what_the_outcome_depends_on() -> None:
    one = CycleSettings()
    assert (
        one.digest == "05f118b69bf19e0364f6fa2d90453d3ad4f1d6aaae19bff1a9964627b23a5131"
    )  # else cycles under way begin anew
    for same in (
        replace(one, tracking_uri="http://tracker", lease_seconds=5.0, shipped=Path("x"), most_damaged=0.5),
        replace(one, challenger=replace(one.challenger, workers=3, threads=5)),
        replace(one, evaluation=replace(one.evaluation, threads=5)),
    ):
        assert same.digest == one.digest
    for other in (
        replace(one, promote=False),
        replace(one, challenger=replace(one.challenger, crops=5)),
        replace(one, evaluation=replace(one.evaluation, holdout=5)),
        replace(one, rules=replace(one.rules, level=0.01)),
    ):
        assert other.digest != one.digest


def test_a_share_lies_between_0_and_1() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        CycleSettings(most_damaged=5.0)
