"""Hosts that are cut off and killed lose no label; and what a trial is told as."""

import random
import time
from pathlib import Path

import pytest

from benchmarks.drivers.hosts.faults import FAULTS
from benchmarks.drivers.hosts.network import HostNetwork, NamespacesMissingError
from benchmarks.drivers.hosts.ray_hosts import RayHosts
from benchmarks.drivers.hosts.ray_job import JobState
from benchmarks.drivers.hosts.report import summary, write_report
from benchmarks.drivers.hosts.trial import Asked, Struck, Trial, run_trial
from benchmarks.drivers.killing.checks import KillResult
from benchmarks.drivers.postgres_server import PostgresMissingError


@pytest.fixture
def namespaces() -> None:
    try:
        with HostNetwork("a"):
            pass
    except NamespacesMissingError as error:
        pytest.skip(str(error))


def test_hosts_lose_nothing_when_a_fault_strikes(namespaces: None, tmp_path: Path) -> None:
    said: list[str] = []
    try:
        trial = run_trial(
            tmp_path, seconds=1.0, shoppers=2, rest=0.0, with_ray=False, chance=random.Random(3), tell=said.append
        )
    except PostgresMissingError as error:
        pytest.skip(str(error))
    assert len(said) == len(trial.struck) >= 1
    assert trial.result.is_good, trial.result
    assert trial.result.live > 0
    assert HostNetwork("a").hosts["a"].namespace not in "".join(map(str, Path("/run/netns").glob("*")))


def test_a_killed_worker_of_ray_comes_back_and_the_job_makes_the_same_bytes(namespaces: None, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed (requirements-ray.txt)")
    pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")
    folder = tmp_path / "job"
    with HostNetwork("head", "worker") as network:
        head, worker = network.hosts["head"], network.hosts["worker"]
        with RayHosts(head, [worker], folder, recipe="v1.0", count=500) as ray:
            ray.workers["worker"].kill()
            at = time.time()
            ray.workers["worker"].start()
            while not ray.have_all_worked_since(at):
                time.sleep(0.1)
            state = ray.finish()
    assert state.rounds >= 1
    assert state.different == 0


def test_a_trial_is_told_as_tables_and_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib (requirements-train.txt)")
    kind = FAULTS[1].kind
    trial = Trial(1.0, KillResult("hosts", acknowledged=2, live=2, seconds=60.0))
    trial.asked = [
        Asked(1.0, "reading", 0.02, 200),
        Asked(11.0, "reading", 0.04, 200),
        Asked(12.0, "label", 10.0, 0),
        Asked(20.0, "label", 0.1, 503),
    ]
    trial.struck = [Struck(kind, 10.0, 15.0, 21.5)]
    trial.job = JobState(rounds=2, parts=19)
    told = summary(trial)
    assert "| parts rendered on Ray, in whole rounds of the same crops | 19, 2 |" in told
    assert trial.is_good
    trial.job.different = 1
    assert not trial.is_good
    trial.job.different = 0
    assert "| requests; failed | 4; 2 (0 readings, 2 labels, 0 undos) |" in told
    assert f"| {kind} | 1 | 5 | 2 | 1 | 40 (40) | 6.5 (6.5) |" in told
    assert "| none |  |  | 1 | 0 | 20 (20) |  |" in told  # what came while it healed is not quiet
    write_report(trial, tmp_path)
    assert told in (tmp_path / "hosts.md").read_text()
    assert (tmp_path / "hosts.png").read_bytes().startswith(b"\x89PNG")
