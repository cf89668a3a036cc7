"""Where work runs: in this process, on several processes of this machine, or on Ray.

Work that comes in many parts takes a `Workplace` and maps a function over the parts. A part says by numbers and values
what is to be done, and its result is sent back, so that a worker needs no disk in common with this process; this
process writes files, in the order of the parts. The bytes are then the same wherever the work ran.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from data_gen.processes import map_on_processes

Task = TypeVar("Task")
Result = TypeVar("Result")


class Workplace(Protocol):
    """A place where parts of work are done."""

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        *,
        prepare: Callable[..., object] | None = None,
        arguments: tuple[Any, ...] = (),
    ) -> Generator[Result, None, None]:
        """The results of a function on each task, in the order of the tasks.

        A task is taken from `tasks` only when something will soon be free for it. Closing the iterator ends the work.

        Args:
            function: a function at the top level of a module, so that another process can import it.
            tasks: the function's argument, one call each.
            prepare: called once in every process before its first task.
            arguments: arguments of `prepare`.

        Raises:
            WorkerProcessError: a worker died or could not start, and nothing else can do its part.
            Exception: any error of the function.
        """
        ...


@dataclass(frozen=True)
class Processes:
    """Processes of this machine; with one, the work is done in the calling process itself."""

    count: int = 1

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        *,
        prepare: Callable[..., object] | None = None,
        arguments: tuple[Any, ...] = (),
    ) -> Generator[Result, None, None]:
        """See `Workplace`."""
        if self.count > 1:
            yield from map_on_processes(function, tasks, self.count, prepare=prepare, arguments=arguments)
            return
        for number, task in enumerate(tasks):
            if number == 0 and prepare is not None:
                prepare(*arguments)
            yield function(task)


HERE = Processes()
"""The calling process."""


def add_options(parser: argparse.ArgumentParser, doing: str) -> None:
    """Add `--on` and `--processes`, which `open_workplace` takes.

    Args:
        parser: of the command.
        doing: what the processes do, for the help, as in "processes that render side by side".
    """
    parser.add_argument(
        "--processes",
        type=_positive,
        metavar="N",
        help=f"processes that {doing} side by side (default: 1; on Ray as many as it has CPUs)",
    )
    parser.add_argument(
        "--on",
        choices=("here", "ray"),
        default="here",
        help="where they run: on this machine, or on Ray (RAY_ADDRESS, or one that is started for the command)",
    )


@contextmanager
def open_workplace(options: argparse.Namespace) -> Iterator[Workplace]:
    """The place that a command's options name, for the time of the work.

    Raises:
        RayUnavailableError: Ray is not installed, or does not answer.
    """
    if options.on != "ray":
        yield Processes(options.processes or 1)
        return
    from data_gen.ray_cluster import open_cluster  # Ray takes seconds to import

    with open_cluster(options.processes) as cluster:
        yield cluster


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number
