"""Fetches from a bucket what other spools have sent there: events in objects of their own, and segments."""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from datasets.errors import (
    BucketUnavailableError,
    IndexUnavailableError,
    ObjectMissingError,
    StoreError,
    StoreFullError,
)
from datasets.objects.folder import disk_errors, locked
from datasets.objects.interface import ObjectStore
from datasets.objects.names import EVENTS
from datasets.objects.several import several
from datasets.samples.event import Event, EventName, read_event
from datasets.samples.event_objects import EventObjects
from datasets.samples.genuine import place
from datasets.samples.index import SampleIndex
from datasets.samples.sealing import remove_sealed
from datasets.samples.segment import SegmentName, read_segment
from datasets.samples.spool import FAR_AHEAD, Spool

_LOG = logging.getLogger(__name__)

ABOUT_ALL = (BucketUnavailableError, IndexUnavailableError, StoreFullError)
"""Errors that concern bucket, database or disk as a whole; any other is about one object."""

_AT_ONCE = 500  # events that the index takes in at once


class Fetching:
    """Takes the events in a bucket into one spool and its index.

    Args:
        spool: receives the events.
        index: takes them in.
        replica: the bucket.
        there: the events in it.
        carry_out: carries out the removals of a tombstone that was fetched.
    """

    def __init__(
        self,
        spool: Spool,
        index: SampleIndex,
        replica: ObjectStore,
        there: EventObjects,
        carry_out: Callable[[Event], None],
    ) -> None:
        self._spool = spool
        self._index = index
        self._replica = replica
        self._there = there
        self._carry_out = carry_out
        self._aside: dict[str, str] = {}  # events in the bucket that are not fetched -> why

    def pull(self) -> int:
        """Fetch new events, and carry out their removals. Returns their number; see `Replication.pull`."""
        aside = dict[str, str]()
        # An event that is sealed meanwhile is in its segment before its own object is removed.
        count = self._fetch_events(aside)
        for segment in sorted(set(self._there.segments()) - self._whole_segments()):
            count += self._fetch_segment(segment, aside)
        with self._taking_in():
            pass  # what another process on this spool has fetched by now is in the index when this returns
        self._aside = aside
        return count

    def set_aside(self) -> dict[str, str]:
        """The events and segments that the last pull could not take in, with the reasons, by name."""
        return dict(sorted(self._aside.copy().items()))

    def finish_segment(self, segment: str) -> None:
        """Note that the bucket has a segment, and remove the objects that the spool has of its events."""
        self._index.replicas.note(self._replica.url, [segment])
        remove_sealed(self._spool.events, segment)
        self._index.replicas.forget(self._replica.url, self._spool.sealed_names(segment))

    @contextlib.contextmanager
    def _taking_in(self) -> Iterator[None]:
        """Keep other processes on this spool waiting that would take an event in it for one that the index knows."""
        with contextlib.ExitStack() as stack:
            with disk_errors("cannot lock the spool"):
                stack.enter_context(locked(self._spool.local / "fetch.lock"))
            yield

    def _take_in(self, events: Sequence[Event]) -> list[Event]:
        """Take in events that were fetched. Returns the tombstones among them, which are to be carried out."""
        self._index.add(events)
        for event in events:
            self._spool.witness(event.stamp)
        # Tombstones count as unsent until they are carried out here, so that a crash forgets none.
        self._index.replicas.note(self._replica.url, [event.name for event in events if event.kind != "deleted"])
        return [event for event in events if event.kind == "deleted"]

    def _finish_tombstones(self, tombstones: Iterable[Event]) -> None:
        for event in tombstones:
            self._carry_out(event)
            self._index.replicas.note(self._replica.url, [event.name])

    def _fetch_events(self, aside: dict[str, str]) -> int:
        tombstones, count = list[Event](), 0
        for folder in self._replica.folders(EVENTS):
            names = self._new_names(folder)
            while some := list(itertools.islice(names, _AT_ONCE)):
                with self._taking_in():
                    fetched = several(functools.partial(self._fetch, aside=aside), some)
                    found = [event for event in fetched if event is not None]
                    tombstones += self._take_in(found)
                count += len(found)
        self._finish_tombstones(tombstones)
        return count

    def _new_names(self, folder: str) -> Iterator[str]:
        """Names of the events of a writer's folder in the bucket that the spool does not have."""
        writer = folder.split("/")[1]
        known = set(self._spool.events.loose(writer))
        sealed = [name for name in map(SegmentName.parse, self._spool.events.segments(writer)) if name is not None]
        for name in self._replica.names(folder, f"{folder}{_first_hole(known, sealed):010d}"):
            parsed = EventName.parse(name)
            if name in known or parsed is None:
                continue
            if any(segment.covers(parsed) for segment in sealed) and self._spool.events.holds(name):
                continue
            yield name

    def _fetch(self, name: str, aside: dict[str, str]) -> Event | None:
        """Bring an event into the spool; None if it is gone, or is set aside."""
        try:
            data = self._replica.get(name)
            event = read_event(name, data)
            if self._spool.is_far_ahead(event.stamp):
                raise StoreError(f"{name}: {FAR_AHEAD}")
            place(self._spool.objects, name, data)
        except ObjectMissingError:
            return None
        except StoreError as error:
            if isinstance(error, ABOUT_ALL):
                raise
            self._set_aside(name, error, aside)
            return None
        return event

    def _whole_segments(self) -> set[str]:
        """The spool's segments but for those that could not be read."""
        return set(self._spool.events.segments()) - self._spool.events.unreadable().keys()

    def _fetch_segment(self, segment: str, aside: dict[str, str]) -> int:
        """Fetch a segment and take it over. Returns the number of events that were not known."""
        with self._taking_in():
            try:
                data = self._replica.get(segment)
                events = list(self._whole_events(read_segment(segment, data), aside))
                if any(self._spool.is_far_ahead(event.stamp) for event in events):
                    raise StoreError(f"{segment}: {FAR_AHEAD}")
                place(self._spool.objects, segment, data)
            except ObjectMissingError:
                return 0
            except StoreError as error:
                if isinstance(error, ABOUT_ALL):
                    raise
                self._set_aside(segment, error, aside)
                return 0
            names = [event.name for event in events]
            new = set(self._index.lacking(names))
            not_carried_out = set(self._index.replicas.unsent(self._replica.url, names))
            tombstones = self._take_in([event for event in events if event.name in new | not_carried_out])
        self._finish_tombstones(tombstones)
        self._index.segments.note([segment])
        self.finish_segment(segment)
        return len(new)

    def _whole_events(self, lines: Mapping[str, bytes], aside: dict[str, str]) -> Iterator[Event]:
        """The events of a segment that can be read."""
        for name, data in lines.items():
            try:
                yield read_event(name, data)
            except StoreError as error:
                self._set_aside(name, error, aside)

    def _set_aside(self, name: str, error: StoreError, aside: dict[str, str]) -> None:
        if self._aside.get(name) != str(error):  # said once, however often the bucket is read
            _LOG.warning("an event in the bucket is not fetched: %s", error)
        aside[name] = str(error)


def _first_hole(names: set[str], segments: Iterable[SegmentName]) -> int:
    """The first sequence that is missing among the names of one writer."""
    have = {parsed.sequence for name in names if (parsed := EventName.parse(name)) is not None}
    for segment in segments:
        have.update(range(segment.first, segment.last + 1))
    number = 1
    while number in have:
        number += 1
    return number
