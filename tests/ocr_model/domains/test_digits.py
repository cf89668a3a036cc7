"""A drawn digit is one of ten, and all of them may stand on both sides of a split."""

import pytest

from ocr_model.codes.verdict import Verdict, VerdictError
from ocr_model.domains.digits import DIGITS


@pytest.mark.parametrize("typed", ["7", " 7 ", "７"])
def test_one_digit_is_a_text(typed: str) -> None:
    assert DIGITS.typed(typed) == "7"
    assert DIGITS.key(typed) == "7"


@pytest.mark.parametrize("typed", ["77", "A", "7A", "-", "가"])
def test_nothing_else_is(typed: str) -> None:
    with pytest.raises(VerdictError) as refused:
        DIGITS.typed(typed)
    assert refused.value.kind == "bad-text"


def test_that_a_drawing_is_no_digit_can_be_accepted() -> None:
    assert DIGITS.settle("accepted", "", None) == Verdict("accepted", "")


def test_digits_are_not_grouped() -> None:
    assert DIGITS.group("7") == ""
    assert DIGITS.groups("7") == frozenset()
