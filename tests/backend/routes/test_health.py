"""Living is not being ready."""

import threading
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from backend.main import create_app
from backend.settings import Settings


def until(client: TestClient, text: str) -> Any:
    """Return the first answer of /readyz that holds a text."""
    for _ in range(200):
        answer = client.get("/readyz")
        if text in answer.text:
            return answer
        threading.Event().wait(0.02)
    raise TimeoutError(answer.text)


def test_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert "tags_ready 1.0" in client.get("/metrics").text


def test_not_ready_while_loading(settings: Settings, reader: Any, png: bytes) -> None:
    gate = threading.Event()
    app = create_app(settings, load_recognizer=lambda folder, threads: gate.wait(10) and reader)
    with TestClient(app) as client:
        try:
            assert client.get("/healthz").status_code == 200
            answer = client.get("/readyz")
            assert (answer.status_code, answer.json()["kind"]) == (503, "not-ready")
            assert answer.headers["retry-after"] == "1"
            assert client.post("/v1/predictions", files={"image": png}).status_code == 503
            assert client.get("/v1/model").status_code == 503
            assert client.get("/v1/products?code=GW2871").status_code == 200  # needs no model
            assert "tags_ready 0.0" in client.get("/metrics").text
        finally:
            gate.set()
        assert until(client, "ready").status_code


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
