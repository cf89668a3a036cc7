"""One cheap attack and one bad day, end to end against the real backend."""

from benchmarks.attack.bad_days import AbsentDatabase
from benchmarks.attack.labels import WrongTokens
from benchmarks.attack.measurement import Times, measure

_SHORT = Times(rounds=1, quiet=0.3, attacked=0.5, calm=30.0, bad_day=0.3)


def test_a_cheap_attack_end_to_end() -> None:
    said: list[str] = []
    result = measure(WrongTokens(), _SHORT, said.append)
    assert said == ["preparing", "round 1, quiet", "round 1, attacked", "finishing"]
    assert (result.name, result.failed) == ("wrong-tokens", 0)
    assert result.good > 0
    assert result.outcomes["wrong 401"] > 0
    assert result.peak_megabytes > 50
    assert result.ratio > 0


def test_a_bad_day_end_to_end() -> None:
    result = measure(AbsentDatabase(), _SHORT, lambda word: None)
    assert len(result.quiet) == len(result.attacked) == 1
    assert all(answer.is_good for answer in result.quiet[0])
