"""Leases: of several machines only one does a thing at a time, and one that died is replaced.

A lease is a chain of objects, `leases/<name>/<number>.json`. Whoever takes it, renews it or gives it back
*creates* the number after the last one that he has seen, and of several who create one name exactly one succeeds,
in a folder as in a bucket. So a holder who slept while another took over cannot renew: his number is taken. The
number of the entry that took the lease grows with each holder and fences what they write (Kleppmann 2016, "How to
do distributed locking").

What is assumed of clocks: that they run at about the same speed. Whether a holder is dead is measured by whoever
wants to replace him, as silence on his own monotonic clock for as long as the holder had asked for. Wall clocks
only say whether that measuring is worth the time: a wrong one costs time, never a second holder.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self

from datasets.errors import LeaseLostError, ObjectConflictError, ObjectMissingError, StoreError
from datasets.objects.canonical import canonical_json
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import LEASES, numbered_name, numbers

_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")
_KEPT = 4  # entries of the chain; older ones say nothing that counts
_LOOKS = 10  # at the chain, at least, while a silent holder is watched

Kind = Literal["taken", "renewed", "released"]


@dataclass(frozen=True, slots=True)
class LeaseEntry:
    """The last entry of a lease's chain, as anyone may read it."""

    number: int
    owner: str  # a label for people
    token: str  # tells holders apart, of one owner too
    kind: Kind
    fence: int  # number of the entry that took the lease
    seconds: float  # of silence after which the holder may be replaced
    at: datetime  # by the holder's wall clock


class Lease:
    """A lease that was taken. Made by `acquire`; a context manager that gives it back.

    Attributes:
        name: what it is about.
        owner: who holds it, for people.
        fence: fencing number: greater than that of every earlier holder.
        seconds: of silence after which another may take over.
    """

    def __init__(
        self,
        objects: ObjectStore,
        name: str,
        owner: str,
        seconds: float,
        *,
        clock: Clock,
        monotonic: Callable[[], float],
    ) -> None:
        self.name = name
        self.owner = owner
        self.seconds = seconds
        self.fence = 0
        self._objects = objects
        self._clock = clock
        self._monotonic = monotonic
        self._token = uuid.uuid4().hex
        self._number = 0
        self._renewed_at = 0.0  # by the monotonic clock
        self._over = False
        self._guard = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.release()
        except StoreError as failed:
            _LOG.warning("lease %s will run out by itself: %s", self.name, failed)

    def remaining(self) -> float:
        """Seconds for which nobody else can have taken the lease, at least; 0.0 if it is lost or given back.

        Measured from *before* the last renewal, on a clock that cannot be set.
        """
        # Without the guard, which a renewal holds for as long as the bucket lets it wait.
        return 0.0 if self._over else max(0.0, self._renewed_at + self.seconds - self._monotonic())

    def renew(self) -> None:
        """Say that the holder lives. Call it at least three times in `seconds`.

        Also succeeds late, as long as nobody has taken over.

        Raises:
            LeaseLostError: another has taken over, or the lease was given back. Stop what it protects.
            BucketUnavailableError: no answer; the lease holds for `remaining()` seconds more. Try again.
        """
        with self._guard:
            self._step("renewed")

    def release(self) -> bool:
        """Give the lease back. Returns False if it was lost, or given back before.

        Raises:
            BucketUnavailableError: no answer; the lease runs out by itself.
        """
        with self._guard:
            if self._over:
                return False
            try:
                self._step("released")
            except LeaseLostError:
                return False
            self._over = True
            return True

    @contextlib.contextmanager
    def kept(self) -> Iterator[threading.Event]:
        """Renew in the background while something long runs.

        Yields:
            An event that is set once the lease is lost, or could not be renewed for `seconds`. Look at it
            between steps, and stop. The end of the block does not give the lease back.
        """
        lost, done = threading.Event(), threading.Event()

        def renew() -> None:
            while not done.wait(self.seconds / 4):
                try:
                    self.renew()
                except LeaseLostError as error:
                    _LOG.warning("%s", error)
                    return
                except StoreError as error:
                    _LOG.warning("lease %s was not renewed: %s", self.name, error)

        def watch() -> None:  # apart, since a renewal may hang longer than the lease lasts
            while not done.wait(self.seconds / 40):
                if self.remaining() == 0.0:
                    lost.set()
                    return

        threads = [threading.Thread(target=work, name=f"lease {self.name}", daemon=True) for work in (renew, watch)]
        for thread in threads:
            thread.start()
        try:
            yield lost
        finally:
            done.set()
            threads[1].join()
            threads[0].join(self.seconds)

    def _take(self, last: int) -> bool:
        """Create the entry after `last`. Returns whether nobody else was faster."""
        self._number = last
        self.fence = last + 1
        try:
            self._step("taken")
        except LeaseLostError:
            return False
        return True

    def _step(self, kind: Kind) -> None:
        if self._over:
            raise LeaseLostError(f"lease {self.name} is no longer held by {self.owner}")
        before = self._monotonic()
        folder = _folder(self.name)
        try:
            if not self._create(kind):
                # Our own of a moment ago, whose answer was lost? Then the one after it is still free.
                there = _read(self._objects, folder, self._number + 1)
                if there is None or there.token != self._token:
                    raise LeaseLostError(_lost(self, there))
                self._number += 1
                if not self._create(kind):
                    raise LeaseLostError(_lost(self, _read(self._objects, folder, self._number + 1)))
            self._number += 1
            # Who slept for long may have written to a place in the chain that was cleared meanwhile.
            chain = numbers(self._objects, folder)
            if chain and chain[-1] > self._number:
                self._objects.delete(numbered_name(folder, self._number))
                raise LeaseLostError(_lost(self, _read(self._objects, folder, chain[-1])))
        except LeaseLostError:
            self._over = True
            raise
        self._renewed_at = before
        for number in chain[:-_KEPT]:
            self._objects.delete(numbered_name(folder, number))

    def _create(self, kind: Kind) -> bool:
        entry = {
            "number": self._number + 1,
            "owner": self.owner,
            "token": self._token,
            "kind": kind,
            "fence": self.fence,
            "seconds": self.seconds,
            "at": datetime.fromtimestamp(self._clock(), UTC).isoformat(),
            "attempt": uuid.uuid4().hex,  # so that "there already, the same" is our own lost answer
        }
        name = numbered_name(_folder(self.name), self._number + 1)
        try:
            self._objects.put(name, canonical_json(entry) + b"\n")
        except ObjectConflictError:
            return False
        return True


def acquire(
    objects: ObjectStore,
    name: str,
    owner: str,
    seconds: float,
    *,
    clock: Clock = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> Lease | None:
    """Take a lease.

    Returns at once if it is free or its holder has given a sign of life of late. If the holder's last sign is
    older than he asked for (or its time makes no sense), he is watched for that long, and replaced if he stays
    silent.

    Args:
        objects: `Places.authority`.
        name: what it is about: a-z, 0-9, point, dash, underscore.
        owner: who asks, for people.
        seconds: of silence after which others may take over; three renewals must fit with room to spare.
        clock: seconds since 1970.
        monotonic: seconds by a clock that cannot be set.
        sleep: waits for so many seconds; another one for tests, or to be woken early.

    Returns:
        The lease; None if somebody else holds it.

    Raises:
        StoreError: the name or the time makes no sense.
        BucketUnavailableError: the bucket does not answer.
    """
    if not seconds > 0.0:
        raise StoreError(f"a lease lasts for more than 0 seconds, not {seconds}")
    folder = _folder(name)
    lease = Lease(objects, name, owner, seconds, clock=clock, monotonic=monotonic)
    last = max(numbers(objects, folder), default=0)
    if last and not _is_over(objects, folder, last, seconds, clock, monotonic, sleep):
        return None
    return lease if lease._take(last) else None


def read_lease(objects: ObjectStore, name: str) -> LeaseEntry | None:
    """Who holds a lease, or held it last; None if nobody did, or the entry is damaged.

    Raises:
        BucketUnavailableError: the bucket does not answer.
    """
    folder = _folder(name)
    last = max(numbers(objects, folder), default=0)
    return _read(objects, folder, last) if last else None


def _is_over(
    objects: ObjectStore,
    folder: str,
    last: int,
    seconds: float,
    clock: Clock,
    monotonic: Callable[[], float],
    sleep: Callable[[float], object],
) -> bool:
    entry = _read(objects, folder, last)
    if entry is not None:
        if entry.kind == "released":
            return True
        seconds = entry.seconds
        if abs(clock() - entry.at.timestamp()) <= seconds:
            return False
    begun = monotonic()
    while (left := begun + seconds - monotonic()) > 0.0:
        sleep(min(left, seconds / _LOOKS))
        if max(numbers(objects, folder, last), default=last) > last:
            return False
    return True


def _folder(name: str) -> str:
    if not _NAME.match(name):
        raise StoreError(f"a lease is named with a-z, 0-9, point, dash and underscore, not {name!r}")
    return f"{LEASES}{name}/"


def _read(objects: ObjectStore, folder: str, number: int) -> LeaseEntry | None:
    name = numbered_name(folder, number)
    try:
        content = json.loads(objects.get(name))
        seconds = float(content["seconds"])
        if content["kind"] not in ("taken", "renewed", "released") or not 0.0 < seconds < 1e7:
            raise ValueError("impossible values")
        return LeaseEntry(
            number=number,
            owner=content["owner"],
            token=content["token"],
            kind=content["kind"],
            fence=content["fence"],
            seconds=seconds,
            at=datetime.fromisoformat(content["at"]).astimezone(UTC),
        )
    except ObjectMissingError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        _LOG.warning("%s in %s is damaged: %s", name, objects.url, error)
        return None


def _lost(lease: Lease, there: LeaseEntry | None) -> str:
    by = f" by {there.owner}" if there is not None else ""
    return f"lease {lease.name} of {lease.owner} was taken over{by}"
