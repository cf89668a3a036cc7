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
from datasets.objects.folder import FolderObjects, disk_errors, locked, make_folder, sync_file, sync_folder
from datasets.samples.event import EVENTS, Event, EventKind, EventName, read_event
from datasets.samples.sample import Label

_LOG = logging.getLogger(__name__)


class Spool:
    """A folder of objects to which this process appends events under a writer's name of its own.

    Several processes may work on one spool: each leases another writer. A lease ends with its process, and
    the next process goes on with that writer's sequence.

    Args:
        root: the spool's folder; made if missing.
        clock: seconds since 1970; tests pass clocks that jump.
    """

    def __init__(self, root: Path, *, clock: Clock = time.time) -> None:
        self.local = root.resolve() / "local"
        self._scratch = self.local / "tmp"
        self.objects = FolderObjects(root, self._scratch)
        self._clock = clock
        self._guard = threading.RLock()  # append() is called inside exclusive()
        with disk_errors(f"cannot open the spool {root}"):
            self._presence = self._announce()
            self.writer, self._lease = self._lease_writer()
        self._sequence = self._last_sequence()
        self._stamp = 0

    def event_names(self) -> set[str]:
        """Names of all events of this spool, by all writers."""
        return {name for name in self.objects.names(EVENTS) if EventName.parse(name) is not None}

    def read(self, name: str) -> Event:
        """Read an event.

        Raises:
            ObjectMissingError: the event is not here.
            StoreError: it is damaged.
        """
        return read_event(name, self.objects.get(name))

    def read_all(self, names: Iterable[str]) -> list[Event]:
        """Read events; damaged ones are left out, and `verify` names them."""
        events = []
        for name in sorted(names):
            try:
                events.append(self.read(name))
            except StoreError as error:
                _LOG.error("left out: %s", error)
        return events

    def witness(self, stamp: int) -> None:
        """Take note of an event seen elsewhere: later events of this spool are ordered after it."""
        self._stamp = max(self._stamp, stamp)

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
        width: int = 0,
        height: int = 0,
    ) -> Event:
        """Write the next event of this writer; it is durable when this returns.

        Raises:
            StoreFullError: no room; no event was written.
            StoreError: the disk failed in another way; no event was written.
        """
        with self._guard:
            now = self._clock()
            # Hybrid logical clock: the wall clock where it moves on, a step further where it does not.
            stamp = max(int(now * 1000), self._stamp + 1)
            event = Event(
                kind=kind,
                writer=self.writer,
                sequence=self._sequence + 1,
                stamp=stamp,
                stored_at=datetime.fromtimestamp(now, UTC),
                prediction_id=prediction_id,
                sample=sample,
                label=label,
                width=width,
                height=height,
            )
            self.objects.put(event.name, event.to_bytes())
            self._sequence += 1
            self._stamp = stamp
            return event

    def close(self) -> None:
        """Give the writer's name back."""
        for descriptor in (self._lease, self._presence):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _announce(self) -> int:
        """Register this process at the spool; if no other works here, remove half-written files."""
        descriptor = os.open(self.local / "presence.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if _try_lock(descriptor):
            for left in self._scratch.glob("*.tmp"):
                left.unlink(missing_ok=True)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor

    def _lease_writer(self) -> tuple[str, int]:
        """Take a writer that no process uses now, or draw a new writer. Returns its name and the lock on it."""
        folder = self.local / "writers"
        make_folder(folder)
        for path in sorted(folder.glob("*.json")):
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            if _try_lock(descriptor) and _is_own(path, descriptor):
                return path.stem, descriptor
            os.close(descriptor)
        writer = uuid.uuid4().hex[:16]
        path = folder / f"{writer}.json"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, json.dumps({"inode": os.fstat(descriptor).st_ino}).encode())
        sync_file(descriptor)
        sync_folder(folder)
        return writer, descriptor

    def _last_sequence(self) -> int:
        """The last number that the leased writer used, read from the names."""
        names = map(EventName.parse, self.objects.names(f"{EVENTS}{self.writer}/"))
        return max((name.sequence for name in names if name is not None), default=0)


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
