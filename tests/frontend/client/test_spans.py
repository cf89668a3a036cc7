"""The header that carries a page's trace to the backend."""

import pytest
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from frontend.client.spans import page_span, request_span


def test_without_a_collector_no_header_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontend.client.spans._TRACER", trace.NoOpTracer())
    with request_span("GET", "/v1/model", {"Accept": "*/*"}) as (_, headers):
        assert headers == {"Accept": "*/*"}


def test_a_recorded_page_s_requests_carry_its_trace() -> None:
    page = NonRecordingSpan(SpanContext(7, 9, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)))
    with trace.use_span(page), request_span("GET", "/v1/model", {}) as (_, headers):
        assert headers["traceparent"].startswith(f"00-{7:032x}-")


def test_a_page_ends_as_it_likes() -> None:
    class Rerun(BaseException):
        pass

    try:
        with page_span("explore"):
            raise Rerun
    except Rerun:
        return
    raise AssertionError("the page goes on")
