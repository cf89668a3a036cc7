"""Makes a bucket agree with the spool: the order of sending, fetching and removing.

Order matters more than speed here:

- A label goes crop first, event second: an event in the bucket has had its crop there before it.
- A tombstone goes event first, removal second: where a crop is missing, the reason can be read.
- Crops are shared (same pixels, same name), so a removal could hit a crop that another backend has just found
  to be there. Hence each side writes its event, *then* looks at the other's: the sender looks for its crop
  once more after its event, the remover for new events once more after its removal (as in Dekker's mutual
  exclusion: of two sides that announce first and look second, at least one sees the other). After many labels at
  once the sender looks for new tombstones instead, and for the crops that a tombstone is about.

- A segment goes when the bucket has confirmed all of its events; it is read back before its events' own objects are
  removed there. The other spools then fetch the segment, and remove the objects that they have of its events.

Everything may be repeated at any time and by several processes at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from datasets.errors import ObjectMissingError, StoreError, StoreFullError
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CROPS, crop_digest, crop_name
from datasets.objects.several import AT_ONCE, several
from datasets.samples.event import Event, read_event
from datasets.samples.event_objects import EventObjects
from datasets.samples.fetching import ABOUT_ALL, Fetching
from datasets.samples.genuine import is_genuine, place
from datasets.samples.index import SampleIndex
from datasets.samples.live_rows import parts
from datasets.samples.removals import remove_buried
from datasets.samples.sealing import remove_sealed
from datasets.samples.segment import SegmentName, read_segment
from datasets.samples.spool import Spool


class Replication:
    """The traffic between one spool and one bucket (or any other `ObjectStore`)."""

    def __init__(self, spool: Spool, index: SampleIndex, replica: ObjectStore) -> None:
        self.replica = replica
        self._there = EventObjects(replica, near=spool.events)
        self._spool = spool
        self._index = index
        self._fetching = Fetching(spool, index, replica, self._there, self._carry_out)

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
        return self._fetching.set_aside()

    def send(self, name: str) -> None:
        """Send one event, and the crop or removal that belongs to it, to the bucket; or one segment.

        Raises:
            BucketUnavailableError: later.
            IndexUnavailableError: later.
            StoreError: something is wrong with this one event or its crop.
        """
        for error in self.send_all([name]).values():
            if error is not None:
                raise error

    def send_all(
        self, names: Iterable[str], is_stopping: Callable[[], bool] = lambda: False
    ) -> dict[str, StoreError | None]:
        """Send events and segments in this order: crops several at a time, then their events several at a time.

        A tombstone and a segment wait for what is before them, and what is after them waits.

        Args:
            names: of events and segments of the spool.
            is_stopping: whether what was not begun is to be left.

        Returns:
            What was sent, and for each that could not be, what is wrong with it alone.

        Raises:
            BucketUnavailableError: later.
            IndexUnavailableError: later.
        """
        told: dict[str, StoreError | None] = {}
        together: dict[str, Event] = {}
        for name in names:
            if is_stopping():
                break
            try:
                event = None if SegmentName.parse(name) is not None else self._event(name)
                if event is not None and event.kind != "deleted":
                    together[name] = event
                    continue
                told |= self._send_together(together, is_stopping)
                together = {}
                if event is not None:
                    self._send_tombstone(name, event)
                elif SegmentName.parse(name) is not None:
                    self._send_segment(name)
                told[name] = None
            except StoreError as error:
                if isinstance(error, ABOUT_ALL):
                    raise
                told[name] = error
        return told | self._send_together(together, is_stopping)

    def pull(self) -> int:
        """Fetch the events of other spools and carry out their removals. Returns the number of new events.

        Raises:
            BucketUnavailableError: later.
            IndexUnavailableError: later.
        """
        return self._fetching.pull()

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

    def _event(self, name: str) -> Event | None:
        """An event of the spool, which the index knows then; None if it came from the bucket and is wrong.

        Raises:
            StoreError: it is damaged or wrong.
        """
        data = self._spool.events.get(name)
        try:
            return read_event(name, data)
        except StoreError:
            if is_genuine(name, data) and self.replica.holds(name):  # it came from there, in an earlier release
                self._index.replicas.note(self.replica.url, [name])
                return None
            raise

    def _note_lacking(self, events: Mapping[str, Event]) -> None:
        """Have the index know these events."""
        if not self._index.lacking(events):
            return
        with self._spool.exclusive():  # who writes an event adds it before it lets others write
            # The database was away, or another backend on it has rebuilt it.
            self._index.add([events[name] for name in self._index.lacking(events)])

    def _send_together(
        self, events: Mapping[str, Event], is_stopping: Callable[[], bool]
    ) -> dict[str, StoreError | None]:
        """Send events that are no tombstones, and their crops."""
        if not events:
            return {}
        self._note_lacking(events)
        crops = list(dict.fromkeys(crop for event in events.values() if (crop := _crop_of(event)) is not None))
        buried = self._buried(crops)
        sending = [crop for crop in crops if crop not in buried]
        told: dict[str, StoreError | None] = {}
        crop_errors = dict(zip(sending, self._try_all(self._send_crop, sending, is_stopping), strict=False))
        ready = []
        for name, event in events.items():
            crop = _crop_of(event)
            if crop is None or crop in buried or crop_errors.get(crop, ...) is None:
                ready.append(name)
            elif isinstance(error := crop_errors.get(crop), StoreError):
                told[name] = error
        # No more at once than these: of a machine that dies for good, so many events at most lie beyond a hole.
        for some in parts(ready, AT_ONCE):
            told |= zip(some, self._try_all(self._place, some, is_stopping), strict=False)
        sent = [name for name in ready if told.get(name, ...) is None]
        self._look_again([crop for crop in map(_crop_of, (events[name] for name in sent)) if crop is not None])
        self._index.replicas.note(self.replica.url, sent)
        return told

    def _look_again(self, digests: Sequence[str]) -> None:
        """See to it that the crops of labels that were just sent are in the bucket, unless they are buried.

        Whoever removes one has sent a tombstone about it before. So one look at the new events tells which of many
        crops may have been removed.
        """
        looked = sorted(set(digests))
        if len(looked) > AT_ONCE:
            with contextlib.suppress(StoreFullError):  # then each is looked for
                self.pull()
                if not self.set_aside():  # nor is it known what these are about
                    looked = sorted(self._index.tombstones.touched(looked))
        buried = self._buried(looked)
        for digest in sorted(buried):
            self._remove(digest)
        kept = [digest for digest in looked if digest not in buried]
        for digest, is_there in zip(kept, several(lambda crop: self.replica.holds(crop_name(crop)), kept), strict=True):
            if not is_there:
                self._send_crop(digest)

    def _buried(self, digests: Sequence[str]) -> set[str]:
        return {digest for digest in self._index.tombstones.touched(digests) if self._index.is_buried(digest)}

    def _try_all(
        self, work: Callable[[str], None], items: Sequence[str], is_stopping: Callable[[], bool]
    ) -> list[StoreError | None]:
        """Do this with many, several at a time; what is wrong with one alone is returned in its place."""

        def attempt(item: str) -> StoreError | None:
            try:
                work(item)
            except StoreError as error:
                if isinstance(error, ABOUT_ALL):
                    raise
                return error
            return None

        return several(attempt, items, is_stopping=is_stopping)

    def _send_tombstone(self, name: str, event: Event) -> None:
        self._note_lacking({name: event})
        self._place(name)
        self._carry_out(event)
        self._index.replicas.note(self.replica.url, [name])

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
        self._fetching.finish_segment(segment)

    def _place(self, name: str) -> None:
        """Put an event into the bucket, unless it is there in a segment."""
        data = self._spool.events.get(name)
        if self._spool.objects.holds(name) or self._there.segment_of(name) is None:
            place(self.replica, name, data)

    def _send_crop(self, digest: str) -> None:
        name = crop_name(digest)
        try:
            data = self._spool.objects.get(name)
        except ObjectMissingError:
            data = b""
        if is_genuine(name, data):
            place(self.replica, name, data)
        elif not self._index.is_buried(digest) and not self.replica.holds(name):
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
        return bool(remove_buried(self._spool, self._index, [digest]))


def _crop_of(event: Event) -> str | None:
    """The crop that a label is about."""
    return event.sample if event.kind == "label" else None
