"""Trouble beside the kills: a bucket that fails, a disk that is full, events that are sealed."""

from __future__ import annotations

import itertools
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from benchmarks.drivers.faults import FaultKind
from benchmarks.drivers.gcs_server import GcsServer
from benchmarks.drivers.killing.backends import Backend

Trouble = Literal["none", "unavailable", "hang", "lose_answer", "full disk", "clock", "sealing"]


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
        A function that ends the trouble and returns how much there was: requests that failed, times that the disk was
        full, or processes that were killed while they sealed events.
    """
    stop = threading.Event()
    sealers: list[subprocess.Popen[str]] = []
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

    def seal_and_kill() -> None:
        nonlocal made
        while not stop.is_set():
            sealer = chance.choice(backends).start_sealer()
            segments, pause = chance.randrange(1, 6), chance.uniform(0.0, 0.05)
            sealers.append(sealer)
            if stop.is_set():  # nobody else might kill it
                sealer.kill()
            if sealer.stdout is not None:
                with sealer.stdout as lines:
                    for _ in itertools.islice(lines, segments):  # ends, too, when the process is killed at the end
                        pass
                    time.sleep(pause)
                    sealer.kill()
            sealer.wait()
            made += 1

    def begin() -> None:
        if trouble == "sealing":
            seal_and_kill()
        elif trouble == "full disk":
            fill_disk()
        elif gcs is not None and trouble in ("unavailable", "hang", "lose_answer"):
            fail_bucket(gcs, trouble)

    thread = threading.Thread(target=begin, daemon=True)
    thread.start()

    def end() -> int:
        stop.set()
        for sealer in sealers:
            sealer.kill()
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
