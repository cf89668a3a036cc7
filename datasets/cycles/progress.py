"""Tells how far a cycle is: whoever runs it, and the store, where pages look."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from datasets.cycles.requests import write_progress
from datasets.errors import StoreError
from datasets.objects.interface import ObjectStore

_LOG = logging.getLogger(__name__)
PROGRESS_SECONDS = 5.0  # between two notes in the store, but for a new stage

OnProgress = Callable[[str, int, int, str], None]
"""(stage, done, of, message); called often."""


class ProgressWriter:
    """Notes in the store how far a cycle is. A store that does not answer does not stop the cycle."""

    def __init__(
        self,
        objects: ObjectStore,
        cycle: str,
        also: OnProgress | None = None,
        *,
        seconds: float = PROGRESS_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._objects, self._cycle, self._also, self._between, self._clock = objects, cycle, also, seconds, clock
        self._stage, self._written = "", 0.0

    def __call__(self, stage: str, done: int, total: int, message: str) -> None:
        """Note it if it is a new stage, or if some time has passed."""
        if self._also is not None:
            self._also(stage, done, total, message)
        now = self._clock()
        if stage == self._stage and now - self._written < self._between:
            return
        self._stage, self._written = stage, now
        try:
            write_progress(self._objects, self._cycle, stage=stage, done=done, total=total, message=message)
        except StoreError as error:
            _LOG.warning("progress of cycle %s: %s", self._cycle, error)
