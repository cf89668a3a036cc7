"""Swaps: when each champion was promoted, and when the backend served it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime

from benchmarks.loop_demo.client import Client
from benchmarks.loop_demo.journal import Journal

_LOOK = 0.25  # seconds between two requests


@dataclass(frozen=True, slots=True)
class Swap:
    """A champion's way into service."""

    number: int  # in the history of champions
    version: str  # of the model
    promoted_at: float  # seconds since 1970, by the worker's clock, which is this machine's
    serving_at: float

    @property
    def seconds(self) -> float:
        """From promotion to serving."""
        return self.serving_at - self.promoted_at


class SwapWatch:
    """Polls the backend's model from a thread of its own. A context manager.

    A champion that serves already at the first answer is no swap.
    """

    def __init__(self, url: str, journal: Journal, known: tuple[Swap, ...] = ()) -> None:
        self._url, self._journal = url, journal
        self._guard, self._swaps = threading.Lock(), list(known)
        self._version, self._number = "", 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="swaps", daemon=True)

    def __enter__(self) -> SwapWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def swaps(self) -> tuple[Swap, ...]:
        """All swaps so far."""
        with self._guard:
            return tuple(self._swaps)

    def wait_for(self, number: int, seconds: float) -> bool:
        """Wait until the champion with this number serves; return whether it does."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with self._guard:
                if self._number >= number:
                    return True
            if self._done.wait(_LOOK):
                break
        return False

    def _watch(self) -> None:
        is_first = True
        with Client(self._url, self._journal) as client:
            while not self._done.is_set():
                body = client.model()
                if body is not None:
                    self._look_at(body, is_first)
                    is_first = False
                self._done.wait(_LOOK)

    def _look_at(self, body: dict[str, object], is_first: bool) -> None:
        champion = body["champion"]
        if not isinstance(champion, dict):
            return
        number = int(champion["number"])
        with self._guard:
            is_new, self._number = number > self._number, number
            # The first entry of a history is the shipped model, which serves before its entry is written.
            if is_new and not is_first and number > 1 and all(swap.number != number for swap in self._swaps):
                self._swaps.append(
                    Swap(
                        number,
                        str(body["version"]),
                        datetime.fromisoformat(str(champion["promoted_at"])).timestamp(),
                        datetime.fromisoformat(str(body["serving_since"])).timestamp(),
                    )
                )
