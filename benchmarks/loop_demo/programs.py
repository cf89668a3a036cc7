"""The real programs that the demonstration runs: the backend and the worker, stopped when it stops.

The environment that they get does not name the user's own store, bucket, tracker and keys.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import requests

ROOT = Path(__file__).resolve().parents[2]
LOCAL = "127.0.0.1"
_READY_WITHIN = 120.0  # seconds; loading torch takes long on a busy machine
_STOP_WITHIN = 30.0
_OURS = ("TAGS_", "MLFLOW_", "NAVER_", "KICKSDB_", "EBAY_")
_OURS_EXACTLY = frozenset({"STORAGE_URL", "DATABASE_URL", "STORAGE_EMULATOR_HOST", "BACKEND_URL"})


class ProgramError(RuntimeError):
    """A program did not start, or ended too early; the message holds the end of its log."""


class Program:
    """A running program with its log."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self._name, self._process, self._log = name, process, log

    def check(self) -> None:
        """Make sure that the program runs.

        Raises:
            ProgramError: it has ended.
        """
        if self._process.poll() is not None:
            raise ProgramError(f"the {self._name} ended with status {self._process.returncode}:\n{_end_of(self._log)}")

    def stop(self) -> None:
        """End the program, by force if it does not stop by itself."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def environment(data: Path) -> dict[str, str]:
    """The environment of every program: the user's, without variables that name another store or service."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_OURS) and key not in _OURS_EXACTLY}
    return kept | {"TAGS_DATA_DIR": str(data), "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONUNBUFFERED": "1"}


@contextmanager
def running_backend(
    data: Path, log: Path, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[Program, str]]:
    """The backend on a free port of this machine, and its address, once it is ready.

    Args:
        data: its folder.
        log: file for its output.
        settings: further variables of its environment.

    Raises:
        ProgramError: it does not get ready.
    """
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        port = probe.getsockname()[1]
    # All simulated shoppers come from one address, where real ones have one each.
    unlimited = {"TAGS_RATE_PER_MINUTE": "0", "TAGS_KEPT_BYTES_PER_HOUR": "0"}
    more = {"TAGS_HOST": LOCAL, "TAGS_PORT": str(port), **unlimited, **settings}
    url = f"http://{LOCAL}:{port}"
    with _running("backend", [sys.executable, "-m", "backend"], environment(data) | more, log) as program:
        until = time.monotonic() + _READY_WITHIN
        while not _answers(f"{url}/readyz"):
            program.check()
            if time.monotonic() > until:
                raise ProgramError(f"the backend is not ready after {_READY_WITHIN:.0f} s:\n{_end_of(log)}")
            time.sleep(0.1)
        yield program, url


@contextmanager
def running_worker(data: Path, log: Path, options: Sequence[str]) -> Iterator[Program]:
    """The worker: `python -m datasets cycle --watch`, at a low priority beside the backend."""
    command = [sys.executable, "-m", "datasets", "cycle", "--watch", *options]
    if (nice := shutil.which("nice")) is not None:
        command = [nice, "-n", "10", *command]
    with _running("worker", command, environment(data), log) as program:
        yield program


def run_command(data: Path, arguments: Sequence[str]) -> str:
    """Run `python -m datasets ...` and return its output.

    Raises:
        ProgramError: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "datasets", *arguments],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProgramError(f"datasets {' '.join(arguments)}: {done.stderr.strip()[-2000:]}")
    return done.stdout


@contextmanager
def _running(name: str, command: Sequence[str], variables: dict[str, str], log: Path) -> Iterator[Program]:
    with log.open("ab") as sink:
        # In a session of its own, so that Ctrl-C reaches the demonstration alone, which then ends it in order.
        process = subprocess.Popen(
            command, cwd=ROOT, env=variables, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True
        )
    program = Program(name, process, log)
    try:
        yield program
    finally:
        program.stop()


def _answers(url: str) -> bool:
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
