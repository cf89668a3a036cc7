"""Several calls at once to a bucket: each waits for the network, and does little else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 8  # calls; each takes some 30 ms. Google's client keeps ten connections


def several(work: Callable[[T], R], items: Sequence[T], *, is_stopping: Callable[[], bool] | None = None) -> list[R]:
    """Do the same with many items, up to `AT_ONCE` of them at once, each begun in its turn.

    The threads are daemons: a process that ends does not wait for a bucket that is silent.

    Args:
        work: called with each item, from several threads; a single item is worked on by this one.
        items: what is worked on.
        is_stopping: whether no more items are to be begun.

    Returns:
        The results in the order of the items; fewer if it was stopped.

    Raises:
        Exception: the first that `work` raised; no item is begun after it, and those begun are finished.
    """
    results: dict[int, R] = {}
    errors: list[Exception] = []
    numbers, guard = iter(range(len(items))), threading.Lock()

    def go_on() -> None:
        while not errors and not (is_stopping is not None and is_stopping()):
            with guard:
                number = next(numbers, None)
            if number is None:
                return
            try:
                results[number] = work(items[number])
            except Exception as error:
                errors.append(error)

    if len(items) == 1:
        go_on()
    else:
        threads = [threading.Thread(target=go_on, daemon=True) for _ in range(min(AT_ONCE, len(items)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    return [results[number] for number in sorted(results)]
