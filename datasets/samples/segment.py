"""Segments: many events of a writer in one object, so that a million labels are a thousand objects.

`segments/<writer>/<first>-<last>-<digest>.jsonl.gz`

A segment holds the bytes of events with the sequences *first* to *last*, one line each, compressed by gzip. *digest* is
the first 32 hexadecimal digits of the sha256 of these lines, so that a segment can be checked by its name whichever
program compressed it. The name of each event follows from its line: the writer and the sequence from the line's place,
the digest from its bytes. So an event keeps its name, and whoever knows that finds it in the segment.

Nothing of an event is lost or changed by sealing, a tombstone included: what an undo or a delete takes away is the
picture, and that is an object of its own.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from datasets.errors import ObjectDamagedError
from datasets.objects.names import SEGMENTS
from datasets.samples.event import EventName, event_digest

MOST_EVENTS = 1000  # of a segment
MOST_CONTENT = 16 << 20  # bytes of its lines; events of labels have 0.6 KB
NO_DIGEST = "0" * 32  # in the name of an event that is known by its number alone
_LEVEL = 6  # of compression: higher ones take longer and save next to nothing
_NAME = re.compile(
    r"segments/(?P<writer>[0-9a-f]{16})/(?P<first>\d{10})-(?P<last>\d{10})-(?P<digest>[0-9a-f]{32})\.jsonl\.gz\Z"
)


@dataclass(frozen=True, slots=True)
class SegmentName:
    """A segment's object name, taken apart."""

    writer: str
    first: int  # sequence of its first event
    last: int
    digest: str

    def __str__(self) -> str:
        return f"{SEGMENTS}{self.writer}/{self.first:010d}-{self.last:010d}-{self.digest}.jsonl.gz"

    @property
    def count(self) -> int:
        """The number of its events."""
        return self.last - self.first + 1

    def covers(self, event: EventName) -> bool:
        """Whether an event of this writer and sequence is among its events."""
        return event.writer == self.writer and self.first <= event.sequence <= self.last

    @classmethod
    def parse(cls, name: str) -> SegmentName | None:
        """Take a name apart; None if it is not a segment's."""
        match = _NAME.match(name)
        if match is None:
            return None
        parsed = cls(match["writer"], int(match["first"]), int(match["last"]), match["digest"])
        return parsed if 1 <= parsed.count <= MOST_EVENTS else None


def is_line(data: bytes) -> bool:
    """Whether the bytes of an event can stand in a segment; anybody may have written others into a bucket."""
    return data.endswith(b"\n") and data.count(b"\n") == 1


def make_segment(writer: str, first: int, lines: Sequence[bytes]) -> tuple[str, bytes]:
    """Make a segment of events in their order.

    Args:
        writer: of the events.
        first: sequence of the first one.
        lines: bytes of at most `MOST_EVENTS` events, together at most `MOST_CONTENT`.

    Returns:
        Its object name and its bytes.
    """
    content = b"".join(lines)
    name = SegmentName(writer, first, first + len(lines) - 1, event_digest(content))
    return str(name), gzip.compress(content, _LEVEL, mtime=0)


def read_segment(name: str, data: bytes) -> Mapping[str, bytes]:
    """The bytes of a segment's events by their names, in their order; the events themselves are unchecked.

    Raises:
        ObjectDamagedError: the bytes do not match the name.
    """
    parsed = SegmentName.parse(name)
    if parsed is None:
        raise ObjectDamagedError(f"{name}: not the name of a segment")
    content = _content(data)
    if content is None or event_digest(content) != parsed.digest:
        raise ObjectDamagedError(f"{name}: the bytes do not match the name")
    lines = [line + b"\n" for line in content.split(b"\n")[:-1]]
    if len(lines) != parsed.count or not content.endswith(b"\n"):
        raise ObjectDamagedError(f"{name}: {len(lines)} events, and not {parsed.count}")
    return {
        str(EventName(parsed.writer, sequence, event_digest(line))): line
        for sequence, line in enumerate(lines, parsed.first)
    }


def unknown_events(segment: str, known: Container[tuple[str, int]]) -> Iterator[str]:
    """Names for the events of a segment that cannot be read, with zeros for the digests that nobody knows.

    Args:
        segment: its object name.
        known: writer and sequence of events that are known from elsewhere; they are left out.
    """
    if (parsed := SegmentName.parse(segment)) is not None:
        for sequence in range(parsed.first, parsed.last + 1):
            if (parsed.writer, sequence) not in known:
                yield str(EventName(parsed.writer, sequence, NO_DIGEST))


def _content(data: bytes) -> bytes | None:
    """What was compressed; None if it was not, or is larger than a segment's lines may be."""
    stream = zlib.decompressobj(wbits=31)  # a header of gzip
    try:
        content = stream.decompress(data, MOST_CONTENT + 1)
    except zlib.error:
        return None
    return content if stream.eof and not stream.unused_data and len(content) <= MOST_CONTENT else None
