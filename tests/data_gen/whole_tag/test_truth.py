"""The truth of a photo: its names are the reader's, and its records hold all of it."""

import json
import math
from typing import get_args

import pytest

from data_gen.whole_tag.truth import ROLES, Bars, Corners, Line, PhotographedTag, Value, as_record, turn_of
from ocr_model.tags import tag as reader


def box(degrees: float) -> Corners:
    """A line of 100 by 20 pixels, turned clockwise about its upper left corner."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    first, second, third, fourth = (
        (50 + x * cos - y * sin, 50 + x * sin + y * cos) for x, y in ((0, 0), (100, 0), (100, 20), (0, 20))
    )
    return (first, second, third, fourth)


def test_the_roles_are_those_of_the_reader() -> None:
    assert get_args(reader.Role) == ROLES


@pytest.mark.parametrize(
    ("degrees", "turn"), [(0, 0), (20, 0), (-40, 0), (90, 3), (75, 3), (180, 2), (270, 1), (-80, 1)]
)
def test_a_turn_puts_the_line_upright(degrees: float, turn: int) -> None:
    assert turn_of(box(degrees)) == turn
    assert abs((degrees + 90 * turn + 180) % 360 - 180) <= 45


def test_a_record_holds_every_line_and_says_which_are_cut() -> None:
    code, size = Value("code", "CW2288-111"), Value("size", "265", "KR")
    whole = Line("STYLE CW2288-111", "code", box(0), (code,))
    cut = Line("KR 265", "size", box(0), (size,))
    tag = PhotographedTag("shoe label", box(0), (whole, whole), (Bars("EAN-13", "8801234567893", box(90)),), (cut,), ())
    assert tag.values == (code,)
    record = json.loads(json.dumps(as_record("photos/000000.jpg", (640, 480), (tag,), scene="close", damage="glare")))
    assert (record["width"], record["height"], record["scene"], record["damage"]) == (640, 480, "close", "glare")
    assert (record["tags"][0]["layout"], record["tags"][0]["bend"]) == ("shoe label", "flat")
    assert [(line["text"], line["cut"], line["tag"]) for line in record["lines"]] == [
        ("STYLE CW2288-111", False, 0),
        ("STYLE CW2288-111", False, 0),
        ("KR 265", True, 0),
    ]
    assert record["tags"][0]["fields"] == [{"role": "code", "text": "CW2288-111", "unit": ""}]
    assert record["barcodes"][0]["text"] == "8801234567893" and not record["barcodes"][0]["cut"]
    assert record["lines"][0]["corners"][2] == [150.0, 70.0]
