"""The journal of every request to the backend and its answer."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

OK = 200


class Journal:
    """Every request: how many in each second, and all that failed. Threads may share it."""

    def __init__(self, saved: Mapping[str, Any] | None = None) -> None:
        saved = saved or {"by_second": {}, "failed": []}
        self._guard = threading.Lock()
        self._by_second = Counter({int(second): count for second, count in saved["by_second"].items()})
        self._failed: list[dict[str, Any]] = list(saved["failed"])

    def note(self, request: str, status: int, detail: str = "") -> None:
        """Record a request; status 0 means that no answer came."""
        now = time.time()
        with self._guard:
            self._by_second[int(now)] += 1
            if status != OK:
                self._failed.append({"at": now, "what": request, "status": status, "detail": detail[:200]})

    @property
    def count(self) -> int:
        """Number of requests."""
        with self._guard:
            return self._by_second.total()

    @property
    def failed(self) -> tuple[dict[str, Any], ...]:
        """Requests without an answer of status 200: time, kind, status and detail."""
        with self._guard:
            return tuple(self._failed)

    def between(self, start: float, end: float) -> int:
        """Requests answered from `start` to `end`, seconds since 1970."""
        with self._guard:
            return sum(count for second, count in self._by_second.items() if start - 1 < second <= end)

    def saved(self) -> dict[str, Any]:
        """The journal as plain values, for the constructor."""
        with self._guard:
            return {"by_second": {str(key): value for key, value in self._by_second.items()}, "failed": self._failed}
