"""The events of a spool that its index lacks: because its database was away, or a process was killed."""

from __future__ import annotations

from collections.abc import Iterator

from tqdm import tqdm

from datasets.samples.event import Event
from datasets.samples.index import SampleIndex
from datasets.samples.segment import SegmentName
from datasets.samples.spool import Spool

AT_ONCE = 2000  # events that the index takes in at once


class Backlog:
    """Found by listing the events that have objects of their own, and the names of segments.

    Args:
        spool: of the events.
        index: what it lacks is found.

    Raises:
        IndexUnavailableError: the database does not answer.
    """

    def __init__(self, spool: Spool, index: SampleIndex) -> None:
        self._spool = spool
        self._index = index
        self._loose = index.lacking(spool.events.loose())
        self._segments = sorted(set(spool.events.segments()) - index.segments.taken_in())
        self.count = len(self._loose) + sum(map(events_in, self._segments))  # events

    def batches(self) -> Iterator[list[Event]]:
        """The events that can be read, in batches. Each must be in the index before the next one is asked for."""
        with progress(self.count, "index") as bar:
            for start in range(0, len(self._loose), AT_ONCE):
                names = self._loose[start : start + AT_ONCE]
                yield self._spool.read_all(names)
                bar.update(len(names))
            for segment in self._segments:
                names = self._spool.sealed_names(segment)
                if not names:
                    continue
                yield self._spool.read_all(names)
                self._index.segments.note([segment])
                bar.update(len(names))


def events_in(segment: str) -> int:
    """The number of events in a segment of this name."""
    parsed = SegmentName.parse(segment)
    return parsed.count if parsed is not None else 0


def progress(count: int, what: str) -> tqdm[None]:
    """A bar that shows on a terminal how far many events have come."""
    is_hidden = True if count <= AT_ONCE else None  # None: on a terminal only
    return tqdm(total=count, desc=what, unit="event", disable=is_hidden)
