"""Work on several processes of this machine."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class WorkerProcessError(RuntimeError):
    """A worker could not start, or died, as when memory runs short; the message is one line."""


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
    work. Closing the iterator drops the tasks that have not begun and waits for the others.

    Args:
        function: a function at the top level of a module, so that another process can import it.
        tasks: the function's argument, one call each.
        processes: number of processes, at least 1.
        prepare: called once in every process before its first task.
        arguments: arguments of `prepare`.

    Raises:
        WorkerProcessError: a process died or could not start. `multiprocessing.Pool` would start others for ever.
        Exception: any error of the function.
    """
    # Not forked: the process would inherit locks that threads of this process hold.
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
        raise WorkerProcessError("a worker process could not start or died; is there enough memory?") from error
    finally:
        executor.shutdown(cancel_futures=True)
