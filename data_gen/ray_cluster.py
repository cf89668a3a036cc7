"""Work on Ray: on the cluster that RAY_ADDRESS names, or on a Ray of its own that is started on this machine.

Plain tasks, not Ray Data: a part of work here is a range of numbers that grows into a few hundred pictures, its result
is written to files in the order of the parts, and a stopped run asks only for the parts that are missing. Tasks give
just that: results one by one and in order, a bound on what waits, and a new try on another worker when one is
killed. Ray Data would turn the pictures into blocks of tables and back, and bring a planner and bars of its own.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from data_gen.processes import WorkerProcessError
from data_gen.ray_start import RayUnavailableError, import_ray, one_line, start_ray

Task = TypeVar("Task")
Result = TypeVar("Result")

_RETRIES = 8  # of a part whose worker died
_AHEAD = 2  # parts begun or done that wait for their turn, for each part that is worked on
_prepared: set[str] = set()  # in a worker: the maps for which it has called `prepare`


class RayCluster:
    """A connection to Ray. It is a `Workplace`.

    Args:
        at_once: parts that are worked on at the same time; as many as the cluster has CPUs if None.
    """

    def __init__(self, at_once: int | None = None) -> None:
        self._at_once = at_once

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        *,
        prepare: Callable[..., object] | None = None,
        arguments: tuple[Any, ...] = (),
    ) -> Generator[Result, None, None]:
        """See `Workplace`. A part whose worker died is done again by another one."""
        ray = import_ray()
        name = uuid.uuid4().hex
        # Stored once and fetched once by each worker: a model is sent to a machine, not with each part.
        preparation = None if prepare is None else ray.put((prepare, arguments))
        begin = ray.remote(num_cpus=1, max_retries=_RETRIES)(_run)
        waiting, is_more = iter(tasks), True
        begun: deque[Any] = deque()
        unfinished: list[Any] = []
        try:
            while is_more or begun:
                limit = self._limit()
                while is_more and len(unfinished) < limit and len(begun) < _AHEAD * limit:
                    try:
                        task = next(waiting)
                    except StopIteration:
                        is_more = False
                        break
                    # In a list, so that Ray hands over the reference and not the value.
                    begun.append(begin.remote(name, [preparation], function, task))
                    unfinished.append(begun[-1])
                if begun and begun[0] not in unfinished:
                    yield _result(begun.popleft())
                elif begun:
                    _, unfinished = ray.wait(unfinished, num_returns=1)
        finally:
            with contextlib.suppress(ray.exceptions.RayError):
                for part in unfinished:
                    ray.cancel(part)

    def check_workers(self, wanted: int | None) -> int:
        """The number of workers that start together: as wanted, or as many as there are GPUs, or else CPUs.

        Raises:
            RayUnavailableError: a Ray that was started for this command can never have as many.
        """
        has = import_ray().cluster_resources()
        cpus, gpus = int(has.get("CPU", 0)), int(has.get("GPU", 0))
        workers = wanted or gpus or max(1, cpus)
        if workers > cpus and not os.environ.get("RAY_ADDRESS"):
            raise RayUnavailableError(f"this machine has {cpus} CPUs, too few for {workers} workers")
        return workers

    def _limit(self) -> int:
        if self._at_once is not None:
            return self._at_once
        # Twice as many as there are CPUs, so that a cluster that can grow sees parts that wait. Asked each time: it may
        # have grown.
        return 2 * max(1, int(import_ray().cluster_resources().get("CPU", 1)))


@contextmanager
def open_cluster(at_once: int | None = None, *, cpus: int | None = None) -> Iterator[RayCluster]:
    """Connect to Ray for the time of the work.

    With RAY_ADDRESS it is that cluster. Without, a Ray is started that listens on 127.0.0.1 alone, has a secret token,
    no dashboard, and sends no statistics; it is stopped at the end. Within another `open_cluster` it is that one's.

    Args:
        at_once: see `RayCluster`.
        cpus: of a Ray that is started; as many as the machine has if None.

    Raises:
        RayUnavailableError: Ray is not installed, or does not answer.
    """
    ray = import_ray()
    if ray.is_initialized():
        yield RayCluster(at_once)
        return
    start_ray(cpus=cpus)
    try:
        yield RayCluster(at_once)
    finally:
        ray.shutdown()


def _run(name: str, preparation: list[Any], function: Callable[[Any], Any], task: Any) -> Any:
    """A part of work, in a worker of Ray."""
    if preparation[0] is not None and name not in _prepared:
        prepare, arguments = import_ray().get(preparation[0])
        prepare(*arguments)
        _prepared.add(name)
    return function(task)


def _result(part: Any) -> Any:
    ray = import_ray()
    try:
        return ray.get(part)
    except ray.exceptions.RayTaskError as error:
        cause = getattr(error, "cause", None)
        raise cause if isinstance(cause, Exception) else error from error
    except ray.exceptions.RayError as error:
        raise WorkerProcessError(f"a worker of Ray died {_RETRIES + 1} times at a part: {one_line(error)}") from error
