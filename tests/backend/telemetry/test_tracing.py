"""Spans of a request: which there are, what they hold, and whose trace they belong to."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry import trace

from backend.settings import Settings
from backend.telemetry.tracing import export_traces

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}


def by_name(spans: Any) -> dict[str, Any]:
    return {made.name: made for made in spans.get_finished_spans()}


def test_a_reading_is_one_trace_of_its_steps(spans: Any, client: TestClient, png: bytes) -> None:
    client.post("/v1/predictions", files={"image": png})
    made = by_name(spans)
    assert {"POST /v1/predictions", "decode", "read"} <= made.keys()
    request = made["POST /v1/predictions"]
    assert request.attributes["http.response.status_code"] == 200
    assert {made[step].parent.span_id for step in ("decode", "read")} == {request.context.span_id}


def test_a_whole_photo_s_lines_are_found_and_read_in_its_trace(
    spans: Any, client: TestClient, png: bytes, detector: Any
) -> None:
    detector.lines = [((1.0, 1.0), (80.0, 1.0), (80.0, 20.0), (1.0, 20.0))]
    client.post("/v1/tags", files={"image": png})
    made = by_name(spans)
    assert {"POST /v1/tags", "decode", "find lines", "read"} <= made.keys()
    assert len({made[name].context.trace_id for name in ("POST /v1/tags", "decode", "find lines", "read")}) == 1


def test_a_label_is_indexed_and_written_in_its_trace(spans: Any, client: TestClient, png: bytes) -> None:
    prediction = client.post("/v1/predictions", files={"image": png}).json()["id"]
    spans.clear()
    client.post(f"/v1/predictions/{prediction}/label", files={"status": (None, "accepted")})
    made = by_name(spans)
    label = made["POST /v1/predictions/{prediction_id}/label"]
    assert made["keep"].parent.span_id == label.context.span_id
    assert {made[step].parent.span_id for step in ("spool write", "index")} == {made["keep"].context.span_id}


def test_no_span_holds_a_text_an_address_or_what_an_exception_says(
    spans: Any, start: Callable[..., TestClient], reader: Any, png: bytes
) -> None:
    client = start()
    prediction = client.post("/v1/predictions", files={"image": png}, params={"q": "GW2871"}).json()["id"]
    client.post(
        f"/v1/predictions/{prediction}/label", files={"status": (None, "corrected"), "text": (None, "ART GW2872")}
    )
    client.get("/v1/products", params={"code": "GW2871"})
    reader.failure = RuntimeError("it read GW2871")
    assert client.post("/v1/predictions", files={"image": png}).status_code == 500
    found = spans.get_finished_spans()
    assert any(made.attributes.get("error.type") == "RuntimeError" for made in found)
    told = " ".join(made.to_json() for made in found)
    for secret in ("GW287", "testclient", prediction, "127.0.0.1"):
        assert secret not in told


def test_the_trace_of_a_page_on_this_machine_goes_on(
    spans: Any, client: TestClient, settings: Settings, png: bytes
) -> None:
    near = TestClient(client.app, client=("127.0.0.1", 50000))
    near.post("/v1/predictions", files={"image": png}, headers=PARENT)
    assert {f"{made.context.trace_id:032x}" for made in spans.get_finished_spans()} == {TRACE}


def test_a_stranger_s_trace_is_not_believed(spans: Any, client: TestClient, png: bytes) -> None:
    far = TestClient(client.app, client=("203.0.113.7", 50000))
    far.post("/v1/predictions", files={"image": png}, headers=PARENT)
    found = spans.get_finished_spans()
    assert found
    assert all(f"{made.context.trace_id:032x}" != TRACE for made in found)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_is_asked_every_few_seconds_makes_no_spans(spans: Any, client: TestClient, path: str) -> None:
    spans.clear()
    client.get(path)
    assert not spans.get_finished_spans()


def test_without_a_collector_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    before = trace.get_tracer_provider()
    export_traces("tags-test", None)()
    assert trace.get_tracer_provider() is before


def test_a_missing_package_is_told_and_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    before = trace.get_tracer_provider()
    export_traces("tags-test", "http://127.0.0.1:4318")()
    assert trace.get_tracer_provider() is before
    assert "requirements-watch.txt" in caplog.text
