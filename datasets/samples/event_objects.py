"""The events in a folder or a bucket, whether in objects of their own or sealed in segments.

An event that is being sealed is in its segment before its own object is removed, and segments are never removed. Hence
the objects of events are listed and read first and the segments second: of two readings in this order one finds it.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress

from datasets.errors import BucketUnavailableError, ObjectMissingError, StoreError
from datasets.objects.interface import ObjectStore
from datasets.objects.names import EVENTS, SEGMENTS
from datasets.samples.event import EventName
from datasets.samples.segment import SegmentName, read_segment

_LOG = logging.getLogger(__name__)
_REMEMBERED = 4  # segments read last: events are mostly read in their order


class EventObjects:
    """The events of one place. Safe to use from several threads at once.

    Args:
        objects: the folder or the bucket.
        near: another place, asked first for what a segment holds: the same name proves the same events.
    """

    def __init__(self, objects: ObjectStore, near: EventObjects | None = None) -> None:
        self.objects = objects
        self._near = near
        self._guard = threading.Lock()
        self._last_read: OrderedDict[str, Mapping[str, bytes]] = OrderedDict()
        self._unreadable: dict[str, str] = {}  # segment -> why

    def writers(self) -> list[str]:
        """All writers, sorted."""
        folders = list(self.objects.folders(EVENTS))
        folders += self.objects.folders(SEGMENTS)
        return sorted({folder.rstrip("/").rpartition("/")[2] for folder in folders})

    def loose(self, writer: str | None = None, start: str = "") -> Iterator[str]:
        """Names of the events that have objects of their own, sorted; of one writer, or of all."""
        names = self.objects.names(EVENTS if writer is None else f"{EVENTS}{writer}/", start)
        return (name for name in names if EventName.parse(name) is not None)

    def segments(self, writer: str | None = None) -> Iterator[str]:
        """Names of the segments, sorted; of one writer, or of all."""
        names = self.objects.names(SEGMENTS if writer is None else f"{SEGMENTS}{writer}/")
        return (name for name in names if SegmentName.parse(name) is not None)

    def names(self) -> Iterator[str]:
        """Names of all events, sorted. Segments that cannot be read are passed over; see `unreadable`."""
        return itertools.chain.from_iterable(self.portions())

    def portions(self) -> Iterator[list[str]]:
        """Names of all events, sorted, in portions of which each needs few segments."""
        for writer in self.writers():
            yield from self._portions(writer)

    def sealed(self, segment: str) -> Mapping[str, bytes]:
        """The bytes of a segment's events by their names, in their order.

        Raises:
            ObjectMissingError: there is no such segment.
            ObjectDamagedError: it is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        with self._guard:
            if (known := self._last_read.get(segment)) is not None:
                self._last_read.move_to_end(segment)
                return known
        try:
            found = self._read(segment)
        except BucketUnavailableError:
            raise
        except StoreError as error:
            if self._unreadable.get(segment) != str(error):  # said once, however often it is read
                _LOG.error("left out, with all of its events: %s", error)
            self._unreadable[segment] = str(error)
            raise
        self._unreadable.pop(segment, None)
        with self._guard:
            self._last_read[segment] = found
            if len(self._last_read) > _REMEMBERED:
                self._last_read.popitem(last=False)
        return found

    def get(self, name: str) -> bytes:
        """The bytes of an event, unchecked.

        Raises:
            ObjectMissingError: it is not here.
            ObjectDamagedError: its object is no regular file, or too large.
            BucketUnavailableError: the bucket does not answer.
        """
        with self._guard:
            for lines in self._last_read.values():
                if name in lines:
                    return lines[name]
        try:
            return self.objects.get(name)
        except ObjectMissingError:
            segment = self.segment_of(name)
            if segment is None:
                raise
            return self.sealed(segment)[name]

    def holds(self, name: str) -> bool:
        """Whether this event is here."""
        return self.objects.holds(name) or self.segment_of(name) is not None

    def segment_of(self, name: str) -> str | None:
        """Name of a segment that holds an event; None if no readable one does."""
        event = EventName.parse(name)
        if event is None:
            return None
        for segment in self.segments(event.writer):
            parsed = SegmentName.parse(segment)
            if parsed is not None and parsed.covers(event):
                with suppress(ObjectMissingError, ValueError):  # missing or damaged
                    if name in self.sealed(segment):
                        return segment
        return None

    def unreadable(self) -> dict[str, str]:
        """The segments that could not be read when they were read last, with the reasons, by object name."""
        return dict(sorted(self._unreadable.copy().items()))

    def _read(self, segment: str) -> Mapping[str, bytes]:
        if self._near is not None:
            with suppress(StoreError):
                return read_segment(segment, self._near.objects.get(segment))
        return read_segment(segment, self.objects.get(segment))

    def _portions(self, writer: str) -> Iterator[list[str]]:
        loose = list(self.loose(writer))  # before the segments, see above
        at = 0
        for segments in _overlapping(self.segments(writer)):
            last = max(segment.last for segment in segments)
            names = set[str]()
            while at < len(loose) and _sequence(loose[at]) <= last:
                names.add(loose[at])
                at += 1
            for segment in segments:
                with suppress(ObjectMissingError, ValueError):
                    names.update(self.sealed(str(segment)))
            if names:
                yield sorted(names)
        if at < len(loose):
            yield loose[at:]


def _overlapping(names: Iterator[str]) -> Iterator[list[SegmentName]]:
    """Segments of one writer, those with common sequences together."""
    group: list[SegmentName] = []
    for segment in filter(None, map(SegmentName.parse, names)):
        if group and segment.first > max(other.last for other in group):
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def _sequence(name: str) -> int:
    parsed = EventName.parse(name)
    return parsed.sequence if parsed is not None else 0
