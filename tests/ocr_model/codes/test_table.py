from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.table import from_cell, to_cell


@given(st.text(st.sampled_from("'=+-@\"＝A1 ;\n")) | st.text())
def test_a_text_comes_back_and_is_no_formula(text: str) -> None:
    cell = to_cell(text)
    assert from_cell(cell) == text
    for part in re.split("[;\r\n]", cell):
        assert not part.startswith(("=", "+", "-", "@", '"', "＝", "＋", "－", "＠"))


@pytest.mark.parametrize("text", ["", "CW2288-111", "'", "'A", "5-1=4", "SN 117504"])
def test_other_texts_are_written_as_they_are(text: str) -> None:
    assert to_cell(text) == text


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", '=HYPERLINK("http://x")', "+A1", "-1+1", "@SUM(A1)", '"=1"', "'=1"]
)
def test_a_formula_has_an_apostrophe_before_it(text: str) -> None:
    assert to_cell(text) == f"'{text}"


def test_a_formula_behind_a_semicolon_is_guarded_too() -> None:
    assert to_cell("a;=1+1;b;'-2") == "a;'=1+1;b;''-2"
    assert to_cell("a; =1") == "a; =1"
