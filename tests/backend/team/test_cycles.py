from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.team.cycles import TeamCycles, cycle_body
from datasets.cycles.heartbeat import FRESH, Heartbeat
from datasets.cycles.publication import publish_failure, store_report
from datasets.cycles.requests import request_cycle
from datasets.errors import CycleRequestError, ObjectMissingError
from datasets.objects.folder import FolderObjects
from tests.datasets.cycles.test_report import report

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC).timestamp()


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path)


@pytest.fixture
def cycles(objects: FolderObjects) -> TeamCycles:
    return TeamCycles(objects, lambda: NOW)


def test_a_report_is_told_without_slices(cycles: TeamCycles, objects: FolderObjects) -> None:
    store_report(objects, report(), {})
    (finished,) = cycles.reports()
    body = cycle_body(finished)
    assert [(score.set.text, score.kind) for score in body.scores] == [
        ("collected holdout", "holdout"),
        ("recipe tags-1", "set"),
    ]
    assert body.reason.text.startswith("Accepted: 10 errors fixed")
    assert cycles.page(report().id).startswith(b"<!doctype html>")
    with pytest.raises(ObjectMissingError):
        cycles.page("another")
    with pytest.raises(CycleRequestError):
        cycles.page("..")


def test_a_cycle_that_failed_before_it_began_has_no_models(cycles: TeamCycles, objects: FolderObjects) -> None:
    publish_failure(objects, "c1", "v1.0", "no luck", "jin", "friday")
    body = cycle_body(cycles.reports()[0])
    assert (body.champion, body.challenger, body.scores) == (None, None, [])
    assert (body.by.text, body.why.text) == ("jin", "friday")


def test_a_worker_that_was_killed_no_longer_listens_but_tells_how_far_it_came(
    cycles: TeamCycles, objects: FolderObjects
) -> None:
    cycle = request_cycle(objects, by="jin")
    heartbeat = Heartbeat(objects, "killed", clock=lambda: NOW - FRESH - 1.0)
    heartbeat.work_on(cycle, 3)
    heartbeat.progress("train", 300, 1000, "crops")
    heartbeat.beat()
    activity = cycles.activity()
    assert activity.workers == []
    (running,) = activity.cycles
    assert running.worker == "killed"
    assert running.progress is not None
    assert (running.progress.stage, running.progress.done) == ("train", 300)


def test_a_new_request_is_seen_at_once(cycles: TeamCycles) -> None:
    assert cycles.activity().cycles == []
    asked, _ = cycles.request(None, "", "key")
    assert [cycle.id for cycle in cycles.activity().cycles] == [asked]
    assert cycles.request(None, "", "key") == (asked, True)


def test_two_clicks_ask_for_one_cycle(cycles: TeamCycles, objects: FolderObjects) -> None:
    asked, waited = cycles.request(None, "", "first click")
    assert not waited
    assert cycles.request(None, "", "second click") == (asked, True)
    other, waited = cycles.request("v1.0", "", "another version")
    assert (other != asked, waited) == (True, False)
    heartbeat = Heartbeat(objects, "worker", clock=lambda: NOW)
    heartbeat.work_on(asked)
    heartbeat.beat()
    later, waited = cycles.request(None, "", "labels since then")
    assert (later != asked, waited) == (True, False)


def test_a_waiting_request_is_taken_back(cycles: TeamCycles) -> None:
    asked, _ = cycles.request(None, "", "key")
    cycles.withdraw(asked)
    assert cycles.activity().cycles == []
    with pytest.raises(CycleRequestError):
        cycles.withdraw(asked)
    again, waited = cycles.request(None, "", "key")
    assert (again, waited) == (asked, False)
