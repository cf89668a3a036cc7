"""Work that lets readings go first: threads that take less of the processor when others want it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Steps of niceness: at ten, a thread gets about a tenth of the time of an ordinary thread beside it.
_STEPS = 10
_LOWEST = 19


def lower_priority() -> None:
    """Let all other threads go before the calling one. Only Linux knows the niceness of single threads.

    There is no way back without special rights, and threads that the calling one starts are as low: it must never start
    threads that shoppers will wait for.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        niceness = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, min(_LOWEST, niceness + _STEPS))


async def run_gently(job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do a job in a thread of low priority.

    The thread is a daemon: while it waits for a store that hangs, it must not hold up the end of the process.
    """
    future: Future[T] = Future()

    def work() -> None:
        if not future.set_running_or_notify_cancel():
            return
        lower_priority()
        try:
            future.set_result(job(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=work, name="gentle", daemon=True).start()
    return await asyncio.wrap_future(future)
