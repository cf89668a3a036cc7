"""Puts the service together: `create_app(settings)`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from backend.http.body_limit import BodyLimit
from backend.http.problems import UnexpectedErrors, add_problem_handlers
from backend.http.rate_limit import RateLimit, TokenBuckets
from backend.metrics import CountRequests, Metrics
from backend.reading.model import Reader
from backend.routes import health, labels, model, predictions, products, shadow, team
from backend.services import make_services
from backend.settings import Settings, load_settings
from datasets.objects.clock import Clock

_LOG = logging.getLogger(__name__)

# Bytes for a form around its picture, and for any other request.
_FORM_BYTES = 64 * 1024

_DESCRIPTION = """
Reads the product code on a photo of a shoe tag, says how sure it is, looks up what the shoe costs, and keeps
crops whose reading a shopper has confirmed or corrected.

A photo becomes a *prediction*, which is remembered in memory for minutes. Only a *label* keeps the crop.
Errors are RFC 9457 problem details; branch on `kind`.
"""


def create_app(
    settings: Settings | None = None,
    *,
    load_recognizer: Callable[[Path | None, int], Reader] | None = None,
    on_failure: Callable[[str], None] = lambda message: _LOG.error("not ready: %s", message),
    clock: Clock = time.time,
) -> FastAPI:
    """Return the service. It can be started once.

    Args:
        settings: Validated settings; None reads them from the environment.
        load_recognizer: Loads the model in a folder (None: the shipped one) for a number of threads per reading; None
            loads it with ONNX Runtime.
        on_failure: Called with the reason, in one line, why the service can never become ready (no model, no store).
        clock: Seconds since 1970, for the times that are kept.

    Raises:
        SettingsError: When the environment holds wrong settings.
    """
    chosen = settings or load_settings()
    metrics = Metrics()
    services = make_services(chosen, metrics, load_recognizer or _load_recognizer, on_failure, clock)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Beside serving, so that /healthz answers and /readyz says why not yet.
        starting = asyncio.create_task(services.start())
        try:
            yield
        finally:
            await asyncio.wait([starting])
            await services.stop()

    # The page at /docs comes with its assets, so that no browser fetches them from a third party.
    app = FastAPIOffline(
        title="Shoe-tag reader",
        version="0.1.0",
        summary="Codes and prices from shoe tags.",
        description=_DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        static_url="/docs/assets",
        swagger_ui_parameters={"validatorUrl": None},
    )
    app.state.services = services
    add_problem_handlers(app)
    for route in (predictions, labels, products, model, shadow, team, health):
        app.include_router(route.router)

    photo_bytes = chosen.image_max_bytes + _FORM_BYTES

    def body_limit(scope: Scope) -> int:
        carries_photo = scope["method"] == "POST" and scope["path"].startswith("/v1/predictions")
        return photo_bytes if carries_photo else _FORM_BYTES

    # The middleware added last is the outermost.
    app.add_middleware(BodyLimit, limit=body_limit, seconds=chosen.upload_seconds)
    if chosen.rate_per_minute > 0:
        app.add_middleware(
            RateLimit,
            buckets=TokenBuckets(chosen.rate_per_minute, chosen.rate_burst),
            on_refused=metrics.rate_limited.inc,
        )
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(CountRequests, metrics=metrics)
    app.add_middleware(CorrelationIdMiddleware)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=chosen.trusted_hosts)
    return app


def _load_recognizer(folder: Path | None, threads: int) -> Reader:
    # Imported here, in the loading thread: ONNX Runtime takes longer to import than everything else.
    from ocr_model.reading.recognizer import Recognizer

    return Recognizer.load(folder, threads=threads)
