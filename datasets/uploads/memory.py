"""Bounds the memory that reading a stranger's file may take, where the system can bound it."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_HELD: Final = Path("/proc/self/statm")  # its first number: pages of addresses that the process has


@contextlib.contextmanager
def at_most_more(size: int) -> Iterator[None]:
    """Have every allocation fail, with `MemoryError`, that would take the process further than so many bytes.

    It is for a process that does nothing else meanwhile. Without Linux's /proc nothing is bounded.

    Args:
        size: bytes beyond what the process holds now.
    """
    try:
        pages = int(_HELD.read_text("ascii").split()[0])
    except (OSError, ValueError):
        yield
        return
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    bound = pages * resource.getpagesize() + size
    if before == resource.RLIM_INFINITY or bound < before:
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))
