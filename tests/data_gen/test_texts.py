"""Lines of text: in the charset, and of every kind that tags print."""

import random

import pytest

pytest.importorskip("rstr", reason="rstr is not installed (`make test-setup`)")

from data_gen.texts import brand_code, line_text
from ocr_model.formats import match_formats
from ocr_model.text import CHARSET


def test_lines_are_readable_text_of_many_kinds() -> None:
    rng = random.Random(3)
    lines = [line_text(rng) for _ in range(3000)]
    assert all(set(line) <= set(CHARSET) and 2 <= len(line) <= 22 for line in lines)
    assert len(set(lines)) > 2800
    assert set("".join(lines)) >= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./#: ")
    assert any(line.startswith(("ART", "STYLE")) for line in lines)
    assert any("COLOR:" in line for line in lines)


def test_brand_codes_fit_the_table_that_the_reader_uses() -> None:
    rng = random.Random(4)
    codes = [brand_code(rng) for _ in range(300)]
    assert all(match_formats(code) for code in codes)
