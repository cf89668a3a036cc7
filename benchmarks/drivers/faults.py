"""Failures of a server on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal["unavailable", "hang", "lose_answer"]


@dataclass
class Faults:
    """Requests that are to fail, by how they fail. Each number counts down; -1 means for ever."""

    unavailable: int = 0  # answer 503 and do nothing
    hang: int = 0  # do nothing and answer nothing, until `stop()` or the client gives up
    lose_answer: int = 0  # do it, then close the connection without an answer; reads are served
    applies_to: Callable[[str, str], bool] = field(default=lambda method, path: True)

    def left(self, kind: FaultKind) -> int:
        """Return how many requests are still to fail in this way."""
        count: int = getattr(self, kind)
        return count

    def set(self, kind: FaultKind, count: int) -> None:
        """Let so many requests fail in this way."""
        setattr(self, kind, count)

    def take(self, kind: FaultKind, method: str, path: str) -> bool:
        """Return whether this request is to fail in this way; uses one up."""
        left = self.left(kind)
        if left == 0 or not self.applies_to(method, path):
            return False
        if left > 0:
            self.set(kind, left - 1)
        return True
