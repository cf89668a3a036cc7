"""`/healthz`, `/readyz` and `/metrics`: for operation."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.schemas import DomainHealthBody, HealthBody
from backend.services import Services

router = APIRouter(tags=["operation"])


@router.get("/healthz", summary="Does the process live", response_model=HealthBody, response_model_exclude_none=True)
async def get_health() -> HealthBody:
    """Answer 200 as long as the process lives."""
    return HealthBody(status="ok")


@router.get(
    "/readyz",
    summary="Can it read",
    response_model=HealthBody,
    response_model_exclude_none=True,
    responses=problems(HTTPStatus.SERVICE_UNAVAILABLE),
)
async def get_readiness(services: ServicesDep) -> HealthBody:
    """Answer 200 when photos are read, 503 with the reason until then.

    The status is `ready` when labels are kept, too, and `reading` while the store cannot be opened: `missing` says why,
    and the service tries again by itself. It stays `reading` where the settings let this backend keep no labels.
    `domains` says the same of each further domain, and does not change the answer: /domains/NAME/readyz does.
    """
    others = {other.domain.name: _domain_health(other) for other in services.others} or None
    device = services.model.recognizer.info.device
    refusal = services.labels.refusal
    if refusal is not None:
        return HealthBody(status="reading", computes=device, missing=refusal.detail, domains=others)
    _ = services.labels.samples
    return HealthBody(status="ready", computes=device, domains=others)


def _domain_health(services: Services) -> DomainHealthBody:
    """How a further domain is; that it is not well takes no other one down."""
    refusal = services.labels.refusal
    missing = None if refusal is None else refusal.detail
    if not services.model.is_ready:
        return DomainHealthBody(status="not ready", missing=services.model.failure or missing)
    is_open = services.labels.is_open
    return DomainHealthBody(status="ready" if is_open else "reading", missing=missing)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"example": "tags_ready 1.0\n"}}}},
)
def get_metrics(services: ServicesDep) -> Response:
    """Return the service's counts of its own work; those of further domains carry the label `domain`."""
    further = {other.domain.name: other.metrics for other in services.others}
    return Response(services.metrics.text(further), headers={"Content-Type": CONTENT_TYPE_LATEST})
