"""Trouble beside the kills: a bucket that fails, a disk that is full."""

from __future__ import annotations

import random
import resource
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from benchmarks.drivers.faults import FaultKind
from benchmarks.drivers.gcs_server import GcsServer
from benchmarks.drivers.killing.backends import Backend

Trouble = Literal["none", "unavailable", "hang", "lose_answer", "full disk", "clock"]


@contextmanager
def making_trouble(
    trouble: Trouble, gcs: GcsServer | None, backends: Sequence[Backend], chance: random.Random
) -> Iterator[Callable[[], int]]:
    """Make trouble now and then until the block ends.

    Args:
        trouble: Kind of trouble; a jumping clock is made by the backends themselves.
        gcs: The bucket that fails; None if none shall fail.
        backends: Their disk is full at times.
        chance: Decides when, and how much.

    Yields:
        A function that ends the trouble and returns how much there was: requests that failed, or times that the disk
        was full.
    """
    stop = threading.Event()
    made = 0

    def fail_bucket(faulty: GcsServer, kind: FaultKind) -> None:
        nonlocal made
        while not stop.wait(chance.uniform(0.1, 1.0)):
            # A hanging request lasts until its client's time limit, so a few are enough.
            wanted = chance.randrange(1, 3) if kind == "hang" else chance.randrange(1, 25)
            faulty.faults.set(kind, wanted)
            stop.wait(chance.uniform(0.2, 2.0))
            with faulty.lock:
                made += wanted - faulty.faults.left(kind)
                faulty.faults.set(kind, 0)

    def fill_disk() -> None:
        nonlocal made
        while not stop.wait(chance.uniform(0.1, 1.0)):
            # No file may grow beyond so many bytes: a crop or an event breaks off in the middle.
            room = chance.choice((0, 100, 300, 900))
            made += max(_limit_files(backend.pid, room) for backend in backends)
            stop.wait(chance.uniform(0.1, 0.6))
            for backend in backends:
                _limit_files(backend.pid, resource.RLIM_INFINITY)

    def begin() -> None:
        if trouble == "full disk":
            fill_disk()
        elif gcs is not None and trouble in ("unavailable", "hang", "lose_answer"):
            fail_bucket(gcs, trouble)

    thread = threading.Thread(target=begin, daemon=True)
    thread.start()

    def end() -> int:
        stop.set()
        thread.join()
        return made

    try:
        yield end
    finally:
        end()


def _limit_files(pid: int | None, room: int) -> bool:
    """Let a process write no file beyond `room` bytes, as on a full disk (EFBIG). Needs Linux, no special rights."""
    if pid is None or sys.platform != "linux":
        return False
    try:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, hard))
    except ProcessLookupError:
        return False
    return True
