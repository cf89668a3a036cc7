"""`GET /v1/domains`: what this service reads."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.schemas import DomainBody, DomainsBody

router = APIRouter(tags=["reading"])


@router.get(
    "/v1/domains",
    summary="What is read here",
    response_model=DomainsBody,
    responses=problems(HTTPStatus.TOO_MANY_REQUESTS),
)
async def get_domains(services: ServicesDep) -> DomainsBody:
    """Return the domains: the first answers at `/v1`, each further one at `/domains/NAME/v1`."""
    return DomainsBody(
        domains=[
            DomainBody(
                name=found.domain.name,
                path="" if found is services else f"/domains/{found.domain.name}",
                charset=found.domain.charset,
                longest=found.domain.longest,
                reads=found.model.is_ready,
                keeps=found.labels.is_open,
            )
            for found in (services, *services.others)
        ]
    )
