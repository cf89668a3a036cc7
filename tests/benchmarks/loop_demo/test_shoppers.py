"""Simulated shoppers know what stands on the tag, and make the errors that people make."""

import random

import pytest

from benchmarks.loop_demo.shoppers import CAREFUL, Habit, Shopper, crowd, judge, mistype, stall
from ocr_model.codes.text import CHARSET, edit_distance, label_text

PERFECT = Shopper("perfect", Habit(mistypes=0.0, overlooks=0.0))


def test_a_right_reading_is_accepted_whatever_its_spaces() -> None:
    assert judge(PERFECT, "SN 117504", "SN117504", random.Random(0)).status == "accepted"


def test_a_wrong_reading_is_corrected_to_what_stands_there() -> None:
    verdict = judge(PERFECT, "HK4/7O936R", "HK4/70936R", random.Random(0))
    assert (verdict.status, verdict.text) == ("corrected", "HK4/70936R")


@pytest.mark.parametrize(("read", "status"), [("", "accepted"), ("XX", "unreadable")])
def test_where_nothing_stands_nothing_is_typed(read: str, status: str) -> None:
    verdict = judge(PERFECT, read, "", random.Random(0))
    assert (verdict.status, verdict.text) == (status, None)


def test_only_small_errors_are_overlooked() -> None:
    blind = Shopper("blind", Habit(mistypes=0.0, overlooks=1.0))
    assert judge(blind, "HK4/70936P", "HK4/70936R", random.Random(0)).status == "accepted"
    assert judge(blind, "1123", "HK4/70936R", random.Random(0)).status == "corrected"
    assert judge(blind, "", "R1", random.Random(0)).status == "corrected"


def test_a_slip_changes_the_label_by_little_and_stays_in_the_charset() -> None:
    for seed in range(300):
        typed = mistype("HK4/70936R", random.Random(seed))
        assert 1 <= edit_distance(typed, "HK4/70936R") <= 2
        assert set(typed) <= set(CHARSET)


def test_one_character_can_be_mistyped() -> None:
    assert mistype("7", random.Random(1)) != "7"


def test_the_stall_types_letters_for_digits() -> None:
    plain = Shopper("stall-0", Habit(mistypes=0.0, overlooks=0.0, letters_for_digits=True))
    verdict = judge(plain, "HK4/70936R", "HK4/70936R", random.Random(0))
    assert (verdict.status, verdict.text) == ("corrected", "HK4/7O936R")


def test_few_of_the_crowd_make_most_of_the_errors() -> None:
    wrong = {"careful": 0, "hasty": 0}
    for shopper in crowd(40):
        for number in range(100):
            verdict = judge(shopper, "HK4/70936P", "HK4/70936R", random.Random(f"{shopper.client}/{number}"))
            is_wrong = verdict.status == "accepted" or label_text(verdict.text or "") != "HK4/70936R"
            wrong["careful" if shopper.habit is CAREFUL else "hasty"] += is_wrong
    assert 0 < wrong["careful"] < 0.06 * 3600
    assert wrong["hasty"] > 0.3 * 400
    assert len({one.client for one in (*crowd(), *stall())}) == 45
