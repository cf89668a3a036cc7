"""The emulator's bucket is made, and an emulator that loses labels is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from deploy.containers.make_bucket import main


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[GcsServer]:
    with GcsServer() as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        yield server


def run(server: GcsServer) -> int:
    return main([], {"STORAGE_EMULATOR_HOST": server.url, "STORAGE_URL": "gs://tags/labels"})


def test_the_bucket_is_made_once_and_left_empty(gcs: GcsServer) -> None:
    assert run(gcs) == 0
    assert run(gcs) == 0
    assert gcs.names("tags") == []


def test_an_emulator_that_ignores_preconditions_is_refused(
    gcs: GcsServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ignore(self: Any, bucket: str, name: str, query: Any) -> None:
        """No check."""

    monkeypatch.setattr("benchmarks.drivers.gcs_server._Handler._check", ignore)
    assert run(gcs) == 1
    assert "labels would be lost" in capsys.readouterr().err


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"STORAGE_URL": "gs://tags/labels"},
        {"STORAGE_EMULATOR_HOST": "http://127.0.0.1:9", "STORAGE_URL": "file:///x"},
    ],
)
def test_without_an_emulator_nothing_is_made(environment: dict[str, str]) -> None:
    assert main([], environment) == 2
