from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from datasets.errors import LabelError
from datasets.samples.sample import checked_label
from ocr_model.domains.tags import TAGS
from tests.datasets.making import label


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "liked"},
        {"status": "corrected", "text": " \u200b "},
        {"prediction_id": ""},
        {"prediction_id": "a b"},
        {"prediction_id": "x" * 129},
        {"read_confidence": float("nan")},
        {"read_confidence": 1.01},
        {"turn": 4},
        {"text": "A" * 201},
        {"client": "a\x00b"},
        {"text": "A\ud800"},
        {"at": label("p").at.replace(tzinfo=None)},
    ],
)
def test_labels_that_make_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(LabelError):
        checked_label(label(**({"prediction_id": "p"} | wrong)), TAGS)


def test_texts_are_normalised_and_times_are_in_utc() -> None:
    korean = datetime(2026, 5, 4, 21, 30, tzinfo=timezone(timedelta(hours=9)))
    checked = checked_label(label("p", "cw2288–111 ", status="corrected", read_confidence=1, at=korean), TAGS)
    assert (checked.text, checked.at) == ("CW2288-111", datetime(2026, 5, 4, 12, 30, tzinfo=UTC))
    assert checked.at.tzinfo is UTC
    assert repr(checked.read_confidence) == "1.0"  # as it is read again: an event's name is a hash of its bytes


def test_an_unreadable_label_has_no_text() -> None:
    assert checked_label(label("p", "CW2288-111", status="unreadable"), TAGS).text == ""
