"""A line on a terminal that counts up; silent where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
_INTERVAL = 0.2  # seconds between two looks


def counted(what: str, items: Iterable[T], total: int) -> Iterator[T]:
    """Pass items through and count them on stderr if that is a terminal."""
    watched = sys.stderr.isatty()
    begun = shown = time.monotonic()
    for number, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if watched and (now - shown >= _INTERVAL or number == total):
            shown = now
            left = (now - begun) / number * (total - number)
            bar = "█" * (20 * number // max(total, 1))
            print(f"\r{what} {bar:<20} {number}/{total}, {left:.0f} s left ", end="", file=sys.stderr, flush=True)
    if watched and total:
        print(file=sys.stderr)
