from __future__ import annotations

import threading

import pytest

from datasets.objects.several import AT_ONCE, several


def test_results_have_the_order_of_the_items() -> None:
    assert several(lambda number: number * number, list(range(50))) == [number * number for number in range(50)]
    assert several(str, []) == []


def test_a_single_item_is_worked_on_by_the_caller() -> None:
    assert several(lambda _: threading.current_thread(), [1]) == [threading.current_thread()]


def test_no_more_than_so_many_at_once() -> None:
    together = threading.Barrier(AT_ONCE)  # broken, and an error, unless so many calls meet

    def meets(_: int) -> int:
        return together.wait(60)

    assert sorted(several(meets, list(range(3 * AT_ONCE)))) == sorted(3 * list(range(AT_ONCE)))


def test_nothing_is_begun_after_an_error_and_what_was_begun_is_finished() -> None:
    begun, finished = [], []
    failed = threading.Event()

    def fails(number: int) -> None:
        begun.append(number)
        if number == 2:
            failed.set()
            raise ValueError("the third")
        assert failed.wait(60)
        finished.append(number)

    with pytest.raises(ValueError, match="the third"):
        several(fails, list(range(100)))
    assert sorted(begun) == sorted([2, *finished])
    assert len(begun) < 100


def test_what_was_not_begun_is_left_when_it_is_stopped() -> None:
    done: list[int] = []

    def work(number: int) -> int:
        done.append(number)
        return number

    found = several(work, list(range(100)), is_stopping=lambda: len(done) >= 10)
    assert found == sorted(done)
    assert 10 <= len(found) < 10 + AT_ONCE
