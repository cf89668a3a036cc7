"""Bounds the rate of log lines of the same kind."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from backend.http.rate_limit import TokenBuckets

_PER_MINUTE = 6.0
_AT_ONCE = 20
# Lines of all kinds together; bounds lines whose text is never twice the same.
_ALL_PER_MINUTE = 120.0
_ALL_AT_ONCE = 200
_MOST_KINDS = 1000


class LogLimit(logging.Filter):
    """Lets a few lines of a kind through, then one every ten seconds, which says how many it stands for.

    Lines are of a kind when logger, level and message are the same before their values are put in. It may be added to
    several handlers, as long as a line passes only one of them.

    Args:
        clock: Seconds from any start, never running backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._kinds = TokenBuckets(_PER_MINUTE, _AT_ONCE, clock=clock, most_clients=_MOST_KINDS)
        self._all = TokenBuckets(_ALL_PER_MINUTE, _ALL_AT_ONCE, clock=clock)
        self._left_out: Counter[str] = Counter()
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        kind = f"{record.name} {record.levelno} {str(record.msg)[:200]}"
        with self._lock:
            if self._kinds.take(kind) > 0 or self._all.take("") > 0:
                if kind in self._left_out or len(self._left_out) < _MOST_KINDS:
                    self._left_out[kind] += 1
                return False
            others = self._left_out.pop(kind, 0)
        if others:
            record.msg, record.args = f"{record.getMessage()} ({others} more like this left out)", None
        return True
