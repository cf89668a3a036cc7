import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.text import normalize_text
from ocr_model.tags.values import (
    Value,
    barcode_digits,
    brand_in,
    brand_of,
    colour_in,
    country_in,
    date_in,
    is_prose,
    price_in,
)


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("₩129,000", Value("129,000", "KRW")),
        ("129,000원", Value("129,000", "KRW")),
        ("1,290,000 원", Value("1,290,000", "KRW")),
        ("129.000", Value("129,000", "KRW")),  # the recognizer has no comma
        ("W129.000", Value("129,000", "KRW")),  # and no won sign
        ("KRW 129000", Value("129,000", "KRW")),
        ("129,000 WON", Value("129,000", "KRW")),
        ("129,000-", Value("129,000", "KRW")),
        ("$99.95", Value("99.95", "USD")),
        ("US$ 1,299.00", Value("1,299.00", "USD")),
        ("99,95 €", Value("99.95", "EUR")),
        ("EUR 99.95", Value("99.95", "EUR")),
        ("£110.00", Value("110.00", "GBP")),
        ("149.99", Value("149.99", "")),
        ("E 204.99", Value("204.99", "EUR")),  # the recognizer has no euro sign
        ("S129.95", Value("129.95", "USD")),  # no dollar sign
        ("268.0009", Value("268,000", "KRW")),  # and no letter 원
        ("204.000 EJ", Value("204,000", "KRW")),
        ("214 0009", Value("214,000", "KRW")),
        ("62.000 91", Value("62,000", "KRW")),
        ("I#260.000", Value("260,000", "KRW")),  # nor ₩
        ("53.00097", None),  # a code of On's
        ("S12345", None),
        ("EUR 42", None),
        ("42.5", None),
        ("CN8490-100", None),
        ("1000", None),
    ],
)
def test_prices(text: str, price: Value | None) -> None:
    assert price_in(text) == price


def test_any_amount_at_the_name_of_a_price() -> None:
    assert price_in("129000", named=True) == Value("129,000", "KRW")
    assert price_in("129000") is None


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("W254000", Value("254,000", "KRW")),
        ("284.00C원", Value("284,000", "KRW")),
        ("E 52.00", Value("52.00", "EUR")),
        ("F 140.00", Value("140.00", "GBP")),
        ("238.00", Value("238.00", "")),
    ],
)
def test_a_misread_sign_leaves_the_price(text: str, price: Value) -> None:
    assert price_in(text) == price


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("BI#CK/WHTE", "BLACK/WHITE"),
        ("P/NK/RE0/BROWN", None),
        ("CREAMKHAKIIBLUE", "CREAM/KHAKI/BLUE"),
        ("RED/KH0KI", "RED/KHAKI"),
        ("S11VET", "SILVER"),
        ("COLD", None),
        ("FRANCE", None),
        ("GREEN", "GREEN"),
    ],
)
def test_a_misread_colour_is_known_by_its_letters(text: str, colour: str | None) -> None:
    assert (found := colour_in(text)) is colour or (found is not None and found.text == colour)


def test_a_colour_at_its_name_stays_as_it_is_printed() -> None:
    for colour in ("RUST", "BRED", "SAGE", "DENIM", "PEARL"):
        assert colour_in(colour, named=True) == Value(colour)


@pytest.mark.parametrize(("text", "brand"), [("COIUMB18", "Columbia"), ("COHVERSE", "Converse"), ("PRADO", None)])
def test_a_misread_logo_is_known_by_its_letters(text: str, brand: str | None) -> None:
    assert (found := brand_of(text)) is brand or (found is not None and found.text == brand)


@given(st.integers(1, 9_999_999))
def test_won_are_written_as_they_are_read(won: int) -> None:
    assert price_in(f"₩{won:,}") == Value(f"{won:,}", "KRW")


@pytest.mark.parametrize(
    "text",
    [
        "2023.05",
        "2023/05/11",
        "2023-5-1",
        "05/23",
        "05/2023",
        "20230511",
        "MAY 2023",
        "11 MAY 23",
        "2023년 5월",
        "FW23",
    ],
)
def test_dates(text: str) -> None:
    assert date_in(text) is not None


@pytest.mark.parametrize("text", ["230511", "20231311", "11822006", "318429-061", "1/2", "42.5", "09.50", "13/45"])
def test_numbers_that_are_no_dates(text: str) -> None:
    assert date_in(text) is None


def test_a_short_date_at_its_name() -> None:
    assert date_in("230511", named=True) == Value("230511")


@pytest.mark.parametrize("text", ["8801456723015", "8 801456 723015", "0 12345 67890 5", "<8801456723015>"])
def test_digits_of_barcodes(text: str) -> None:
    assert barcode_digits(text) == Value("".join(filter(str.isdigit, text)))


@pytest.mark.parametrize("text", ["11822006", "318429061", "CN8490100", "01234567890"])
def test_numbers_that_are_no_barcodes(text: str) -> None:
    assert barcode_digits(text) is None


def test_a_barcode_of_which_a_digit_was_misread() -> None:
    assert barcode_digits("8801456723016") == Value("8801456723016")


@pytest.mark.parametrize("text", ["VIETNAM", "CHINA/CHINE", "베트남", "DOMINICAN REPUBLIC"])
def test_countries(text: str) -> None:
    assert country_in(text) is not None


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("WHITE / BLACK", "WHITE/BLACK"),
        ("CORE BLACK/FTWR WHITE", "CORE BLACK/FTWR WHITE"),
        ("BLK-WHT", "BLK-WHT"),
        ("BLACK", "BLACK"),
        ("NAT", None),
        ("CORE", None),
        ("BLACK SUEDE SHOE", None),
        ("WHITE 901", None),
    ],
)
def test_colours(text: str, colour: str | None) -> None:
    found = colour_in(text)
    assert (found and found.text) == colour


@pytest.mark.parametrize(("text", "colour"), [("B1UE/0LIVE", "BLUE/OLIVE"), ("BIACK", "BLACK"), ("5AND", "SAND")])
def test_colours_of_which_letters_were_taken_for_others(text: str, colour: str) -> None:
    assert colour_in(text) == colour_in(text, named=True) == Value(colour)


def test_any_word_at_the_name_of_a_colour() -> None:
    assert colour_in("PEACOAT", named=True) == Value("PEACOAT")
    assert colour_in("901", named=True) == Value("901")
    assert colour_in("129000", named=True) is None


@pytest.mark.parametrize(
    ("text", "brand"),
    [("NIKE", "Nike"), ("NEWBALANCE", "New Balance"), ("DR.MARTENS", "Dr. Martens"), ("ON", "On"), ("나이키", "Nike")],
)
def test_brands(text: str, brand: str) -> None:
    assert brand_of(text) == Value(brand)


@pytest.mark.parametrize(("text", "brand"), [("CIARKS", "Clarks"), ("K-SWLSS", "K-Swiss"), ("C0NVER5E", "Converse")])
def test_brands_of_which_letters_were_taken_for_others(text: str, brand: str) -> None:
    assert brand_of(text) == Value(brand)


@pytest.mark.parametrize("text", ["0N", "C0ACH", "11815"])
def test_short_and_ambiguous_words_are_brands_as_they_are_written_only(text: str) -> None:
    assert brand_of(text) is None


def test_brands_in_longer_texts() -> None:
    assert brand_in("NIKE AIR MAX 90") == Value("Nike")
    assert brand_in("PUT ON CAT") is None


@pytest.mark.parametrize("text", ["DO NOT BLEACH", "WWW.NIKE.COM", "TEL 02-123-4567", "3.40 KG", "17:18:21"])
def test_prose(text: str) -> None:
    assert is_prose(text)


@pytest.mark.parametrize("text", ["162050C", "CW2288-111", "NBPFBF712G", "1011A042-400"])
def test_codes_are_no_prose(text: str) -> None:
    assert not is_prose(text)


@given(st.text(max_size=30), st.booleans())
def test_any_text(text: str, named: bool) -> None:
    line = normalize_text(text)
    for rule in (price_in, date_in, barcode_digits, colour_in):
        found = rule(line, named=named)
        assert found is None or found.text
