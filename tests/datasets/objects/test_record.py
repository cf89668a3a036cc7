from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from datasets.objects.record import Record, UtcTime


class Note(Record):
    at: UtcTime
    text: str = ""


def test_a_record_is_written_as_canonical_json_with_its_time_in_utc() -> None:
    korean = timezone(timedelta(hours=9))
    note = Note(at=datetime(2026, 5, 4, 21, 30, tzinfo=korean), text="가")
    assert note.to_bytes() == '{"at":"2026-05-04T12:30:00+00:00","text":"가"}\n'.encode()
    assert Note.from_bytes(note.to_bytes()) == note


def test_fields_of_a_newer_program_are_ignored() -> None:
    read = Note.from_bytes(b'{"at": "2026-05-04T12:30:00+00:00", "colour": "red"}')
    assert read == Note(at=datetime(2026, 5, 4, 12, 30, tzinfo=UTC))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"at": "yesterday"}', b'{"at": "2026-05-04T12:30:00"}'])
def test_what_is_no_such_record_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        Note.from_bytes(data)


def test_the_message_names_the_wrong_fields_on_one_line() -> None:
    with pytest.raises(ValueError, match=r"\Aat: Input should be a valid datetime.*; text: Input should be .*\Z"):
        Note.from_bytes(b'{"at": [], "text": 3}')
