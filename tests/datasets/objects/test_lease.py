from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer, wait_until
from datasets.errors import BucketUnavailableError, LeaseLostError, StoreError
from datasets.objects.bucket import BucketObjects
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore
from datasets.objects.lease import Lease, acquire, read_lease
from tests.datasets.making import at_once

SECONDS = 60.0


class Machine:
    """A machine with clocks of its own: `sleep` lets its monotonic clock run, and the world with it."""

    def __init__(self, wall: float = 1_780_000_000.0) -> None:
        self.wall = wall
        self.uptime = 100.0
        self.slept = 0.0
        self.meanwhile: list[object] = []  # called at each sleep

    def clock(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.uptime

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.pass_time(seconds)
        for call in self.meanwhile:
            call()

    def pass_time(self, seconds: float) -> None:
        self.wall += seconds
        self.uptime += seconds

    def acquire(self, objects: ObjectStore, owner: str = "b") -> Lease | None:
        return acquire(objects, "cycle", owner, SECONDS, clock=self.clock, monotonic=self.monotonic, sleep=self.sleep)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def taken(lease: Lease | None) -> Lease:
    assert lease is not None
    return lease


def test_one_holds_it_until_it_is_given_back(objects: ObjectStore, machine: Machine) -> None:
    assert read_lease(objects, "cycle") is None
    with taken(machine.acquire(objects, "a")) as lease:
        assert lease.fence == 1
        assert machine.acquire(objects) is None
        entry = read_lease(objects, "cycle")
        assert entry is not None
        assert (entry.owner, entry.kind, entry.fence, entry.seconds) == ("a", "taken", 1, SECONDS)
        lease.renew()
        assert machine.acquire(objects) is None
    assert not lease.release()
    assert lease.remaining() == 0.0
    with pytest.raises(LeaseLostError):
        lease.renew()
    second = taken(machine.acquire(objects))
    assert second.fence > lease.fence
    assert machine.slept == 0.0  # all of this at once


def test_other_names_are_other_leases(objects: ObjectStore) -> None:
    assert acquire(objects, "cycle-1", "a", SECONDS)
    assert acquire(objects, "cycle-2", "a", SECONDS)
    for name in ("", "a/b", "../x", "Cycle"):
        with pytest.raises(StoreError, match="a lease is named"):
            acquire(objects, name, "a", SECONDS)
    with pytest.raises(StoreError, match="more than 0 seconds"):
        acquire(objects, "x", "a", 0.0)
    with pytest.raises(StoreError, match="less than 10000000"):
        acquire(objects, "x", "a", 1e7)


def test_of_many_exactly_one_gets_it(objects: ObjectStore) -> None:
    for round_ in range(3):
        leases = [lease for lease in at_once(8, lambda n: acquire(objects, "cycle", f"{n}", SECONDS)) if lease]
        assert len(leases) == 1
        entry = read_lease(objects, "cycle")
        assert entry is not None
        assert entry.owner == leases[0].owner
        assert leases[0].release(), round_


def test_a_silent_holder_is_replaced_by_exactly_one(objects: ObjectStore) -> None:
    dead = taken(acquire(objects, "cycle", "dead", 0.3))
    time.sleep(0.35)
    leases = [lease for lease in at_once(6, lambda n: acquire(objects, "cycle", f"{n}", SECONDS)) if lease]
    assert len(leases) == 1
    assert leases[0].fence > dead.fence
    # The old one was only paused, and wakes up.
    with pytest.raises(LeaseLostError, match=f"taken over by {leases[0].owner}"):
        dead.renew()
    with pytest.raises(LeaseLostError):
        dead.renew()
    assert dead.remaining() == 0.0
    assert not dead.release()
    leases[0].renew()


def test_a_paused_holder_nobody_replaced_goes_on(objects: ObjectStore, machine: Machine) -> None:
    lease = taken(machine.acquire(objects, "a"))
    machine.pass_time(10 * SECONDS)
    assert lease.remaining() == 0.0
    lease.renew()
    assert lease.remaining() == SECONDS
    assert Machine(machine.wall).acquire(objects) is None


def test_a_paused_holder_finds_its_place_in_the_chain_cleared(objects: ObjectStore, machine: Machine) -> None:
    """Entries of long ago are cleared away, so the old holder's next name is free again: no way back in."""
    paused = taken(machine.acquire(objects, "paused"))
    machine.pass_time(10 * SECONDS)
    holder = taken(machine.acquire(objects, "holder"))
    for _ in range(20):
        holder.renew()
    assert len(list(objects.names("leases/cycle/"))) <= 4
    with pytest.raises(LeaseLostError, match="taken over by holder"):
        paused.renew()
    assert len(list(objects.names("leases/cycle/"))) <= 4
    holder.renew()
    entry = read_lease(objects, "cycle")
    assert entry is not None
    assert (entry.owner, entry.fence) == ("holder", holder.fence)


def test_an_entry_is_stored_as_earlier_releases_stored_it(machine: Machine, tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    taken(machine.acquire(objects, "a"))
    stored = objects.get("leases/cycle/00000001.json")
    entry = read_lease(objects, "cycle")
    assert entry is not None
    assert stored == (
        f'{{"at":"2026-05-28T20:26:40+00:00","attempt":"{entry.attempt}","fence":1,"kind":"taken","number":1,'
        f'"owner":"a","seconds":60.0,"token":"{entry.token}"}}\n'.encode()
    )


# --- Clocks ---


@pytest.mark.parametrize("off", [-86400.0, -3600.0, 3600.0, 86400.0])
def test_a_living_holder_with_a_wrong_clock_is_not_replaced(objects: ObjectStore, machine: Machine, off: float) -> None:
    """Its clock jumped, so by the other's clock it is long dead, or not yet born; but it renews."""
    holder_machine = Machine(machine.wall + off)
    holder = taken(holder_machine.acquire(objects, "a"))
    machine.meanwhile.append(lambda: machine.slept > SECONDS / 3 and holder.renew())
    assert machine.acquire(objects) is None
    assert 0.0 < machine.slept < SECONDS
    holder.renew()


@pytest.mark.parametrize("off", [-86400.0, -3600.0, 0.0, 3600.0, 86400.0])
def test_a_dead_holder_is_replaced_in_time_whatever_the_clocks_say(
    objects: ObjectStore, machine: Machine, off: float
) -> None:
    assert Machine(machine.wall + off).acquire(objects, "dead")
    lease, waited = None, 0.0
    while lease is None:
        machine.pass_time(10.0)
        waited += 10.0
        lease = machine.acquire(objects)
    assert waited + machine.slept <= 2 * SECONDS + 20.0


def test_the_clock_of_the_one_who_waits_jumps_back(objects: ObjectStore, machine: Machine) -> None:
    assert machine.acquire(objects, "dead")
    machine.pass_time(2 * SECONDS)
    machine.meanwhile.append(lambda: setattr(machine, "wall", 0.0))
    assert machine.acquire(objects)
    assert machine.slept == pytest.approx(SECONDS)


def test_what_remains_counts_from_before_the_renewal(tmp_path: Path) -> None:
    """A slow answer must not make the lease look longer to its holder than to the others."""
    machine = Machine()

    class Slow(FolderObjects):
        def put(self, name: str, data: bytes) -> bool:
            created = super().put(name, data)
            machine.pass_time(20.0)
            return created

    lease = taken(machine.acquire(Slow(tmp_path), "a"))
    assert lease.remaining() == SECONDS - 20.0


# --- Bad days ---


@pytest.mark.parametrize("data", [b"", b"[]", b'{"kind": "taken", "seconds": 1e30}', b"\xff"])
def test_a_damaged_entry_blocks_nobody_for_long(objects: ObjectStore, machine: Machine, data: bytes) -> None:
    objects.put("leases/cycle/00000001.json", data)
    assert read_lease(objects, "cycle") is None
    assert taken(machine.acquire(objects)).fence == 2
    assert machine.slept == pytest.approx(SECONDS)


def test_lost_answers_are_no_lost_leases(gcs: GcsServer) -> None:
    objects = BucketObjects("gs://tags", timeout=20.0, deadline=60.0)
    gcs.faults.lose_answer = 1
    lease = taken(acquire(objects, "cycle", "a", SECONDS))
    gcs.faults.lose_answer = 1
    lease.renew()
    gcs.faults.lose_answer = 1
    assert lease.release()
    objects.close()


def test_a_renewal_that_arrived_without_an_answer_is_not_anothers(gcs: GcsServer) -> None:
    """The client gave up, but its write had been done: the next renewal meets the holder's own entry."""
    objects = BucketObjects("gs://tags", timeout=20.0, deadline=0.0001)
    lease = taken(acquire(objects, "cycle", "a", SECONDS))
    for step in (lease.renew, lease.release):
        gcs.faults.lose_answer = 1
        with pytest.raises(BucketUnavailableError):
            step()
        assert lease.remaining() > 0.0
        step()
    assert len(gcs.names("tags")) <= 5
    assert acquire(objects, "cycle", "b", SECONDS)
    objects.close()


def test_without_the_bucket_a_lease_runs_out(gcs: GcsServer) -> None:
    objects = BucketObjects("gs://tags", timeout=20.0, deadline=0.1)
    with taken(acquire(objects, "cycle", "a", SECONDS)) as lease:
        gcs.faults.unavailable = -1
        with pytest.raises(BucketUnavailableError):
            lease.renew()
        with pytest.raises(BucketUnavailableError):
            acquire(objects, "cycle", "b", SECONDS)
    assert 0.0 < lease.remaining() < SECONDS  # giving it back failed, too, and is only said in the log
    objects.close()


# --- Kept in the background ---


def test_kept_while_something_long_runs(objects: ObjectStore) -> None:
    with taken(acquire(objects, "cycle", "a", 3.0)) as lease:
        with lease.kept() as lost:
            time.sleep(4.5)
            assert acquire(objects, "cycle", "b", 1.0) is None
            assert not lost.is_set()
        assert lease.remaining() > 0.0
    assert acquire(objects, "cycle", "b", 1.0)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lease ")]


def test_kept_tells_that_it_is_lost(objects: ObjectStore) -> None:
    lease = taken(acquire(objects, "cycle", "a", 1.2))
    objects.put("leases/cycle/00000002.json", b'{"owner": "b"}')
    with lease.kept() as lost:
        assert lost.wait(60)
    assert lease.remaining() == 0.0


def test_kept_tells_in_time_that_the_bucket_hangs(gcs: GcsServer) -> None:
    """A renewal waits for an answer for longer than the lease lasts; whoever holds it must hear of it before."""
    objects = BucketObjects("gs://tags", timeout=600.0, deadline=0.1)
    lease = taken(acquire(objects, "cycle", "a", 1.0))
    gcs.faults.hang = -1
    with lease.kept() as lost:
        assert lost.wait(60)  # the renewal that hangs would be given up after ten minutes
    gcs.faults.hang = 0
    gcs.stopping.set()
    assert wait_until(lambda: not [thread for thread in threading.enumerate() if thread.name == "lease cycle"])
    objects.close()


# --- Processes ---

HOLDER = """
import sys, time
from datasets.errors import LeaseLostError
from datasets.objects.lease import acquire
from datasets.samples.places import open_objects
from datasets.samples.uploader import UploadPolicy
objects = open_objects(sys.argv[1], UploadPolicy())
print("ready", flush=True)
sys.stdin.readline()
lease = acquire(objects, "cycle", sys.argv[2], 2.0)
print("refused" if lease is None else f"holds {lease.fence}", flush=True)
while lease is not None:
    time.sleep(0.1)
    try:
        lease.renew()
    except LeaseLostError:
        print("lost", flush=True)
        break
sys.stdin.readline()
"""


def holder(objects: ObjectStore, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, objects.url, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def tell(process: subprocess.Popen[str]) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def test_processes_race_one_is_stopped_and_replaced(objects: ObjectStore) -> None:
    processes = [holder(objects, f"{number}") for number in range(4)]
    try:
        assert all(process.stdout.readline() == "ready\n" for process in processes)
        for process in processes:
            tell(process)
        said = [process.stdout.readline() for process in processes]
        assert sorted(line.split()[0] for line in said) == ["holds", "refused", "refused", "refused"]
        winner = processes[next(number for number, line in enumerate(said) if line.startswith("holds"))]
        assert acquire(objects, "cycle", "me", 5.0) is None
        winner.send_signal(signal.SIGSTOP)
        held: list[Lease | None] = []
        assert wait_until(lambda: held.append(acquire(objects, "cycle", "me", SECONDS)) or held[-1] is not None)
        lease = taken(held[-1])
        winner.send_signal(signal.SIGCONT)
        assert winner.stdout.readline() == "lost\n"
        lease.renew()
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.communicate()
