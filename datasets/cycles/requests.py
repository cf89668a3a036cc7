"""Requests for cycles.

    cycles/<id>/request.json    the request for a cycle
    cycles/<id>/report.json     its report (see report.py); the request is no longer pending

The app writes requests and never trains. The times in requests come from the clocks of several machines and are only
shown to people.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from datasets.cycles.heartbeat import last_beats
from datasets.errors import CycleBegunError, CycleRequestError, ObjectConflictError, ObjectMissingError
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CYCLES
from datasets.objects.record import Record, UtcTime
from datasets.reason import Reason
from datasets.versions.version import VersionError, checked_version_name

_LOG = logging.getLogger(__name__)
REQUEST = "request.json"
REPORT_JSON, REPORT_MARKDOWN, REPORT_HTML = "report.json", "report.md", "report.html"
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")


def _with_zone(stored: object) -> object:
    """A time that was typed by hand may lack its zone; this machine's zone is added."""
    return datetime.fromisoformat(stored).astimezone() if isinstance(stored, str) else stored


class CycleRequest(Record):
    """A request for a cycle."""

    id: str = ""
    by: Reason  # a person, a trigger
    version: Annotated[str, AfterValidator(checked_version_name)] | None  # None: the worker creates one to train on
    why: Reason
    at: Annotated[UtcTime, BeforeValidator(_with_zone)]


def request_cycle(
    objects: ObjectStore,
    *,
    by: Reason | str,
    version: str | None = None,
    why: Reason | str = "",
    key: str | None = None,
    clock: Clock = time.time,
) -> str:
    """Ask for a cycle.

    Args:
        objects: `Places.authority`.
        by: a person's name, or the trigger.
        version: dataset version to train on; None leaves it to the worker to create one.
        why: a person's words, or the trigger's occasion.
        key: a second request under the same key is the same request: two workers that see one trigger make one.
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
    request = CycleRequest(
        id=identity, by=Reason.model_validate(by), version=version, why=Reason.model_validate(why), at=at
    )
    try:
        objects.put(cycle_file_name(identity, REQUEST), request.to_bytes())
    except ObjectConflictError:
        if key is None:
            raise
    return identity


def request_unless_waiting(
    objects: ObjectStore,
    *,
    by: Reason | str,
    version: str | None = None,
    why: Reason | str = "",
    key: str | None = None,
    clock: Clock = time.time,
) -> tuple[str, bool]:
    """Ask for a cycle, unless a request for the same version waits and no worker has begun with it.

    The arguments and errors are those of `request_cycle`.

    Returns:
        The id of the request, and whether it waited already.
    """
    beats = last_beats(objects)
    for request in pending(objects):
        if request.version == version and not any(beat.doing == request.id for beat in beats):
            return request.id, True
    return request_cycle(objects, by=by, version=version, why=why, key=key, clock=clock), False


def withdraw_request(objects: ObjectStore, cycle: str) -> None:
    """Take a request back before a worker has begun with it. A worker that has just read it may still run the cycle.

    Raises:
        CycleRequestError: there is no such request.
        CycleBegunError: a worker has begun with it, or has ended it.
        BucketUnavailableError: the bucket does not answer.
    """
    name = cycle_file_name(cycle, REQUEST)
    files = set(objects.names(f"{CYCLES}{cycle}/"))
    if name not in files:
        raise CycleRequestError(f"there is no request {cycle}")
    if files != {name} or any(beat.doing == cycle for beat in last_beats(objects)):
        raise CycleBegunError(f"the cycle {cycle} has begun")
    objects.delete(name)


def read_request(objects: ObjectStore, cycle: str) -> CycleRequest:
    """Read a request.

    Raises:
        CycleRequestError: there is none, or it is damaged.
    """
    name = cycle_file_name(cycle, REQUEST)
    try:
        return CycleRequest.from_bytes(objects.get(name)).model_copy(update={"id": cycle})
    except ObjectMissingError as error:
        raise CycleRequestError(str(error)) from None
    except (ValueError, VersionError) as error:
        raise CycleRequestError(f"{name} in {objects.url} is damaged: {error}") from None


def cycles(objects: ObjectStore) -> Mapping[str, frozenset[str]]:
    """The files of every cycle by its id, in the order of ids.

    Raises:
        BucketUnavailableError: the bucket does not answer.
    """
    found: dict[str, set[str]] = {}
    for name in objects.names(CYCLES):
        cycle, _, file = name[len(CYCLES) :].partition("/")
        if _ID.match(cycle):
            found.setdefault(cycle, set()).add(file)
    return {cycle: frozenset(files) for cycle, files in sorted(found.items())}


def pending(objects: ObjectStore) -> tuple[CycleRequest, ...]:
    """Requests without a report, the oldest first: waiting ones, and those that a worker works on or has left.

    A damaged request is left out.
    """
    requests = []
    for cycle, files in cycles(objects).items():
        if REQUEST in files and REPORT_JSON not in files:
            try:
                requests.append(read_request(objects, cycle))
            except CycleRequestError as error:
                _LOG.error("left out: %s", error)
    return tuple(sorted(requests, key=lambda request: (request.at, request.id)))


def cycle_file_name(cycle: str, file: str) -> str:
    """Object name of a file of a cycle.

    Raises:
        CycleRequestError: no cycle can have this id.
    """
    if not _ID.match(cycle):
        raise CycleRequestError(f"not the id of a cycle: {cycle!r}")
    return f"{CYCLES}{cycle}/{file}"
