"""The team's view of uploads: begun, sent, started, looked at, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from backend.team.upload_bodies import OutcomeBody, OutcomesBody, ResultFilter, UploadBody, UploadForm
from datasets.errors import LabelError, StoreError
from datasets.features.own_features import is_own_name
from datasets.objects.clock import Clock
from datasets.uploads.job import UploadJob, UploadJobs
from datasets.uploads.manifest import MOST_MARKS, checked_tags, checked_values
from datasets.uploads.outcome import FaultError
from datasets.uploads.request import UploadRequest
from datasets.uploads.table_of_outcomes import outcome_rows

_MOST_SHOWN: Final = 50  # uploads of the list


class TeamUploads:
    """Uploads of a spool. Safe to use from several threads.

    Args:
        spool: Folder of the store.
        least_free: Bytes that stay free on its disk.
        clock: Seconds since 1970.
    """

    def __init__(self, spool: Path, least_free: int, clock: Clock) -> None:
        self._jobs, self._least_free, self._clock = UploadJobs(spool), least_free, clock

    def begin(self, form: UploadForm, by: str) -> UploadBody:
        """Begin an upload.

        Args:
            form: What is said about the files.
            by: Who brings them in.

        Raises:
            LabelError: A tag, a value or the name of features is out of range.
            StoreError: The disk is full, or fails.
        """
        pairs = [line.partition("=") for line in form.values.splitlines() if line.strip()]
        if any(not equals for _, equals, _ in pairs):
            raise LabelError("metadata is written key=value, one a line")
        if not is_own_name(form.features):
            raise LabelError("a name of features is a plain word of a-z and 0-9")
        try:
            tags = checked_tags([line for line in form.tags.splitlines() if line.strip()])
            values = checked_values({key: value for key, _, value in pairs})
        except FaultError as error:
            raise LabelError(str(error)) from error
        if len(tags) + len(values) > MOST_MARKS:
            raise LabelError(f"an upload has at most {MOST_MARKS} tags and values")
        request = UploadRequest(
            by=by,
            at=datetime.fromtimestamp(self._clock(), UTC),
            tags=tags,
            values=values,
            pictures=form.pictures,
            lines=form.lines,
            features=form.features,
            title=" ".join(form.title.split()),
        )
        return _body(self._jobs.new(request), frozenset())

    def receive(self, upload: str, name: str, at: int, size: int, data: bytes) -> int:
        """Take a part of a file; see `UploadJob.receive`."""
        return self._jobs.get(upload).receive(name, at, size, data, least_free=self._least_free)

    def start(self, upload: str, stuck: frozenset[str]) -> UploadBody:
        """Say that every file was sent; see `UploadJob.start`."""
        job = self._jobs.get(upload)
        job.start()
        return _body(job, stuck)

    def cancel(self, upload: str, stuck: frozenset[str]) -> UploadBody:
        """Keep nothing more of an upload."""
        job = self._jobs.get(upload)
        job.cancel()
        return _body(job, stuck)

    def get(self, upload: str, stuck: frozenset[str]) -> UploadBody:
        """One upload."""
        return _body(self._jobs.get(upload), stuck)

    def all(self, stuck: frozenset[str]) -> list[UploadBody]:
        """The latest uploads, the latest first; one that cannot be read is left out."""
        found: list[UploadBody] = []
        for job in self._jobs.all():
            if len(found) == _MOST_SHOWN:
                break
            try:
                found.append(_body(job, stuck))
            except StoreError:
                continue
        return found

    def outcomes(self, upload: str, result: ResultFilter, after: int, size: int) -> OutcomesBody:
        """What became of some files, in order.

        Args:
            upload: Its name.
            result: Which ones.
            after: How many of these are passed over.
            size: How many at most.
        """
        outcomes = self._jobs.get(upload).outcomes()
        found = [outcome for outcome in outcomes if result in ("all", outcome.result)]
        some = islice(found, after, after + size)
        items = [OutcomeBody.model_validate(outcome, from_attributes=True) for outcome in some]
        return OutcomesBody(items=items, found=len(found))

    def table(self, upload: str) -> Iterator[bytes]:
        """What became of all files, as CSV, bit by bit."""
        return outcome_rows(self._jobs.get(upload).outcomes())


def _body(job: UploadJob, stuck: frozenset[str]) -> UploadBody:
    request, progress, phase = job.request, job.progress, job.phase
    return UploadBody(
        id=job.id,
        phase=phase,
        is_stuck=job.id in stuck and phase in ("waiting", "working"),
        title=request.title,
        by=request.by,
        at=request.at,
        ended_at=job.ended_at,
        tags=list(request.tags),
        values=dict(request.values),
        pictures=request.pictures,
        lines=request.lines,
        files=progress.total or len(job.sent()),
        done=progress.done,
        results=dict(progress.results),
        crops=progress.crops,
    )
