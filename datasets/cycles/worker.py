"""The worker: gives signs of life, takes up cycles that were asked for, and asks for one when a trigger says so.

Whatever is to be run is a request in the store first, so that a worker that was killed finds it again, and two workers
that see the same trigger ask once.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from datasets.cycles.cycle import (
    CycleBusyError,
    CycleImpossibleError,
    CycleStoppedError,
    publish_failure,
    read_reports,
    run_cycle,
    told,
)
from datasets.cycles.next_version import NextVersionSettings, create_next_version, next_version_name
from datasets.cycles.progress import OnProgress, ProgressWriter
from datasets.cycles.report import CycleReport
from datasets.cycles.requests import (
    CycleRequest,
    cycle_file_name,
    pending,
    request_cycle,
    worker_gone,
    worker_seen,
)
from datasets.cycles.settings import CycleSettings
from datasets.cycles.triggers import LabelCounts, LastCycle, Trigger, TriggerSettings, count_labels, due
from datasets.errors import (
    BucketUnavailableError,
    IndexUnavailableError,
    LeaseLostError,
    ObjectConflictError,
    StoreError,
)
from datasets.models.champions import Champions
from datasets.samples.damage import TooDamagedError
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue

_LOG = logging.getLogger(__name__)
VERSION = "version.json"  # beside a request: the version that was made for it


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How a worker works."""

    cycle: CycleSettings = field(default_factory=CycleSettings)
    version: NextVersionSettings = field(default_factory=NextVersionSettings)
    triggers: TriggerSettings | None = field(default_factory=TriggerSettings)  # None: only what is asked for
    look: float = 10.0  # seconds between two looks for requests and triggers
    heartbeat: float = 15.0  # seconds between two signs of life
    say: OnProgress | None = None  # is told, too, how far a cycle is


def run_request(
    store: SampleStore,
    places: Places,
    request: CycleRequest,
    settings: WorkerSettings,
    *,
    work: Path,
    stop: threading.Event | None = None,
) -> CycleReport:
    """Run a cycle that was asked for; without a version, make the next one from the labels so far.

    Args:
        store: for the crops.
        places: of the same spool and bucket.
        request: what was asked for.
        settings: how to run it.
        work: folder of this machine for cycles.
        stop: once set, the cycle stops; the next call goes on.

    Returns:
        The report; a request that cannot be run has one, too, that says why.

    Raises:
        CycleBusyError: another process runs a cycle.
        CycleImpossibleError: packages for training are missing.
        CycleStoppedError: `stop` was set.
        LeaseLostError: another took over.
        BucketUnavailableError: the bucket does not answer; worth another try later.
        IndexUnavailableError: the database does not answer; worth another try later.
    """
    version = request.version
    try:
        if version is None:
            version = _version_for(store, places, request, settings)
        return run_cycle(
            store,
            places,
            version,
            settings.cycle,
            work=work,
            cycle_id=request.id,
            by=request.by,
            why=request.why,
            on_progress=settings.say,
            stop=stop,
        )
    except (CycleBusyError, CycleImpossibleError, LeaseLostError, BucketUnavailableError, IndexUnavailableError):
        raise
    except StoreError as error:  # before the cycle had a plan: an unknown version, too many damaged crops
        _LOG.error("cycle %s: %s", request.id, error)
        damaged = error.damaged if isinstance(error, TooDamagedError) else ()
        return publish_failure(
            places.authority,
            request.id,
            version or "(none)",
            told(error),
            request.by,
            request.why,
            damaged=damaged,
        )


def look_for_trigger(
    store: SampleStore, places: Places, settings: TriggerSettings, now: datetime | None = None
) -> tuple[Trigger | None, LabelCounts, str]:
    """Whether a cycle is due.

    Returns:
        The trigger or None, what was counted, and a key that names this occasion.

    Raises:
        StoreError: the store cannot be read.
    """
    reports = read_reports(places.authority)
    last = LastCycle(reports[-1].ended, _seen(reports)) if reports else None
    champion = Champions(places.authority).current()
    model = (champion.name, champion.version) if champion is not None else None
    counts = count_labels(list(store.samples()), last.watermark if last else {}, settings, model=model)
    trigger = due(counts, last, now or datetime.now(UTC), settings)
    return trigger, counts, f"{trigger.kind if trigger else ''} after {reports[-1].id if reports else 'nothing'}"


def watch(
    store: SampleStore,
    places: Places,
    settings: WorkerSettings,
    *,
    work: Path,
    stop: threading.Event,
    name: str | None = None,
    on_report: Callable[[CycleReport], object] | None = None,
) -> None:
    """Work until `stop` is set.

    Args:
        store: for labels and crops.
        places: of the same spool and bucket.
        settings: how.
        work: folder of this machine for cycles.
        stop: ends it, in the middle of a cycle too; the next worker goes on with that.
        name: of the worker, unlike any other's; None makes one.
        on_report: is told of each finished cycle.

    Raises:
        CycleImpossibleError: packages for training are missing.
    """
    life = _Life(places, name or worker_name(), settings.heartbeat)
    with life:
        while not stop.is_set():
            try:
                report = _step(store, places, settings, work, stop, life)
            except CycleStoppedError:
                break
            except CycleImpossibleError:
                raise
            except (CycleBusyError, LeaseLostError) as error:
                _LOG.info("%s", error)
            except StoreError as error:
                _LOG.warning("nothing to be done now: %s", error)
            else:
                if report is not None and on_report is not None:
                    on_report(report)
                if report is not None:
                    continue  # another request may wait
            stop.wait(settings.look)


def worker_name() -> str:
    """A name that no other worker has."""
    host = re.sub(r"[^a-z0-9-]+", "-", socket.gethostname().lower()).strip("-") or "worker"
    return f"{host[:40]}-{os.getpid()}-{uuid.uuid4().hex[:6]}"


class _Life:
    """Signs of life in the background; they go on while a cycle runs."""

    def __init__(self, places: Places, name: str, seconds: float) -> None:
        self._places, self._name, self._seconds = places, name, seconds
        self._doing, self._wake, self._over = "", threading.Event(), False
        self._thread = threading.Thread(target=self._beat, name="signs of life", daemon=True)

    def __enter__(self) -> _Life:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._wake.set()
        self._thread.join(self._seconds)
        with contextlib.suppress(StoreError):
            worker_gone(self._places.authority, self._name)

    @contextlib.contextmanager
    def doing(self, cycle: str) -> Iterator[None]:
        self._doing = cycle
        self._wake.set()
        try:
            yield
        finally:
            self._doing = ""
            self._wake.set()

    def _beat(self) -> None:
        while not self._over:
            try:
                worker_seen(self._places.authority, self._name, doing=self._doing)
            except StoreError as error:
                _LOG.warning("no sign of life: %s", error)
            self._wake.wait(self._seconds)
            self._wake.clear()  # then look at what for: no wish is lost


def _step(
    store: SampleStore, places: Places, settings: WorkerSettings, work: Path, stop: threading.Event, life: _Life
) -> CycleReport | None:
    """Run the oldest request; ask for a cycle if none waits and one is due. Returns None if there was nothing."""
    waiting = pending(places.authority)
    if not waiting:
        if settings.triggers is None:
            return None
        store.pull()
        trigger, _, occasion = look_for_trigger(store, places, settings.triggers)
        if trigger is not None:
            request_cycle(places.authority, by=f"trigger: {trigger.kind}", why=trigger.why, key=occasion)
            waiting = pending(places.authority)
        if not waiting:
            return None
    with life.doing(waiting[0].id):
        return run_request(store, places, waiting[0], settings, work=work, stop=stop)


def _version_for(store: SampleStore, places: Places, request: CycleRequest, settings: WorkerSettings) -> str:
    """Create the request's version. Its name is written down first, so that a killed worker's is found again."""
    objects = places.authority
    note = cycle_file_name(request.id, VERSION)
    champion = Champions(objects).current()
    content = {
        "version": next_version_name(VersionCatalogue(places).names()),
        "parent": champion.dataset_version if champion is not None else None,
    }
    try:
        objects.put(note, json.dumps(content).encode())
    except ObjectConflictError:
        content = json.loads(objects.get(note))
    name = str(content["version"])
    if name not in VersionCatalogue(places).names():  # else another worker may be far beyond this
        ProgressWriter(objects, request.id, settings.say)("version", 0, 1, "collecting the labels so far")
    return create_next_version(store, places, name, content["parent"], settings.version).name


def _seen(reports: list[CycleReport]) -> dict[str, int]:
    """The label events that the cycles so far have learned from, or have been judged on."""
    seen: dict[str, int] = {}
    for report in reports:
        for writer, sequence in report.watermark.items():
            seen[writer] = max(sequence, seen.get(writer, 0))
    return seen
