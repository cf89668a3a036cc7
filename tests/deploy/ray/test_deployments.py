"""The application with its parts elsewhere: how much it lets in, and what it does when a part is full or gone."""

import io
import json
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

pytest.importorskip("ray", reason="Ray is not installed (requirements-ray.txt)")
from backend.settings import Settings
from deploy.ray.messages import ReadRequest
from deploy.ray.settings import RaySettings
from ocr_model.reading.prediction import Candidate, ModelInfo, Prediction

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from ray.exceptions import RayActorError
    from ray.serve.exceptions import BackPressureError

    from deploy.ray.deployments import application

MODEL = ModelInfo("fake", "7")
READ = Prediction("GW2871", "GW2871", 0.9, (), (Candidate("GW2871", "GW2871", 0.9),), (), MODEL, {"total": 1.0}, 0)
CLOSE = 60.0
_ASK_A_REPLICA = """
from fastapi.testclient import TestClient
from deploy.ray.deployments import Ingress
from deploy.ray.settings import RaySettings
replica = Ingress.__mro__[1](RaySettings(), None, None, None)
TestClient(replica.__serve_build_asgi_app__()).get("/nothing")
replica.__del__()
"""


class Part:
    """A handle whose replicas answer when the gate is open, as `Recognizers` and `Detectors` do."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.failure: Exception | None = None
        self.under_way = 0
        self.reached = threading.Condition()
        self.info = Method(lambda domain, model: MODEL)
        self.find = Method(lambda request: [])
        self.read = Method(self._read)

    def wait_for(self, requests: int) -> None:
        """Wait until so many readings are under way."""
        with self.reached:
            assert self.reached.wait_for(lambda: self.under_way == requests, CLOSE)

    def _read(self, request: ReadRequest) -> list[Prediction]:
        with self.reached:
            self.under_way += 1
            self.reached.notify_all()
        assert self.gate.wait(CLOSE)
        with self.reached:
            self.under_way -= 1
        if self.failure is not None:
            raise self.failure
        return [READ] * len(request.pictures)


class Method:
    """One of a handle's methods; its answer is also the response."""

    def __init__(self, answer: Callable[..., Any]) -> None:
        self._answer = answer

    def remote(self, *arguments: Any) -> "Response":
        return Response(lambda: self._answer(*arguments))


class Response:
    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer

    def result(self, timeout_s: float) -> Any:
        return self._answer()


@pytest.fixture
def part() -> Part:
    return Part()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Few workers and places, which on Ray only count for what the ingress itself does."""
    return Settings(
        data_dir=tmp_path,
        rate_per_minute=0,
        feature_seconds=0,
        champion_poll_seconds=0,
        reading_workers=1,
        reading_queue=1,
        allowed_hosts=("testserver",),
    )


@contextmanager
def client_of(settings: Settings, spread: RaySettings, part: Any) -> Iterator[TestClient]:
    failures: list[str] = []
    with TestClient(application(settings, spread, part, part, part, on_failure=failures.append)) as client:
        while client.get("/readyz").status_code != 200:
            assert not failures
            threading.Event().wait(0.01)
        yield client


def crop() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (220, 53), "white").save(file, "PNG")
    return file.getvalue()


def test_as_many_crops_as_stated_are_answered_and_the_others_refused(settings: Settings, part: Part) -> None:
    spread = RaySettings(recognizer_replicas=3, target_ongoing=4, batch_size=2, waiting=8)
    with client_of(settings, spread, part) as client, ThreadPoolExecutor(26) as pool:
        part.gate.clear()
        answers = [pool.submit(client.post, "/v1/predictions", files={"image": crop()}) for _ in range(26)]
        for refused in islice((answer.result() for answer in as_completed(answers, timeout=CLOSE)), 6):
            assert (refused.status_code, refused.json()["kind"]) == (503, "overloaded")
            assert int(refused.headers["retry-after"]) > 0
        part.wait_for(12)  # three replicas at their aim of four
        part.gate.set()
        assert sorted(answer.result().status_code for answer in answers) == [200] * 20 + [503] * 6
        assert "tags_overloaded_total 6.0" in client.get("/metrics").text


@pytest.mark.parametrize(
    "failure", [BackPressureError(64, 64), TimeoutError(), RayActorError()], ids=lambda e: type(e).__name__
)
def test_a_reading_that_a_part_refuses_is_counted(settings: Settings, part: Part, failure: Exception) -> None:
    with client_of(settings, RaySettings(patience_seconds=0.05), part) as client:
        part.failure = failure
        refused = client.post("/v1/predictions", files={"image": crop()})
        assert (refused.status_code, refused.json()["kind"]) == (503, "overloaded")
        assert "tags_overloaded_total 1.0" in client.get("/metrics").text


def test_a_replica_of_the_ingress_writes_lines_and_sends_spans_as_one_process_does(tmp_path: Path) -> None:
    received: list[str] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Tests speak for themselves."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as collector:
        serving = threading.Thread(target=collector.serve_forever)
        serving.start()
        variables = {
            "TAGS_DATA_DIR": str(tmp_path),
            "TAGS_ALLOWED_HOSTS": "testserver",
            "TAGS_LOG_FORMAT": "json",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
        }
        told = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _ASK_A_REPLICA],
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=CLOSE,
            check=True,
        )
        collector.shutdown()
        serving.join()
    lines = [json.loads(line) for line in told.stderr.splitlines()]
    (line,) = [line for line in lines if line["logger"] == "backend.requests"]
    assert (line["route"], line["status"]) == ("other", 404)
    assert line["trace_id"]
    assert received == ["/v1/traces"]
