"""Training on Ray Train: workers of one run, each with its share of every batch, and the command that watches them.

The workers run the same loop as a command alone (`Trainer.train`). Ray Train starts them together, with torch's process
group (NCCL on GPUs, Gloo on CPUs), and starts all of them anew when one dies; they go on from the run's checkpoint.
The run's folder must lie where all machines see it.
"""

from __future__ import annotations

import importlib
import math
import platform
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from data_gen.processes import WorkerProcessError
from data_gen.ray_start import import_ray
from ocr_model.training.evaluation import EvaluationSet
from ocr_model.training.peers import Peers
from ocr_model.training.trainer import Trainer, TrainingDivergedError

_RESTARTS = 8  # of the workers, when one has died
_TELL_EVERY = 1.0  # seconds between two words of the leader

OpenTrainer = Callable[[Peers], Trainer]


@dataclass(frozen=True)
class Run:
    """A training run for several workers."""

    open_trainer: OpenTrainer  # sent to the workers; gives the run as its checkpoint left it
    folder: Path  # of the run
    sets: Sequence[EvaluationSet]  # measured by the leader at each checkpoint
    stop_after: float = math.inf  # hours


class Desk:
    """Where the command and the workers' leader leave word for each other: an actor of Ray."""

    def __init__(self) -> None:
        self._seen, self._is_asked_to_stop = 0, False
        self._error: Exception | None = None

    def report(self, seen: int) -> bool:
        """Crops that the leader has seen; returns whether it shall stop."""
        self._seen = seen
        return self._is_asked_to_stop

    def ask_to_stop(self) -> None:
        """Let the workers stop after their next step."""
        self._is_asked_to_stop = True

    def fail(self, error: Exception) -> None:
        """Leave an error with which another try would end as well."""
        self._error = self._error or error

    def look(self) -> tuple[int, Exception | None]:
        """Crops seen, and the error if there was one."""
        return self._seen, self._error


def train_on_ray(run: Run, *, workers: int, begun: int, crops: int, stop: threading.Event) -> None:
    """Train with workers of the Ray that is connected (`open_cluster`), with a progress bar, until they are done.

    Args:
        run: what is trained.
        workers: processes that share every batch, each with a CPU, or with a GPU if there are as many.
        begun: crops that have been seen already.
        crops: of the whole schedule.
        stop: once set, the workers save a checkpoint and end.

    Raises:
        WorkerProcessError: workers died again and again, or Ray did.
        TrainingDivergedError: too many batches in a row overflow.
        ValueError: a worker cannot go on with the run, as where its machine does not see the folder.
    """
    ray = import_ray()
    train, train_torch = (importlib.import_module(name) for name in ("ray.train", "ray.train.torch"))
    gpus = ray.cluster_resources().get("GPU", 0)
    desk = ray.remote(num_cpus=0)(Desk).remote()
    own = run.folder / "ray"  # Ray Train's notes; it also finds out there whether all machines see the same folder
    trainer = train_torch.TorchTrainer(
        _train,
        train_loop_config={"run": run, "desk": desk},
        scaling_config=train.ScalingConfig(num_workers=workers, use_gpu=gpus >= workers),
        run_config=train.RunConfig(
            name="train",
            storage_path=str(own),
            failure_config=train.FailureConfig(max_failures=_RESTARTS),
            logging_config=train.LoggingConfig(log_level="ERROR"),
        ),
    )
    ended: list[Exception | None] = []
    # In a thread, because Ray Train takes SIGINT for itself in the main one, and would throw away what was learned.
    fitting = threading.Thread(target=_fit, args=(trainer, ended), daemon=True)
    fitting.start()
    log = run.folder / "log.jsonl"
    rows = _rows(log)
    with tqdm(total=crops, initial=begun, unit="crop", smoothing=0.05) as bar:
        while fitting.is_alive():
            fitting.join(_TELL_EVERY)
            if stop.is_set():
                desk.ask_to_stop.remote()
            bar.update(max(0, ray.get(desk.look.remote())[0] - bar.n))
            found = _rows(log)
            for row in found[len(rows) :]:
                tqdm.write(row)
            rows = found
    shutil.rmtree(own, ignore_errors=True)
    _, error = ray.get(desk.look.remote())
    if error is not None:
        raise error
    if ended[0] is not None:
        raise WorkerProcessError(f"training on Ray failed: {' '.join(str(ended[0]).split())[-500:]}") from ended[0]


def _fit(trainer: Any, ended: list[Exception | None]) -> None:
    try:
        trainer.fit()
        ended.append(None)
    except Exception as error:
        ended.append(error)


def _train(settings: dict[str, Any]) -> None:
    """The work of one worker."""
    import ray.train
    from ray.train.torch import get_device

    run: Run = settings["run"]
    desk = settings["desk"]
    context = ray.train.get_context()
    peers = Peers(context.get_world_rank(), context.get_world_size(), get_device(), "forkserver")
    stop, told = threading.Event(), -math.inf

    def tell(seen: int, _: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _TELL_EVERY:
            if ray.get(desk.report.remote(seen)):
                stop.set()
            told = time.monotonic()

    trainer = _open(run, peers, desk)
    # Together, because a worker that has not begun would be waited for by the others.
    if peers.sum([trainer is None], get_device())[0] or trainer is None:
        return
    try:
        trainer.train(
            list(run.sets),
            stop_after=run.stop_after,
            stop=stop,
            on_progress=tell if peers.is_leader else None,
            with_bar=False,
        )
    except TrainingDivergedError as error:  # all workers come to it, and would again
        ray.get(desk.fail.remote(error))
        return
    if peers.is_leader:
        ray.get(desk.report.remote(trainer.seen))


def _open(run: Run, peers: Peers, desk: Any) -> Trainer | None:
    """The run for one worker; None if it cannot go on there, which the command is told."""
    try:
        if not run.folder.is_dir():
            raise ValueError(f"{platform.node()} does not see {run.folder}; a run on several machines needs one folder")
        return run.open_trainer(peers)
    except ValueError as error:
        import_ray().get(desk.fail.remote(error))
        return None


def _rows(log: Path) -> list[str]:
    try:
        return log.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
