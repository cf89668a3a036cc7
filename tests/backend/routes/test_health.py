"""Living is not being ready."""

import threading
from typing import Any

from fastapi.testclient import TestClient

from backend.main import create_app
from backend.settings import Settings
from benchmarks.drivers.gcs_server import wait_until


def test_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "computes": "cpu"}
    assert "tags_ready 1.0" in client.get("/metrics").text


def test_not_ready_while_loading(settings: Settings, reader: Any, png: bytes) -> None:
    gate = threading.Event()
    app = create_app(settings, load_recognizer=lambda folder, threads: gate.wait(60) and reader)
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
        assert wait_until(lambda: client.get("/readyz").status_code == 200)
