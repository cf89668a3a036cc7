"""Files on their way to the backend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from frontend.client.failures import BackendRefusedError, BackendUnreachableError
from frontend.uploads import sending as sending_module
from frontend.uploads.sending import Sending


@dataclass
class Chosen:
    name: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def getvalue(self) -> bytes:
        return self.data


class FakeClient:
    """Takes parts, unless a failure is due."""

    def __init__(self) -> None:
        self.arrived: dict[str, bytes] = {}
        self.failures: list[Exception] = []
        self.calls: list[str] = []
        self.on_part: Callable[[], object] = lambda: None

    def begin(self, fields: dict[str, str]) -> Any:
        self.calls.append("begin")
        return SimpleNamespace(id="one")

    def send(self, upload: str, name: str, at: int, size: int, part: bytes) -> int:
        if self.failures:
            raise self.failures.pop(0)
        assert at <= len(self.arrived.get(name, b""))
        self.arrived[name] = self.arrived.get(name, b"")[:at] + part
        self.on_part()
        return len(self.arrived[name])

    def start(self, upload: str) -> None:
        self.calls.append("start")

    def cancel(self, upload: str) -> None:
        self.calls.append("cancel")


def sending(client: FakeClient, *files: Chosen, pauses: list[float] | None = None) -> Sending:
    return Sending(client, files, {"title": ""}, sleep=(pauses if pauses is not None else []).append)  # type: ignore[arg-type]


def test_all_files_are_sent_in_parts_under_names_of_their_own(monkeypatch: Any) -> None:
    monkeypatch.setattr(sending_module, "PART_BYTES", 4)
    client = FakeClient()
    one = sending(
        client, Chosen("a.png", b"123456789"), Chosen("a.png", b"x"), Chosen("empty", b""), Chosen("empty", b"y")
    )
    one.run()
    assert client.arrived == {"a.png": b"123456789", "a-2.png": b"x", "empty": b"", "empty-2": b"y"}
    assert client.calls == ["begin", "start"]
    assert (one.sent, one.size, one.sent_files, one.error, one.upload) == (11, 11, 4, None, "one")


def test_a_busy_backend_is_waited_for_as_long_as_it_says() -> None:
    client, pauses = FakeClient(), list[float]()
    client.failures = [
        BackendRefusedError(429, "too-many-requests", "x", retry_after=7.0),
        BackendRefusedError(503, "overloaded", "x", retry_after=3600.0),
        BackendUnreachableError("x"),
    ]
    one = sending(client, Chosen("a.png", b"1"), pauses=pauses)
    one.run()
    assert pauses == [7.0, 30.0, 2.0]
    assert (one.error, client.arrived) == (None, {"a.png": b"1"})


def test_a_failure_is_noted_and_the_file_is_sent_anew(monkeypatch: Any) -> None:
    monkeypatch.setattr(sending_module, "PART_BYTES", 2)
    client = FakeClient()
    one = sending(client, Chosen("a.png", b"1234"), Chosen("b.png", b"56"))
    client.failures = [BackendRefusedError(507, "store-full", "x")]
    one.run()
    assert isinstance(one.error, BackendRefusedError)
    assert (one.sent, one.sent_files, client.calls) == (0, 0, ["begin"])
    one.error = None
    one.run()
    assert (one.error, one.sent, client.calls) == (None, 6, ["begin", "start"])


def test_what_is_stopped_is_cancelled() -> None:
    client = FakeClient()
    one = sending(client, Chosen("a.png", b"1"), Chosen("b.png", b"2"))
    client.on_part = one.stop
    one.run()
    assert client.calls == ["begin", "cancel"]
    assert client.arrived == {"a.png": b"1"}
