"""The shoe tag as a domain is what it was before there were domains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.formats import FORMATS
from ocr_model.codes.lines import complete_line, extract_code, match_formats
from ocr_model.codes.text import CHARSET, label_text, match_key
from ocr_model.domains.tags import TAGS

_LINES = [example for entry in FORMATS for example in entry.examples] + ["", "MADE IN KOREA", "08382982 RED", "품번 1"]


@pytest.mark.parametrize("line", _LINES)
def test_its_functions_are_those_of_tags(line: str) -> None:
    assert TAGS.label(line) == label_text(line)
    assert TAGS.key(line) == match_key(line)
    assert TAGS.code(line) == extract_code(line)
    assert TAGS.matches(line) == match_formats(line)
    assert TAGS.group(line) == (match_key(extract_code(line)) or match_key(line))
    assert TAGS.complete("ART GW2871", line) == complete_line("ART GW2871", line)


@given(st.text())
def test_its_labels_are_those_that_stores_hold(text: str) -> None:
    assert TAGS.label(text) == label_text(text)


def test_its_charset_is_that_of_the_models() -> None:
    assert TAGS.charset == CHARSET
    assert (TAGS.shipped_model / "model.json").is_file()
