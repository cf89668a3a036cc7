from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.cycles.requests import (
    FRESH,
    CycleProgress,
    claim_cycle,
    cycle_file_name,
    cycles,
    last_claim,
    listening,
    pending,
    progress_history,
    read_progress,
    read_request,
    request_cycle,
    worker_gone,
    worker_seen,
    write_progress,
)
from datasets.errors import CycleRequestError, StoreError
from datasets.objects.bucket import BucketObjects
from datasets.objects.interface import ObjectStore
from tests.datasets.making import at_once

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def at(seconds: float) -> float:
    return NOW.timestamp() + seconds


def test_requests_wait_in_order_until_there_is_a_report(objects: ObjectStore) -> None:
    assert pending(objects) == ()
    second = request_cycle(objects, by="trigger", why="500 corrections", clock=lambda: at(60))
    first = request_cycle(objects, by="jin", version="v3.0", clock=lambda: at(0))
    assert [request.id for request in pending(objects)] == [first, second]
    request = read_request(objects, first)
    assert (request.by, request.version, request.why, request.at) == ("jin", "v3.0", "", NOW)
    write_progress(objects, first, stage="train")
    assert len(pending(objects)) == 2  # its worker may have died
    objects.put(cycle_file_name(first, "report.json"), b"{}")
    assert [request.id for request in pending(objects)] == [second]
    assert cycles(objects)[first] == {"request.json", "progress-00000001.json", "report.json"}


def test_who_asks_twice_under_one_key_asks_once(objects: ObjectStore) -> None:
    ids = at_once(6, lambda n: request_cycle(objects, by=f"{n}", why="drift", key="drift up to event 812"))
    assert len(set(ids)) == 1
    assert len(pending(objects)) == 1
    assert request_cycle(objects, by="x", key="drift up to event 900") != ids[0]
    assert request_cycle(objects, by="x") != request_cycle(objects, by="x")


def test_a_lost_answer_is_no_second_request(gcs: GcsServer) -> None:
    objects = BucketObjects("gs://tags", timeout=2.0, deadline=5.0)
    gcs.faults.lose_answer = 1
    request_cycle(objects, by="me")
    assert len(pending(objects)) == 1
    objects.close()


def test_what_makes_no_sense_is_refused(objects: ObjectStore) -> None:
    with pytest.raises(StoreError, match="a version is named like"):
        request_cycle(objects, by="me", version="../v1")
    with pytest.raises(CycleRequestError, match="there is no"):
        read_request(objects, "20260504t123000-nobody")
    for cycle in ("", "../x", "a/b"):
        with pytest.raises(CycleRequestError):
            write_progress(objects, cycle, stage="train")
        with pytest.raises(CycleRequestError):
            worker_seen(objects, cycle)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"by": "x", "version": "../x", "why": "", "at": "2026-01-01"}'])
def test_a_damaged_request_does_not_hide_the_others(objects: ObjectStore, data: bytes) -> None:
    good = request_cycle(objects, by="me")
    objects.put(cycle_file_name("damaged", "request.json"), data)
    assert [request.id for request in pending(objects)] == [good]
    with pytest.raises(CycleRequestError):
        read_request(objects, "damaged")


def test_a_time_without_a_zone_can_be_put_in_order(objects: ObjectStore) -> None:
    request_cycle(objects, by="me")
    data = b'{"by": "x", "version": null, "why": "", "at": "2026-01-01"}'
    objects.put(cycle_file_name("by-hand", "request.json"), data)
    assert pending(objects)[0].id == "by-hand"


def test_claims_follow_the_fences(objects: ObjectStore) -> None:
    cycle = request_cycle(objects, by="me")
    assert last_claim(objects, cycle) is None
    claim_cycle(objects, cycle, worker="one", fence=3)
    claim_cycle(objects, cycle, worker="two", fence=12)
    with pytest.raises(CycleRequestError, match="taken up by two under lease 12"):
        claim_cycle(objects, cycle, worker="one", fence=3)
    with pytest.raises(CycleRequestError):
        claim_cycle(objects, cycle, worker="one", fence=12)
    last = last_claim(objects, cycle)
    assert last is not None
    assert (last.worker, last.fence) == ("two", 12)


def test_progress_is_the_last_step(objects: ObjectStore) -> None:
    cycle = request_cycle(objects, by="me")
    assert read_progress(objects, cycle) is None
    claim_cycle(objects, cycle, worker="w", fence=1)
    for done in range(60):
        write_progress(objects, cycle, stage="train", done=done, total=60, message="학습", clock=lambda: at(0))
    assert read_progress(objects, cycle) == CycleProgress("train", 59, 60, "학습", NOW)
    assert [step.done for step in progress_history(objects, cycle)] == list(range(10, 60))
    objects.put(cycle_file_name(cycle, "progress-00000099.json"), b"{")
    with pytest.raises(CycleRequestError, match="progress-00000099"):
        read_progress(objects, cycle)


def test_writers_of_progress_meet(objects: ObjectStore) -> None:
    cycle = request_cycle(objects, by="me")
    at_once(5, lambda number: write_progress(objects, cycle, stage="train", done=number))
    assert sorted(step.done for step in progress_history(objects, cycle)) == list(range(5))


def test_a_worker_listens_while_it_gives_signs(objects: ObjectStore) -> None:
    assert listening(objects, NOW) == ()
    for second in range(0, 60, 15):
        worker_seen(objects, "b-1", clock=lambda seconds=second: at(seconds))
    worker_seen(objects, "a-1", doing="20260504t123000-x", clock=lambda: at(0))
    assert len(list(objects.names("workers/"))) <= 3
    seen = listening(objects, NOW + timedelta(seconds=45))
    assert [(one.worker, one.doing) for one in seen] == [("a-1", "20260504t123000-x"), ("b-1", "")]
    assert seen[1].at == NOW + timedelta(seconds=45)
    assert [one.worker for one in listening(objects, NOW + timedelta(seconds=61))] == ["b-1"]
    assert listening(objects, NOW + timedelta(seconds=46 + FRESH)) == ()
    assert listening(objects, NOW - timedelta(seconds=61)) == ()  # a clock that far off tells nothing
    worker_gone(objects, "b-1")
    assert [one.worker for one in listening(objects, NOW)] == ["a-1"]


def test_a_damaged_sign_of_life_is_none(objects: ObjectStore) -> None:
    objects.put("workers/x/00000001.json", b"{")
    objects.put("workers/y/00000001.json", b'{"doing": "", "at": "yesterday"}')
    worker_seen(objects, "z")
    assert [one.worker for one in listening(objects)] == ["z"]
