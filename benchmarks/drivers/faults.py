"""Failures of a server on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal["unavailable", "hang", "lose_answer"]


@dataclass
class Faults:
    """Numbers of requests that shall fail, by kind of failure. Each number counts down; -1 means for ever."""

    unavailable: int = 0  # answer 503 and do nothing
    hang: int = 0  # do nothing and answer nothing, until `stop()` or the client gives up
    lose_answer: int = 0  # carry the request out, then close the connection without an answer; reads are served
    applies_to: Callable[[str, str], bool] = field(default=lambda method, path: True)

    def left(self, kind: FaultKind) -> int:
        """Return how many requests shall still fail in this way."""
        count: int = getattr(self, kind)
        return count

    def set(self, kind: FaultKind, count: int) -> None:
        """Let so many requests fail in this way."""
        setattr(self, kind, count)

    def take(self, kind: FaultKind, method: str, path: str) -> bool:
        """Return whether this request shall fail in this way; counts it."""
        left = self.left(kind)
        if left == 0 or not self.applies_to(method, path):
            return False
        if left > 0:
            self.set(kind, left - 1)
        return True
