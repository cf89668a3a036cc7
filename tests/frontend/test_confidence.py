from __future__ import annotations

import pytest

from frontend.confidence import character_level, line_level, percent


@pytest.mark.parametrize(
    ("confidence", "word"),
    [
        (1.0, "sure"),
        (0.95, "sure"),
        (0.949, "likely"),
        (0.8, "likely"),
        (0.5, "check"),
        (0.49, "doubtful"),
        (0.0, "doubtful"),
    ],
)
def test_the_word_for_a_line(confidence: float, word: str) -> None:
    assert line_level(confidence) == word


@pytest.mark.parametrize(("confidence", "tint"), [(0.9, "sure"), (0.89, "check"), (0.6, "check"), (0.59, "doubtful")])
def test_the_tint_of_a_character(confidence: float, tint: str) -> None:
    assert character_level(confidence) == tint


@pytest.mark.parametrize(
    ("confidence", "written"),
    [
        (1.0, "99%"),
        (0.9999, "99%"),
        (0.29, "29%"),
        (0.875, "87%"),
        (0.01, "1%"),
        (0.009, "<1%"),
        (0.0, "<1%"),
    ],
)
def test_a_number_is_rounded_down_and_never_promises(confidence: float, written: str) -> None:
    assert percent(confidence) == written


def test_a_measured_threshold_says_from_where_on_a_line_is_sure() -> None:
    assert [line_level(confidence, 0.98) for confidence in (0.98, 0.97, 0.5)] == ["sure", "likely", "check"]
    assert line_level(0.7, 0.6) == "sure"
