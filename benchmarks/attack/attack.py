"""What an attack is: requests of attackers against a running backend, or a bad day on which it has to start."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import requests

from benchmarks.attack.shoppers import session_from
from benchmarks.attack.victim import Limits, Victim

_PATIENCE = 25.0  # seconds that an attacker waits for an answer
NO_ANSWER = "no answer"


@dataclass
class Target:
    """The backend as the attackers see it."""

    victim: Victim
    folder: Path  # of everything that the backend keeps
    outcomes: Counter[str] = field(default_factory=Counter)  # answers to the attackers, by status
    stop: threading.Event = field(default_factory=threading.Event)  # set at the end of a round
    faults: list[str] = field(default_factory=list)  # what the backend should not have done, in a sentence each
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, outcome: str, number: int = 1) -> None:
        """Count an answer; any thread may."""
        with self._lock:
            self.outcomes[outcome] += number

    def send(
        self, path: str, number: int = 0, *, method: str = "POST", note: str = "", **request: object
    ) -> requests.Response | None:
        """Send an attacker's request and count the answer.

        Args:
            path: Of the URL.
            number: Attackers of different numbers have different addresses.
            method: Of HTTP.
            note: Put before the status where answers are counted.
            **request: As `requests` takes it.

        Returns:
            The answer; None without one.
        """
        answer = None
        with session_from(f"127.0.2.{1 + number}") as session:
            try:
                answer = session.request(method, f"{self.victim.url}{path}", timeout=_PATIENCE, **request)  # type: ignore[arg-type]
            except requests.RequestException:
                if self.stop.is_set():
                    return None
        self.count(f"{note} {NO_ANSWER if answer is None else answer.status_code}".strip())
        return answer


class Attack:
    """Requests against a running backend; the methods are the attack's own."""

    name: ClassVar[str]  # for `--only`
    title: ClassVar[str]  # what is sent
    attackers: ClassVar[int] = 1  # threads, each with an address of its own
    pause: ClassVar[float] = 0.1  # seconds between the requests of one attacker
    settings: ClassVar[Mapping[str, str]] = {}  # environment variables of the backend
    limits: ClassVar[Limits] = Limits()
    most_megabytes: ClassVar[float | None] = None  # memory that the backend may take; None: no target

    def prepare(self) -> None:
        """Make what is sent; not part of the measured time."""

    def strike(self, target: Target, number: int) -> None:
        """Send one request, as the attacker of that number."""

    def begin(self, target: Target) -> None:
        """Do what comes before the readings of a round."""

    def run(self, target: Target, number: int) -> None:
        """Attack until told to stop."""
        while not target.stop.is_set():
            self.strike(target, number)
            target.stop.wait(self.pause)

    def finish(self, target: Target) -> None:
        """Look at what is left after the last round, and note faults."""


class BadDay:
    """A start under bad conditions, after a good one; the methods are the bad day's own."""

    name: ClassVar[str]
    title: ClassVar[str]
    most_megabytes: ClassVar[float | None] = None
    starts: ClassVar[int] = 1  # starts under the bad conditions, one after the other

    def settings(self, folder: Path) -> dict[str, str]:
        """Environment variables of both starts."""
        return {}

    def strike(self, target: Target) -> None:
        """Do what leads to the bad day, while the backend still runs well."""

    @contextmanager
    def spoil(self, folder: Path) -> Iterator[tuple[dict[str, str], Limits]]:
        """Bring about the bad conditions; yield further environment variables and limits."""
        yield {}, Limits()

    def finish(self, target: Target) -> None:
        """Look at how the backend does after the readings of a start, and note faults."""


@contextmanager
def attacking(attack: Attack, target: Target, seconds: float) -> Iterator[None]:
    """Attack until the block ends.

    Args:
        attack: The attack.
        target: The backend.
        seconds: Time that the attackers' last requests get, after the block.
    """
    target.stop.clear()
    attack.begin(target)
    threads = [
        threading.Thread(target=attack.run, args=(target, number), daemon=True) for number in range(attack.attackers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        target.stop.set()
        until = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
