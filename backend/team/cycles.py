"""The team's view of cycles: the finished ones from their reports, the others from requests and heartbeats."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from backend.schemas import ModelNameBody
from backend.team.bodies import (
    ActivityBody,
    CycleBody,
    ProgressBody,
    RunningCycleBody,
    ScoreBody,
    WorkerBody,
)
from backend.team.reasons import reason_body
from datasets.cycles.comparison import SetComparison
from datasets.cycles.heartbeat import Beat, is_fresh, last_beats
from datasets.cycles.report import CycleReport, ModelSummary, Reports
from datasets.cycles.requests import (
    REPORT_HTML,
    CycleRequest,
    cycle_file_name,
    pending,
    request_unless_waiting,
    withdraw_request,
)
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.reason import Reason

BY_PAGE: Final = Reason(kind="page")
# Seconds for which activity is reused, because several people look at the same progress.
_ACTIVITY_SECONDS = 1.5


class TeamCycles:
    """The cycles of a store. For one thread at a time.

    Args:
        objects: `Places.authority`.
        clock: Seconds since 1970.
    """

    def __init__(self, objects: ObjectStore, clock: Clock) -> None:
        self._objects, self._clock = objects, clock
        self._reports = Reports(objects)
        self._activity: tuple[float, ActivityBody] | None = None  # when it was read, by the monotonic clock

    def reports(self) -> list[CycleReport]:
        """Reports of all finished cycles, the oldest first.

        Raises:
            StoreError: Nothing answers.
        """
        return self._reports.all()

    def page(self, cycle: str) -> bytes:
        """The report of a cycle, as a page of HTML.

        Raises:
            CycleRequestError: No cycle can have this id.
            ObjectMissingError: There is no report.
        """
        return self._objects.get(cycle_file_name(cycle, REPORT_HTML))

    def activity(self) -> ActivityBody:
        """What workers do.

        Raises:
            StoreError: Nothing answers.
        """
        if self._activity is None or time.monotonic() - self._activity[0] >= _ACTIVITY_SECONDS:
            now, beats = datetime.fromtimestamp(self._clock(), UTC), last_beats(self._objects)
            listening = [beat for beat in beats if beat.listens and is_fresh(beat, now)]
            body = ActivityBody(
                workers=[WorkerBody.model_validate(beat, from_attributes=True) for beat in listening],
                cycles=[_running(request, beats) for request in pending(self._objects)],
            )
            self._activity = (time.monotonic(), body)
        return self._activity[1]

    def request(
        self, version: str | None, why: str | Reason, key: str | None, by: Reason = BY_PAGE
    ) -> tuple[str, bool]:
        """Ask the worker for a cycle, unless one on the same version already waits.

        Returns:
            The id of the request, and whether it waited already.

        Args:
            version: Version to train on; with None the worker makes one from the labels so far.
            why: The reason, in words or as data.
            key: Repeating a key repeats the request; None makes a new request each time.
            by: Who asks; the team's page where no person is known.

        Raises:
            StoreError: Nothing answers.
        """
        asked = request_unless_waiting(
            self._objects,
            by=by,
            version=version,
            why=why,
            key=None if key is None else f"the team's page: {key}",
            clock=self._clock,
        )
        self._activity = None
        return asked

    def withdraw(self, cycle: str) -> None:
        """Take back a request; see `withdraw_request` for what it raises."""
        withdraw_request(self._objects, cycle)
        self._activity = None


def cycle_body(report: CycleReport, *, with_notes: bool = True) -> CycleBody:
    """The body of a finished cycle; its notes may name crops."""
    return CycleBody(
        id=report.id,
        version=report.version,
        outcome=report.outcome,
        reason=reason_body(report.reason),
        by=reason_body(report.by),
        why=reason_body(report.why),
        started_at=report.started_at,
        finished_at=report.finished_at,
        champion=_model_name(report.champion),
        challenger=_model_name(report.challenger),
        promoted_number=report.promoted_number,
        scores=[_score(comparison) for comparison in report.comparisons if comparison.kind in ("holdout", "set")],
        notes=list(report.notes) if with_notes else [],
    )


def _score(comparison: SetComparison) -> ScoreBody:
    return ScoreBody.model_validate({**dict(comparison), "set": reason_body(comparison.set)})


def _running(request: CycleRequest, beats: Sequence[Beat]) -> RunningCycleBody:
    """A request with the worker that runs it; of several workers, the one with the latest lease."""
    working = [beat for beat in beats if beat.doing == request.id]
    beat = max(working, key=lambda beat: (beat.fence, beat.at), default=None)
    return RunningCycleBody(
        id=request.id,
        by=reason_body(request.by),
        version=request.version,
        why=reason_body(request.why),
        at=request.at,
        worker=None if beat is None else beat.worker,
        progress=None if beat is None or not beat.stage else ProgressBody.model_validate(beat, from_attributes=True),
    )


def _model_name(model: ModelSummary | None) -> ModelNameBody | None:
    return None if model is None else ModelNameBody.model_validate(model, from_attributes=True)
