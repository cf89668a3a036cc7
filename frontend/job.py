"""Requests that run beside the page, so that a slow answer never freezes it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, ParamSpec, TypeVar

import streamlit as st
from opentelemetry import context

P = ParamSpec("P")
T = TypeVar("T")
# Long enough to cost nothing, short enough that a click during a slow answer is obeyed at once.
POLL_SECONDS: Final = 0.1


@st.cache_resource(show_spinner=False)
def pool() -> ThreadPoolExecutor:
    """The threads that all sessions share."""
    return _Requests(max_workers=32, thread_name_prefix="request")


class _Requests(ThreadPoolExecutor):
    """Threads that work within the span of the page that asks them."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See `ThreadPoolExecutor.submit`."""
        page = context.get_current()

        def work() -> T:
            token = context.attach(page)
            try:
                return fn(*args, **kwargs)
            finally:
                context.detach(token)

        return super().submit(work)


def outcome(job: Future[T], waiting: Callable[[], object]) -> T:
    """Wait for a job while staying interruptible.

    Args:
        job: The job under way.
        waiting: Draws "please wait"; called again and again, because drawing is where Streamlit notices that
            the shopper has done something else and gives this run of the page up. The job itself goes on.

    Returns:
        The job's result; its exception is raised here.
    """
    # A quick answer shows without a flicker of "please wait".
    wait([job], timeout=POLL_SECONDS)
    while not job.done():
        waiting()
        wait([job], timeout=POLL_SECONDS)
    return job.result()
