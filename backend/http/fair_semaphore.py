"""A semaphore that serves first come, first served."""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class FairSemaphore:
    """A context manager that lends one of a few places; who waits longest is next.

    The standard library's wakes any waiter, and lets a thread that comes back at once pass those that wait.

    Args:
        places: How many may be inside at the same moment.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[object] = deque()
        self._condition = threading.Condition()

    def __enter__(self) -> None:
        """Take a place, once it is free and nobody has waited longer."""
        ticket = object()
        with self._condition:
            self._waiting.append(ticket)
            try:
                self._condition.wait_for(lambda: self._free > 0 and self._waiting[0] is ticket)
                self._free -= 1
            finally:
                self._waiting.remove(ticket)
                self._condition.notify_all()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the place back."""
        with self._condition:
            self._free += 1
            self._condition.notify_all()
