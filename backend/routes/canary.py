"""`GET /v1/canary`: the challenger that answers a share of requests, and why the last one was taken back."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.reading.canary import Returned, SideTally
from backend.routes.model import failure_body
from backend.schemas import CanaryBody, CanaryReturnBody, CanarySideBody, ChampionBody, ModelNameBody

router = APIRouter(tags=["operation"])


@router.get(
    "/v1/canary",
    summary="Which challenger answers a share of requests",
    response_model=CanaryBody,
    responses=problems(HTTPStatus.TOO_MANY_REQUESTS),
)
async def get_canary(services: ServicesDep) -> CanaryBody:
    """Return the challenger, its counts beside the champion's over the same time, and why the last one went."""
    canary = services.canary
    info, record, tally, returned = canary.info, canary.record, canary.tally, canary.returned
    entry = None
    if info is not None and record is not None and record.model is not None:
        entry = ChampionBody(number=record.number, model=record.model, dataset_version=None, promoted_at=record.at)
    return CanaryBody(
        challenger=None if info is None else ModelNameBody(name=info.name, version=info.version),
        entry=entry,
        since=canary.since,
        share=canary.share,
        band=canary.band,
        champion_counts=_counts(tally.champion),
        challenger_counts=_counts(tally.challenger),
        returned=None if returned is None else _return(returned),
        last_failure=failure_body(services.watch.canary_failure),
    )


def _return(returned: Returned) -> CanaryReturnBody:
    return CanaryReturnBody(
        challenger=ModelNameBody(name=returned.info.name, version=returned.info.version),
        entry=returned.record.number,
        why=returned.why,
        at=returned.at,
        champion_counts=_counts(returned.tally.champion),
        challenger_counts=_counts(returned.tally.challenger),
    )


def _counts(tally: SideTally) -> CanarySideBody:
    return CanarySideBody.model_validate(tally, from_attributes=True)
