"""The worker: runs requested cycles, and requests one when a trigger makes it due.

Every cycle begins as a request in the store, so that a killed worker finds it again, and two workers that see the same
trigger make one request.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from datasets.cycles.causes import cause_of
from datasets.cycles.cycle import CycleImpossibleError, run_cycle
from datasets.cycles.heartbeat import Heartbeat, OnProgress
from datasets.cycles.next_version import create_next_version
from datasets.cycles.publication import publish_failure
from datasets.cycles.report import CycleReport, Reports
from datasets.cycles.requests import CycleRequest, cycle_file_name, pending, request_cycle
from datasets.cycles.settings import WorkerSettings
from datasets.cycles.triggers import LabelCounts, LastCycle, TriggerSettings, count_labels, due
from datasets.cycles.watch import CycleBusyError, CycleStoppedError
from datasets.errors import (
    BucketUnavailableError,
    CycleRequestError,
    IndexUnavailableError,
    LeaseLostError,
    ObjectConflictError,
    StoreError,
)
from datasets.models.champions import Champions
from datasets.objects.record import Record
from datasets.reason import Reason
from datasets.samples.damage import TooDamagedError
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue, next_version_name

_LOG = logging.getLogger(__name__)
VERSION = "version.json"  # beside a request: the version that was made for it


class _VersionNote(Record):
    """The version that is made for a request, noted before it is made."""

    version: str
    parent: str | None


def run_request(
    store: SampleStore,
    places: Places,
    request: CycleRequest,
    settings: WorkerSettings,
    *,
    work: Path,
    on_progress: OnProgress | None = None,
    heartbeat: Heartbeat | None = None,
    stop: threading.Event | None = None,
) -> CycleReport:
    """Run a requested cycle; if the request names no version, create the next one from the labels so far.

    Args:
        store: the store of the crops.
        places: spool and bucket of that store.
        request: the request.
        settings: the worker's settings.
        work: folder of this machine for cycles.
        on_progress: called with the progress.
        heartbeat: writes the progress to the store.
        stop: once set, the cycle stops; the next call goes on.

    Returns:
        The report; for a request that cannot be run it gives the reason.

    Raises:
        CycleBusyError: another process runs a cycle.
        CycleImpossibleError: packages for training are missing.
        CycleStoppedError: `stop` was set.
        LeaseLostError: another process took over.
        BucketUnavailableError: the bucket does not answer; worth another try later.
        IndexUnavailableError: the database does not answer; worth another try later.
    """
    version = request.version
    if heartbeat is not None:
        heartbeat.work_on(request.id)
    try:
        if version is None:
            listeners = [*([on_progress] if on_progress else []), *([heartbeat.progress] if heartbeat else [])]
            version = _version_for(store, places, request, settings, listeners)
        return run_cycle(
            store,
            places,
            version,
            settings.cycle,
            work=work,
            cycle_id=request.id,
            by=request.by,
            why=request.why,
            on_progress=on_progress,
            heartbeat=heartbeat,
            stop=stop,
        )
    except (CycleBusyError, CycleImpossibleError, LeaseLostError, BucketUnavailableError, IndexUnavailableError):
        raise
    except StoreError as error:  # raised before the cycle had a plan: an unknown version, too many damaged crops
        _LOG.error("cycle %s: %s", request.id, error)
        damaged = error.damaged if isinstance(error, TooDamagedError) else ()
        return publish_failure(
            places.authority,
            request.id,
            version or "(none)",
            cause_of(error),
            request.by,
            request.why,
            damaged=damaged,
        )
    finally:
        if heartbeat is not None:
            heartbeat.work_on("")


def look_for_trigger(
    store: SampleStore,
    places: Places,
    settings: TriggerSettings,
    finished: Reports,
    now: datetime | None = None,
) -> tuple[Reason | None, LabelCounts, str]:
    """Whether a cycle is due.

    Args:
        store: the store of the labels.
        places: spool and bucket of that store.
        settings: the conditions.
        finished: the reports of this store.
        now: the present time, with a zone; None is this machine's clock.

    Returns:
        Why a cycle is due, or None; the counts; and a key that names this occasion.

    Raises:
        StoreError: the store cannot be read.
    """
    reports = finished.all()
    last = LastCycle(reports[-1].finished_at, _seen(reports)) if reports else None
    champion = Champions(places.authority, key=places.key).current()
    model = (champion.name, champion.version) if champion is not None else None
    counts = count_labels(list(store.samples()), last.watermark if last else {}, settings, model=model)
    trigger = due(counts, last, now or datetime.now(UTC), settings)
    # As earlier releases spell it: workers of both releases ask under one key.
    kind = trigger.kind.replace("_", " ") if trigger else ""
    return trigger, counts, f"{kind} after {reports[-1].id if reports else 'nothing'}"


def watch(
    store: SampleStore,
    places: Places,
    settings: WorkerSettings,
    *,
    work: Path,
    stop: threading.Event,
    heartbeat: Heartbeat,
    on_progress: OnProgress | None = None,
    on_report: Callable[[CycleReport], object] | None = None,
) -> None:
    """Work until `stop` is set.

    Args:
        store: the store of labels and crops.
        places: spool and bucket of that store.
        settings: the worker's settings.
        work: folder of this machine for cycles.
        stop: ends the worker, also in the middle of a cycle; the next worker goes on with that cycle.
        heartbeat: this worker's heartbeat.
        on_progress: called with the progress.
        on_report: called with the report of each finished cycle.

    Raises:
        CycleImpossibleError: packages for training are missing.
    """
    finished = Reports(places.authority)
    while not stop.is_set():
        report = None
        try:
            request = _next_request(store, places, settings, finished)
            if request is not None:
                report = run_request(
                    store,
                    places,
                    request,
                    settings,
                    work=work,
                    on_progress=on_progress,
                    heartbeat=heartbeat,
                    stop=stop,
                )
        except CycleStoppedError:
            return
        except CycleImpossibleError:
            raise
        except (CycleBusyError, LeaseLostError) as error:
            _LOG.info("%s", error)
        except StoreError as error:
            _LOG.warning("the worker cannot use the store now: %s", error)
        if report is None:
            stop.wait(settings.look)
        elif on_report is not None:  # look again at once: another request may wait
            on_report(report)


def _next_request(
    store: SampleStore, places: Places, settings: WorkerSettings, finished: Reports
) -> CycleRequest | None:
    """The oldest waiting request, else one that a trigger makes now; None if no cycle is due."""
    waiting = pending(places.authority)
    if not waiting and settings.triggers is not None:
        store.bucket.pull()
        trigger, _, occasion = look_for_trigger(store, places, settings.triggers, finished)
        if trigger is not None:
            by = Reason(kind="trigger", values={"trigger": trigger.kind})
            request_cycle(places.authority, by=by, why=trigger, key=occasion)
            waiting = pending(places.authority)
    return waiting[0] if waiting else None


def _version_for(
    store: SampleStore,
    places: Places,
    request: CycleRequest,
    settings: WorkerSettings,
    listeners: Sequence[OnProgress],
) -> str:
    """Create the request's version. Its name is stored first, so that the version of a killed worker is found again."""
    objects = places.authority
    note = cycle_file_name(request.id, VERSION)
    champion = Champions(objects, key=places.key).current()
    noted = _VersionNote(
        version=next_version_name(VersionCatalogue(places).names()),
        parent=champion.dataset_version if champion is not None else None,
    )
    try:
        objects.put(note, noted.to_bytes())
    except ObjectConflictError:
        try:
            noted = _VersionNote.from_bytes(objects.get(note))
        except ValueError as error:
            raise CycleRequestError(f"{note} in {objects.url} is damaged: {error}") from None
    name = noted.version
    if name not in VersionCatalogue(places).names():  # unless another worker has created it meanwhile
        for tell in listeners:
            tell("version", 0, 1, "collecting the labels so far")
    return create_next_version(store, places, name, noted.parent, settings.version).name


def _seen(reports: list[CycleReport]) -> dict[str, int]:
    """The label events that the cycles so far have learned from, or have been judged on."""
    seen: dict[str, int] = {}
    for report in reports:
        for writer, sequence in report.watermark.items():
            seen[writer] = max(sequence, seen.get(writer, 0))
    return seen
