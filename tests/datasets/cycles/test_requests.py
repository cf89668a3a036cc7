from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.cycles.heartbeat import Heartbeat
from datasets.cycles.requests import (
    cycle_file_name,
    cycles,
    pending,
    read_request,
    request_cycle,
    request_unless_waiting,
    withdraw_request,
)
from datasets.errors import CycleBegunError, CycleRequestError, StoreError
from datasets.objects.bucket import BucketObjects
from datasets.objects.interface import ObjectStore
from datasets.reason import Reason
from tests.datasets.making import at_once

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def at(seconds: float) -> float:
    return NOW.timestamp() + seconds


def test_requests_wait_in_order_until_there_is_a_report(objects: ObjectStore) -> None:
    assert pending(objects) == ()
    trigger = Reason(kind="trigger", values={"trigger": "corrections"})
    why = Reason(kind="corrections", values={"corrected": 500, "enough": 200})
    second = request_cycle(objects, by=trigger, why=why, clock=lambda: at(60))
    first = request_cycle(objects, by="jin", version="v3.0", clock=lambda: at(0))
    assert [request.id for request in pending(objects)] == [first, second]
    request = read_request(objects, first)
    assert (request.by, request.version, request.why, request.at) == (
        Reason.words("jin"),
        "v3.0",
        Reason.words(""),
        NOW,
    )
    assert (read_request(objects, second).by, read_request(objects, second).why) == (trigger, why)
    objects.put(cycle_file_name(first, "report.json"), b"{}")
    assert [request.id for request in pending(objects)] == [second]
    assert cycles(objects)[first] == {"request.json", "report.json"}


def test_who_asks_twice_under_one_key_asks_once(objects: ObjectStore) -> None:
    ids = at_once(6, lambda n: request_cycle(objects, by=f"{n}", why="drift", key="drift up to event 812"))
    assert len(set(ids)) == 1
    assert len(pending(objects)) == 1
    assert request_cycle(objects, by="x", key="drift up to event 900") != ids[0]
    assert request_cycle(objects, by="x") != request_cycle(objects, by="x")


def test_one_request_for_a_version_waits_until_a_worker_begins(objects: ObjectStore) -> None:
    asked, waited = request_unless_waiting(objects, by="jin")
    assert not waited
    assert request_unless_waiting(objects, by="min") == (asked, True)
    assert not request_unless_waiting(objects, by="min", version="v1.0")[1]
    heartbeat = Heartbeat(objects, "worker-1")
    heartbeat.work_on(asked)
    heartbeat.beat()
    later, waited = request_unless_waiting(objects, by="min")
    assert (later != asked, waited) == (True, False)


def test_a_lost_answer_is_no_second_request(gcs: GcsServer) -> None:
    objects = BucketObjects("gs://tags", timeout=20.0, deadline=60.0)
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
            read_request(objects, cycle)


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


def test_what_earlier_releases_kept_beside_a_request_is_no_report(objects: ObjectStore) -> None:
    cycle = request_cycle(objects, by="me")
    for file in ("claim-00000003.json", "progress-00000001.json"):
        objects.put(cycle_file_name(cycle, file), b"{}")
    assert [request.id for request in pending(objects)] == [cycle]


def test_a_request_is_taken_back_before_a_worker_begins(objects: ObjectStore) -> None:
    asked = request_cycle(objects, by="jin")
    withdraw_request(objects, asked)
    assert pending(objects) == ()
    with pytest.raises(CycleRequestError, match="there is no request"):
        withdraw_request(objects, asked)


def test_a_request_with_a_worker_is_not_taken_back(objects: ObjectStore) -> None:
    begun, noted = request_cycle(objects, by="jin"), request_cycle(objects, by="min", version="v1.0")
    heartbeat = Heartbeat(objects, "worker-1")
    heartbeat.work_on(begun)
    heartbeat.beat()
    objects.put(cycle_file_name(noted, "version.json"), b"{}")
    for cycle in (begun, noted):
        with pytest.raises(CycleBegunError):
            withdraw_request(objects, cycle)
    assert len(pending(objects)) == 2
