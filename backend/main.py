"""Puts the service together: `create_app(settings)`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from backend.commons import ReadingPlaces
from backend.domains import MOUNT, domain_routers, further_settings, own_path
from backend.http.body_limit import BodyLimit
from backend.http.forms import FORM_LIMITS, FormGuard
from backend.http.problems import UnexpectedErrors, add_problem_handlers
from backend.http.rate_limit import RateLimit
from backend.http.site_guard import SiteGuard
from backend.metrics import CountRequests, Metrics
from backend.people.account_pages import waiting_page
from backend.reading.model import Reader
from backend.reading.recognizer_loader import RecognizerLoader
from backend.routes import account, domains, people, pins
from backend.services import Services, make_services
from backend.settings import Settings, load_settings
from backend.team.upload_bodies import MOST_PART
from backend.telemetry.log import LogRequests
from backend.telemetry.tracing import TraceRequests
from datasets.objects.clock import Clock

if TYPE_CHECKING:
    from ocr_model.tags.detection import LineDetector

_LOG = logging.getLogger(__name__)

# Bytes for a form around its picture, and for any other request.
_FORM_BYTES = 64 * 1024
# Bytes of a request for tokens, which is url-encoded: its percent signs cost more than the bytes of a form.
_TOKEN_BYTES = 8 * 1024
_PHOTO_PATHS = ("/v1/previews", "/v1/predictions", "/v1/tags", "/v1/team/gate/frames")
# Requests that a whole photo counts as, beside those for its lines: to find them takes as long as to read more crops.
_PHOTO_PRICE = 3.0
_UPLOADS = "/v1/team/uploads"
_HELP_PRICE = 0.25  # tokens; asked for several times while a search is typed

# FastAPI's own spans hold paths, queries and addresses, and belong to whatever trace any client names.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}

_DESCRIPTION = """
Reads the product code on a photo of a shoe tag, says how sure it is, looks up what the shoe costs, and keeps
crops whose reading a shopper has confirmed or corrected.

A photo becomes a *prediction*, which is remembered for minutes. Only a *label* keeps the crop.
Errors are RFC 9457 problem details; branch on `kind`.
"""


def create_app(
    settings: Settings | None = None,
    *,
    load_recognizer: Callable[[Path | None, int], Reader] | None = None,
    load_challenger: Callable[[Path], Reader] | None = None,
    load_canary: Callable[[Path], Reader] | None = None,
    load_detector: Callable[[int], LineDetector] | None = None,
    reading_places: ReadingPlaces | None = None,
    on_failure: Callable[[str], None] = lambda message: _LOG.error("not ready: %s", message),
    clock: Clock = time.time,
    metrics: Metrics | None = None,
) -> FastAPI:
    """Return the service. It can be started once.

    Args:
        settings: Validated settings; None reads them from the environment.
        load_recognizer: Loads the model in a folder (None: the shipped one) for a number of threads per reading; None
            loads it with ONNX Runtime.
        load_challenger: Loads the model in a folder for reading in shadow; None loads it as others, for one thread.
        load_canary: Loads the model in a folder for answering a share of requests; None loads it as others.
        load_detector: Loads the detector of lines for a number of threads per look; None loads PP-OCRv6's, if there is
            one.
        reading_places: For crops, where models compute elsewhere; None: as the settings say.
        on_failure: Called with the reason, in one line, why the service can never read (no model).
        clock: Seconds since 1970, for the times that are kept.
        metrics: Counts of the first domain, where others count with it; None: new ones.

    Raises:
        SettingsError: When the environment holds wrong settings.
    """
    chosen = settings or load_settings()
    metrics = metrics or Metrics()
    load = load_recognizer or RecognizerLoader(chosen.second_reader)
    # One thread: threads that a session starts itself might not have low priority.
    challenger, detector = load_challenger or (lambda folder: load(folder, 1)), load_detector or _load_detector
    services = make_services(
        chosen, metrics, load, challenger, load_canary, detector, on_failure, clock, reading_places=reading_places
    )
    services.others = tuple(
        make_services(
            further,
            Metrics(),
            load,
            challenger,
            load_canary,
            detector,
            partial(_LOG.error, "%s: not ready: %s", further.domain.name),
            clock,
            first=services,
        )
        for further in further_settings(chosen)
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Beside serving, so that /healthz answers and /readyz says why not yet.
        starting = [asyncio.create_task(each.start()) for each in (services, *services.others)]
        try:
            yield
        finally:
            await asyncio.wait(starting)
            for each in (*services.others, services):
                await each.stop()

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
        form_limits=FORM_LIMITS,
        telemetry=_NO_TELEMETRY,
    )
    app.state.services = services
    _describe_once(app)
    add_problem_handlers(app)
    for router in (*domain_routers(chosen.domain), account.router, people.router, pins.router, domains.router):
        app.include_router(router)
    for other in services.others:
        app.mount(f"{MOUNT}/{other.domain.name}", _further_app(other))

    photo_bytes = chosen.image_max_bytes + _FORM_BYTES

    def body_limit(scope: Scope) -> int:
        path = own_path(scope["path"])
        if scope["method"] == "POST" and path.startswith(_UPLOADS):
            return MOST_PART + _FORM_BYTES
        carries_photo = scope["method"] == "POST" and path.startswith(_PHOTO_PATHS)
        if scope["path"] == account.TOKEN_PATH:
            return _TOKEN_BYTES
        return photo_bytes if carries_photo else _FORM_BYTES

    # The middleware added last is the outermost.
    app.add_middleware(FormGuard, url_encoded=[account.TOKEN_PATH])
    app.add_middleware(BodyLimit, limit=body_limit, seconds=chosen.upload_seconds)
    if services.requests is not None:
        prices = {"/v1/tags": min(_PHOTO_PRICE, float(chosen.rate_burst)), "/v1/team/searches/help": _HELP_PRICE}
        prices[account.STYLE_PATH] = 0.0  # of the page that asks to wait, too
        app.add_middleware(
            RateLimit,
            allowances=services.requests,
            on_refused=metrics.rate_limited.inc,
            price=lambda scope: prices.get(own_path(scope["path"]), 1.0),
            page=lambda scope, wait: waiting_page(services.accounts, scope, wait),
        )
    app.add_middleware(SiteGuard, names=chosen.host_names)
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(CountRequests, metrics=metrics)
    if chosen.log_format == "json":
        app.add_middleware(LogRequests)
    app.add_middleware(CorrelationIdMiddleware)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=chosen.trusted_hosts)
    app.add_middleware(TraceRequests, is_trusted=chosen.is_proxy)
    return app


def _further_app(services: Services) -> FastAPI:
    """The service of a further domain, behind the limits of the first, which has accounts and the API's description."""
    limits: dict[str, Any] = {"form_limits": FORM_LIMITS}
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, telemetry=_NO_TELEMETRY, **limits)
    app.state.services = services
    add_problem_handlers(app)
    for router in domain_routers(services.domain):
        app.include_router(router)
    return app


def _describe_once(app: FastAPI) -> None:
    """Write the description of the API once; FastAPI writes its JSON anew for every request."""

    @cache
    def description() -> bytes:
        return bytes(JSONResponse(app.openapi()).body)

    def describe(_: Request) -> Response:
        return Response(description(), media_type="application/json")

    path = app.openapi_url
    app.router.routes = [route for route in app.router.routes if getattr(route, "path", None) != path]
    app.add_route(str(path), describe, include_in_schema=False)


def _load_detector(threads: int) -> LineDetector:
    # Imported here, in the loading thread: ONNX Runtime takes longer to import than everything else.
    from ocr_model.tags.detection import load_detector

    return load_detector(threads)
