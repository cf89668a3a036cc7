"""Lines of text: in the charset, and of every kind that tags print."""

import random

import pytest

pytest.importorskip("rstr", reason="rstr is not installed (`make test-setup`)")

from data_gen.texts import COLOURS, as_printed, brand_code, line_text, random_code, template_code
from ocr_model.codes.lines import extract_code, match_formats
from ocr_model.codes.text import CHARSET, match_key


def test_lines_are_readable_text_of_many_kinds() -> None:
    rng = random.Random(3)
    lines = [line_text(rng) for _ in range(3000)]
    assert all(set(line) <= set(CHARSET) and 2 <= len(line) <= 22 for line in lines)
    assert len(set(lines)) > 2800
    assert set("".join(lines)) >= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./#: ")
    assert any(line.startswith(("ART", "STYLE")) for line in lines)
    assert any("COLOR:" in line for line in lines)


def test_strange_words_stand_beside_the_known_ones() -> None:
    rng = random.Random(5)
    lines = [line_text(rng, strange=0.5) for _ in range(3000)]
    assert all(set(line) <= set(CHARSET) and 2 <= len(line) <= 22 for line in lines)
    colours = {line.split("COLOR:")[1] for line in lines if "COLOR:" in line}
    assert colours & set(COLOURS)
    assert len(colours - set(COLOURS)) > len(COLOURS)
    assert any(line.startswith("STYLE") for line in lines)
    known = [line_text(random.Random(number)) for number in range(200)]
    assert known == [line_text(random.Random(number), strange=0.0) for number in range(200)]


def test_near_words_are_one_letter_away_from_a_known_one() -> None:
    rng = random.Random(6)
    lines = [line_text(rng, nearly=1.0) for _ in range(3000)]
    assert all(set(line) <= set(CHARSET) and 2 <= len(line) <= 22 for line in lines)
    three_letters = {line[:3] for line in lines if len(line) > 4 and line[:3].isalpha() and line[3] == " "}
    near_art = {word for word in three_letters if sum(a != b for a, b in zip(word, "ART", strict=True)) == 1}
    assert len(near_art) > 10
    known = [line_text(random.Random(number)) for number in range(200)]
    assert known == [line_text(random.Random(number), nearly=0.0) for number in range(200)]


def test_letters_that_look_like_digits_may_be_rare() -> None:
    def share(digit_like: float) -> float:
        rng = random.Random(3)
        text = "".join(make(rng, digit_like) for _ in range(2000) for make in (template_code, random_code))
        return sum(text.count(one) for one in "OIQ") / sum(one.isalpha() for one in text)

    assert share(0.2) < 0.05
    assert share(1.0) > 0.11
    assert random_code(random.Random(1)) == random_code(random.Random(1), 1.0)


def test_field_names_may_be_printed_in_lower_case_letters() -> None:
    rng = random.Random(2)
    assert {as_printed("STYLE NO. CUT117504", rng, 1.0, 0.0) for _ in range(50)} == {
        "Style No. CUT117504",
        "style no. CUT117504",
    }
    assert "SN 117504 Color:BLK" in {as_printed("SN 117504 COLOR:BLK", rng, 1.0, 0.0) for _ in range(50)}
    assert as_printed("ART CP9448", rng, 0.0, 1.0) == "art cp9448"
    assert as_printed("ITEM CP9448", rng, 0.0, 1.0) == "ITEM CP9448"  # i and l look like 1
    assert as_printed("ART CP9448", rng, 0.0, 0.0) == "ART CP9448"


def test_brand_codes_fit_the_table_that_the_reader_uses() -> None:
    rng = random.Random(4)
    codes = [brand_code(rng) for _ in range(300)]
    assert all(match_formats(code) for code in codes)


def test_excluded_codes_are_never_printed_in_any_spelling() -> None:
    plain = [line_text(random.Random(number)) for number in range(400)]
    keys = [match_key(extract_code(line)) or match_key(line) for line in plain]
    excluded = frozenset(keys[::3])
    lines = [line_text(random.Random(number), excluded=excluded) for number in range(400)]
    assert all(match_key(extract_code(line)) not in excluded and match_key(line) not in excluded for line in lines)
    same = [line == old for line, old, key in zip(lines, plain, keys, strict=True) if key not in excluded]
    assert sum(same) > 0.98 * len(same)  # other lines stay as they are
