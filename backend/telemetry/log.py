"""The log of a process: lines of text, or of JSON with the ids of the request and the trace that they belong to.

Neither form writes what a reading says, or a picture. The JSON form also leaves out the messages of unexpected
exceptions and names their places alone, because libraries quote in them what they were given.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from datetime import UTC, datetime
from http import HTTPStatus

from asgi_correlation_id import correlation_id
from opentelemetry import trace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.http.log_limit import LogLimit
from backend.telemetry.settings import LogFormat

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_REQUESTS = logging.getLogger("backend.requests")
# Lines of requests carry their figures in this attribute of the record.
_FIGURES = "figures"
_UNLOGGED = frozenset({"/healthz", "/readyz", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class JsonFormatter(logging.Formatter):
    """Writes a record as a JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: time, level, logger, message, and where they are known request, trace, span and error."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, _FIGURES, {})
        request = correlation_id.get()
        if request:
            line["request_id"] = request
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line |= {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, places = record.exc_info
            line["error"] = f"{kind.__module__}.{kind.__qualname__}"
            line["places"] = [f"{place.filename}:{place.lineno} {place.name}" for place in traceback.extract_tb(places)]
        return json.dumps(line, ensure_ascii=False)


def set_up_log(form: LogFormat) -> None:
    """Write warnings and errors to the standard error, a bounded number of each kind, and in JSON a line per request.

    Loggers that have handlers of their own, as Streamlit gives them, write in the same form.
    """
    logging.basicConfig(level=logging.WARNING, format=_TEXT)
    limit = LogLimit()
    known = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
    for handler in {handler for logger in [logging.getLogger(), *known] for handler in logger.handlers}:
        handler.addFilter(limit)
        if form == "json":
            handler.setFormatter(JsonFormatter())
    if form == "json" and not _REQUESTS.handlers:
        handler = logging.StreamHandler()  # without the limit: each line is of another request
        handler.setFormatter(JsonFormatter())
        _REQUESTS.addHandler(handler)
        _REQUESTS.setLevel(logging.INFO)
        _REQUESTS.propagate = False


class LogRequests:
    """ASGI middleware that logs each request by its route, never by its address or query.

    Requests that the limit per client refuses are left out, so that a flood does not fill the log; they are counted.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log its answer."""
        if scope["type"] != "http" or scope["path"] in _UNLOGGED:
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), int(HTTPStatus.INTERNAL_SERVER_ERROR)

        async def watching_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watching_send)
        finally:
            if status != HTTPStatus.TOO_MANY_REQUESTS:
                figures = {
                    "method": scope["method"] if scope["method"] in _METHODS else "other",
                    "route": getattr(scope.get("route"), "path", None) or "other",
                    "status": status,
                    "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                }
                _REQUESTS.info("answered", extra={_FIGURES: figures})
