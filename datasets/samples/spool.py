"""The local spool: it makes a confirmed crop and its label safe before the shopper sees "saved"."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from datasets.errors import StoreError
from datasets.objects.clock import Clock
from datasets.objects.folder import FolderObjects, disk_errors, locked, make_folder, open_own, sync_file, sync_folder
from datasets.samples.event import LAST_SEQUENCE, LAST_STAMP, Event, EventKind, EventName, read_event
from datasets.samples.event_objects import EventObjects
from datasets.samples.marks import Marks
from datasets.samples.pair import Pair
from datasets.samples.room import FREE_BYTES, Room
from datasets.samples.sample import Label
from datasets.samples.segment import SegmentName
from datasets.samples.unfinished import Unfinished

_LOG = logging.getLogger(__name__)
FAR_AHEAD = "its stamp is more than a year ahead of this machine's clock"
_MOST_AHEAD = 366 * 86_400_000  # milliseconds that a stamp may be ahead of this machine's clock


class Spool:
    """A folder of objects to which this process appends events under a writer's name of its own.

    Several processes may work on one spool: each leases another writer. A lease ends with its process, and
    the next process goes on with that writer's sequence.

    Args:
        root: the spool's folder; made if missing.
        least_free: bytes that labels leave free on its disk.
        clock: seconds since 1970; tests pass clocks that jump.
    """

    def __init__(self, root: Path, *, least_free: int = FREE_BYTES, clock: Clock = time.time) -> None:
        self.local = root.resolve() / "local"
        self._scratch = self.local / "tmp"
        self.is_shared = False  # whether other processes worked on it when it was opened
        self.objects = FolderObjects(root, self._scratch)
        self.events = EventObjects(self.objects)
        self._clock = clock
        self._guard = threading.RLock()  # append() is called inside exclusive()
        self.room = Room(self.local, least_free)
        self.room.prepare()
        with disk_errors(f"cannot open the spool {root}"):
            presence = self._announce()
            try:
                self.writer, self._sequence, lease = self._lease_writer()
            except BaseException:
                os.close(presence)  # the opening may be tried again for days
                raise
        self._open: tuple[int, ...] = (lease, presence)
        self.unfinished = Unfinished(self.local / "unfinished", self.writer)
        self._stamp = 0
        self._left_out: dict[str, str] = {}  # events that cannot be read -> why

    def event_names(self) -> set[str]:
        """Names of all events of this spool, by all writers."""
        return set(self.events.names())

    def sealed_names(self, segment: str) -> list[str]:
        """Names of the events in a segment, in order; [] if it cannot be read."""
        try:
            return list(self.events.sealed(segment))
        except StoreError:
            return []

    def written_at(self, name: str) -> float:
        """When an event, or the segment that holds it, was written, in seconds since 1970 by this machine's clock."""
        if not self.objects.holds(name):
            name = self.events.segment_of(name) or name
        return self.objects.written_at(name)

    def read(self, name: str) -> Event:
        """Read an event.

        Raises:
            ObjectMissingError: the event is not here.
            StoreError: it is damaged.
        """
        return read_event(name, self.events.get(name))

    def read_all(self, names: Iterable[str]) -> list[Event]:
        """Read events; wrong and damaged ones are left out, and `verify` names them."""
        events = []
        for name in sorted(names):
            try:
                events.append(self.read(name))
            except StoreError as error:
                if self._left_out.get(name) != str(error):  # said once, however often the spool is read
                    _LOG.error("left out: %s", error)
                self._left_out[name] = str(error)
            else:
                self._left_out.pop(name, None)
        return events

    def left_out(self) -> dict[str, str]:
        """The events and segments that could not be read when they were read last, with the reasons, by object name."""
        events = {name: why for name, why in sorted(self._left_out.copy().items()) if self.events.holds(name)}
        return events | self.events.unreadable()

    def witness(self, stamp: int) -> None:
        """Take note of an event seen elsewhere: later events of this spool are ordered after it.

        A stamp that is more than a year ahead of this machine's clock is passed over. It comes from a wrong clock or a
        wrong hand, and would bring every later event of every machine to the end of time.
        """
        if not self.is_far_ahead(stamp):
            self._stamp = max(self._stamp, stamp)

    def is_far_ahead(self, stamp: int) -> bool:
        """Whether a stamp is more than a year ahead of this machine's clock."""
        return stamp > int(self._clock() * 1000) + _MOST_AHEAD

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other threads and processes of this spool from writing or removing at the same time."""
        with self._guard, contextlib.ExitStack() as stack:
            with disk_errors("cannot lock the spool"):
                stack.enter_context(locked(self.local / "spool.lock"))
            yield

    def append(
        self,
        kind: EventKind,
        *,
        prediction_id: str | None = None,
        sample: str | None = None,
        label: Label | None = None,
        pair: Pair | None = None,
        marks: Marks | None = None,
        width: int = 0,
        height: int = 0,
        by: str = "",
        restores: int | None = None,
        after: int = 0,
    ) -> Event:
        """Write the next event of this writer; it is durable when this returns.

        Args:
            kind: label, tombstone, pair or marks.
            prediction_id: the prediction that it is about.
            sample: digest of the crop that it is about.
            label: the label, normalised.
            pair: the pair, normalised.
            marks: the tags and metadata, normalised.
            width: of the crop, pixels.
            height: of the crop, pixels.
            by: who of the team says the label.
            restores: stamp of the label that the label brings back.
            after: stamp of an event that it must follow, however far ahead that is. No label follows `LAST_STAMP`,
                where time ends; of tombstones there, writer and sequence alone decide.

        Raises:
            StoreFullError: no room; no event was written.
            StoreError: the disk failed in another way, or the label cannot follow; no event was written.
        """
        if kind == "label" and after >= LAST_STAMP:
            raise StoreError("an event about this prediction or crop lies at the end of time; `verify` names it")
        with self._guard:
            now = self._clock()
            # Hybrid logical clock: the wall clock where it moves on, a step further where it does not.
            by_clock = max(int(now * 1000), self._stamp + 1)
            stamp = min(max(by_clock, after + 1), LAST_STAMP)
            event = Event(
                kind=kind,
                writer=self.writer,
                sequence=self._sequence + 1,
                stamp=stamp,
                stored_at=datetime.fromtimestamp(now, UTC),
                prediction_id=prediction_id,
                sample=sample,
                label=label,
                pair=pair,
                marks=marks,
                width=width,
                height=height,
                by=by,
                restores=restores,
            )
            self.objects.put(event.name, event.to_bytes())
            self._sequence += 1
            self._stamp = by_clock
            return event

    def close(self) -> None:
        """Give the writer's name back."""
        descriptors, self._open = self._open, ()
        for descriptor in descriptors:  # once: the numbers may belong to other files afterwards
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _announce(self) -> int:
        """Register this process at the spool; if no other works here, remove half-written files."""
        descriptor = open_own(self.local / "presence.lock")
        self.is_shared = not _try_lock(descriptor)
        if not self.is_shared:
            for left in self._scratch.glob("*.tmp"):
                left.unlink(missing_ok=True)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor

    def _lease_writer(self) -> tuple[str, int, int]:
        """Take a writer that no process uses now, or draw a new writer.

        Returns:
            Its name, its last sequence, and the lock on it.
        """
        folder = self.local / "writers"
        make_folder(folder)
        for path in sorted(folder.glob("*.json")):
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            if _try_lock(descriptor) and _is_own(path, descriptor):
                sequence = self._last_sequence(path.stem)
                if sequence is not None:
                    return path.stem, sequence, descriptor
            os.close(descriptor)
        writer = uuid.uuid4().hex[:16]
        path = folder / f"{writer}.json"
        descriptor = open_own(path, os.O_EXCL)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.write(descriptor, json.dumps({"inode": os.fstat(descriptor).st_ino}).encode())
            sync_file(descriptor)
            sync_folder(folder)
        except OSError:
            path.unlink(missing_ok=True)
            os.close(descriptor)
            raise
        return writer, 0, descriptor

    def _last_sequence(self, writer: str) -> int | None:
        """The last number that a writer used, read from the names; None if it cannot go on.

        After a hole no version would count its events: one was lost, or an event of a forged number was fetched.
        """
        names = map(EventName.parse, self.events.loose(writer))
        used = {name.sequence for name in names if name is not None} - {0}
        for segment in filter(None, map(SegmentName.parse, self.events.segments(writer))):
            used.update(range(segment.first, segment.last + 1))
        last = max(used, default=0)
        return last if last == len(used) and last < LAST_SEQUENCE else None


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def _is_own(path: Path, descriptor: int) -> bool:
    """Whether this writer was drawn in this very folder.

    A spool that was copied, or brought back from a backup, must not go on with the original's numbers: the
    original may have used them since. A copied file has another inode.
    """
    try:
        return bool(json.loads(path.read_bytes())["inode"] == os.fstat(descriptor).st_ino)
    except (ValueError, KeyError, TypeError):
        return False
