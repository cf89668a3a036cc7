"""Lines of text: in the charset, and of every kind that tags print."""

import random

import pytest

pytest.importorskip("rstr", reason="rstr is not installed (`make test-setup`)")

from data_gen.texts import COLOURS, brand_code, line_text
from ocr_model.formats import extract_code, match_formats
from ocr_model.text import CHARSET, match_key


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
