"""`GET /v1/shadow`: how the challenger compares with the champion."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.reading.shadow import Tally
from backend.routes.model import failure_body
from backend.schemas import ChampionBody, ModelNameBody, ShadowBody, ShadowConfidenceBody, ShadowLabelsBody
from ocr_model.reading.prediction import ModelInfo

router = APIRouter(tags=["operation"])


@router.get(
    "/v1/shadow",
    summary="How the challenger compares",
    response_model=ShadowBody,
    responses=problems(HTTPStatus.TOO_MANY_REQUESTS),
)
async def get_shadow(services: ServicesDep) -> ShadowBody:
    """Return counts of the challenger's readings in shadow, beside the champion's readings of the same crops."""
    shadow = services.shadow
    info, record, tally = shadow.info, shadow.record, shadow.tally
    entry = None
    if record is not None and record.model is not None:
        entry = ChampionBody(number=record.number, model=record.model, promoted_at=record.at)
    counts = tally or Tally(ModelInfo("", ""))
    return ShadowBody(
        challenger=None if info is None else ModelNameBody(name=info.name, version=info.version),
        entry=entry,
        since=shadow.since,
        champion=None if tally is None else ModelNameBody(name=tally.champion.name, version=tally.champion.version),
        same=counts.readings["same"],
        different=counts.readings["different"],
        dropped=counts.readings["dropped"],
        failed=counts.readings["failed"],
        confidence=ShadowConfidenceBody(
            champion=counts.champion_confidence / counts.compared if counts.compared else None,
            challenger=counts.challenger_confidence / counts.compared if counts.compared else None,
        ),
        labels=ShadowLabelsBody(**counts.right),
        last_failure=failure_body(services.watch.shadow_failure),
    )
