"""Ray's head and workers on hosts of their own, and a job that they work on."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self

from benchmarks.drivers.hosts.network import Host
from benchmarks.drivers.hosts.ray_job import JobState, read_state
from benchmarks.drivers.server import ROOT

_PORT: Final = 6379
_STORE_BYTES: Final = 100_000_000  # of each machine's objects: pictures of a few parts
_START_SECONDS: Final = 600.0
_STARTED: Final = b"Ray runtime started"  # says `ray start`
_PAUSE: Final = 0.5
# Each host has all ports for itself; named ones are not waited for.
_PORTS: Final = {
    "dashboard-agent-grpc-port": 6381,
    "dashboard-agent-listen-port": 6382,
    "runtime-env-agent-port": 6383,
    "metrics-export-port": 6384,
    "node-manager-port": 6385,
    "object-manager-port": 6386,
}


class RayMachine:
    """A host that runs Ray, and starts it again when it ends, as a machine's supervisor does.

    Args:
        host: Where.
        options: Of `ray start`.
        environment: Of Ray.
        log: File for its output.
    """

    def __init__(self, host: Host, options: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.host = host
        ports = [f"--{name}={port}" for name, port in _PORTS.items()]
        self._command = [
            *(*host.prefix, sys.executable, "-m", "ray.scripts.scripts", "start"),
            *("--block", "--node-ip-address", host.address, "--object-store-memory", str(_STORE_BYTES)),
            *("--disable-usage-stats", "--include-log-monitor", "false", *ports, *options),
        ]
        self._environment, self._log = environment, log
        self._may_run = threading.Event()
        self._ends = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)

    def start(self) -> None:
        """Have Ray run; returns at once."""
        self._may_run.set()
        if not self._supervisor.is_alive():
            self._supervisor.start()

    def has_started(self) -> bool:
        """Whether Ray has said so since it was first started."""
        return self._log.exists() and _STARTED in self._log.read_bytes()

    def kill(self) -> None:
        """End all processes of the host with `kill -9`, as if its power failed; `start` ends that."""
        self._may_run.clear()
        self.host.kill_all()

    def end(self) -> None:
        """End Ray for good."""
        self._ends.set()
        self.kill()
        self._may_run.set()
        if self._supervisor.is_alive():
            self._supervisor.join()

    def _supervise(self) -> None:
        while self._may_run.wait() and not self._ends.is_set():
            with self._log.open("ab") as sink:
                process = subprocess.Popen(
                    self._command,
                    cwd=ROOT,
                    env=self._environment,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                )
                while process.poll() is None:
                    if not self._may_run.is_set() or self._ends.is_set():  # killed while it was being started
                        self.host.kill_all()
                    time.sleep(_PAUSE)
            self.host.kill_all()  # what Ray leaves behind would hold its ports
            self._ends.wait(_PAUSE)


class RayHosts:
    """A head, workers, and a job that renders the same crops again and again; a context manager.

    Args:
        head: Host of the head, where the job's command runs as well.
        workers: Hosts of the workers; each is one CPU.
        folder: For the job's files and logs.
        recipe: Of the crops.
        count: Crops of a round.
    """

    def __init__(self, head: Host, workers: Sequence[Host], folder: Path, *, recipe: str, count: int) -> None:
        folder.mkdir()
        self._folder, self._head = folder, head
        # Paths of sockets are short.
        self._scratch = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RAY_")},
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_worker_niceness": "0",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
        }
        address = f"{head.address}:{_PORT}"
        whole = ("--head", "--port", str(_PORT), "--num-cpus", "0", "--include-dashboard", "false", "--no-monitor")
        self._headquarters = RayMachine(
            head, [*whole, "--temp-dir", str(self._scratch)], self._environment, folder / "head.log"
        )
        self.workers = {
            host.name: RayMachine(
                host, ["--address", address, "--num-cpus", "1"], self._environment, folder / f"{host.name}.log"
            )
            for host in workers
        }
        self._command = [
            *(*head.prefix, sys.executable, "-m", "benchmarks.drivers.hosts.ray_job"),
            *(recipe, str(count), str(folder)),
        ]
        self._job_environment = self._environment | {"RAY_ADDRESS": address}
        self._job: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start everything, and wait until each worker has done a part.

        Raises:
            RuntimeError: They are not in time.
        """
        try:
            # One after the other: Ray gives each half a minute, which is little when all start at once.
            for machine in (self._headquarters, *self.workers.values()):
                machine.start()
                self._wait(machine.has_started)
            self._start_job()
            self._wait(lambda: self.have_all_worked_since(0.0))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._job is not None and self._job.poll() is None:
            self._job.kill()
            self._job.wait()
        for machine in (*self.workers.values(), self._headquarters):
            machine.end()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def have_all_worked_since(self, at: float) -> bool:
        """Whether each worker has finished a part of the job after a time, in seconds since 1970."""
        finished = read_state(self._folder).finished
        return all(finished.get(worker.host.address, 0.0) > at for worker in self.workers.values())

    def finish(self) -> JobState:
        """Let the job end its round; return where it stands then.

        Raises:
            RuntimeError: It failed.
        """
        if self._job is None:
            raise RuntimeError("the job was never started")
        self._job.terminate()
        if self._job.wait(_START_SECONDS) != 0:
            raise RuntimeError(f"the job on Ray failed: {self._said()}")
        return read_state(self._folder)

    def _wait(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + _START_SECONDS
        while not condition():
            if time.monotonic() > until or (self._job is not None and self._job.poll() is not None):
                raise RuntimeError(f"Ray is not at work: {self._said()}")
            time.sleep(_PAUSE)

    def _start_job(self) -> None:
        with (self._folder / "job.log").open("ab") as sink:
            self._job = subprocess.Popen(
                self._command, cwd=ROOT, env=self._job_environment, stdout=sink, stderr=subprocess.STDOUT
            )

    def _said(self) -> str:
        return "\n".join(path.read_text()[-1000:] for path in sorted(self._folder.glob("*.log")))
