"""Printed digits and bars check each other."""

import pytest

from ocr_model.reading.prediction import ModelInfo, Prediction
from ocr_model.tags.printed_digits import digits_agree
from ocr_model.tags.tag import Barcode, Role, Tag, TagCard, TextLine

PLACE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
FIRST, SECOND = "4006381333931", "8801234567893"


def tag(texts: list[tuple[str, Role]], *bars: str, cards: int = 1) -> Tag:
    lines = tuple(
        TextLine(Prediction(text, "", 0.9, (), (), (), ModelInfo("m", "1"), {}), PLACE, 0, role) for text, role in texts
    )
    barcodes = tuple(Barcode("EAN-13", bar, PLACE) for bar in bars)
    card = TagCard(None, None, (), None, None, tuple(range(len(bars))), tuple(range(len(lines))))
    return Tag(lines, barcodes, (card,)[:cards], 9, 9, {})


@pytest.mark.parametrize(
    ("texts", "agrees"),
    [
        ([], None),
        ([("4 006381 333931", "barcode")], True),
        ([("4 006381 333981", "barcode")], True),  # one misread
        ([("4 006381 383981", "barcode")], False),
        ([("006381 333931", "barcode")], True),  # the first digit stands apart
        ([("006381", "barcode")], None),  # a part of it only
        ([("8801234567893", "order")], None),
        ([("8801234567893", "barcode"), ("4 006381 333931", "barcode")], True),
    ],
)
def test_print_beside_one_barcode(texts: list[tuple[str, Role]], agrees: bool | None) -> None:
    assert digits_agree(tag(texts, FIRST)) == (agrees,)


def test_the_print_of_another_barcode_says_nothing() -> None:
    assert digits_agree(tag([(FIRST, "barcode")], FIRST, SECOND)) == (True, None)


def test_a_barcode_on_no_card_has_no_print() -> None:
    assert digits_agree(tag([(FIRST, "barcode")], FIRST, cards=0)) == (None,)
