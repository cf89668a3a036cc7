from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.tags.retail_numbers import agree, checked_digits, gtin, gtin_of, has_check_digit
from ocr_model.tags.tag import Barcode

CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
EAN = Barcode("EAN-13", "4006381333931", CORNERS)
UPC = Barcode("UPC-A", "036000291452", CORNERS)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("4006381333931", "4006381333931"),
        ("4 006381 333931 >", "4006381333931"),
        ("0 36000 29145 2", "036000291452"),
        ("9638-5074", "96385074"),
        ("00012345678905", "00012345678905"),
        ("4006381333932", None),
        ("400638133393", None),
        ("4OO6381333931", None),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", None),  # digits of another script
        ("00000000", None),
        ("", None),
        ("CW2288-111", None),
    ],
)
def test_checked_digits(text: str, digits: str | None) -> None:
    assert checked_digits(text) == digits


@given(st.from_regex(r"[0-9]{7}|[0-9]{11,13}", fullmatch=True), st.data())
def test_every_single_wrong_digit_is_noticed(body: str, data: st.DataObject) -> None:
    fitting = [digit for digit in "0123456789" if has_check_digit(body + digit)]
    assert len(fitting) == 1
    number = body + fitting[0]
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[place]))
    assert not has_check_digit(number[:place] + wrong + number[place + 1 :])


def test_one_article_has_one_number() -> None:
    assert gtin("036000291452") == gtin("0036000291452") == gtin("00036000291452") == "0036000291452"
    assert gtin("4006381333931") == gtin("04006381333931") == "4006381333931"
    assert gtin("96385074") == gtin("0000096385074") == "96385074"
    assert gtin("14006381333938") == "14006381333938"  # a case of it is another article
    assert gtin("4006381333930") is None


@pytest.mark.parametrize(
    ("format_", "text", "number"),
    [
        ("UPC-A", "036000291452", "0036000291452"),
        ("Code 128", "7297500243430", "7297500243430"),
        ("Code 128", "(01)09506000134352(10)A7", "9506000134352"),
        ("QR Code", "https://id.example/01/09506000134352/10/A7?11=260504", "9506000134352"),
        ("QR Code", "https://shop.example/01/2026", None),
        ("Code 39", "GW2871", None),
        ("Code 128", "12345678", None),
        ("QR Code", "4006 3813 3393 1", None),
    ],
)
def test_the_number_in_a_barcode(format_: str, text: str, number: str | None) -> None:
    assert gtin_of(Barcode(format_, text, CORNERS)) == number


@pytest.mark.parametrize(
    ("barcode", "printed", "agreement"),
    [
        (EAN, "4 006381 333931", "agree"),
        (EAN, "4006381333937", "nearly"),
        (EAN, "40O6381333931", "nearly"),
        (EAN, "006381 333931", "nearly"),
        (EAN, "4006381333", "differ"),
        (EAN, "8809123456788", "differ"),
        (EAN, "", "differ"),
        (UPC, "0 36000 29145 2", "agree"),
        (UPC, "0036000291452", "agree"),
        (UPC, "36000 29145 2", "nearly"),
        (UPC, "0036000291453", "nearly"),
        (Barcode("Code 128", "CW2288-111", CORNERS), "CW2288 111", "agree"),
        (Barcode("Code 128", "CW2288-111", CORNERS), "CW2288-171", "nearly"),
        (Barcode("Code 39", "A12", CORNERS), "A13", "differ"),
        (Barcode("Code 128", "(01)09506000134352", CORNERS), "9506000134352", "agree"),
    ],
)
def test_printed_digits_and_bars_check_each_other(barcode: Barcode, printed: str, agreement: str) -> None:
    assert agree(barcode, printed) == agreement
