"""Every format matches its own examples; syllables are each listed once."""

import re

import pytest

from ocr_model.codes.formats import CodeFormat
from ocr_model.domains.plate_formats import FORMATS, SYLLABLES
from ocr_model.domains.plates import PLATES


@pytest.mark.parametrize("plate", FORMATS, ids=lambda plate: f"{plate.brand}, {plate.name}")
def test_a_format_covers_its_examples(plate: CodeFormat) -> None:
    for example in plate.examples:
        assert re.fullmatch(plate.pattern, example)
        assert (plate.brand, plate.name) in {(match.brand, match.name) for match in PLATES.matches(example)}


def test_syllables_are_different() -> None:
    assert len(set(SYLLABLES)) == len(SYLLABLES)
    assert set(SYLLABLES) < set(PLATES.charset)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("123가4567", "123가 4567"), ("서울 12 가 3456", "서울12가 3456"), ("외교001-002", "외교001-002")],
)
def test_a_plate_is_shown_as_it_is_pressed(text: str, shown: str) -> None:
    assert PLATES.code(text) == shown
