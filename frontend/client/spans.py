"""Spans of the pages' work for OpenTelemetry, and the header that carries them to the backend.

Nothing is made unless `python -m deploy.pages` has been told of a collector. A span says which page and which route, in
few words: no text of a label, no picture, no address, and of an exception the class alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_TRACER = trace.get_tracer("tags")
_PROPAGATOR = TraceContextTextMapPropagator()
_NAMING = 3  # parts of a path, before which stands no id: "/v1/predictions"


@contextmanager
def page_span(page: str) -> Iterator[Span]:
    """Make a span of drawing a page; how Streamlit ends or repeats a page is no error.

    Args:
        page: Its path, one of the app's own.
    """
    with _TRACER.start_as_current_span(
        "page", attributes={"page": page or "read"}, record_exception=False, set_status_on_exception=False
    ) as made:
        yield made


@contextmanager
def request_span(method: str, path: str, headers: Mapping[str, str]) -> Iterator[tuple[Span, dict[str, str]]]:
    """Make a span of a request to the backend.

    Args:
        method: The HTTP method.
        path: The path, of which the first parts are kept.
        headers: Of the request.

    Returns:
        The span, and the headers with the one that carries it, if it is recorded.
    """
    group = "/".join(path.partition("?")[0].split("/")[:_NAMING])
    with _TRACER.start_as_current_span(
        f"{method} {group}",
        kind=SpanKind.CLIENT,
        attributes={"http.request.method": method, "url.template": group},
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        carrier: MutableMapping[str, str] = dict(headers)
        if made.get_span_context().trace_flags.sampled:
            _PROPAGATOR.inject(carrier)
        try:
            yield made, dict(carrier)
        except Exception as error:
            made.set_attribute("error.type", type(error).__name__)
            made.set_status(Status(StatusCode.ERROR))
            raise
