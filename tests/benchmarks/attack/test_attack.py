import threading
from pathlib import Path

from benchmarks.attack.attack import Attack, Target, attacking


class _Counting(Attack):
    name = "counting"
    title = "numbers"
    attackers = 2
    pause = 0.0

    def strike(self, target: Target, number: int) -> None:
        target.count(str(number))


class _Nobody:
    url = "http://127.0.0.1:9"


def test_every_attacker_strikes_until_the_round_ends(tmp_path: Path) -> None:
    target, before = Target(_Nobody(), tmp_path), set(threading.enumerate())
    with attacking(_Counting(), target, 5.0):
        while not {"0", "1"} <= target.outcomes.keys():
            pass
    assert target.stop.is_set()
    assert set(threading.enumerate()) <= before


def test_a_request_without_an_answer_counts_unless_the_round_is_over(tmp_path: Path) -> None:
    target = Target(_Nobody(), tmp_path)
    assert target.send("/v1/model", method="GET", note="a look:") is None
    target.stop.set()
    target.send("/v1/model", method="GET")
    assert target.outcomes == {"a look: no answer": 1}
