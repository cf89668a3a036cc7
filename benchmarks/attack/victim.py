"""The backend under attack: a real process within limits, whose memory and log are watched."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drivers.server import UNSET, free_port, program

MOST_MEGABYTES = 3000.0  # of memory; beyond it the backend is killed, because other programs need the machine
_MOST_LOG_BYTES = 256 << 20
_EVERY = 0.05  # seconds between looks


@dataclass(frozen=True)
class Limits:
    """Limits that the system sets for the backend."""

    open_files: int | None = None
    file_blocks: int | None = None  # of 512 bytes: no file may grow beyond them

    def wrap(self, command: list[str]) -> list[str]:
        """Return the command line that runs a command within the limits."""
        options = (("-n", self.open_files), ("-f", self.file_blocks))
        limits = [f"ulimit {option} {number}" for option, number in options if number is not None]
        return ["sh", "-c", " && ".join([*limits, 'exec "$@"']), "sh", *command] if limits else command


class Victim:
    """A running backend.

    Args:
        url: Its address.
        pid: Its process; child processes are found by themselves.
        log: File of its output.
    """

    def __init__(self, url: str, pid: int, log: Path) -> None:
        self.url = url
        self.peak_megabytes = 0.0  # of the process and its children together
        self.killed_for: str | None = None  # why it was killed, if it was
        self.pid = pid
        self._log = log
        self._done = threading.Event()
        self._known = {pid}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Its port on 127.0.0.1."""
        return int(self.url.rpartition(":")[2])

    @property
    def log_bytes(self) -> int:
        """Bytes that it has logged."""
        return self._log.stat().st_size

    @property
    def last_line(self) -> str:
        """The last line of its log."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "nothing was logged")

    def is_alive(self) -> bool:
        """Whether its process still runs."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False

    def kill(self, reason: str) -> None:
        """End it and its children by force."""
        self.killed_for = self.killed_for or reason
        for pid in self._known:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def leave(self) -> None:
        """Stop watching; children that outlive the backend end."""
        self._done.set()
        self._thread.join()

    def end_children(self) -> None:
        """End what is left of its children."""
        for pid in self._known - {self.pid}:
            if parent_of(pid) is not None and _is_backend(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _watch(self) -> None:
        while not self._done.wait(_EVERY):
            family = descendants(self.pid)
            self._known |= family
            megabytes = sum(map(megabytes_of, family))
            self.peak_megabytes = max(self.peak_megabytes, megabytes)
            if megabytes > MOST_MEGABYTES:
                self.kill(f"killed at {megabytes:,.0f} MB")
            elif self.log_bytes > _MOST_LOG_BYTES:
                self.kill("killed because of its log")


@contextmanager
def running_victim(
    folder: Path, settings: Mapping[str, str], *, limits: Limits | None = None, ready: str = "/readyz"
) -> Iterator[Victim]:
    """Run a backend with its defaults, beside the given settings.

    Args:
        folder: Holds everything that it keeps; its log goes to `backend.log` in there.
        settings: Environment variables.
        limits: Limits of the system.
        ready: Path that answers 200 once it is ready.

    Raises:
        RuntimeError: It does not get ready; the message ends with its log.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {"TAGS_HOST": "127.0.0.1", "TAGS_PORT": str(port), "TAGS_DATA_DIR": str(folder / "data")}
    command = (limits or Limits()).wrap([sys.executable, "-m", "backend"])
    log = folder / "backend.log"
    clean = dict.fromkeys(UNSET, "")
    with program(command, clean | own | dict(settings), f"{url}{ready}", log, seconds=60) as process:
        victim = Victim(url, process.pid, log)
        try:
            yield victim
        finally:
            victim.leave()
    victim.end_children()


def descendants(root: int) -> set[int]:
    """A process and those that it has started, and so on."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := parent_of(int(entry.name))) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = set(), [root]
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += children.get(pid, [])
    return found


def parent_of(pid: int) -> int | None:
    """The process that started another; None if that one has ended."""
    try:
        # The name in brackets may hold spaces and brackets.
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None


def megabytes_of(pid: int) -> float:
    """Memory of a process; what it shares with others counts by its share. 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


def _is_backend(pid: int) -> bool:
    with suppress(OSError):
        return str(Path(sys.executable)) in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    return False
