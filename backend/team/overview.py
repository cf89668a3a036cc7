"""Collects what the team's page shows: versions, cycles, champions, labels, and what waits for a second look.

Everything in here waits for disks and buckets, so it is called in a thread. What never changes once it is written
(versions, reports) is read once; what labels say is worked out once for each change of the store.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from backend.schemas import ModelNameBody
from backend.team.bodies import (
    ActivityBody,
    CardBody,
    ChampionEntryBody,
    CycleBody,
    LabelsBody,
    OverviewBody,
    PeriodBody,
    ProgressBody,
    QueueBody,
    ReviewBody,
    ReviewItemBody,
    RunningCycleBody,
    ScoreBody,
    SyntheticPartBody,
    VersionBody,
    WorkerBody,
)
from datasets.cycles.report import REPORT_HTML, CycleReport, ModelSummary
from datasets.cycles.requests import (
    REPORT,
    CycleRequest,
    cycle_file_name,
    cycles,
    last_claim,
    listening,
    pending,
    read_progress,
    request_cycle,
)
from datasets.errors import CycleRequestError, ObjectMissingError, StoreError
from datasets.models.champions import Champions
from datasets.objects.clock import Clock
from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from datasets.samples.verdict import Verdict, Waiting, find_waiting, give_verdict
from datasets.versions.card import describe
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.sheet import SHEET, forget_on_sheets, sheet_samples
from datasets.versions.version import SIDES, Version

__all__ = ["TeamData"]

logger = logging.getLogger("backend")

T = TypeVar("T")

# Labels in a row that one point of a curve stands for, and most points of a curve.
_BLOCK = 50
_MOST_POINTS = 60
# Several people look at the same progress: the store is asked this often at most, in seconds.
_ACTIVITY_SECONDS = 1.5


@dataclass(frozen=True)
class _LabelStatistics:
    """What all live labels say together, at one revision of the store."""

    revision: tuple[int, int]
    days: list[PeriodBody]
    blocks: list[PeriodBody]
    block: int
    waiting: tuple[Waiting, ...]
    digests: frozenset[str]


@dataclass
class _Known:
    """What was read before and stays as it is."""

    versions: dict[str, tuple[VersionBody, CardBody]] = field(default_factory=dict)  # by name
    reports: dict[str, CycleReport] = field(default_factory=dict)  # by cycle
    statistics: _LabelStatistics | None = None
    activity: tuple[float, ActivityBody] | None = None  # when it was read, by the monotonic clock


class TeamData:
    """What the team's page shows. Safe to use from several threads, which wait for each other.

    Args:
        store: Where confirmed samples are kept.
        places: Of the same spool and bucket.
        clock: Seconds since 1970.
    """

    def __init__(self, store: SampleStore, places: Places, *, clock: Clock = time.time) -> None:
        self._store = store
        self._places = places
        self._clock = clock
        self._known = _Known()
        self._lock = threading.RLock()
        self._champions = Champions(places.authority)

    def close(self) -> None:
        """Let go of connections; the store stays open."""
        self._places.close()

    # -- reading ----------------------------------------------------------------------------------------

    def overview(self, serving: ModelNameBody | None, serving_number: int | None) -> OverviewBody:
        """Everything at a glance; what cannot be read just now is left out and named.

        Args:
            serving: Who reads on this backend.
            serving_number: Which of the champions that is.
        """
        faults: list[str] = []

        def attempt(read: Callable[[], T], otherwise: T) -> T:
            try:
                return read()
            except StoreError as error:
                logger.warning("the team's page: %s", error)
                if str(error) not in faults:
                    faults.append(str(error))
                return otherwise

        with self._lock:
            none: list[CycleReport] = []
            reports = attempt(self._reports, none)
            return OverviewBody(
                serving=serving,
                serving_number=serving_number,
                champions=attempt(self._champion_entries, []),
                versions=attempt(lambda: self._versions(reports, faults), []),
                cycles=[_cycle_body(report) for report in reports],
                labels=attempt(self._labels, None),
                queue=attempt(self._queue, None),
                faults=faults,
            )

    def card(self, name: str) -> CardBody:
        """What a version holds, counted.

        Raises:
            UnknownVersionError: There is none of this name.
            StoreError: It is damaged, or nothing answers.
        """
        with self._lock:
            card = self._version(VersionCatalogue(self._places), name)[1]
            return card.model_copy(update={"has_sheet": self.sheet(name) is not None})

    def sheet(self, name: str) -> bytes | None:
        """The contact sheet of a version as PNG; None if there is none. Crops removed since are not on it.

        Raises:
            StoreError: Nothing answers.
        """
        catalogue = VersionCatalogue(self._places)
        with self._lock:
            sheet = catalogue.get_beside(name, SHEET)
            if sheet is not None and not self._statistics().digests.issuperset(sheet_samples(sheet)):
                forget_on_sheets(self._store, catalogue, read_buried(self._places))
                sheet = catalogue.get_beside(name, SHEET)
            return sheet

    def report(self, cycle: str) -> bytes:
        """The report of a cycle, as a page of HTML.

        Raises:
            CycleRequestError: No cycle can have this id.
            ObjectMissingError: There is no report.
        """
        return self._places.authority.get(cycle_file_name(cycle, REPORT_HTML))

    def activity(self) -> ActivityBody:
        """What workers do.

        Raises:
            StoreError: Nothing answers.
        """
        with self._lock:
            known = self._known.activity
            if known is not None and time.monotonic() - known[0] < _ACTIVITY_SECONDS:
                return known[1]
            objects = self._places.authority
            body = ActivityBody(
                workers=[
                    WorkerBody.model_validate(one, from_attributes=True)
                    for one in listening(objects, datetime.fromtimestamp(self._clock(), UTC))
                ],
                cycles=[self._running(request) for request in pending(objects)],
            )
            self._known.activity = (time.monotonic(), body)
            return body

    def review(self, most: int) -> ReviewBody:
        """Labels that wait for a second look.

        Args:
            most: Labels to answer at most.

        Raises:
            StoreError: The index does not answer.
        """
        with self._lock:
            waiting = self._statistics().waiting
        return ReviewBody(waiting=len(waiting), items=[_review_item(one) for one in waiting[:most]])

    def crop(self, digest: str) -> bytes:
        """The PNG of a sample.

        Raises:
            UnknownSampleError: There is none.
        """
        return self._store.crops.stored_bytes(digest)

    # -- writing ----------------------------------------------------------------------------------------

    def request(self, version: str | None, why: str, key: str | None) -> str:
        """Ask the worker for a cycle; returns its id.

        Args:
            version: To train on; None leaves it to the worker to make one from the labels so far.
            why: In words.
            key: Of whoever asks; again under the same key is the same request. None is another one each time.

        Raises:
            UnknownVersionError: There is no version of this name.
            StoreError: Nothing answers.
        """
        if version is not None:
            VersionCatalogue(self._places).read(version)
        objects = self._places.authority
        key = None if key is None else f"the team's page: {key}"
        cycle = request_cycle(objects, by="the team's page", version=version, why=why, key=key, clock=self._clock)
        with self._lock:
            self._known.activity = None
        return cycle

    def judge(self, prediction_id: str, verdict: Verdict, text: str, seen: str) -> Sample:
        """Give a second look; see `datasets.samples.verdict.give_verdict` for what it raises."""
        return give_verdict(self._store, prediction_id, verdict, text=text, seen=seen)

    # -- within -----------------------------------------------------------------------------------------

    def _reports(self) -> list[CycleReport]:
        known = self._known.reports
        for cycle, files in cycles(self._places.authority).items():
            if REPORT in files and cycle not in known:
                with _told_in_log():
                    known[cycle] = CycleReport.from_bytes(self._places.authority.get(cycle_file_name(cycle, REPORT)))
        return sorted(known.values(), key=lambda report: (report.ended, report.id))

    def _versions(self, reports: Sequence[CycleReport], faults: list[str]) -> list[VersionBody]:
        catalogue = VersionCatalogue(self._places)
        found = []
        for name in catalogue.names():
            try:
                body, _ = self._version(catalogue, name)
            except StoreError as error:
                faults.append(str(error))
                continue
            last = next((report for report in reversed(reports) if report.version == name), None)
            if last is not None:
                body = body.model_copy(update={"verdict": last.outcome, "reason": last.reason})
            found.append(body)
        return found

    def _version(self, catalogue: VersionCatalogue, name: str) -> tuple[VersionBody, CardBody]:
        known = self._known.versions.get(name)
        if known is None:
            known = _version_bodies(catalogue.read(name))
            self._known.versions[name] = known
        return known

    def _champion_entries(self) -> list[ChampionEntryBody]:
        return [ChampionEntryBody.model_validate(one, from_attributes=True) for one in self._champions.history()]

    def _labels(self) -> LabelsBody:
        counts, statistics = self._store.counts(), self._statistics()
        return LabelsBody(
            kept=counts.kept,
            crops=counts.crops,
            by_status=dict(counts.by_status.items()),
            waiting=len(statistics.waiting),
            days=statistics.days,
            blocks=statistics.blocks,
            block=statistics.block,
        )

    def _queue(self) -> QueueBody:
        return QueueBody.model_validate(self._store.queue(), from_attributes=True)

    def _statistics(self) -> _LabelStatistics:
        revision = self._store.revision()
        known = self._known.statistics
        if known is None or known.revision != revision:
            samples = list(self._store.samples())
            by_time = sorted(samples, key=lambda one: one.label.at)
            block = _BLOCK * max(1, -(-len(samples) // (_BLOCK * _MOST_POINTS)))
            known = _LabelStatistics(
                revision=revision,
                days=_days(by_time),
                blocks=[_period(by_time[at : at + block]) for at in range(0, len(by_time), block)],
                block=block,
                waiting=find_waiting(samples),
                digests=frozenset(one.digest for one in samples),
            )
            self._known.statistics = known
        return known

    def _running(self, request: CycleRequest) -> RunningCycleBody:
        objects = self._places.authority
        claim = progress = None
        with _told_in_log():
            claim = last_claim(objects, request.id)
        with _told_in_log():
            progress = read_progress(objects, request.id)
        return RunningCycleBody(
            id=request.id,
            by=request.by,
            version=request.version,
            why=request.why,
            at=request.at,
            worker=None if claim is None else claim.worker,
            progress=None if progress is None else ProgressBody.model_validate(progress, from_attributes=True),
        )


@contextlib.contextmanager
def _told_in_log() -> Iterator[None]:
    """Leave out what is damaged: one bad object must not hide the others. A bucket that does not answer is raised."""
    try:
        yield
    except (CycleRequestError, ObjectMissingError, ValueError) as error:
        logger.warning("the team's page leaves out: %s", error)


def _version_bodies(version: Version) -> tuple[VersionBody, CardBody]:
    card = describe(version)
    body = VersionBody(
        name=version.name,
        created_at=version.created_at,
        parent=None if version.manifest.parent is None else version.manifest.parent.name,
        filters=list(version.manifest.filters),
        crops={side: len(version.manifest.on(side)) for side in SIDES},
        synthetic=[SyntheticPartBody.model_validate(one, from_attributes=True) for one in version.manifest.synthetic],
        left_out=len(version.manifest.left_out),
        labels_seen=sum(version.manifest.watermark.values()),
        verdict=None,
        reason="",
    )
    return body, CardBody(name=version.name, tables=card.tables, has_sheet=False)


def _cycle_body(report: CycleReport) -> CycleBody:
    return CycleBody(
        id=report.id,
        version=report.version,
        outcome=report.outcome,
        reason=report.reason,
        by=report.by,
        why=report.why,
        started_at=datetime.fromisoformat(report.started_at),
        finished_at=report.ended,
        champion=_model_name(report.champion),
        challenger=_model_name(report.challenger),
        promoted_number=report.promoted_number,
        scores=[
            ScoreBody.model_validate(one, from_attributes=True)
            for one in report.comparisons
            if one.kind in ("holdout", "set")
        ],
        notes=list(report.notes),
    )


def _model_name(model: ModelSummary | None) -> ModelNameBody | None:
    return None if model is None else ModelNameBody.model_validate(model, from_attributes=True)


def _days(by_time: Sequence[Sample]) -> list[PeriodBody]:
    return [_period(list(group)) for _, group in itertools.groupby(by_time, key=lambda one: one.label.at.date())]


def _period(samples: Sequence[Sample]) -> PeriodBody:
    labels = [one.label for one in samples]
    return PeriodBody(
        start=labels[0].at,
        end=labels[-1].at,
        labels=len(labels),
        corrected=sum(label.status == "corrected" for label in labels),
        unreadable=sum(label.status == "unreadable" for label in labels),
        confidence=min(1.0, sum(label.read_confidence for label in labels) / len(labels)),
    )


def _review_item(one: Waiting) -> ReviewItemBody:
    label = one.sample.label
    return ReviewItemBody(
        prediction_id=label.prediction_id,
        event=one.sample.event,
        sample=one.sample.digest,
        reason=one.doubt.reason,
        detail=one.doubt.detail,
        status=label.status,
        text=label.text,
        others=list(one.others),
        read_text=label.read_text,
        read_confidence=label.read_confidence,
        model=ModelNameBody(name=label.model_name, version=label.model_version),
        at=label.at,
    )
