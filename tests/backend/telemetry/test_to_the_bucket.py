"""The real backend's traces as a collector gets them: from the page's request to the copy in the bucket."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.drivers.server import running_backend
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.client.connection import Connection

SECONDS = 120
TEXT = "CW2288-111"


class Collector:
    """Takes spans by OTLP over HTTP."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.bodies.append(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def spans(self) -> list[Any]:
        found = []
        for body in list(self.bodies):
            request = ExportTraceServiceRequest.FromString(body)
            found += [
                span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans
            ]
        return found

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.stop()


def test_a_label_is_followed_from_the_page_to_the_bucket(spans: Any, collector: Collector, tmp_path: Path) -> None:
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "STORAGE_URL": f"file://{tmp_path / 'bucket'}",
        "TAGS_LOG_FORMAT": "json",
    }
    photo = encode(draw_tag(TEXT))
    with running_backend(tmp_path / "spool", tmp_path / "log", **settings) as url:
        connection = Connection(url, read_seconds=SECONDS)
        answer = connection.stream("/v1/tags", fields={}, photo=photo, seconds=SECONDS)
        line = [part.content for part in answer][-1]
        prediction = json.loads(line)["lines"][0]["id"]
        connection.fetch(f"/v1/predictions/{prediction}/label", fields={"status": "accepted"})
        deadline = time.monotonic() + SECONDS
        while not any(made.name == "bucket upload" and made.links for made in collector.spans()):
            assert time.monotonic() < deadline, {made.name for made in collector.spans()}
            time.sleep(0.05)
    told = collector.spans()
    ours = {made.name: made.context for made in spans.get_finished_spans()}
    photo_trace, label_trace = (ours[name].trace_id.to_bytes(16) for name in ("POST /v1/tags", "POST /v1/predictions"))
    of_photo = {made.name for made in told if made.trace_id == photo_trace}
    of_label = {made.name for made in told if made.trace_id == label_trace}
    assert {"POST /v1/tags", "decode", "find lines", "read", "second reader"} <= of_photo
    assert {"POST /v1/predictions/{prediction_id}/label", "keep", "spool write", "index"} <= of_label
    upload = next(made for made in told if made.name == "bucket upload" and made.links)
    assert upload.links[0].trace_id == label_trace
    sent = b"".join(collector.bodies)
    for secret in (TEXT.encode(), b"MADE IN", b"127.0.0.1", prediction.encode(), photo[:64]):
        assert secret not in sent
    assert TEXT not in (tmp_path / "log").read_text()
