"""A service that can never become ready says why, in one line; what works goes on."""

import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backend.main import create_app
from backend.settings import Settings
from benchmarks.drivers.gcs_server import wait_until


def until(client: TestClient, text: str) -> Any:
    """Return the first answer of /readyz that holds a text."""
    assert wait_until(lambda: text in client.get("/readyz").text)
    return client.get("/readyz")


def test_a_missing_model_is_said_in_one_line(settings: Settings, tmp_path: Path, png: bytes) -> None:
    failures: list[str] = []
    missing = settings.model_copy(update={"model_dir": tmp_path / "nothing"})
    with TestClient(create_app(missing, on_failure=failures.append)) as client:
        answer = until(client, "nothing")
        assert answer.status_code == 503
        assert client.post("/v1/predictions", files={"image": png}).status_code == 503
    (message,) = failures
    assert "\n" not in message
    assert str(tmp_path / "nothing") in message


def test_a_defect_while_loading_is_said_too(settings: Settings) -> None:
    def load(folder: Path | None, threads: int) -> Any:
        raise RuntimeError("deep inside")

    failures: list[str] = []
    with TestClient(create_app(settings, load_recognizer=load, on_failure=failures.append)) as client:
        until(client, "could not be loaded")
    assert failures == ["the model could not be loaded"]


def test_a_store_that_cannot_be_opened_is_said(settings: Settings, reader: Any, png: bytes) -> None:
    settings.data_dir.mkdir()
    settings.spool.write_text("a file where the folder should be")
    failures: list[str] = []
    app = create_app(settings, load_recognizer=lambda folder, threads: reader, on_failure=failures.append)
    with TestClient(app) as client:
        assert until(client, "spool").status_code == 503
        answer = client.post("/v1/predictions", files={"image": png})
        assert answer.status_code == 200  # reading does not need the store
        label = client.post(f"/v1/predictions/{answer.json()['id']}/label", data={"status": "accepted"})
        assert (label.status_code, label.json()["kind"]) == (503, "not-ready")
    assert len(failures) == 1


def test_a_runtime_that_cannot_be_imported_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ocr_model.reading.recognizer", None)
    with TestClient(create_app(settings)) as client:
        assert wait_until(lambda: "could not be loaded" in client.get("/readyz").text)
