import re

import pytest

from ocr_model.codes.formats import FORMATS, CodeFormat
from ocr_model.codes.lines import match_formats


def brands(text: str) -> set[str]:
    return {match.brand for match in match_formats(text)}


def ids(value: CodeFormat) -> str:
    return f"{value.brand}, {value.name}"


@pytest.mark.parametrize("entry", FORMATS, ids=ids)
def test_every_example_fits_its_own_format(entry: CodeFormat) -> None:
    assert entry.examples
    for example in entry.examples:
        match = re.fullmatch(entry.pattern, example, re.ASCII)
        assert match, example
        assert entry.brand in brands(example)
        assert entry.code(match) in {one.code for one in match_formats(example)}


@pytest.mark.parametrize("entry", FORMATS, ids=ids)
def test_patterns_can_be_sampled(entry: CodeFormat) -> None:
    assert not re.search(r"\(\?(?!:)", entry.pattern), "look-around or a named group"
    assert not re.search(r"(?<!\\)[*+]|,\}", entry.pattern), "an unbounded repeat"
    assert re.compile(entry.pattern).groups, "nothing is marked as the code"


def test_format_names_are_unique() -> None:
    assert len({(entry.brand, entry.name) for entry in FORMATS}) == len(FORMATS)
