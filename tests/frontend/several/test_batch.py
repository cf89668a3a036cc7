from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from PIL import Image

from frontend.client.failures import BackendRefusedError, BackendUnreachableError
from frontend.client.shopper import ShopperClient
from frontend.client.tag_answers import TagAnswer
from frontend.photos.photo import Photo
from frontend.several import batch as batch_module
from frontend.several.batch import AT_ONCE, Batch, Row
from frontend.several.files import FileError, PhotoFile
from tests.frontend.fake_backend import tag

ANSWER = TagAnswer.model_validate(tag() | {"lines": [{"id": f"l{n}"} | line for n, line in enumerate(tag()["lines"])]})
BUSY = BackendRefusedError(503, "overloaded", "", retry_after=0.05)


class Reader:
    """Answers every photo, or raises what its content names."""

    def __init__(self) -> None:
        self.read: list[bytes] = []
        self.present = self.most = 0
        self.failures: dict[bytes, list[Exception]] = {}
        self.gate = threading.Event()
        self.gate.set()
        self._lock = threading.Lock()

    def open_photo(self, data: bytes) -> Photo:
        return Photo(data, (900, 640), Image.new("RGB", (90, 64), "white"))

    def read_tag(self, photo: Photo, turn: int, on_first_line: Callable[[Any], None]) -> TagAnswer:
        with self._lock:
            self.present += 1
            self.most = max(self.most, self.present)
        self.gate.wait(60)
        with self._lock:
            self.present -= 1
            self.read.append(photo.data)
            if failures := self.failures.get(photo.data):
                raise failures.pop(0)
        return ANSWER


def batch_of(reader: Reader, count: int) -> Batch:
    files = [PhotoFile(f"{number}.jpg", lambda number=number: f"{number}".encode()) for number in range(count)]  # type: ignore[misc]
    return Batch(cast(ShopperClient, reader), [Row(file) for file in files])


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_all_are_read_a_few_at_a_time() -> None:
    reader = Reader()
    batch = batch_of(reader, 9)
    batch.start()
    wait_until(lambda: not batch.is_running)
    assert sorted(reader.read) == [f"{number}".encode() for number in range(9)]
    assert reader.most <= AT_ONCE
    assert batch.outcomes == {"read": 9}
    assert all(row.tag is ANSWER and row.thumbnail.startswith("data:image/jpeg;base64,") for row in batch.rows)


def test_a_busy_backend_is_waited_for_and_one_out_of_reach_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "_USUAL_WAIT", 0.02)
    reader = Reader()
    reader.failures = {b"0": [BUSY, BUSY, BUSY, BackendUnreachableError("gone")]}
    batch = batch_of(reader, 2)
    batch.start()
    wait_until(lambda: not batch.is_running)
    assert [row.state for row in batch.rows] == ["read", "read"]
    assert reader.read.count(b"0") == 5


def test_a_photo_that_fails_leaves_the_others_alone_and_may_be_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "_USUAL_WAIT", 0.0)
    reader = Reader()
    gone = BackendUnreachableError("gone")
    reader.failures = {b"0": [gone, gone, gone], b"1": [BackendRefusedError(422, "truncated", "")]}
    batch = batch_of(reader, 3)
    batch.rows[2].file = PhotoFile("2.jpg", lambda: (_ for _ in ()).throw(FileError("zip-damaged")))
    batch.start()
    wait_until(lambda: not batch.is_running)
    assert [row.state for row in batch.rows] == ["failed"] * 3
    assert batch.worth_another_try == 1, "only what may pass is worth another try"
    batch.start_again()
    wait_until(lambda: not batch.is_running)
    assert [row.state for row in batch.rows] == ["read", "failed", "failed"]


def test_a_batch_that_is_stopped_goes_on_where_it_was() -> None:
    reader = Reader()
    reader.gate.clear()
    batch = batch_of(reader, 6)
    batch.start()
    wait_until(lambda: reader.present == AT_ONCE)
    assert not batch.is_stopping
    batch.stop()
    assert batch.is_stopping
    reader.gate.set()
    wait_until(lambda: not batch.is_running)
    assert not batch.is_stopping
    assert batch.outcomes == {"read": AT_ONCE}
    batch.start()
    wait_until(lambda: not batch.is_running)
    assert sorted(reader.read) == [f"{number}".encode() for number in range(6)]


def test_a_batch_is_stopped_while_it_waits_for_a_busy_backend() -> None:
    reader = Reader()
    reader.failures = {b"0": [BackendRefusedError(429, "too-many-requests", "", retry_after=60)]}
    batch = batch_of(reader, 1)
    batch.start()
    wait_until(lambda: batch.busy_seconds > 1)
    batch.stop()
    wait_until(lambda: not batch.is_running)
    assert batch.rows[0].state == "waiting"


def test_a_batch_that_nobody_looks_at_any_more_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "_ABANDONED", -1.0)
    batch = batch_of(Reader(), 3)
    batch.start()
    wait_until(lambda: not batch.is_running)
    assert not batch.outcomes
