"""Commands that a backend runs in the background: they let everything else go first, and end with the backend."""

from __future__ import annotations

import os
import threading

_LOWEST = 19


def be_gentle() -> None:
    """Take the lowest priority, and end when standard input does: the backend holds its other end."""
    os.nice(_LOWEST)
    threading.Thread(target=_end_with_input, daemon=True).start()


def _end_with_input() -> None:
    # Not through `sys.stdin`: its lock, held by a thread that waits, would abort the interpreter at its end.
    while os.read(0, 4096):
        pass
    os._exit(1)
