"""Work on several processes of this machine."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

__all__ = ["WorkerProcessError", "map_on_processes"]

Task = TypeVar("Task")
Result = TypeVar("Result")


class WorkerProcessError(RuntimeError):
    """A process that was to help could not start, or died; short of memory, for one. One line."""


def map_on_processes(
    function: Callable[[Task], Result],
    tasks: Iterable[Task],
    processes: int,
    *,
    prepare: Callable[..., object] | None = None,
    arguments: tuple[Any, ...] = (),
) -> Generator[Result, None, None]:
    """The results of a function on each task, in the order of the tasks.

    A task is taken from `tasks` only when a process will soon be free for it, so an iterable that ends early ends the
    work. Closing the iterator drops what has not begun and waits for the rest.

    Args:
        function: of the top level of a module, as everything that goes to another process.
        tasks: what it is called with.
        processes: that work side by side, at least 1.
        prepare: called once in every process, first.
        arguments: of `prepare`.

    Raises:
        WorkerProcessError: a process died or could not start. `multiprocessing.Pool` would start another one, for
            ever.
        Exception: what the function raises.
    """
    # Forked processes would share locks of the threads of this one.
    executor = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=prepare, initargs=arguments
    )
    begun: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            begun.append(executor.submit(function, task))
            if len(begun) > processes:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    except BrokenProcessPool as error:
        raise WorkerProcessError("a helping process could not start or died; is there enough memory?") from error
    finally:
        executor.shutdown(cancel_futures=True)
