"""How much of the processor a thread may take when others want it, too."""

from __future__ import annotations

import os
import sys
import threading

__all__ = ["lower_priority"]

# Steps of niceness: at ten, a thread gets about a tenth of what an ordinary one gets beside it.
_STEPS = 10
_LOWEST = 19


def lower_priority() -> None:
    """Let everybody else go before the calling thread. Only Linux knows the niceness of single threads.

    There is no way back without special rights, and threads that this one starts are as low: never start from here what
    shoppers will wait for.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        niceness = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, min(_LOWEST, niceness + _STEPS))
