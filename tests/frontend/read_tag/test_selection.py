from __future__ import annotations

from typing import Any

from frontend.client.tag_answers import TagAnswer
from frontend.read_tag.selection import card_of, line_of_barcode, select
from tests.frontend.fake_backend import card, card_field, tag, tag_line


def answer(**changes: Any) -> TagAnswer:
    described = tag(**changes)
    described["lines"] = [{"id": f"t{index}"} | line for index, line in enumerate(described["lines"])]
    return TagAnswer.model_validate(described)


def bars(text: str = "8801234567893", form: str = "EAN-13", **changes: Any) -> dict[str, Any]:
    corners = [[0, 0], [9, 0], [9, 5], [0, 5]]
    return {"format": form, "text": text, "corners": corners, "code": None, "agrees": None} | changes


def test_the_line_with_the_code_comes_first() -> None:
    selection = select(answer(), 0, None)
    assert (selection.line, selection.code_line, selection.is_card_code) == (1, 1, True)


def test_a_line_that_is_no_code_is_confirmed_below_the_code() -> None:
    selection = select(answer(), 0, 2)
    assert (selection.line, selection.code_line, selection.is_card_code) == (2, 1, False)


def test_a_line_that_may_be_a_code_becomes_the_code() -> None:
    lines = [tag_line(), tag_line("RN 54023", "order")]
    selection = select(answer(lines=lines, cards=[card(code=card_field("CW2288-111", 0))], first_line=0), 0, 1)
    assert (selection.line, selection.code_line) == (1, 1)


def test_without_a_code_no_line_is_chosen_unless_there_is_only_one() -> None:
    words = [tag_line("MADE IN", "other"), tag_line("KOREA", "other")]
    assert select(answer(lines=words, cards=[], first_line=None), 0, None).line is None
    assert select(answer(lines=words[:1], cards=[], first_line=None), 0, None).line == 0
    assert select(answer(lines=[], cards=[], first_line=None), 0, None).line is None


def test_each_card_has_its_own_code() -> None:
    lines = [tag_line(), tag_line("374915-01"), tag_line("NIKE", "brand")]
    cards = [
        card(code=card_field("CW2288-111", 0), lines=[0]),
        card(code=card_field("374915-01", 1), lines=[1]),
        card(brand=card_field("Nike", 2), lines=[2]),
    ]
    shelf = answer(lines=lines, cards=cards, first_line=0)
    assert [select(shelf, number, None).line for number in range(3)] == [0, 1, None]
    assert [card_of(shelf, line) for line in range(3)] == [0, 1, 2]


def test_only_a_barcode_that_numbers_products_makes_a_pair() -> None:
    def pair(*codes: dict[str, Any]) -> str:
        cards = [card(code=card_field("CW2288-111", 1), barcodes=range(len(codes)))]
        return select(answer(barcodes=list(codes), cards=cards), 0, None).pair

    assert pair(bars()) == "8801234567893"
    assert pair(bars(agrees=True), bars("96385074", "EAN-8")) == "8801234567893"
    assert pair(bars(agrees=False)) == ""
    assert pair(bars("https://shop.example", "QR Code")) == ""
    assert pair() == ""


def test_the_code_that_is_known_for_a_barcode_stands_in_for_a_line() -> None:
    cards = [card(barcodes=[0])]
    known = answer(barcodes=[bars(code="GW2871")], cards=cards, first_line=None, lines=[])
    assert select(known, 0, None).known_code == "GW2871"
    assert select(answer(barcodes=[bars(code="GW2871")]), 0, None).known_code == ""


def test_the_digits_of_a_barcode_are_found_however_they_are_spaced() -> None:
    digits = [tag_line("8 801234 567893", "barcode"), tag_line()]
    found = answer(lines=digits, cards=[], first_line=1, barcodes=[bars(), bars("96385074", "EAN-8")])
    assert [line_of_barcode(found, barcode) for barcode in found.barcodes] == [0, None]
