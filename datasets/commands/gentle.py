"""Commands that a backend runs in the background: they let everything else go first, and end with the backend."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

_LOWEST = 19
_ENDED_WITHIN = 600.0  # seconds from the backend's end, for a command that finishes something first


def be_gentle(*, ends_at_once: bool = True) -> Callable[[], bool]:
    """Take the lowest priority, and end when standard input does: the backend holds its other end.

    A backend that stops in order sends SIGTERM, which ends the command as `sys.exit` does.

    Args:
        ends_at_once: Whether the process ends itself; if not, the caller ends soon after it is told.

    Returns:
        Whether standard input has ended.
    """
    has_ended = threading.Event()
    os.nice(_LOWEST)
    signal.signal(signal.SIGTERM, _exit)
    threading.Thread(target=_end_with_input, args=(has_ended, ends_at_once), daemon=True).start()
    return has_ended.is_set


def _end_with_input(has_ended: threading.Event, ends_at_once: bool) -> None:
    # Not through `sys.stdin`: its lock, held by a thread that waits, would abort the interpreter at its end.
    while os.read(0, 4096):
        pass
    has_ended.set()
    if not ends_at_once:
        threading.Event().wait(_ENDED_WITHIN)
    os._exit(1)


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(1)
