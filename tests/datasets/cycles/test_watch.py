"""Only one process runs cycles, and one that may not go on stops."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from datasets.cycles.watch import LEASE, CycleBusyError, CycleStoppedError, CycleWatch, take_lease
from datasets.errors import LeaseLostError
from datasets.objects.folder import FolderObjects
from datasets.objects.lease import acquire


def test_two_processes_never_run_cycles_at_once(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    lease = acquire(objects, LEASE, "other:1", 2.0)
    assert lease is not None
    with lease, lease.kept(), pytest.raises(CycleBusyError, match="other:1 runs a cycle"):
        take_lease(objects, "me", 2.0)
    take_lease(objects, "me", 2.0).release()


def test_the_wait_for_a_dead_holder_ends_when_the_cycle_is_stopped(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    assert acquire(objects, LEASE, "dead:1", 60.0, clock=lambda: time.time() - 1000.0) is not None
    stop = threading.Event()
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    begun = time.monotonic()
    with pytest.raises(CycleStoppedError):
        take_lease(objects, "me", 60.0, stop)
    assert time.monotonic() - begun < 5.0
    timer.join()


def test_a_cycle_stops_when_its_lease_is_lost_or_it_is_told_to(tmp_path: Path) -> None:
    told: list[tuple[str, int, int, str]] = []
    lost, stop = threading.Event(), threading.Event()
    with take_lease(FolderObjects(tmp_path), "me", 60.0) as lease:
        watch = CycleWatch([lambda *what: told.append(what)], lease, lost, stop)
        watch.tell("train", 1, 2)
        stop.set()
        with pytest.raises(CycleStoppedError):
            watch.tell("train", 2, 2)
        lost.set()
        with pytest.raises(LeaseLostError, match="lease cycle of me is lost"):
            watch.check()
    assert told == [("train", 1, 2, "")]
