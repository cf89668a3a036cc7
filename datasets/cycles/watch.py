"""The lease under which cycles run, and the watch that stops a cycle when it must not go on."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from datasets.cycles.heartbeat import OnProgress
from datasets.errors import LeaseLostError, StoreError
from datasets.objects.interface import ObjectStore
from datasets.objects.lease import Lease, acquire, read_lease

LEASE = "cycle"


class CycleBusyError(StoreError):
    """Another process runs a cycle on this store."""


class CycleStoppedError(RuntimeError):
    """The cycle was told to stop; the same call goes on with it."""


class CycleWatch:
    """Passes progress on, and stops the cycle when its lease is lost or a stop was requested.

    Args:
        listeners: called with the progress.
        lease: the lease under which the cycle runs.
        lost: set once the lease is lost.
        stop: set when the cycle shall stop; None if it never shall.
    """

    def __init__(
        self, listeners: Sequence[OnProgress], lease: Lease, lost: threading.Event, stop: threading.Event | None
    ) -> None:
        self._listeners, self._lease, self._lost, self._stop = listeners, lease, lost, stop

    def tell(self, stage: str, done: int, total: int, message: str = "") -> None:
        """Pass the progress on.

        Raises:
            LeaseLostError: another process may go on with the cycle.
            CycleStoppedError: it was told to stop.
        """
        self.check()
        for listener in self._listeners:
            listener(stage, done, total, message)

    def check(self) -> None:
        """Raise if the cycle must not go on.

        Raises:
            LeaseLostError: another process may go on with the cycle.
            CycleStoppedError: it was told to stop.
        """
        if self._lost.is_set():
            raise LeaseLostError(f"lease {self._lease.name} of {self._lease.owner} is lost; another process may go on")
        if self._stop is not None and self._stop.is_set():
            raise CycleStoppedError("stopped; the same command continues")


def take_lease(objects: ObjectStore, owner: str, seconds: float, stop: threading.Event | None = None) -> Lease:
    """Take the lease under which cycles run; wait for a holder that has died.

    Args:
        objects: `Places.authority`.
        owner: this process, for people.
        seconds: silence after which another process may take over.
        stop: once set, the waiting ends.

    Raises:
        CycleBusyError: its holder is alive.
        CycleStoppedError: `stop` was set.
    """
    waiting = stop or threading.Event()

    def sleep(wanted: float) -> None:
        if waiting.wait(wanted):
            raise CycleStoppedError("stopped; the same command continues")

    seen = None
    while (lease := acquire(objects, LEASE, owner, seconds, sleep=sleep)) is None:
        entry = read_lease(objects, LEASE)
        if entry is not None and seen is not None and entry.number > seen and entry.kind != "released":
            raise CycleBusyError(f"{entry.owner} runs a cycle on {objects.url}; one at a time")
        seen = entry.number if entry is not None and seen is None else seen
        sleep(seconds / 8)
    return lease
