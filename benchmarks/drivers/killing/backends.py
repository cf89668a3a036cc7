"""Real backends that are killed with `kill -9` and started again."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import requests

from benchmarks.drivers.server import ROOT, UNSET, free_port

_READY_WITHIN = 120.0  # seconds
_KILLED = -9
_STORE_KEY = "the-key-of-all-backends-of-one-bucket"
TEAM_TOKEN = "the-token-of-the-team-that-tags-and-uploads"  # noqa: S105


class JumpingClock:
    """Seconds since 1970, of a machine whose clock is set back and forth by up to an hour."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._offset = self._chance.uniform(-3600, 60)

    def __call__(self) -> float:
        """Return the seconds; now and then the clock is set anew."""
        if self._chance.random() < 0.05:
            self._offset = self._chance.uniform(-3600, 60)
        return time.time() + self._offset


_WITH_JUMPING_CLOCK = (
    "import sys; from backend.__main__ import main; from benchmarks.drivers.killing.backends import JumpingClock;"
    " sys.exit(main([], clock=JumpingClock(int(sys.argv[1]))))"
)


class Backend:
    """One backend with its spool, started again after each kill.

    Args:
        folder: Holds the spool and everything else that the backend keeps.
        storage: Environment variables that name the bucket; none without one. They go before the usual settings.
        jumping: Whether its clock jumps.
        chance: Decides how the clock jumps.
        host: Address at which it answers.
        prefix: Command line that it is started by.
    """

    def __init__(
        self,
        folder: Path,
        storage: Mapping[str, str],
        *,
        jumping: bool,
        chance: random.Random,
        host: str = "127.0.0.1",
        prefix: Sequence[str] = (),
    ) -> None:
        self._host, self._prefix = host, prefix
        self.spool = folder / "spool"
        self.url = ""
        self._folder = folder
        self._storage = storage
        self._jumping = jumping
        self._chance = chance
        self._process: subprocess.Popen[str] | None = None
        self._said: deque[str] = deque(maxlen=60)

    @property
    def pid(self) -> int | None:
        """The running process; None before the first start."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it on a free port; `wait` tells when it is ready."""
        port = free_port()
        self.url = f"http://{self._host}:{port}"
        settings = {
            "TAGS_HOST": self._host,
            "TAGS_PORT": str(port),
            "TAGS_SPOOL_DIR": str(self.spool),
            "TAGS_DATA_DIR": str(self._folder / "data"),
            "TAGS_RATE_PER_MINUTE": "0",
            "TAGS_KEPT_BYTES_PER_HOUR": "0",
            "TAGS_STORE_KEY": _STORE_KEY,
            "TAGS_TEAM_TOKEN": TEAM_TOKEN,
        }
        command = [sys.executable, "-m", "backend"]
        if self._jumping:
            command = [sys.executable, "-c", _WITH_JUMPING_CLOCK, str(self._chance.randrange(1 << 30))]
        self._process = subprocess.Popen(
            [*self._prefix, *command],
            cwd=ROOT,
            env={**self._environment(), **settings, **self._storage},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,  # Not a file: only the store's disk may be full.
            text=True,
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def start_sealer(self) -> subprocess.Popen[str]:
        """Start a process that seals the events in the backend's spool until it is killed."""
        command = [sys.executable, "-m", "benchmarks.drivers.killing.sealer", str(self.spool)]
        return subprocess.Popen(
            command, cwd=ROOT, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def wait(self) -> None:
        """Wait until it reads, whether it can keep labels or not.

        Raises:
            RuntimeError: It ended by itself, or does not get ready.
        """
        until = time.monotonic() + _READY_WITHIN
        while not self._is_ready():
            if self._running().poll() is not None:
                raise self._error("ended by itself")
            if time.monotonic() > until:
                raise self._error("does not get ready")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it with `kill -9`.

        Raises:
            RuntimeError: It had ended by itself.
        """
        process = self._running()
        process.kill()
        if process.wait() != _KILLED:
            raise self._error("ended by itself")

    def end(self) -> None:
        """End the process if one still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if name not in UNSET}
        return {**clean, **self._storage}

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError("the backend was never started")
        return self._process

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def _error(self, failure: str) -> RuntimeError:
        return RuntimeError(f"the backend {failure}:\n{''.join(self._said)}")

    def _listen(self, process: subprocess.Popen[str]) -> None:
        if process.stderr is not None:
            with process.stderr as lines, suppress(ValueError):
                self._said.extend(lines)
