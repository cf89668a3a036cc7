"""The heartbeat of a worker: `workers/<worker>/<number>.json` shows that the worker lives, and its progress.

The times come from the clocks of several machines. They decide whether a worker counts as listening: that is right as
long as clocks differ by less than `FRESH`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Self

from datasets.errors import ChainDamagedError, CycleRequestError, ObjectMissingError, StoreError
from datasets.objects.chain import Chain, ChainEntry
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import WORKERS
from datasets.objects.record import UtcTime

_LOG = logging.getLogger(__name__)
FRESH = 60.0  # seconds for which a beat counts
SECONDS = 15.0  # between two beats
PROGRESS_SECONDS = 5.0  # between two beats while a cycle advances; a new stage is written at once
_FORGOTTEN = timedelta(days=1)  # after the last beat of a worker that was killed
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")

OnProgress = Callable[[str, int, int, str], None]
"""(stage, done, of, message); called often."""


class Beat(ChainEntry):
    """One heartbeat of a worker."""

    worker: str
    at: UtcTime
    listens: bool = True  # for requests; False while a single cycle runs from the command line
    doing: str = ""  # id of the cycle that it works on, or "" while it waits
    fence: int = 0  # of the lease under which it runs the cycle; 0 before it holds one
    stage: str = ""  # "version", "prepare", "train" ...; "" before the first
    done: int = 0
    total: int = 0  # 0 if it is not known
    message: str = ""


def last_beats(objects: ObjectStore) -> tuple[Beat, ...]:
    """The last beat of every worker that has not signed off, by name; damaged ones are left out.

    Raises:
        BucketUnavailableError: the bucket does not answer.
    """
    workers = [folder.removeprefix(WORKERS).rstrip("/") for folder in objects.folders(WORKERS)]
    found = []
    for worker in sorted(filter(_NAME.match, workers)):
        with contextlib.suppress(ChainDamagedError, ObjectMissingError):  # missing: the worker has just signed off
            if (beat := _chain(objects, worker).last()) is not None:
                found.append(beat)
    return tuple(found)


def is_fresh(beat: Beat, now: datetime) -> bool:
    """Whether the worker counts as alive; a beat from the future counts for as long as a beat from the past."""
    return abs(now - beat.at) <= timedelta(seconds=FRESH)


def listening(objects: ObjectStore, now: datetime | None = None) -> tuple[Beat, ...]:
    """The last beats of workers that are alive, by name.

    Args:
        objects: `Places.authority`.
        now: the present time, with a zone; None is this machine's clock.
    """
    now = now or datetime.now(UTC)
    return tuple(beat for beat in last_beats(objects) if beat.listens and is_fresh(beat, now))


def worker_name() -> str:
    """A unique name for a worker."""
    host = re.sub(r"[^a-z0-9-]+", "-", socket.gethostname().lower()).strip("-") or "worker"
    return f"{host[:40]}-{os.getpid()}-{uuid.uuid4().hex[:6]}"


class Heartbeat:
    """Beats in the background, also while a cycle runs; a store that does not answer does not stop the cycle.

    Args:
        objects: `Places.authority`.
        worker: name of this process, unlike any other's: a-z, 0-9, point, dash, underscore.
        listens: whether it takes requests.
        seconds: between two beats.
        clock: seconds since 1970.

    Raises:
        CycleRequestError: no worker can have this name.
    """

    def __init__(
        self,
        objects: ObjectStore,
        worker: str,
        *,
        listens: bool = True,
        seconds: float = SECONDS,
        clock: Clock = time.time,
    ) -> None:
        if not _NAME.match(worker):
            raise CycleRequestError(f"a worker is named with a-z, 0-9, point, dash and underscore, not {worker!r}")
        self._objects, self._seconds, self._clock = objects, seconds, clock
        self._chain = _chain(objects, worker)
        self._next, self._beaten = Beat(worker=worker, at=self._now(), listens=listens), 0.0
        self._wake, self._over = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._wake.set()
        self._thread.join(self._seconds)
        with contextlib.suppress(StoreError):
            self._chain.trim(0)

    def work_on(self, cycle: str, fence: int = 0) -> None:
        """Note the cycle that the worker runs, and the fence of its lease; "" is none."""
        told = {"doing": cycle, "fence": fence, "stage": "", "done": 0, "total": 0, "message": ""}
        self._next = self._next.model_copy(update=told)
        self._wake.set()

    def progress(self, stage: str, done: int, total: int, message: str) -> None:
        """Note the cycle's progress: written at once if the stage is new, else every few seconds."""
        is_new = stage != self._next.stage
        self._next = self._next.model_copy(update={"stage": stage, "done": done, "total": total, "message": message})
        if is_new or time.monotonic() - self._beaten >= PROGRESS_SECONDS:
            self._wake.set()

    def beat(self) -> Beat:
        """Beat once.

        Raises:
            StoreFullError: no room.
            BucketUnavailableError: the bucket does not answer.
        """
        self._beaten = time.monotonic()
        told = self._next.model_copy(update={"at": self._now(), "attempt": uuid.uuid4().hex})
        beat = self._chain.append(lambda number: told.model_copy(update={"number": number}))
        self._chain.trim(2)  # a reader that has just listed the last beat but one may still read it
        return beat

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def _run(self) -> None:
        with contextlib.suppress(StoreError):
            _forget_the_dead(self._objects, self._now())
        while not self._over:
            try:
                self.beat()
            except StoreError as error:
                _LOG.warning("the heartbeat could not be written: %s", error)
            self._wake.wait(self._seconds)
            self._wake.clear()  # cleared before the next beat reads its fields, so no change is missed


def _chain(objects: ObjectStore, worker: str) -> Chain[Beat]:
    return Chain(objects, f"{WORKERS}{worker}/", Beat)


def _forget_the_dead(objects: ObjectStore, now: datetime) -> None:
    for beat in last_beats(objects):
        if now - beat.at > _FORGOTTEN:
            _chain(objects, beat.worker).trim(0)
