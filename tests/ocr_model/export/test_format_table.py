import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.format_prior import FORMAT_TABLE
from ocr_model.codes.formats import FORMATS, CodeFormat
from ocr_model.codes.text import CHARSET
from ocr_model.export.format_table import compile_format, compile_formats, write_format_table

AUTOMATA = [(re.compile(one.pattern, re.ASCII), compile_format(one.pattern)) for one in FORMATS]
WITHOUT_SPACES = [(pattern, automaton) for pattern, automaton in AUTOMATA if " " not in pattern.pattern]


@given(st.data())
def test_what_a_pattern_matches_is_accepted_without_its_spaces(data: st.DataObject) -> None:
    pattern, automaton = data.draw(st.sampled_from(AUTOMATA))
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    assert automaton.accepts_input(text.replace(" ", ""))


@given(st.data())
def test_nothing_else_is_accepted(data: st.DataObject) -> None:
    pattern, automaton = data.draw(st.sampled_from(WITHOUT_SPACES))
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    at = data.draw(st.integers(0, len(text)))
    changed = text[:at] + data.draw(st.sampled_from(CHARSET[:-1])) + text[at + data.draw(st.integers(0, 1)) :]
    assert automaton.accepts_input(changed) == bool(pattern.fullmatch(changed))


def test_texts_are_counted_without_their_spaces() -> None:
    (counts,) = compile_formats([CodeFormat("x", "x", r"([A-Z]{2}\d)[- ]?(\d)", ("AB1-2",))])["counts"]
    assert counts == {"4": 67600, "5": 67600}  # a space between is the same text as nothing


def test_a_pattern_without_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="unbounded"):
        compile_formats([CodeFormat("x", "x", r"(\d+)", ("1",))])


def test_writing_gives_the_table_of_the_repository(tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    assert write_format_table(file) > len(FORMATS)
    assert file.read_bytes() == FORMAT_TABLE.read_bytes()
