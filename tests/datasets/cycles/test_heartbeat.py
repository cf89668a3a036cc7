from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from datasets.cycles import heartbeat as module
from datasets.cycles.heartbeat import FRESH, Beat, Heartbeat, last_beats, listening
from datasets.errors import BucketUnavailableError, CycleRequestError
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def at(seconds: float) -> float:
    return NOW.timestamp() + seconds


def wait_for(objects: ObjectStore, **expected: object) -> Beat:
    """The first beat that tells this."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for beat in last_beats(objects):
            if {name: getattr(beat, name) for name in expected} == expected:
                return beat
        time.sleep(0.01)
    raise AssertionError(f"no beat tells {expected}, only {last_beats(objects)}")


def test_a_worker_listens_while_it_beats(objects: ObjectStore) -> None:
    assert listening(objects, NOW) == ()
    for second in range(0, 60, 15):
        Heartbeat(objects, "b-1", clock=lambda seconds=second: at(seconds)).beat()
    busy = Heartbeat(objects, "a-1", clock=lambda: at(0))
    busy.work_on("20260504t123000-x", 7)
    busy.beat()
    assert len(list(objects.names("workers/"))) <= 4
    seen = listening(objects, NOW + timedelta(seconds=45))
    assert [(one.worker, one.doing, one.fence) for one in seen] == [("a-1", "20260504t123000-x", 7), ("b-1", "", 0)]
    assert seen[1].at == NOW + timedelta(seconds=45)
    assert [one.worker for one in listening(objects, NOW + timedelta(seconds=61))] == ["b-1"]
    assert listening(objects, NOW + timedelta(seconds=46 + FRESH)) == ()
    assert listening(objects, NOW - timedelta(seconds=61)) == ()  # a clock that far off tells nothing


def test_a_single_cycle_tells_what_it_does_and_listens_to_nothing(objects: ObjectStore) -> None:
    single = Heartbeat(objects, "a-1", listens=False, clock=lambda: at(0))
    single.work_on("20260504t123000-x", 7)
    single.beat()
    assert [beat.doing for beat in last_beats(objects)] == ["20260504t123000-x"]
    assert listening(objects, NOW) == ()


def test_a_worker_that_leaves_says_so_and_one_that_was_killed_is_forgotten(objects: ObjectStore) -> None:
    for worker, seconds in (("killed", -2 * 86400), ("asleep", -3600)):
        Heartbeat(objects, worker, clock=lambda seconds=seconds: at(seconds)).beat()
    with Heartbeat(objects, "mine", clock=lambda: at(0)):
        wait_for(objects, worker="mine")
        assert [beat.worker for beat in last_beats(objects)] == ["asleep", "mine"]
    assert [beat.worker for beat in last_beats(objects)] == ["asleep"]


def test_a_new_stage_is_told_at_once_and_progress_now_and_then(
    objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROGRESS_SECONDS", 0.3)
    with Heartbeat(objects, "mine", seconds=60.0) as heartbeat:
        heartbeat.work_on("c1", 3)
        heartbeat.progress("train", 1, 10, "학습")
        first = wait_for(objects, doing="c1", stage="train")
        assert (first.done, first.total, first.message, first.fence) == (1, 10, "학습", 3)
        for done in range(2, 11):
            heartbeat.progress("train", done, 10, "")
            time.sleep(0.05)
        later = wait_for(objects, done=last_beats(objects)[0].done)
        assert 2 <= later.done <= 10
        assert later.number - first.number < 9
        heartbeat.progress("export", 0, 1, "")
        wait_for(objects, stage="export")
        heartbeat.work_on("")
        idle = wait_for(objects, doing="")
        assert (idle.stage, idle.fence) == ("", 0)


def test_a_store_that_does_not_answer_stops_nothing(objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def away(*_: object) -> bool:
        tries.append(1)
        raise BucketUnavailableError("no answer")

    with Heartbeat(objects, "mine", seconds=0.05) as heartbeat:
        wait_for(objects, worker="mine")
        with monkeypatch.context() as patch:
            patch.setattr(type(objects), "put", away)
            while len(tries) < 3:
                time.sleep(0.01)
        heartbeat.work_on("c1")
        wait_for(objects, doing="c1")


def test_a_damaged_beat_is_none(objects: ObjectStore) -> None:
    objects.put("workers/x/00000001.json", b"{")
    objects.put("workers/y/00000001.json", b'{"doing": "", "at": "yesterday"}')
    Heartbeat(objects, "z").beat()
    assert [one.worker for one in listening(objects)] == ["z"]


def test_signs_of_life_of_earlier_releases_are_read(objects: ObjectStore) -> None:
    told = b'{"at":"2026-05-04T12:30:00+00:00","attempt":"a","doing":"c1","worker":"old-1"}'
    objects.put("workers/old-1/00000041.json", told)
    (beat,) = listening(objects, NOW)
    assert (beat.worker, beat.doing, beat.stage, beat.number) == ("old-1", "c1", "", 41)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A"])
def test_no_worker_has_such_a_name(objects: ObjectStore, name: str) -> None:
    with pytest.raises(CycleRequestError, match="a worker is named with"):
        Heartbeat(objects, name)


def test_a_worker_that_leaves_between_two_beats_waits_for_none(tmp_path) -> None:
    heartbeat = Heartbeat(FolderObjects(tmp_path), "mine", seconds=60.0)

    class Wake(threading.Event):
        def clear(self) -> None:
            """The worker leaves in the very moment in which the thread forgets that it was woken."""
            heartbeat._over = True
            self.set()
            super().clear()

    heartbeat._wake = Wake()
    heartbeat._wake.set()
    heartbeat._thread.start()
    heartbeat._thread.join(60)
    assert not heartbeat._thread.is_alive()
