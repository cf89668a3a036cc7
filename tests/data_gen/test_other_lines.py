"""Lines that are no codes: in the charset, as printed, of every kind."""

import random

import pytest

pytest.importorskip("rstr", reason="rstr is not installed (`make test-setup`)")

from data_gen.other_lines import LINES, TURNABLE, other_line, with_sign
from ocr_model.codes.text import CHARSET, match_key


def lines(kind: str, count: int = 400) -> list[str]:
    rng = random.Random(5)
    return [other_line(kind, rng, 24) for _ in range(count)]


@pytest.mark.parametrize("kind", LINES)
def test_every_line_can_be_a_label_and_holds_something_to_read(kind: str) -> None:
    for line in lines(kind):
        assert 1 <= len(line) <= 24 and line == " ".join(line.split())
        assert set(line.upper()) <= set(CHARSET)
        assert match_key(line)


def test_the_same_generator_draws_the_same_lines() -> None:
    assert lines("words", 20) == lines("words", 20)


def test_words_stand_in_mixed_lower_and_upper_case() -> None:
    drawn = lines("words")
    assert any(line.istitle() for line in drawn)
    assert any(line.islower() for line in drawn)
    assert any(line.isupper() for line in drawn)
    assert len(set(drawn)) > 300


def test_receipts_print_amounts_dates_and_long_numbers() -> None:
    drawn = lines("receipts")
    assert any(line.count(".") == 2 for line in drawn)
    assert any(":" in line for line in drawn)
    assert any(line.isdigit() and len(line) >= 12 for line in drawn)


def test_short_lines_are_a_character_or_two_that_can_be_told_alone() -> None:
    drawn = lines("short")
    assert {len(line) for line in drawn} == {1, 2}
    assert not {"O", "I", "Q"} & {line for line in drawn if len(line) == 1}


def test_lines_that_can_be_turned_hold_no_other_characters() -> None:
    assert all(set(line) <= set(TURNABLE) for line in lines("turnable"))


def test_excluded_codes_are_never_printed() -> None:
    drawn = lines("turnable")
    excluded = frozenset(match_key(line) for line in drawn[::2])
    rng = random.Random(5)
    assert not excluded & {match_key(other_line("turnable", rng, 24, excluded)) for _ in range(400)}


def test_a_sign_stands_before_or_after_a_line() -> None:
    rng = random.Random(1)
    signed = {with_sign("89.99", rng) for _ in range(100)}
    assert {"$89.99", "89.99%", "¥89.99"} <= signed
    assert all(line.strip("$¥€£%* ") == "89.99" for line in signed)
