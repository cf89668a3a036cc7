"""`GET /v1/model`: which model reads."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.reading.watch_failure import WatchFailure
from backend.schemas import ChampionBody, ChampionFailureBody, ModelBody

router = APIRouter(tags=["reading"])


@router.get(
    "/v1/model",
    summary="Which model reads",
    response_model=ModelBody,
    responses=problems(HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
)
async def get_model(services: ServicesDep) -> ModelBody:
    """Return the model's name and version, and the pictures that it takes."""
    serving = services.model.serving
    info, champion = serving.recognizer.info, serving.champion
    entry = None
    if champion is not None:
        entry = ChampionBody(
            number=champion.number,
            model=champion.model,
            dataset_version=champion.dataset_version,
            promoted_at=champion.at,
        )
    return ModelBody(
        name=info.name,
        version=info.version,
        charset=services.domain.charset,
        accept_threshold=info.accept_threshold,
        image_formats=["JPEG", "PNG", "WebP", "HEIC"],
        image_max_bytes=services.settings.image_max_bytes,
        image_max_pixels=services.settings.image_max_pixels,
        serving_since=serving.since,
        champion=entry,
        is_behind=services.watch.is_behind,
        last_failure=failure_body(services.watch.failure),
    )


def failure_body(failure: WatchFailure | None) -> ChampionFailureBody | None:
    """Return the body that says why a pointer of the store could not be followed."""
    return None if failure is None else ChampionFailureBody.model_validate(failure, from_attributes=True)
