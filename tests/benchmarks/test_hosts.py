"""Hosts that are cut off and killed lose no label; and what a trial is told as."""

import random
from pathlib import Path

import pytest

from benchmarks.drivers.hosts.faults import FAULTS
from benchmarks.drivers.hosts.network import HostNetwork, NamespacesMissingError
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
        trial = run_trial(tmp_path, seconds=1.0, shoppers=2, rest=0.0, chance=random.Random(3), tell=said.append)
    except PostgresMissingError as error:
        pytest.skip(str(error))
    assert len(said) == len(trial.struck) >= 1
    assert trial.result.is_good, trial.result
    assert trial.result.live > 0
    assert HostNetwork("a").hosts["a"].namespace not in "".join(map(str, Path("/run/netns").glob("*")))


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
    told = summary(trial)
    assert "| requests; failed | 4; 2 (0 readings, 2 labels, 0 undos) |" in told
    assert f"| {kind} | 1 | 5 | 2 | 1 | 40 (40) | 6.5 (6.5) |" in told
    assert "| none |  |  | 1 | 0 | 20 (20) |  |" in told  # what came while it healed is not quiet
    write_report(trial, tmp_path)
    assert told in (tmp_path / "hosts.md").read_text()
    assert (tmp_path / "hosts.png").read_bytes().startswith(b"\x89PNG")
