"""The ledger of a kill test: the verdicts that shoppers have sent, and those that were acknowledged."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TypeAlias

State: TypeAlias = "tuple[str, str] | None"
"""What a store may hold about a prediction: status and text (without spaces) of its label, or no label."""


@dataclass
class Job:
    """One crop on its way through reading, verdicts and undos."""

    prediction_id: str
    allowed: set[State] = field(default_factory=lambda: {None})  # states that the store may hold now
    sample: str | None = None  # digest that the last acknowledgement named
    settled: bool = False  # its shopper will do nothing further


class Ledger:
    """The jobs of all shoppers. Its methods may be called by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self.counts: Counter[str] = Counter()

    def open(self, prediction_id: str) -> Job:
        """Begin the job of a prediction."""
        with self._lock:
            return self._jobs.setdefault(prediction_id, Job(prediction_id))

    def count(self, kind: str) -> None:
        """Count an event under its name in `KillResult`."""
        with self._lock:
            self.counts[kind] += 1

    def may_be(self, job: Job, state: State) -> set[State]:
        """Note that a request is about to be sent; return the states that were possible before."""
        with self._lock:
            before = set(job.allowed)
            job.allowed = before | {state}
            return before

    def must_be(self, job: Job, states: set[State], sample: str | None = None) -> None:
        """Note that the store holds one of these states and no other.

        Args:
            job: The job.
            states: The possible states.
            sample: Digest of the crop, if an acknowledgement has named it.
        """
        with self._lock:
            job.allowed = states
            job.sample = sample

    def settle(self, job: Job) -> None:
        """Note that the job's shopper will do nothing further."""
        with self._lock:
            job.settled = True

    def jobs(self) -> dict[str, Job]:
        """Return copies of all jobs as they are now, by prediction."""
        with self._lock:
            return {name: replace(job, allowed=set(job.allowed)) for name, job in self._jobs.items()}
