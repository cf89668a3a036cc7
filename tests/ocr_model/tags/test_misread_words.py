from __future__ import annotations

import pytest

from ocr_model.tags.misread_words import MisreadWords, distance

WORDS = MisreadWords.of(("BLACK", "BROWN", "GREY", "IVORY", "KHAKI", "NAVY", "OLIVE", "RED", "SILVER", "WHITE"))


@pytest.mark.parametrize(
    ("text", "word"),
    [("BI#CK", "BLACK"), ("KH8K1", "KHAKI"), ("IV0TY", "IVORY"), ("RE0", "RED"), ("S1LVEF", "SILVER"), ("123", None)],
)
def test_letters_that_are_taken_for_each_other_count_as_one(text: str, word: str | None) -> None:
    assert WORDS.alike(text) == word


@pytest.mark.parametrize(
    ("text", "wrong", "word"),
    [
        ("KHAK", 1, "KHAKI"),
        ("WHTE", 1, "WHITE"),
        ("OLVE", 1, "OLIVE"),
        ("WHTE", 0, None),
        ("NAV", 1, None),  # too short for a guess
        ("XYZZY", 2, None),
    ],
)
def test_a_long_word_may_have_letters_wrong(text: str, wrong: int, word: str | None) -> None:
    assert WORDS.nearest(text, wrong) == word


def test_one_of_several_words_that_are_as_near_is_not_chosen() -> None:
    assert MisreadWords.of(("BLANK", "BLACK")).nearest("BLAVK", 1) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("GREYI1VORY", ["GREY", "IVORY"]),
        ("BROWNIVORY", ["BROWN", "IVORY"]),
        ("KHAKINAVYJRED", ["KHAKI", "NAVY", "RED"]),
        ("GREYXIVORY", None),
        ("", None),
    ],
)
def test_words_without_the_slash_between_them_are_split(text: str, words: list[str] | None) -> None:
    assert WORDS.split(text) == words


def test_the_distance_counts_changes_and_stops_at_the_most() -> None:
    assert distance("WHTE", "WHITE", 2) == 1
    assert distance("", "AB", 2) == 2
    assert distance("ABCDEF", "UVWXYZ", 2) == 3
