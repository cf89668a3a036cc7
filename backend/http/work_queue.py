"""Threads for work that would hold up the event loop, with a bounded number of waiting jobs."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from typing import ParamSpec, TypeVar

from backend.http.problems import Problem

P = ParamSpec("P")
T = TypeVar("T")

_RETRY_AFTER_SECONDS = 2


class NoAnswerError(Problem):
    """What computes elsewhere has died over a request, or does not answer in time."""


def overloaded(detail: str, kind: type[Problem] = Problem) -> Problem:
    """Return the answer to a job for which there is no room now.

    Args:
        detail: What is busy, a sentence.
        kind: Class of what is returned.
    """
    return kind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "overloaded",
        "The service is overloaded",
        f"{detail} Try again in {_RETRY_AFTER_SECONDS} s.",
        headers={"Retry-After": str(_RETRY_AFTER_SECONDS)},
    )


class WorkQueue:
    """A few threads and a short queue; a full queue refuses jobs.

    In a long queue, clients would wait for answers that their shoppers no longer look at.

    Args:
        name: Name of the threads.
        workers: Jobs done at the same moment.
        waiting: Jobs that may wait for a worker.
        on_refused: Called for every job that is refused.
        on_begun: Called for every job that begins, with the seconds that it has waited.
    """

    def __init__(
        self,
        name: str,
        *,
        workers: int,
        waiting: int,
        on_refused: Callable[[], None] = lambda: None,
        on_begun: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix=name)
        self._most = workers + waiting
        self._on_refused = on_refused
        self._on_begun = on_begun
        self._jobs = 0
        self._lock = threading.Lock()

    @property
    def jobs(self) -> int:
        """Jobs that are being done or wait."""
        return self._jobs

    async def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a job in a thread and return its result. The job sees the caller's context: its request and its trace.

        A caller that is cancelled gives up its place if the job has not begun; one that has begun keeps its
        place until it ends, because its thread is busy until then.

        Raises:
            Problem: 503 with Retry-After, when the queue is full.
        """
        with self._lock:
            if self._jobs >= self._most:
                self._on_refused()
                raise overloaded("Every worker is busy.")
            self._jobs += 1
        asked, context = time.perf_counter(), contextvars.copy_context()

        def begin() -> T:
            self._on_begun(time.perf_counter() - asked)
            return context.run(job, *args, **kwargs)

        try:
            future = self._executor.submit(begin)
        except BaseException:
            self._leave()
            raise
        future.add_done_callback(self._on_done)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let running jobs end and drop waiting ones."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _on_done(self, future: Future[T]) -> None:
        self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._jobs -= 1
