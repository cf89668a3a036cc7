"""Traces of requests: each is a span, within that of the page that has sent it, if the page is trusted."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from opentelemetry import context, trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from datasets.objects.spans import span

_LOG = logging.getLogger(__name__)

_PROPAGATOR = TraceContextTextMapPropagator()
_CARRIED = (b"traceparent", b"tracestate")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNTRACED = frozenset({"/healthz", "/readyz", "/metrics"})  # asked every few seconds, for nobody's sake


def export_traces(service: str, endpoint: str | None) -> Callable[[], None]:
    """Have traces sent to a collector from now on, in the background; without an endpoint nothing is made.

    Args:
        service: Name of this program.
        endpoint: Address of the collector; None: there is none.

    Returns:
        Sends what is left, to be called at the end.
    """
    if endpoint is None:
        return lambda: None
    try:
        sdk: Any = importlib.import_module("opentelemetry.sdk.trace")
        export: Any = importlib.import_module("opentelemetry.sdk.trace.export")
        resources: Any = importlib.import_module("opentelemetry.sdk.resources")
        otlp: Any = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ImportError as error:
        _LOG.error("no traces are sent: %s is not installed; see requirements-watch.txt", error.name)
        return lambda: None
    provider = sdk.TracerProvider(resource=resources.Resource.create({"service.name": service}))
    exporter = otlp.OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(export.BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return lambda: provider.shutdown()


class TraceRequests:
    """ASGI middleware that makes a span of each request, named by its method and route, never by its address.

    Stands outside of what replaces the peer's address by a forwarded one.

    Args:
        app: Answers the requests.
        is_trusted: Whether a peer's `traceparent` counts, by its address. A stranger must not choose what is recorded.
    """

    def __init__(self, app: ASGIApp, is_trusted: Callable[[str], bool]) -> None:
        self._app = app
        self._is_trusted = is_trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, within its span."""
        if scope["type"] != "http" or scope["path"] in _UNTRACED:
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "other"
        token = context.attach(self._context_of(scope))
        try:
            with span(method, {"http.request.method": method}, kind=SpanKind.SERVER) as made:
                if not made.is_recording():
                    await self._app(scope, receive, send)
                    return

                async def watching_send(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        made.set_attribute("http.response.status_code", message["status"])
                        if message["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                            made.set_status(Status(StatusCode.ERROR))
                    await send(message)

                try:
                    await self._app(scope, receive, watching_send)
                finally:
                    route = getattr(scope.get("route"), "path", None) or "other"
                    made.set_attribute("http.route", route)
                    made.update_name(f"{method} {route}")
        finally:
            context.detach(token)

    def _context_of(self, scope: Scope) -> context.Context:
        carrier = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _CARRIED}
        peer = scope.get("client")
        if not carrier or peer is None or not self._is_trusted(peer[0]):
            return context.Context()
        return _PROPAGATOR.extract(carrier, context.Context())
