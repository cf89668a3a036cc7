"""What a label's form tells of the reading that the shopper saw."""

from typing import Any

import pytest

from backend.http.problems import Problem
from backend.reading.judged import ShownReading
from backend.reading.photos import Region
from backend.schemas import LabelForm
from backend.schemas.forms import parse_region
from ocr_model.codes.verdict import VerdictError
from ocr_model.domains.tags import TAGS
from ocr_model.reading.image import Box
from ocr_model.reading.prediction import ModelInfo

NAMELESS = ModelInfo("", "")


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"status": "unreadable"}, ShownReading(None, None, NAMELESS)),
        ({"status": "corrected", "text": "A1", "read_text": "a2"}, ShownReading("A2", None, NAMELESS)),
        # An empty field of a form does not arrive: with a confidence, "no text" was read.
        ({"status": "corrected", "text": "A1", "read_confidence": 0.4}, ShownReading("", 0.4, NAMELESS)),
        ({"status": "accepted", "text": "A1"}, ShownReading("A1", None, NAMELESS)),
        (
            {"status": "accepted", "read_text": "", "model_name": "old", "model_version": "6"},
            ShownReading("", None, ModelInfo("old", "6")),
        ),
    ],
)
def test_the_reading_that_was_shown(fields: dict[str, Any], shown: ShownReading) -> None:
    assert LabelForm(**fields).shown(TAGS) == shown


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"read_confidence": 0.9}, "text-required"),
        ({"read_text": "<b>"}, "bad-text"),
        ({"read_text": "A" * 65}, "bad-text"),
    ],
)
def test_an_acceptance_says_of_what(fields: dict[str, Any], kind: str) -> None:
    with pytest.raises(VerdictError) as refused:
        LabelForm(status="accepted", **fields).shown(TAGS)
    assert refused.value.kind == kind


def test_the_region_is_box_and_turn() -> None:
    assert LabelForm(status="unreadable", box="1,2,30,40", turn=3).region() == Region(Box(1, 2, 30, 40), 3)


@pytest.mark.parametrize(
    ("text", "box"),
    [(None, None), ("", None), ("1,2,3,4", Box(1, 2, 3, 4)), (" -5 , 0, 30,40 ", Box(-5, 0, 30, 40))],
)
def test_boxes_are_parsed(text: str | None, box: Box | None) -> None:
    assert parse_region(text, 2) == Region(box, 2)


@pytest.mark.parametrize(
    "text",
    ["1,2,3", "1,2,3,4,5", "a,b,c,d", "1.5,2,3,4", "1,2,-3,4", "1,2,3,99999999999", "١,٢,٣,٤", "1e3,2,3,4"],
)
def test_anything_else_is_no_box(text: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_region(text, 0)
    assert (refused.value.status_code, refused.value.kind) == (422, "bad-box")
