"""Seals a writer's events into segments, so that a million labels are a thousand objects.

Nothing is lost whenever the process is killed: the segment is stored and read back, then the events' own objects are
removed. Who comes next finds whole segments beside objects that they replace, and removes these. With a bucket, an
event is sealed once the bucket has confirmed it and its removals are carried out; the segment is then sent as events
are (see replication.py).

Machines that seal the same writer at the same time make the same segments, because they begin at the same event. Where
they do not, say because a forged event bears a number twice, segments overlap, which costs room and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from datasets.errors import ObjectDamagedError, ObjectMissingError, StoreError
from datasets.objects.clock import Clock
from datasets.objects.limits import SMALL_BYTES
from datasets.samples.event import Event, EventName, read_event
from datasets.samples.event_objects import EventObjects
from datasets.samples.genuine import place
from datasets.samples.index import SampleIndex
from datasets.samples.segment import MOST_CONTENT, MOST_EVENTS, SegmentName, is_line, make_segment, read_segment
from datasets.samples.spool import Spool


@dataclass(frozen=True, slots=True)
class SealPolicy:
    """What is sealed, and when by itself."""

    events: int = MOST_EVENTS  # of a segment
    rest: float = 86_400.0  # seconds since the last event of a segment was written; other machines have it by then
    first_pause: float = 600.0  # seconds after the store was opened; all machines are updated by then
    pause: float = 600.0  # seconds between two looks for events that can be sealed


class Sealer:
    """Seals the events of one spool. Several may work on one spool at once.

    Args:
        spool: of the events.
        index: takes note of the segments.
        url: of the bucket that must have confirmed an event before it is sealed; None without one.
        clock: seconds since 1970.
    """

    def __init__(self, spool: Spool, index: SampleIndex, url: str | None, *, clock: Clock = time.time) -> None:
        self._spool = spool
        self._index = index
        self._url = url
        self._clock = clock

    def sealable(self, size: int = MOST_EVENTS) -> int:
        """The number of events that can be sealed at most; found by listing names alone."""
        return sum(
            len(run) // size * size for writer in self._spool.events.writers() for run in self._runs(writer, size)
        )

    def seal(self, size: int = MOST_EVENTS, *, rest: float = 0.0) -> Iterator[int]:
        """Seal what can be sealed, one segment after the other.

        The last event of a writer stays as it is, and so does what does not fill a segment.

        Args:
            size: events of a segment, at most `MOST_EVENTS`. One of large events has fewer.
            rest: seconds since an event was written before it is sealed.

        Yields:
            The number of events of each segment, once they are sealed.

        Raises:
            IndexUnavailableError: the database does not answer.
            StoreFullError: the disk is full.
            StoreError: the disk failed in another way.
        """
        for writer in self._spool.events.writers():
            self._remove_sealed(writer)
            for run in self._runs(writer, size):
                yield from self._seal_run(writer, run, size, rest)

    def _remove_sealed(self, writer: str) -> None:
        """Remove the objects of events that are in a segment: left by a process that was killed."""
        loose = [name for name in map(EventName.parse, self._spool.events.loose(writer)) if name is not None]
        for segment in self._spool.events.segments(writer):
            parsed = SegmentName.parse(segment)
            if parsed is not None and any(map(parsed.covers, loose)):
                with suppress(ObjectMissingError, ObjectDamagedError):  # `verify` names it
                    remove_sealed(self._spool.events, segment)

    def _runs(self, writer: str, size: int) -> Iterator[list[str]]:
        """Names of a writer's events that may be sealed together: their sequences have no holes."""
        by_sequence: dict[int, list[str]] = {}
        for name in self._spool.events.loose(writer):
            if (event := EventName.parse(name)) is not None:
                by_sequence.setdefault(event.sequence, []).append(name)
        for segment in filter(None, map(SegmentName.parse, self._spool.events.segments(writer))):
            for sequence in range(segment.first, segment.last + 1):
                by_sequence.pop(sequence, None)
        if by_sequence:
            # With it a program that knows no segments sees a hole, and does not begin with the writer's numbers anew.
            del by_sequence[max(by_sequence)]
        run, before = list[str](), 0
        for sequence, names in sorted(by_sequence.items()):
            if sequence != before + 1 and run:
                yield run
                run = []
            if len(names) == 1 and sequence > 0:  # a forged event may bear the number of another
                run.append(names[0])
                before = sequence
        if run:
            yield run

    def _seal_run(self, writer: str, names: Sequence[str], size: int, rest: float) -> Iterator[int]:
        if len(names) < size:
            return
        waiting = set(self._index.replicas.unsent(self._url, names)) if self._url is not None else set()
        lines, events, length = list[bytes](), list[Event](), 0
        for name in names:
            event, line = self._read(name) if name not in waiting else (None, b"")
            if event is None:
                lines, events, length = [], [], 0
                continue
            lines.append(line)
            events.append(event)
            length += len(line)
            if len(lines) == size or length > MOST_CONTENT - SMALL_BYTES:  # another one might not fit
                if rest and self._spool.written_at(name) > self._clock() - rest:
                    return
                yield self._seal(writer, lines, events)
                lines, events, length = [], [], 0

    def _read(self, name: str) -> tuple[Event | None, bytes]:
        """An event with its bytes; (None, b"") for one that stays as it is, for `verify` to name."""
        try:
            line = self._spool.objects.get(name)
            event = read_event(name, line)
        except StoreError:
            return None, b""
        return (event, line) if is_line(line) and not self._spool.is_far_ahead(event.stamp) else (None, b"")

    def _seal(self, writer: str, lines: Sequence[bytes], events: Sequence[Event]) -> int:
        name, data = make_segment(writer, events[0].sequence, lines)
        place(self._spool.objects, name, data)
        if lacking := set(self._index.lacking(event.name for event in events)):
            self._index.add(event for event in events if event.name in lacking)
        self._index.segments.note([name])
        remove_sealed(self._spool.events, name)
        return len(events)


def remove_sealed(events: EventObjects, segment: str) -> None:
    """Remove the objects of events that a segment in the same place holds; it is read from there before.

    Raises:
        ObjectMissingError: there is no such segment.
        ObjectDamagedError: it is damaged; nothing is removed.
        BucketUnavailableError: the bucket does not answer.
    """
    events.objects.delete_all(read_segment(segment, events.objects.get(segment)))
