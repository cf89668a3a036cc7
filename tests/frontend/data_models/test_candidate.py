from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from frontend.client.answers import ModelName
from frontend.client.explorer_answers import Found, ReadingNow
from frontend.data_models.candidate import Candidate, candidates

OLD, NEW = ModelName(name="trba", version="1"), ModelName(name="trba", version="2")


def found(text: str, read: str, **changes: Any) -> Found:
    values: dict[str, Any] = {
        "prediction_id": "p1",
        "event": "events/1",
        "sample": "0" * 64,
        "status": "corrected",
        "text": text,
        "source": "app",
        "tags": (),
        "values": {},
        "doubt": 0.0,
        "quality": None,
        "code": text,
        "brands": (),
        "read_text": read,
        "read_confidence": 0.99,
        "model": OLD,
        "client": "c1",
        "at": datetime(2026, 5, 4, tzinfo=UTC),
        "turn": 0,
        "width": 60,
        "height": 15,
    }
    return Found(**(values | changes))


def said(found: list[Candidate]) -> list[tuple[str, int, list[tuple[str, bool]]]]:
    return [
        (one.text, len(one.labels), [(reading.model.version, reading.is_now) for reading in one.readings])
        for one in found
    ]


def test_a_text_is_there_once_with_all_who_say_it() -> None:
    labels = [found("A1", "A2"), found("A2", "A2", status="accepted"), found("A1", "A3", model=NEW)]
    now = ReadingNow(text="A2", confidence=0.9, model=NEW)
    assert said(candidates(labels, now)) == [
        ("A1", 2, []),
        ("A2", 1, [("2", True), ("1", False)]),
        ("A3", 0, [("2", False)]),
    ]
    assert said(candidates(labels[:1], None)) == [("A1", 1, []), ("A2", 0, [("1", False)])]


def test_the_same_model_is_told_once_and_as_it_reads_now() -> None:
    now = ReadingNow(text="A2", confidence=0.9, model=OLD)
    (_, read) = candidates([found("A1", "A2"), found("A1", "A2")], now)
    assert [(reading.confidence, reading.is_now) for reading in read.readings] == [(0.9, True)]


def test_unreadable_is_not_no_text_and_no_text_of_a_reading_cannot_be_chosen() -> None:
    labels = [found("", "", status="unreadable"), found("", "A1", status="accepted")]
    unreadable, nothing, read = candidates(labels, None)
    assert (unreadable.is_unreadable, nothing.is_unreadable, read.text) == (True, False, "A1")
    assert [one.can_be_chosen for one in (unreadable, nothing, read)] == [True, True, True]
    (_, empty) = candidates([found("A1", "")], None)
    assert not empty.can_be_chosen
