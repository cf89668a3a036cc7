import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.attack.victim import Limits, Victim, descendants, megabytes_of, parent_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def test_limits_hold_in_the_child_only() -> None:
    command = Limits(open_files=77).wrap([sys.executable, "-c", "import resource; print(resource.getrlimit(7)[0])"])
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "77\n"
    assert Limits().wrap(["true"]) == ["true"]


def test_children_of_children_count() -> None:
    with subprocess.Popen(["sh", "-c", "sleep 60 & wait"]) as process:
        try:
            while len(family := descendants(process.pid)) < 2:
                time.sleep(0.01)
            (child,) = family - {process.pid}
            assert parent_of(child) == process.pid
        finally:
            for pid in descendants(process.pid):
                os.kill(pid, 9)
    assert parent_of(process.pid) is None
    assert megabytes_of(process.pid) == 0.0
    assert megabytes_of(os.getpid()) > 5.0


def test_a_backend_that_grows_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.attack.victim.MOST_MEGABYTES", 60.0)
    log = tmp_path / "log"
    log.write_bytes(b"12345")
    with subprocess.Popen(
        [sys.executable, "-c", "x = bytearray(100_000_000); input()"], stdin=subprocess.PIPE
    ) as process:
        victim = Victim("http://127.0.0.1:8123", process.pid, log)
        while victim.is_alive():
            time.sleep(0.01)
        victim.leave()
    assert victim.killed_for is not None and victim.killed_for.startswith("killed at ")
    assert (victim.port, victim.log_bytes) == (8123, 5)
    assert victim.peak_megabytes > 60.0
