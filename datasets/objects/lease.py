"""Leases: of several machines only one does a piece of work at a time, and a dead one is replaced.

A lease is a chain of entries, `leases/<name>/<number>.json`. Taking, renewing and giving back each *create* the
number after the last one that the holder has seen, and of several writers of one number exactly one succeeds, in a
folder as in a bucket. So a holder that was suspended while another took over cannot renew: its number is taken. The
number of the entry that took the lease grows with each holder and fences what they write (Kleppmann 2016, "How to
do distributed locking").

Clocks are assumed to run at about the same speed, no more. A holder counts as dead once it has been silent for the
time in its own entry, measured on the monotonic clock of the machine that wants to replace it. Wall clocks only decide
whether measuring is worth the time: a wrong clock costs time, never a second holder.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self

from pydantic import Field

from datasets.errors import ChainDamagedError, LeaseLostError, ObjectMissingError, StoreError
from datasets.objects.chain import Chain, ChainEntry
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import LEASES
from datasets.objects.record import UtcTime

_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")
_KEPT = 4  # entries of the chain; older ones are not needed
_LOOKS = 10  # at the chain, at least, while a silent holder is watched
MOST_SECONDS = 1e7  # of silence that a holder may ask for

Kind = Literal["taken", "renewed", "released"]


class LeaseEntry(ChainEntry):
    """An entry of a lease's chain."""

    owner: str  # a label for people
    token: str  # tells holders apart, even those of one owner
    kind: Kind
    fence: int  # number of the entry that took the lease
    seconds: float = Field(gt=0.0, lt=MOST_SECONDS)  # silence after which the holder may be replaced
    at: UtcTime  # by the holder's wall clock


class Lease:
    """A lease that was taken. Made by `acquire`; a context manager that gives it back.

    Args:
        chain: the lease's entries.
        name: name of the lease.
        owner: label of the holder, for people.
        seconds: silence after which another machine may take over.
        clock: seconds since 1970.
        monotonic: seconds by a clock that cannot be set.
    """

    def __init__(
        self,
        chain: Chain[LeaseEntry],
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
        self.fence = 0  # greater than that of every earlier holder
        self._chain = chain
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
            _LOG.warning("lease %s could not be given back and will run out: %s", self.name, failed)

    def remaining(self) -> float:
        """Seconds for which, at least, no other machine can take the lease; 0.0 if it is lost or given back.

        Measured from *before* the last renewal, on a clock that cannot be set.
        """
        # Read without the guard, which a renewal holds while it waits for the bucket.
        return 0.0 if self._over else max(0.0, self._renewed_at + self.seconds - self._monotonic())

    def renew(self) -> None:
        """Show that the holder lives. Call it at least three times in `seconds`.

        Also succeeds late, as long as the lease has not been taken over.

        Raises:
            LeaseLostError: another machine has taken over, or the lease was given back. Stop the work that it protects.
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
        """Renew in the background during long work.

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

        def watch() -> None:  # in a thread of its own, since a renewal may hang for longer than the lease lasts
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
        """Create the entry after `last`. Returns False if another writer was faster."""
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
        try:
            if not self._create(kind):
                # If it is this holder's own entry, whose answer was lost, the number after it is still free.
                there = _read(self._chain, self._number + 1)
                if there is None or there.token != self._token:
                    raise self._lost(there)
                self._number += 1
                if not self._create(kind):
                    raise self._lost(_read(self._chain, self._number + 1))
            self._number += 1
            # A holder that was suspended may have written a number that was deleted meanwhile.
            numbers = self._chain.numbers()
            if numbers and numbers[-1] > self._number:
                self._chain.delete(self._number)
                raise self._lost(_read(self._chain, numbers[-1]))
        except LeaseLostError:
            self._over = True
            raise
        self._renewed_at = before
        for number in numbers[:-_KEPT]:
            self._chain.delete(number)

    def _create(self, kind: Kind) -> bool:
        return self._chain.create(
            LeaseEntry(
                number=self._number + 1,
                owner=self.owner,
                token=self._token,
                kind=kind,
                fence=self.fence,
                seconds=self.seconds,
                at=datetime.fromtimestamp(self._clock(), UTC),
            )
        )

    def _lost(self, there: LeaseEntry | None) -> LeaseLostError:
        by = f" by {there.owner}" if there is not None else ""
        return LeaseLostError(f"lease {self.name} of {self.owner} was taken over{by}")


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

    Returns at once if the lease is free, or its holder has renewed it recently. If the last renewal is older than the
    time in the holder's entry (or has an impossible time), the chain is watched for that time, and the holder is
    replaced if it stays silent.

    Args:
        objects: `Places.authority`.
        name: name of the lease: a-z, 0-9, point, dash, underscore.
        owner: label of the new holder, for people.
        seconds: silence after which another machine may take over; three renewals must fit with room to spare.
        clock: seconds since 1970.
        monotonic: seconds by a clock that cannot be set.
        sleep: waits for a number of seconds; replaced in tests, or to be woken early.

    Returns:
        The lease; None if another machine holds it.

    Raises:
        StoreError: the name or the number of seconds is out of range.
        BucketUnavailableError: the bucket does not answer.
    """
    if not 0.0 < seconds < MOST_SECONDS:
        raise StoreError(f"a lease lasts for more than 0 seconds and less than {MOST_SECONDS:.0f}, not {seconds}")
    chain = _chain(objects, name)
    lease = Lease(chain, name, owner, seconds, clock=clock, monotonic=monotonic)
    last = chain.last_number()
    if last and not _is_over(chain, last, seconds, clock, monotonic, sleep):
        return None
    return lease if lease._take(last) else None


def read_lease(objects: ObjectStore, name: str) -> LeaseEntry | None:
    """The last entry of a lease; None if it was never taken, or the entry is damaged.

    Raises:
        BucketUnavailableError: the bucket does not answer.
    """
    chain = _chain(objects, name)
    last = chain.last_number()
    return _read(chain, last) if last else None


def _is_over(
    chain: Chain[LeaseEntry],
    last: int,
    seconds: float,
    clock: Clock,
    monotonic: Callable[[], float],
    sleep: Callable[[float], object],
) -> bool:
    entry = _read(chain, last)
    if entry is not None:
        if entry.kind == "released":
            return True
        seconds = entry.seconds
        if abs(clock() - entry.at.timestamp()) <= seconds:
            return False
    begun = monotonic()
    while (left := begun + seconds - monotonic()) > 0.0:
        sleep(min(left, seconds / _LOOKS))
        if max(chain.numbers(last), default=last) > last:
            return False
    return True


def _chain(objects: ObjectStore, name: str) -> Chain[LeaseEntry]:
    if not _NAME.match(name):
        raise StoreError(f"a lease is named with a-z, 0-9, point, dash and underscore, not {name!r}")
    return Chain(objects, f"{LEASES}{name}/", LeaseEntry)


def _read(chain: Chain[LeaseEntry], number: int) -> LeaseEntry | None:
    try:
        return chain.read(number)
    except ObjectMissingError:
        return None
    except ChainDamagedError as error:
        _LOG.warning("%s", error)
        return None
