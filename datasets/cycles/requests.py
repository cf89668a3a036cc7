"""Cycles that were asked for: the request, who took it up, how far it is, and who listens for the next one.

    cycles/<id>/request.json              asks for a cycle
    cycles/<id>/claim-<fence>.json        a worker took it up, under this fencing number of its lease
    cycles/<id>/progress-<number>.json    how far it is; the highest number counts
    cycles/<id>/report.json               how it ended (see cycle_report.py); it is no longer pending
    workers/<worker>/<number>.json        a worker gave a sign of life

The app only writes requests and reads the rest: it never trains. Everything is created and never overwritten; old
progress and old signs of life are cleared away.

The times in here come from the clocks of several machines. They are shown to people, and they decide whether a
worker counts as listening: that is right as long as clocks differ by less than `FRESH`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from datasets.errors import CycleRequestError, ObjectConflictError, ObjectMissingError
from datasets.objects.canonical import canonical_json
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CYCLES, WORKERS, numbered_name, numbers
from datasets.versions.version import VersionError, checked_version_name

_LOG = logging.getLogger(__name__)
REQUEST = "request.json"
REPORT = "report.json"
FRESH = 60.0  # seconds for which a sign of life counts
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")
_PROGRESS = re.compile(r"progress-(?P<number>[0-9]{8})\.json\Z")
_CLAIM = re.compile(r"claim-(?P<fence>[0-9]{8})\.json\Z")
_KEPT_PROGRESS = 50  # objects of a cycle
_TRIES = 20  # of writers of progress who meet


@dataclass(frozen=True, slots=True)
class CycleRequest:
    """A cycle that was asked for."""

    id: str
    by: str  # who: a person, a trigger
    version: str | None  # dataset version to train on; None leaves it to the worker to create one
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CycleClaim:
    """A worker took a cycle up."""

    worker: str
    fence: int  # of its lease; the highest is the worker that counts
    at: datetime


@dataclass(frozen=True, slots=True)
class CycleProgress:
    """How far a cycle is."""

    stage: str  # "materialize", "train", "evaluate" ...
    done: int
    total: int  # 0 if it is not known
    message: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """The last sign of life of a worker."""

    worker: str
    doing: str  # id of the cycle that it works on, or "" while it waits
    at: datetime


def request_cycle(
    objects: ObjectStore,
    *,
    by: str,
    version: str | None = None,
    why: str = "",
    key: str | None = None,
    clock: Clock = time.time,
) -> str:
    """Ask for a cycle.

    Args:
        objects: `Places.authority`.
        by: who asks.
        version: dataset version to train on; None leaves it to the worker to create one.
        why: in words.
        key: whoever asks again under the same key gets the same request: two who saw the same trigger ask once.
        clock: seconds since 1970.

    Returns:
        The id of the request.

    Raises:
        VersionError: no version can have this name.
        StoreFullError: no room.
        BucketUnavailableError: the bucket does not answer.
    """
    if version is not None:
        checked_version_name(version)
    at = datetime.fromtimestamp(clock(), UTC)
    if key is None:
        identity = f"{at:%Y%m%dt%H%M%S}-{uuid.uuid4().hex[:8]}"
    else:
        identity = "key-" + hashlib.sha256(key.encode()).hexdigest()[:24]
    content = {"id": identity, "by": by, "version": version, "why": why, "at": at.isoformat()}
    try:
        objects.put(cycle_file_name(identity, REQUEST), canonical_json(content) + b"\n")
    except ObjectConflictError:
        if key is None:
            raise
    return identity


def read_request(objects: ObjectStore, cycle: str) -> CycleRequest:
    """Read a request.

    Raises:
        CycleRequestError: there is none, or it is damaged.
    """
    name = cycle_file_name(cycle, REQUEST)
    content = _content(objects, name)
    try:
        return CycleRequest(
            id=cycle,
            by=str(content["by"]),
            version=checked_version_name(content["version"]) if content["version"] is not None else None,
            why=str(content["why"]),
            at=datetime.fromisoformat(content["at"]).astimezone(UTC),
        )
    except (VersionError, ValueError, KeyError, TypeError) as error:
        raise CycleRequestError(f"{name} in {objects.url} is damaged: {error!r}") from None


def cycles(objects: ObjectStore) -> Mapping[str, frozenset[str]]:
    """The files of every cycle, by its id, in the order of ids.

    Raises:
        BucketUnavailableError: the bucket does not answer.
    """
    found: dict[str, set[str]] = {}
    for name in objects.names(CYCLES):
        cycle, slash, file = name[len(CYCLES) :].partition("/")
        if slash:
            found.setdefault(cycle, set()).add(file)
    return {cycle: frozenset(files) for cycle, files in sorted(found.items())}


def pending(objects: ObjectStore) -> tuple[CycleRequest, ...]:
    """Requests without a report, the oldest first: those that wait, and those that somebody works on or left.

    A damaged request is left out.
    """
    requests = []
    for cycle, files in cycles(objects).items():
        if REQUEST in files and REPORT not in files:
            try:
                requests.append(read_request(objects, cycle))
            except CycleRequestError as error:
                _LOG.error("left out: %s", error)
    return tuple(sorted(requests, key=lambda request: (request.at, request.id)))


def claim_cycle(objects: ObjectStore, cycle: str, *, worker: str, fence: int, clock: Clock = time.time) -> CycleClaim:
    """Note that a worker takes a cycle up, under the fencing number of the lease that it holds.

    Raises:
        CycleRequestError: another worker holds a later lease, or this one's claim is there already.
    """
    last = last_claim(objects, cycle)
    if last is not None and last.fence >= fence:
        raise CycleRequestError(f"cycle {cycle} was taken up by {last.worker} under lease {last.fence}, not {fence}")
    claim = CycleClaim(worker=worker, fence=fence, at=datetime.fromtimestamp(clock(), UTC))
    try:
        _put(objects, cycle_file_name(cycle, f"claim-{fence:08d}.json"), claim)
    except ObjectConflictError:
        raise CycleRequestError(f"cycle {cycle} was taken up under lease {fence} already") from None
    return claim


def last_claim(objects: ObjectStore, cycle: str) -> CycleClaim | None:
    """Who took the cycle up last; None if nobody did.

    Raises:
        CycleRequestError: the claim is damaged.
    """
    prefix = cycle_file_name(cycle, "")
    fences = [
        int(match["fence"])
        for name in objects.names(prefix, prefix + "claim-")
        if (match := _CLAIM.match(name[len(prefix) :]))
    ]
    if not fences:
        return None
    name = cycle_file_name(cycle, f"claim-{max(fences):08d}.json")
    content = _content(objects, name)
    try:
        return CycleClaim(
            str(content["worker"]), int(content["fence"]), datetime.fromisoformat(content["at"]).astimezone(UTC)
        )
    except (ValueError, KeyError, TypeError) as error:
        raise CycleRequestError(f"{name} in {objects.url} is damaged: {error!r}") from None


def write_progress(
    objects: ObjectStore,
    cycle: str,
    *,
    stage: str,
    done: int = 0,
    total: int = 0,
    message: str = "",
    clock: Clock = time.time,
) -> CycleProgress:
    """Say how far a cycle is.

    Raises:
        StoreFullError: no room.
        BucketUnavailableError: the bucket does not answer; a cycle goes on without.
    """
    progress = CycleProgress(stage, done, total, message, datetime.fromtimestamp(clock(), UTC))
    there = _progress_numbers(objects, cycle)
    number = max(there, default=0) + 1
    for _ in range(_TRIES):
        try:
            _put(objects, _progress_name(cycle, number), progress)
            break
        except ObjectConflictError:
            number += 1
    for old in there[: max(0, len(there) + 1 - _KEPT_PROGRESS)]:
        objects.delete(_progress_name(cycle, old))
    return progress


def read_progress(objects: ObjectStore, cycle: str) -> CycleProgress | None:
    """How far a cycle is; None if it has not begun.

    Raises:
        CycleRequestError: the entry is damaged.
    """
    last = max(_progress_numbers(objects, cycle), default=0)
    return _read_progress(objects, cycle, last) if last else None


def progress_history(objects: ObjectStore, cycle: str) -> tuple[CycleProgress, ...]:
    """The last steps of a cycle, the oldest first."""
    return tuple(_read_progress(objects, cycle, number) for number in _progress_numbers(objects, cycle))


def worker_seen(objects: ObjectStore, worker: str, *, doing: str = "", clock: Clock = time.time) -> WorkerSeen:
    """Give a sign of life. Call it at least three times in `FRESH` seconds.

    Args:
        objects: `Places.authority`.
        worker: name of this process, unlike any other's: a-z, 0-9, point, dash, underscore.
        doing: id of the cycle that it works on, or "".
        clock: seconds since 1970.

    Raises:
        CycleRequestError: no worker can have this name.
        BucketUnavailableError: the bucket does not answer.
    """
    folder = _worker_folder(worker)
    seen = WorkerSeen(worker, doing, datetime.fromtimestamp(clock(), UTC))
    there = numbers(objects, folder)
    number = max(there, default=0) + 1
    for _ in range(_TRIES):
        try:
            _put(objects, numbered_name(folder, number), seen)
            break
        except ObjectConflictError:
            number += 1
    for old in there[:-1]:
        objects.delete(numbered_name(folder, old))
    return seen


def worker_gone(objects: ObjectStore, worker: str) -> None:
    """Take the signs of life away: the worker stops and says so."""
    folder = _worker_folder(worker)
    for number in numbers(objects, folder):
        objects.delete(numbered_name(folder, number))


def listening(objects: ObjectStore, now: datetime | None = None, *, fresh: float = FRESH) -> tuple[WorkerSeen, ...]:
    """Workers that gave a sign of life of late, by name.

    Args:
        objects: `Places.authority`.
        now: with a time zone; None is this machine's clock.
        fresh: seconds for which a sign counts. One from the future counts for as long, too.
    """
    now = now or datetime.now(UTC)
    last: dict[str, str] = {}
    for name in objects.names(WORKERS):
        worker, slash, _ = name[len(WORKERS) :].partition("/")
        if slash:
            last[worker] = name  # in order, so the last one stays
    found = []
    for worker, name in last.items():
        try:
            content = _content(objects, name)
            seen = WorkerSeen(worker, str(content["doing"]), datetime.fromisoformat(content["at"]).astimezone(UTC))
            if abs(now - seen.at) <= timedelta(seconds=fresh):
                found.append(seen)
        except CycleRequestError:
            continue  # it stopped meanwhile, or its last sign is damaged
        except (ValueError, KeyError, TypeError):
            continue
    return tuple(found)


def cycle_file_name(cycle: str, file: str) -> str:
    """Object name of a file of a cycle.

    Raises:
        CycleRequestError: no cycle can have this id.
    """
    if not _ID.match(cycle):
        raise CycleRequestError(f"not the id of a cycle: {cycle!r}")
    return f"{CYCLES}{cycle}/{file}"


def _progress_name(cycle: str, number: int) -> str:
    return cycle_file_name(cycle, f"progress-{number:08d}.json")


def _progress_numbers(objects: ObjectStore, cycle: str) -> list[int]:
    prefix = cycle_file_name(cycle, "")
    return [
        int(match["number"])
        for name in objects.names(prefix, prefix + "progress-")
        if (match := _PROGRESS.match(name[len(prefix) :]))
    ]


def _read_progress(objects: ObjectStore, cycle: str, number: int) -> CycleProgress:
    name = _progress_name(cycle, number)
    content = _content(objects, name)
    try:
        return CycleProgress(
            stage=str(content["stage"]),
            done=int(content["done"]),
            total=int(content["total"]),
            message=str(content["message"]),
            at=datetime.fromisoformat(content["at"]).astimezone(UTC),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise CycleRequestError(f"{name} in {objects.url} is damaged: {error!r}") from None


def _worker_folder(worker: str) -> str:
    if not _ID.match(worker):
        raise CycleRequestError(f"a worker is named with a-z, 0-9, point, dash and underscore, not {worker!r}")
    return f"{WORKERS}{worker}/"


def _put(objects: ObjectStore, name: str, value: CycleClaim | CycleProgress | WorkerSeen) -> None:
    content = asdict(value) | {"at": value.at.isoformat(), "attempt": uuid.uuid4().hex}
    objects.put(name, canonical_json(content) + b"\n")


def _content(objects: ObjectStore, name: str) -> dict[str, Any]:
    try:
        content = json.loads(objects.get(name))
    except ObjectMissingError as error:
        raise CycleRequestError(str(error)) from None
    except ValueError as error:
        raise CycleRequestError(f"{name} in {objects.url} is damaged: {error}") from None
    if not isinstance(content, dict):
        raise CycleRequestError(f"{name} in {objects.url} is damaged: it holds no object")
    return content
