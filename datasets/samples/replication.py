"""Makes a bucket agree with the spool: the order of sending, fetching and removing.

Order matters more than speed here:

- A label goes crop first, event second: an event in the bucket has had its crop there before it.
- A tombstone goes event first, removal second: where a crop is missing, the reason can be read.
- Crops are shared (same pixels, same name), so a removal could hit a crop that another backend has just found
  to be there. Hence each side writes its event, *then* looks at the other's: the sender looks for its crop
  once more after its event, the remover for new events once more after its removal (as in Dekker's mutual
  exclusion: of two sides that announce first and look second, at least one sees the other).

Everything may be repeated at any time and by several processes at once.
"""

from __future__ import annotations

import logging

from datasets.errors import (
    BucketUnavailableError,
    IndexUnavailableError,
    ObjectMissingError,
    StoreError,
    StoreFullError,
)
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CROPS, crop_digest, crop_name
from datasets.samples.event import EVENTS, Event, EventName, read_event
from datasets.samples.genuine import is_genuine, place
from datasets.samples.index import SampleIndex
from datasets.samples.spool import FAR_AHEAD, Spool

_LOG = logging.getLogger(__name__)

ABOUT_ALL = (BucketUnavailableError, IndexUnavailableError, StoreFullError)
"""Errors that concern bucket, database or disk as a whole; any other is about one object."""


class Replication:
    """The traffic between one spool and one bucket (or any other `ObjectStore`)."""

    def __init__(self, spool: Spool, index: SampleIndex, replica: ObjectStore) -> None:
        self.replica = replica
        self._spool = spool
        self._index = index
        self._aside: dict[str, str] = {}  # events in the bucket that are not fetched -> why

    def unsent(self) -> list[str]:
        """Names of the events in the spool that the bucket has not confirmed, in the order of sending."""
        return sorted(self._spool.event_names() - self._index.sent(self.replica.url))

    def written_at(self, name: str) -> float:
        """When an event of the spool was written, in seconds since 1970 by this machine's clock."""
        return self._spool.objects.written_at(name)

    def has_sent(self) -> bool:
        """Whether the index knows any event that the bucket has confirmed."""
        return bool(self._index.sent(self.replica.url))

    def set_aside(self) -> dict[str, str]:
        """The events in the bucket that the last pull could not take in, with the reasons, by object name."""
        return dict(sorted(self._aside.copy().items()))

    def send(self, name: str) -> None:
        """Send one event, and the crop or removal that belongs to it, to the bucket.

        Raises:
            BucketUnavailableError: later.
            IndexUnavailableError: later.
            StoreError: something is wrong with this one event or its crop.
        """
        data = self._spool.objects.get(name)
        try:
            event = read_event(name, data)
        except StoreError:
            if is_genuine(name, data) and self.replica.holds(name):  # it came from there, in an earlier release
                self._index.mark_sent(self.replica.url, [name])
                return
            raise
        if not self._index.holds(name):  # the database was away, or another backend on it has rebuilt it
            self._index.add([event])
        if event.kind == "label" and event.sample is not None:
            self._send_crop(event.sample)
            place(self.replica, name, data)
            if self._index.is_buried(event.sample):
                self._remove(event.sample)
            elif not self.replica.holds(crop_name(event.sample)):
                self._send_crop(event.sample)
        else:
            place(self.replica, name, data)
            if event.kind == "deleted":
                self._carry_out(event)
        self._index.mark_sent(self.replica.url, [name])

    def pull(self) -> int:
        """Fetch the events of other spools and carry out their removals. Returns the number of new events.

        Raises:
            BucketUnavailableError: later.
            IndexUnavailableError: later.
        """
        fetched = self._fetch_events()
        self._index.add(fetched)
        for event in fetched:
            self._spool.witness(event.stamp)
        # Tombstones count as unsent until they are carried out here, so that a crash forgets none.
        self._index.mark_sent(self.replica.url, [event.name for event in fetched if event.kind != "deleted"])
        for event in fetched:
            if event.kind == "deleted":
                self._carry_out(event)
                self._index.mark_sent(self.replica.url, [event.name])
        return len(fetched)

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
        for name in sorted(self._spool.event_names().intersection(self.replica.names(EVENTS))):
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
        self._index.replace_sent(self.replica.url, confirmed)
        return confirmed

    def _fetch_events(self) -> list[Event]:
        fetched, aside = [], dict[str, str]()
        for folder in self.replica.folders(EVENTS):
            known = set(self._spool.objects.names(folder))
            for name in self.replica.names(folder, f"{folder}{_first_hole(known):010d}"):
                if name in known or EventName.parse(name) is None:
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
                    if self._aside.get(name) != str(error):  # said once, however often the bucket is read
                        _LOG.warning("an event in the bucket is not fetched: %s", error)
                    aside[name] = str(error)
                    continue
                fetched.append(event)
        self._aside = aside
        return fetched

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
            unknown = self._spool.event_names() - self._index.event_names()
            self._index.add(self._spool.read_all(unknown))
            if not self._index.is_buried(digest):
                return False
            self._spool.objects.delete(crop_name(digest))
            return True


def _first_hole(names: set[str]) -> int:
    """The first sequence that is missing among the names of one writer."""
    have = {parsed.sequence for name in names if (parsed := EventName.parse(name)) is not None}
    number = 1
    while number in have:
        number += 1
    return number
