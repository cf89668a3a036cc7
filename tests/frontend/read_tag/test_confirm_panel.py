from __future__ import annotations

import pytest

from frontend.client.answers import Candidate, Milliseconds, ModelName, Reading
from frontend.read_tag.confirm_panel import code_of


def read(text: str, code: str) -> Reading:
    return Reading(
        id="id",
        text=text,
        code=code,
        confidence=0.9,
        characters=(),
        candidates=(Candidate(text="ART GW2871", code="GW2871", confidence=0.1),),
        formats=(),
        model=ModelName(name="model", version="1.0"),
        milliseconds=Milliseconds(),
    )


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("SN 117504 COLOR:BLK", "117504"),
        ("sn 117505  color:blk", "117505"),
        ("117505", "117505"),
        ("ART GW2871", "GW2871"),
        ("SOMETHING ELSE", "SOMETHING ELSE"),
        ("SN COLOR:BLK", "SN COLOR:BLK"),
    ],
)
def test_the_code_of_a_typed_line_leaves_out_what_stood_around_the_code(typed: str, code: str) -> None:
    assert code_of(typed, read("SN 117504 COLOR:BLK", "117504")) == code


def test_without_a_reading_the_whole_line_is_searched_for() -> None:
    assert code_of("cw2288-111", read("", "")) == "CW2288-111"
