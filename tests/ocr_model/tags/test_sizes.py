import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.text import normalize_text
from ocr_model.tags.sizes import (
    as_number,
    bare_size,
    bare_sizes,
    garment_size,
    letter_size,
    named_size,
    size_number,
    size_numbers,
    sizes_in,
    unit_names,
    with_plain_sizes,
    without_sizes,
)
from ocr_model.tags.values import Value


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("US 9 UK 8 EUR 42.5 CM 27", {"US": "9", "UK": "8", "EU": "42.5", "CM": "27"}),
        ("9 US / 8 UK / 42.5 EU", {"US": "9", "UK": "8", "EU": "42.5"}),
        ("US9 UK8 FR42 2/3", {"US": "9", "UK": "8", "EU": "42 2/3"}),
        ("UK 7 1/2", {"UK": "7.5"}),
        ("UK 7- US 8-", {"UK": "7.5", "US": "8.5"}),
        ("US M 9.5", {"US": "9.5"}),
        ("US 10.5C", {"US": "10.5C"}),
        ("US 9 D", {"US": "9"}),
        ("250MM", {"KR": "250"}),
        ("265(MM)", {"KR": "265"}),
        ("KR 265", {"KR": "265"}),
        ("KOREA 265", {"KR": "265"}),
        ("27.5 CM", {"CM": "27.5"}),
        ("JP 27.5", {"CM": "27.5"}),
        ("FR 451/3", {"EU": "45 1/3"}),  # a space is easily missed
        ("US 75 UK65 EU405 CM245", {"US": "7.5", "UK": "6.5", "EU": "40.5", "CM": "24.5"}),  # and so is a point
        ("EUR 205", {}),
        ("US 155", {}),
        ("EUR 129", {}),
        ("US 2023", {}),
        ("KR 263", {}),
        ("CM8490", {}),
        ("MUSK 9", {}),
    ],
)
def test_sizes_with_units(text: str, sizes: dict[str, str]) -> None:
    assert {size.unit: size.text for size in sizes_in(text)} == sizes


def test_what_stands_beside_sizes() -> None:
    assert without_sizes("SAMBA US 9 UK 8 BLACK") == "SAMBA BLACK"


def test_headings_and_rows() -> None:
    assert unit_names("US UK EUR CM") == ("US", "UK", "EU", "CM")
    assert unit_names("US 9") == ()
    assert unit_names("KOREA") == ()
    assert size_numbers("9 8 42.5 27") == ("9", "8", "42.5", "27")
    assert size_numbers("9 8 BLACK") == ()


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("260", Value("260", "KR")),
        ("42", Value("42", "EU")),
        ("42.5", Value("42.5", "EU")),
        ("42 2/3", Value("42 2/3", "EU")),
        ("9.5", None),
        ("263", None),
        ("739", None),
    ],
)
def test_a_number_alone(text: str, size: Value | None) -> None:
    assert bare_size(text) == size


@pytest.mark.parametrize(
    ("text", "size"),
    [("9.5", Value("9.5")), ("XL", Value("XL")), ("260", Value("260", "KR")), ("100", Value("100")), ("BLACK", None)],
)
def test_what_stands_at_the_name_of_a_size(text: str, size: Value | None) -> None:
    assert named_size(text) == size


def test_sizes_of_garments() -> None:
    assert letter_size("XL") == Value("XL")
    assert letter_size("95(M)") == Value("95(M)")
    assert letter_size("L") is None
    assert garment_size("L") == Value("L")
    assert garment_size("40") is None


@pytest.mark.parametrize(("size", "number"), [("42 2/3", 42 + 2 / 3), ("9.5", 9.5), ("10C", 10.0)])
def test_numbers_of_sizes(size: str, number: float) -> None:
    assert as_number(size) == pytest.approx(number)


@given(st.text("0123456789 .,/-MUSKREUCP", max_size=20))
def test_any_text(text: str) -> None:
    line = normalize_text(text)
    for size in sizes_in(line):
        assert size_number(size.text, size.unit) == size.text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("U5 9 UK 6.5 EUR 40.5", "US 9 UK 6.5 EUR 40.5"),
        ("LK.10", "UK 10"),
        ("K0R 255", "KR 255"),
        ("K 255", "KR 255"),
        ("K 250X", "K 250X"),
        ("K 12", "K 12"),
        ("UK 4 5", "UK 4.5"),
        ("RM 4 5", "RM 4 5"),
    ],
)
def test_a_misread_unit_before_a_size_is_that_unit(text: str, plain: str) -> None:
    assert with_plain_sizes(text) == plain


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("37.5 23.5", [("37.5", "EU"), ("23.5", "CM")]),
        ("250 40 25", [("250", "KR"), ("40", "EU"), ("25", "CM")]),
        ("9 8 42.5 27", []),
        ("37.5", []),
        ("250 260", []),
    ],
)
def test_a_row_without_a_head_tells_units_by_its_numbers(text: str, found: list[tuple[str, str]]) -> None:
    assert [(size.text, size.unit) for size in bare_sizes(text)] == found
