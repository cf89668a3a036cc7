"""Makes a bucket agree with the spool: the order of sending, fetching and removing.

Order matters more than speed here:

- A label goes crop first, event second: an event in the bucket has had its crop there before it.
- A tombstone goes event first, removal second: where a crop is missing, the reason can be read.
- Crops are shared (same pixels, same name), so a removal could hit a crop that another backend has just found
  to be there. Hence each side writes its event, *then* looks at the other's: the sender looks for its crop
  once more after its event, the remover for new events once more after its removal (as in Dekker's mutual
  exclusion: of two sides that announce first and look second, at least one sees the other).

- A segment goes when the bucket has confirmed all of its events; it is read back before its events' own objects are
  removed there. The other spools then fetch the segment, and remove the objects that they have of its events.

Everything may be repeated at any time and by several processes at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence

from datasets.errors import (
    BucketUnavailableError,
    IndexUnavailableError,
    ObjectMissingError,
    StoreError,
    StoreFullError,
)
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CROPS, crop_digest, crop_name
from datasets.samples.backlog import Backlog
from datasets.samples.event import EVENTS, Event, EventName, read_event
from datasets.samples.event_objects import EventObjects
from datasets.samples.genuine import is_genuine, place
from datasets.samples.index import SampleIndex
from datasets.samples.sealing import remove_sealed
from datasets.samples.segment import SegmentName, read_segment
from datasets.samples.spool import FAR_AHEAD, Spool

_LOG = logging.getLogger(__name__)

ABOUT_ALL = (BucketUnavailableError, IndexUnavailableError, StoreFullError)
"""Errors that concern bucket, database or disk as a whole; any other is about one object."""


class Replication:
    """The traffic between one spool and one bucket (or any other `ObjectStore`)."""

    def __init__(self, spool: Spool, index: SampleIndex, replica: ObjectStore) -> None:
        self.replica = replica
        self._there = EventObjects(replica, near=spool.events)
        self._spool = spool
        self._index = index
        self._aside: dict[str, str] = {}  # events in the bucket that are not fetched -> why

    def unsent(self) -> list[str]:
        """Names of the events and segments that the bucket has not confirmed, in the order of sending."""
        url, events = self.replica.url, self._spool.events
        waiting = set(self._index.replicas.unsent(url, events.loose()))
        for segment in self._index.replicas.unsent(url, events.segments()):
            waiting.update(self._index.replicas.unsent(url, self._spool.sealed_names(segment)))
            waiting.add(segment)
        return sorted(waiting)  # segments last

    def written_at(self, name: str) -> float:
        """When an event or a segment of the spool was written, in seconds since 1970 by this machine's clock."""
        return self._spool.written_at(name)

    def has_sent(self) -> bool:
        """Whether the index knows any event that the bucket has confirmed."""
        return self._index.replicas.has_sent(self.replica.url)

    def set_aside(self) -> dict[str, str]:
        """The events and segments in the bucket that the last pull could not take in, with the reasons, by name."""
        return dict(sorted(self._aside.copy().items()))

    def send(self, name: str) -> None:
        """Send one event, and the crop or removal that belongs to it, to the bucket; or one segment.

        Raises:
            BucketUnavailableError: later.
            IndexUnavailableError: later.
            StoreError: something is wrong with this one event or its crop.
        """
        if SegmentName.parse(name) is not None:
            self._send_segment(name)
            return
        data = self._spool.events.get(name)
        try:
            event = read_event(name, data)
        except StoreError:
            if is_genuine(name, data) and self.replica.holds(name):  # it came from there, in an earlier release
                self._index.replicas.note(self.replica.url, [name])
                return
            raise
        if not self._index.holds(name):
            with self._spool.exclusive():  # who writes an event adds it before it lets others write
                if not self._index.holds(name):  # the database was away, or another backend on it has rebuilt it
                    self._index.add([event])
        if event.kind == "label" and event.sample is not None:
            self._send_crop(event.sample)
            self._place(name, data)
            if self._index.is_buried(event.sample):
                self._remove(event.sample)
            elif not self.replica.holds(crop_name(event.sample)):
                self._send_crop(event.sample)
        else:
            self._place(name, data)
            if event.kind == "deleted":
                self._carry_out(event)
        self._index.replicas.note(self.replica.url, [name])

    def pull(self) -> int:
        """Fetch the events of other spools and carry out their removals. Returns the number of new events.

        Raises:
            BucketUnavailableError: later.
            IndexUnavailableError: later.
        """
        aside = dict[str, str]()
        # An event that is sealed meanwhile is in its segment before its own object is removed.
        fetched = self._fetch_events(aside)
        self._take_over(fetched)
        count = len(fetched)
        for segment in sorted(set(self._there.segments()) - self._whole_segments()):
            count += self._fetch_segment(segment, aside)
        self._aside = aside
        return count

    def reconcile(self) -> list[str]:
        """Learn from the bucket's listing which events it has, as after the loss of the index.

        Returns:
            Names of the events that need not be sent again.

        Raises:
            BucketUnavailableError: later.
            IndexUnavailableError: later.
        """
        there = {digest for name in self.replica.names(CROPS) if (digest := crop_digest(name)) is not None}
        needed = set(self._index.needed_crops())
        confirmed = []
        in_bucket = set(self._there.names())
        for name in self._spool.events.names():
            if name not in in_bucket:
                continue
            try:
                event = self._spool.read(name)
            except StoreError:
                continue  # `verify` names it
            if event.kind == "label":
                settled = event.sample in there or event.sample not in needed
            elif event.kind == "deleted":
                settled = not there.intersection(self._index.crops_of(event)) - needed
            else:
                settled = True
            if settled:
                confirmed.append(name)
        settled_names = set(confirmed)
        shared = set(self._there.segments()).intersection(self._spool.events.segments())
        for segment in sorted(shared):
            if settled_names.issuperset(names := self._spool.sealed_names(segment)) and names:
                confirmed.append(segment)
        self._index.replicas.replace(self.replica.url, confirmed)
        return confirmed

    def _take_over(self, events: Sequence[Event]) -> None:
        """Take in events that were fetched, and carry out their removals."""
        self._index.add(events)
        for event in events:
            self._spool.witness(event.stamp)
        # Tombstones count as unsent until they are carried out here, so that a crash forgets none.
        self._index.replicas.note(self.replica.url, [event.name for event in events if event.kind != "deleted"])
        for event in events:
            if event.kind == "deleted":
                self._carry_out(event)
                self._index.replicas.note(self.replica.url, [event.name])

    def _fetch_events(self, aside: dict[str, str]) -> list[Event]:
        fetched = []
        for folder in self.replica.folders(EVENTS):
            writer = folder.split("/")[1]
            known = set(self._spool.events.loose(writer))
            sealed = [name for name in map(SegmentName.parse, self._spool.events.segments(writer)) if name is not None]
            for name in self.replica.names(folder, f"{folder}{_first_hole(known, sealed):010d}"):
                parsed = EventName.parse(name)
                if name in known or parsed is None:
                    continue
                if any(segment.covers(parsed) for segment in sealed) and self._spool.events.holds(name):
                    continue
                try:
                    data = self.replica.get(name)
                    event = read_event(name, data)
                    if self._spool.is_far_ahead(event.stamp):
                        raise StoreError(f"{name}: {FAR_AHEAD}")
                    place(self._spool.objects, name, data)
                except ObjectMissingError:
                    continue
                except StoreError as error:
                    if isinstance(error, ABOUT_ALL):
                        raise
                    self._set_aside(name, error, aside)
                    continue
                fetched.append(event)
        return fetched

    def _whole_segments(self) -> set[str]:
        """The spool's segments but for those that could not be read."""
        return set(self._spool.events.segments()) - self._spool.events.unreadable().keys()

    def _fetch_segment(self, segment: str, aside: dict[str, str]) -> int:
        """Fetch a segment and take it over. Returns the number of events that were not known."""
        try:
            data = self.replica.get(segment)
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
        not_carried_out = set(self._index.replicas.unsent(self.replica.url, names))
        self._take_over([event for event in events if event.name in new or event.name in not_carried_out])
        self._index.segments.note([segment])
        self._finish_segment(segment)
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

    def _send_segment(self, segment: str) -> None:
        """Send a segment whose events the bucket has confirmed, and remove their own objects there."""
        if not self._index.replicas.unsent(self.replica.url, [segment]):
            return
        lines = self._spool.events.sealed(segment)
        if waiting := self._index.replicas.unsent(self.replica.url, lines):
            raise StoreError(f"{segment} waits until {len(waiting)} of its events are sent")
        place(self.replica, segment, self._spool.objects.get(segment))
        if read_segment(segment, self.replica.get(segment)) != lines:
            raise StoreError(f"{segment} is not in {self.replica.url} as it was sent")
        remove_sealed(self._there, segment)
        self._finish_segment(segment)

    def _finish_segment(self, segment: str) -> None:
        """Note that the bucket has a segment, and remove the objects that the spool has of its events."""
        self._index.replicas.note(self.replica.url, [segment])
        remove_sealed(self._spool.events, segment)
        self._index.replicas.forget(self.replica.url, self._spool.sealed_names(segment))

    def _place(self, name: str, data: bytes) -> None:
        """Put an event into the bucket, unless it is there in a segment."""
        if self._spool.objects.holds(name) or self._there.segment_of(name) is None:
            place(self.replica, name, data)

    def _send_crop(self, digest: str) -> None:
        if self._index.is_buried(digest):
            return
        name = crop_name(digest)
        try:
            data = self._spool.objects.get(name)
        except ObjectMissingError:
            data = b""
        if is_genuine(name, data):
            place(self.replica, name, data)
        elif not self.replica.holds(name):
            raise StoreError(f"{name} is {'damaged' if data else 'missing'} here and not in {self.replica.url}")

    def _carry_out(self, tombstone: Event) -> None:
        for digest in self._index.crops_of(tombstone):
            self._remove(digest)

    def _remove(self, digest: str) -> None:
        """Remove a crop from the spool and the bucket unless a label needs it."""
        name = crop_name(digest)
        if not self.replica.holds(name):
            self._remove_local(digest)
            return
        self.pull()
        if not self._remove_local(digest):
            return
        try:
            pixels = self.replica.get(name)
        except ObjectMissingError:
            return
        self.replica.delete(name)
        self.pull()
        if not self._index.is_buried(digest):
            place(self.replica, name, pixels)

    def _remove_local(self, digest: str) -> bool:
        """Remove the spool's copy; False unless every label on it is known to be buried."""
        with self._spool.exclusive():
            # Another backend may have rebuilt the shared database without the labels that only this spool holds.
            for events in Backlog(self._spool, self._index).batches():
                self._index.add(events)
            if not self._index.is_buried(digest):
                return False
            self._spool.objects.delete(crop_name(digest))
            return True


def _first_hole(names: set[str], segments: Iterable[SegmentName]) -> int:
    """The first sequence that is missing among the names of one writer."""
    have = {parsed.sequence for name in names if (parsed := EventName.parse(name)) is not None}
    for segment in segments:
        have.update(range(segment.first, segment.last + 1))
    number = 1
    while number in have:
        number += 1
    return number
