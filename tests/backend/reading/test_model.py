"""A slot has no recognizer, then one; and the reason while it has none."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.http.problems import Problem
from backend.reading.model import ModelSlot

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_while_it_loads_the_answer_is_to_come_back_soon() -> None:
    slot = ModelSlot()
    with pytest.raises(Problem) as refused:
        _ = slot.recognizer
    assert (refused.value.status_code, refused.value.kind) == (503, "not-ready")
    assert refused.value.headers == {"Retry-After": "1"}
    assert (slot.is_ready, slot.champion) == (False, None)


def test_a_failure_is_told_and_ends_with_the_next_recognizer(reader: Any) -> None:
    slot = ModelSlot(now=lambda: NOON)
    slot.fail("the model is missing")
    with pytest.raises(Problem) as refused:
        _ = slot.recognizer
    assert (refused.value.detail, refused.value.headers) == ("the model is missing", None)
    slot.put(reader)
    assert slot.recognizer is reader
    assert (slot.serving.champion, slot.serving.since) == (None, NOON)


def test_a_request_keeps_the_recognizer_that_it_began_with(reader: Any) -> None:
    slot = ModelSlot()
    slot.put(reader)
    serving = slot.serving
    slot.put(object())  # type: ignore[arg-type]
    assert serving.recognizer is reader
    assert slot.recognizer is not reader
