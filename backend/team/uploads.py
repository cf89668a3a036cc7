"""The team's view of uploads: begun, sent, started, looked at, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from backend.team.upload_bodies import OutcomeBody, OutcomesBody, ResultFilter, UploadBody, UploadForm
from datasets.errors import LabelError, NotYoursError, StoreError
from datasets.features.own_features import is_own_name
from datasets.objects.clock import Clock
from datasets.samples.marks import project_id
from datasets.samples.seen_store import SeenStore
from datasets.samples.sight import Sight
from datasets.uploads.job import UnknownUploadError, UploadJob, UploadJobs
from datasets.uploads.manifest import MOST_MARKS, checked_tags, checked_values
from datasets.uploads.outcome import FaultError, FileOutcome
from datasets.uploads.request import UploadRequest
from datasets.uploads.table_of_outcomes import outcome_rows

_MOST_SHOWN: Final = 50  # uploads of the list
_LOOKED_AT_AT_ONCE: Final = 500  # outcomes


class TeamUploads:
    """Uploads of a spool. Safe to use from several threads.

    Args:
        spool: Folder of the store.
        store: The store, as somebody sees it.
        least_free: Bytes that stay free on its disk.
        clock: Seconds since 1970.
        sight: The projects whose uploads are seen, also where no crop has come yet; None: all.
    """

    def __init__(
        self, spool: Path, store: SeenStore, least_free: int, clock: Clock, sight: Sight | None = None
    ) -> None:
        self._spool, self._store, self._least_free, self._clock = spool, store, least_free, clock
        self._sight = sight
        self._jobs = UploadJobs(spool)

    def seen_in(self, store: SeenStore, sight: Sight | None) -> TeamUploads:
        """The same uploads, as somebody sees them."""
        return TeamUploads(self._spool, store, self._least_free, self._clock, sight)

    def begin(self, form: UploadForm, by: str) -> UploadBody:
        """Begin an upload.

        Args:
            form: What is said about the files.
            by: Who brings them in.

        Raises:
            LabelError: A tag, a value, the project or the name of features is out of range.
            NotYoursError: Others make the changes of the project.
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
        project = project_id(form.project) if form.project.strip() else ""
        self._store.check_projects([project] if project else [])
        request = UploadRequest(
            by=by,
            at=datetime.fromtimestamp(self._clock(), UTC),
            tags=tags,
            values=values,
            pictures=form.pictures,
            lines=form.lines,
            features=form.features,
            title=" ".join(form.title.split()),
            project=project,
        )
        return _body(self._jobs.new(request), frozenset())

    def receive(self, upload: str, name: str, at: int, size: int, data: bytes) -> int:
        """Take a part of a file; see `UploadJob.receive`."""
        return self._touched(upload).receive(name, at, size, data, least_free=self._least_free)

    def start(self, upload: str, stuck: frozenset[str]) -> UploadBody:
        """Say that every file was sent; see `UploadJob.start`."""
        job = self._touched(upload)
        job.start()
        return _body(job, stuck)

    def cancel(self, upload: str, stuck: frozenset[str]) -> UploadBody:
        """Keep nothing more of an upload."""
        job = self._touched(upload)
        job.cancel()
        return _body(job, stuck)

    def get(self, upload: str, stuck: frozenset[str]) -> UploadBody:
        """One upload."""
        return _body(self._seen(upload), stuck)

    def all(self, stuck: frozenset[str]) -> list[UploadBody]:
        """The latest uploads, the latest first; one that cannot be read is left out."""
        found: list[UploadBody] = []
        for job in self._jobs.all():
            if len(found) == _MOST_SHOWN:
                break
            try:
                if self._is_seen(job):
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
        outcomes = self._outcomes(self._seen(upload))
        found = [outcome for outcome in outcomes if result in ("all", outcome.result)]
        some = islice(found, after, after + size)
        items = [OutcomeBody.model_validate(outcome, from_attributes=True) for outcome in some]
        return OutcomesBody(items=items, found=len(found))

    def table(self, upload: str) -> Iterator[bytes]:
        """What became of all files, as CSV, bit by bit."""
        return outcome_rows(self._outcomes(self._seen(upload)))

    def _outcomes(self, job: UploadJob) -> Iterator[FileOutcome]:
        """What became of the files whose crops are all seen."""
        outcomes = iter(job.outcomes())
        while some := list(islice(outcomes, _LOOKED_AT_AT_ONCE)):
            crops = {digest for outcome in some for digest in outcome.samples}
            hidden = crops - self._store.marks.seen_among(crops)
            yield from (outcome for outcome in some if hidden.isdisjoint(outcome.samples))

    def _seen(self, upload: str) -> UploadJob:
        job = self._jobs.get(upload)
        if not self._is_seen(job):
            raise UnknownUploadError(f"there is no upload {upload}")
        return job

    def _is_seen(self, job: UploadJob) -> bool:
        return self._sight is None or self._sight.sees(_projects(job))

    def _touched(self, upload: str) -> UploadJob:
        job = self._seen(upload)
        if self._store.touch is not None and not self._store.touch.sees(_projects(job)):
            raise NotYoursError("the upload belongs to a project in which its members make changes")
        return job


def _projects(job: UploadJob) -> tuple[str, ...]:
    return (job.request.project,) if job.request.project else ()


def _body(job: UploadJob, stuck: frozenset[str]) -> UploadBody:
    request, progress, phase = job.request, job.progress, job.phase
    return UploadBody(
        id=job.id,
        phase=phase,
        is_stuck=job.id in stuck and phase in ("waiting", "working"),
        title=request.title,
        project=request.project,
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
