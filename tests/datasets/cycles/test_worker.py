"""The worker takes what is asked for, asks by itself when it is due, and finds its work again after a kill."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from datasets.cycles import worker as module
from datasets.cycles.cycle import CycleImpossibleError
from datasets.cycles.heartbeat import Heartbeat, listening
from datasets.cycles.publication import publish_failure
from datasets.cycles.report import CycleReport, Reports, read_report
from datasets.cycles.requests import pending, read_request, request_cycle
from datasets.cycles.settings import WorkerSettings
from datasets.cycles.triggers import TriggerSettings
from datasets.cycles.watch import CycleBusyError, CycleStoppedError
from datasets.cycles.wording import in_english
from datasets.cycles.worker import look_for_trigger, run_request, watch
from datasets.errors import BucketUnavailableError
from datasets.reason import Reason
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.version import UnknownVersionError
from tests.datasets.patterns import keep, keep_all

SETTINGS = WorkerSettings(
    triggers=TriggerSettings(corrections=3, every=timedelta(0), last=0, pause=timedelta(0)), look=0.05
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[SampleStore, Places]]:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(6))
        yield store, places


class Cycles:
    """Stands for `run_cycle`: writes a report that has seen all labels, and counts."""

    def __init__(self, stop: threading.Event | None = None, stop_after: int = 1) -> None:
        self.ran: list[tuple[str, str | None]] = []
        self.stop, self.stop_after = stop, stop_after

    def __call__(self, store: Any, places: Places, version: str, settings: Any, **options: Any) -> CycleReport:
        self.ran.append((version, options["cycle_id"]))
        watermark = module.VersionCatalogue(places).read(version).manifest.watermark
        failure = publish_failure(
            places.authority, f"scratch-{len(self.ran)}", version, "x", options["by"], options["why"]
        )
        changes = {"id": options["cycle_id"], "outcome": "rejected", "watermark": dict(watermark)}
        report = failure.model_copy(update=changes)
        places.authority.put(f"cycles/{report.id}/report.json", report.to_bytes())
        if self.stop is not None and len(self.ran) >= self.stop_after:
            self.stop.set()
        return report


def test_a_request_without_a_version_makes_the_next_one(
    place: tuple[SampleStore, Places], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, places = place
    cycles = Cycles()
    monkeypatch.setattr(module, "run_cycle", cycles)
    asked = request_cycle(places.authority, by="me")
    told: list[tuple[str, str]] = []

    class Chatty(Heartbeat):
        def progress(self, stage: str, done: int, total: int, message: str) -> None:
            super().progress(stage, done, total, message)
            told.append((self.beat().doing, stage))

    request = read_request(places.authority, asked)
    heartbeat = Chatty(places.authority, "mine")
    run_request(store, places, request, SETTINGS, work=tmp_path / "work", heartbeat=heartbeat)
    assert cycles.ran == [("v1.0", asked)]
    assert told == [(asked, "version")]
    assert heartbeat.beat().doing == ""


def test_a_worker_killed_after_making_the_version_takes_the_same_again(
    place: tuple[SampleStore, Places], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, places = place
    cycles = Cycles()
    request = read_request(places.authority, request_cycle(places.authority, by="me"))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "run_cycle", killed)
        run_request(store, places, request, SETTINGS, work=tmp_path / "work")
    keep(store, 20)
    monkeypatch.setattr(module, "run_cycle", cycles)
    run_request(store, places, request, SETTINGS, work=tmp_path / "work")
    assert cycles.ran == [("v1.0", request.id)]
    assert module.VersionCatalogue(places).names() == ["v1.0"]


def test_a_cycle_goes_on_without_a_damaged_crop(
    place: tuple[SampleStore, Places], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, places = place
    cycles = Cycles()
    monkeypatch.setattr(module, "run_cycle", cycles)
    victim = next(store.samples())
    (tmp_path / "spool" / victim.crop).write_bytes(b"no picture")
    asked = request_cycle(places.authority, by="me")
    settings = replace(SETTINGS, version=replace(SETTINGS.version, most_damaged=0.2))
    run_request(store, places, read_request(places.authority, asked), settings, work=tmp_path / "work")
    assert cycles.ran == [("v1.0", asked)]
    manifest = module.VersionCatalogue(places).read("v1.0").manifest
    assert [one.samples for one in manifest.damaged] == [(victim.digest,)]
    assert (tmp_path / "spool" / victim.crop).read_bytes() == b"no picture"


def test_too_many_damaged_crops_fail_the_request_with_a_report(
    place: tuple[SampleStore, Places], tmp_path: Path
) -> None:
    store, places = place
    victim = next(store.samples())
    (tmp_path / "spool" / victim.crop).write_bytes(b"no picture")
    request = read_request(places.authority, request_cycle(places.authority, by="me"))
    report = run_request(store, places, request, SETTINGS, work=tmp_path / "work")
    assert report.outcome == "failed"
    assert in_english(report.reason).startswith("Failed before it began: 1 of 6 confirmed crops are damaged or missing")
    assert "more than the 10 % that may be left out" in in_english(report.reason)
    assert [one.damage.samples for one in report.damaged] == [(victim.digest,)]
    assert victim.digest[:12] in places.authority.get(f"cycles/{request.id}/report.md").decode()
    assert read_report(places.authority, request.id) == report
    assert pending(places.authority) == ()


@pytest.mark.parametrize("error", [CycleBusyError("x"), BucketUnavailableError("x"), CycleImpossibleError("x")])
def test_what_may_work_later_or_elsewhere_leaves_the_request_waiting(
    place: tuple[SampleStore, Places], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    store, places = place

    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(module, "run_cycle", fails)
    request = read_request(places.authority, request_cycle(places.authority, by="me"))
    with pytest.raises(type(error)):
        run_request(store, places, request, SETTINGS, work=tmp_path / "work")
    assert [one.id for one in pending(places.authority)] == [request.id]


def test_an_unknown_version_fails_the_request(
    place: tuple[SampleStore, Places], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, places = place

    def unknown(*_: object, **__: object) -> None:
        raise UnknownVersionError("there is no version v9.0")

    monkeypatch.setattr(module, "run_cycle", unknown)
    request = read_request(places.authority, request_cycle(places.authority, by="me", version="v9.0"))
    report = run_request(store, places, request, SETTINGS, work=tmp_path / "work")
    assert in_english(report.reason) == "Failed before it began: there is no version v9.0"


def test_the_worker_asks_by_itself_when_enough_was_corrected(
    place: tuple[SampleStore, Places], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, places = place
    stop = threading.Event()
    cycles = Cycles(stop)
    monkeypatch.setattr(module, "run_cycle", cycles)
    for number in range(10, 13):
        keep(store, number, status="corrected", read_text="X", read_confidence=0.5)
    reports: list[CycleReport] = []
    heartbeat = Heartbeat(places.authority, "mine")
    watch(store, places, SETTINGS, work=tmp_path / "work", stop=stop, heartbeat=heartbeat, on_report=reports.append)
    assert [report.by for report in reports] == [Reason(kind="trigger", values={"trigger": "corrections"})]
    assert reports[0].why == Reason(kind="corrections", values={"corrected": 3, "enough": 3})
    # The same labels make no further cycle due; three more do.
    assert SETTINGS.triggers is not None
    assert look_for_trigger(store, places, SETTINGS.triggers, Reports(places.authority))[0] is None
    for number in range(13, 16):
        keep(store, number, status="corrected", read_text="X", read_confidence=0.5)
    assert look_for_trigger(store, places, SETTINGS.triggers, Reports(places.authority))[0] is not None


def test_two_workers_that_see_the_same_trigger_ask_once(place: tuple[SampleStore, Places]) -> None:
    store, places = place
    for number in range(10, 13):
        keep(store, number, status="corrected", read_text="X", read_confidence=0.5)
    assert SETTINGS.triggers is not None
    for _ in range(2):
        trigger, counts, occasion = look_for_trigger(store, places, SETTINGS.triggers, Reports(places.authority))
        assert trigger is not None
        assert counts.new_corrected == 3
        request_cycle(places.authority, by="trigger", why=trigger, key=occasion)
    assert len(pending(places.authority)) == 1


def test_the_worker_says_that_it_lives_and_what_it_does(
    place: tuple[SampleStore, Places], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, places = place
    stop, seen = threading.Event(), []

    def waits(*_: object, **options: Any) -> None:
        for _ in range(200):
            seen.append({(one.worker, one.doing) for one in listening(places.authority)})
            if seen[-1] == {("mine", options["cycle_id"])}:
                break
            stop.wait(0.02)
        stop.set()
        raise CycleStoppedError

    monkeypatch.setattr(module, "run_cycle", waits)
    asked = request_cycle(places.authority, by="me")
    with Heartbeat(places.authority, "mine") as heartbeat:
        watch(store, places, SETTINGS, work=tmp_path / "work", stop=stop, heartbeat=heartbeat)
    assert seen[-1] == {("mine", asked)}
    assert listening(places.authority) == ()  # it says that it leaves
    assert [one.id for one in pending(places.authority)] == [asked]  # the next worker goes on


def test_the_worker_outlives_a_store_that_does_not_answer(
    place: tuple[SampleStore, Places], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, places = place
    stop = threading.Event()
    tries: list[int] = []

    def breaks(*_: object) -> tuple[()]:
        tries.append(1)
        if len(tries) == 3:
            stop.set()
        raise BucketUnavailableError("no answer")

    monkeypatch.setattr(module, "pending", breaks)
    heartbeat = Heartbeat(places.authority, "mine")
    watch(store, places, SETTINGS, work=tmp_path / "work", stop=stop, heartbeat=heartbeat)
    assert len(tries) == 3


def test_an_idle_worker_reads_no_report_twice(
    place: tuple[SampleStore, Places], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, places = place
    publish_failure(places.authority, "c1", "v1.0", "no luck", "me", "")
    finished, read = Reports(places.authority), []
    real = type(places.authority).get

    def get(self: Any, name: str) -> bytes:
        read.append(name)
        return real(self, name)

    monkeypatch.setattr(type(places.authority), "get", get)
    for _ in range(3):
        assert module._next_request(store, places, SETTINGS, finished) is None
    assert [name for name in read if name.startswith("cycles/")] == ["cycles/c1/report.json"]
