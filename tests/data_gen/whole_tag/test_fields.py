"""Fields: one brand and one code that is its own, and a retail code whose check digit holds."""

import random

import pytest

from data_gen.whole_tag.fields import another_size, check_digit, choose_fields
from ocr_model.codes.formats import FORMATS
from ocr_model.codes.lines import match_formats
from ocr_model.codes.text import match_key

BRANDS = {form.brand for form in FORMATS}


def test_the_code_is_one_of_the_brand_and_the_line_says_so() -> None:
    own = 0
    for seed in range(300):
        fields = choose_fields(random.Random(seed))
        assert match_key(fields.printed_code) == match_key(fields.code)
        if fields.brand not in BRANDS:
            own += 1
            continue
        matches = match_formats(fields.code_name + fields.printed_code)
        assert (fields.brand, fields.code) in {(match.brand, match.code) for match in matches}
    assert 15 < own < 75


@pytest.mark.parametrize(("digits", "check"), [("880123456789", "3"), ("400638133393", "1"), ("03600029145", "2")])
def test_check_digits_of_known_articles(digits: str, check: str) -> None:
    assert check_digit(digits) == check


def test_the_retail_code_is_complete() -> None:
    for seed in range(50):
        fields = choose_fields(random.Random(seed))
        assert len(fields.barcode) == {"EAN-13": 13, "UPC-A": 12}[fields.barcode_format]
        assert check_digit(fields.barcode[:-1]) == fields.barcode[-1]


def test_another_size_is_the_same_shoe() -> None:
    words = random.Random(1)
    first = choose_fields(words, brand="Puma")
    others = [another_size(first, words) for _ in range(20)]
    assert first.brand == "Puma" and {other.code for other in others} == {first.code}
    assert len({other.sizes["KR"] for other in others}) > 3
    assert all(other.barcode != first.barcode for other in others)


def test_fields_repeat_with_their_generator() -> None:
    assert choose_fields(random.Random(5)) == choose_fields(random.Random(5)) != choose_fields(random.Random(6))
