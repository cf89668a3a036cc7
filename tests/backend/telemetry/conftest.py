"""A tracer provider that keeps the spans of this process, and the spans as they would be sent."""

from collections.abc import Iterator

import pytest

pytest.importorskip("opentelemetry.sdk", reason="requirements-watch.txt is not installed")

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

_EXPORTER = InMemorySpanExporter()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans that end during the test."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):  # a process has one for good
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(_EXPORTER))
        trace.set_tracer_provider(provider)
    _EXPORTER.clear()
    yield _EXPORTER
    _EXPORTER.clear()
