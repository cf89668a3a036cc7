import math
from pathlib import Path

import pytest

from benchmarks.attack.results import AttackResult, in_words, load, save
from benchmarks.attack.shoppers import Answer


def readings(*seconds: float, status: int = 200) -> list[Answer]:
    return [Answer(value, status) for value in seconds]


def good() -> AttackResult:
    return AttackResult(
        "a",
        "something",
        quiet=[readings(0.1, 0.1), readings(0.1, 0.1), readings(0.1, 0.1)],
        attacked=[readings(0.1, 0.2), readings(0.1, 0.9), readings(0.1, 0.15)],
        most_megabytes=700.0,
        peak_megabytes=300.0,
    )


def test_the_ratio_is_the_median_of_the_rounds() -> None:
    assert good().ratio == pytest.approx(2.0)
    assert (good().good, good().failed) == (6, 0)
    assert good().shortcomings() == []


def test_every_missed_target_is_named() -> None:
    result = good()
    result.attacked = [readings(0.1, 0.5)] * 3 + [readings(10.0, status=503)]
    result.peak_megabytes = 1234.0
    result.faults = ["it fell over"]
    assert result.shortcomings() == [
        "a: 1 of 7 ordinary readings failed",
        "a: the p99 of ordinary readings is 5.0 times the quiet one",
        "a: the backend took 1,234 MB, more than 700 MB",
        "a: it fell over",
    ]


def test_failed_readings_last_for_ever() -> None:
    result = AttackResult("a", "b", quiet=[readings(0.1)], attacked=[readings(0.1, status=0)])
    assert math.isinf(result.ratio)
    assert in_words(result.ratio) == "∞"


def test_an_attack_without_any_reading_is_a_failure() -> None:
    assert AttackResult("a", "b").shortcomings() == ["a: 0 of 0 ordinary readings failed"]


def test_results_survive_a_stop(tmp_path: Path) -> None:
    file = tmp_path / "var" / "results.json"
    assert load(file) == {}
    save(file, [good()])
    assert load(file) == {"a": good()}
