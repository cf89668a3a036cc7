from __future__ import annotations

import gzip

import pytest

from datasets.errors import ObjectDamagedError
from datasets.samples.event import EventName, event_digest
from datasets.samples.genuine import is_genuine
from datasets.samples.segment import (
    MOST_CONTENT,
    MOST_EVENTS,
    SegmentName,
    is_line,
    make_segment,
    read_segment,
    unknown_events,
)

WRITER = "0123456789abcdef"
LINES = [b'{"a":1}\n', '{"text":"\u2028 \u0085"}\n'.encode(), b"{}\n"]


def test_events_come_back_with_the_names_that_they_had() -> None:
    name, data = make_segment(WRITER, 41, LINES)
    assert list(read_segment(name, data).items()) == [
        (str(EventName(WRITER, 41 + number, event_digest(line))), line) for number, line in enumerate(LINES)
    ]
    assert name.startswith(f"segments/{WRITER}/0000000041-0000000043-")
    assert SegmentName.parse(name) == SegmentName(WRITER, 41, 43, name[-41:-9])
    assert str(SegmentName.parse(name)) == name
    assert is_genuine(name, data)


def test_the_name_proves_the_lines_and_not_how_they_are_compressed() -> None:
    name, data = make_segment(WRITER, 1, LINES)
    other = gzip.compress(b"".join(LINES), 1, mtime=7)
    assert other != data
    assert read_segment(name, other) == read_segment(name, data)
    assert make_segment(WRITER, 1, LINES) == (name, data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data + data,
        lambda data: data[:30] + b"\0" + data[31:],
        lambda data: b"",
        lambda data: gzip.compress(b"".join(LINES[:2])),
        lambda data: gzip.compress(bytes(MOST_CONTENT + 1)),
    ],
)
def test_any_damage_is_noticed(damage: object) -> None:
    name, data = make_segment(WRITER, 1, LINES)
    assert callable(damage)
    with pytest.raises(ObjectDamagedError, match="the bytes do not match the name"):
        read_segment(name, damage(data))
    assert not is_genuine(name, damage(data))


def test_a_name_that_promises_other_events_is_refused() -> None:
    content = b"".join(LINES)
    lying = str(SegmentName(WRITER, 1, 4, event_digest(content)))
    with pytest.raises(ObjectDamagedError, match="3 events, and not 4"):
        read_segment(lying, gzip.compress(content))


@pytest.mark.parametrize(("first", "last"), [(2, 1), (1, MOST_EVENTS + 1)])
def test_a_name_of_no_events_or_too_many_is_none(first: int, last: int) -> None:
    assert SegmentName.parse(f"segments/{WRITER}/{first:010d}-{last:010d}-{'a' * 32}.jsonl.gz") is None
    assert SegmentName.parse(f"segments/{WRITER}/0000000001-0000000002-{'a' * 32}.json") is None


def test_only_one_whole_line_can_be_sealed() -> None:
    assert is_line(b"{}\n")
    assert not any(map(is_line, (b"{}", b"{\n}\n", b"{}\n\n", b"")))


def test_events_of_a_lost_segment_are_known_by_their_numbers() -> None:
    name, _ = make_segment(WRITER, 5, LINES)
    assert list(unknown_events(name, {(WRITER, 6)})) == [
        f"events/{WRITER}/0000000005-{'0' * 32}.json",
        f"events/{WRITER}/0000000007-{'0' * 32}.json",
    ]
