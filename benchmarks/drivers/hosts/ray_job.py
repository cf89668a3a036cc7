"""Work on Ray that goes on while its workers are cut off and killed: the same crops, rendered again and again.

    RAY_ADDRESS=HEAD:PORT python -m benchmarks.drivers.hosts.ray_job RECIPE COUNT FOLDER

Renders COUNT crops in this process, then the same on Ray, again and again, and compares each round with the first;
SIGTERM ends it after the round that is under way. `FOLDER/state.json` says where it stands (`JobState`).
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

from data_gen.plan import Plan, plan_dataset
from data_gen.ray_cluster import RayCluster, open_cluster
from data_gen.ray_start import import_ray
from data_gen.recipe import load_recipe
from data_gen.workplace import HERE, Workplace
from data_gen.writing import write_dataset

Task = TypeVar("Task")
Result = TypeVar("Result")

_SEED = 20_240_905


@dataclass
class JobState:
    """Where the job stands."""

    rounds: int = 0  # done on Ray
    different: int = 0  # of these, whose bytes are not those of the round in one process
    parts: int = 0  # whose results have arrived, of all rounds
    # When each worker has last finished a part that has arrived, by its address; seconds since 1970.
    finished: dict[str, float] = field(default_factory=dict)


def read_state(folder: Path) -> JobState:
    """Where the job of a folder stands."""
    try:
        return JobState(**json.loads((folder / "state.json").read_text()))
    except FileNotFoundError:
        return JobState()


@dataclass(frozen=True)
class _Signed(Generic[Task, Result]):
    """Does a part, and says who has done it and when."""

    function: Callable[[Task], Result]

    def __call__(self, task: Task) -> tuple[str, float, Result]:
        result = self.function(task)
        return import_ray().util.get_node_ip_address(), time.time(), result


class _Watched(RayCluster):
    """Notes which worker has done the parts that arrive."""

    def __init__(self, state: JobState, folder: Path) -> None:
        super().__init__()
        self._state, self._folder = state, folder

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        *,
        prepare: Callable[..., object] | None = None,
        arguments: tuple[Any, ...] = (),
    ) -> Generator[Result, None, None]:
        """See `Workplace`."""
        for host, at, result in super().map(_Signed(function), tasks, prepare=prepare, arguments=arguments):
            self._state.parts += 1
            self._state.finished[host] = max(at, self._state.finished.get(host, 0.0))
            _write(self._state, self._folder)
            yield result


def main() -> int:
    """Work until SIGTERM; return the exit status."""
    recipe, count, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    plan = plan_dataset(load_recipe(recipe), recipe, count=count, seed=_SEED)
    state, stop = JobState(), threading.Event()
    with open_cluster():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())  # after Ray, which sets its own
        wanted = _digest(plan, folder / "here", HERE)
        while not stop.is_set():
            state.different += _digest(plan, folder / "ray", _Watched(state, folder)) != wanted
            state.rounds += 1
            _write(state, folder)
    return 0


def _digest(plan: Plan, folder: Path, place: Workplace) -> str:
    """Render the crops, and return a digest of all files."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
    write_dataset(plan, folder, workplace=place)
    total = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(str(path.relative_to(folder)).encode() + sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _write(state: JobState, folder: Path) -> None:
    fresh = folder / "state.new"
    fresh.write_text(json.dumps(asdict(state)))
    fresh.replace(folder / "state.json")


if __name__ == "__main__":
    sys.exit(main())
