"""`GET /v1/model`: which model reads."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from backend.dependencies import ServicesDep
from backend.problems import problems
from backend.schemas import ModelBody
from ocr_model.text import CHARSET

__all__ = ["router"]

router = APIRouter(tags=["reading"])


@router.get(
    "/v1/model",
    summary="Which model reads",
    response_model=ModelBody,
    responses=problems(HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
)
async def get_model(services: ServicesDep) -> ModelBody:
    """Return the model's name and version, and what it may be given."""
    info = services.model.recognizer.info
    return ModelBody(
        name=info.name,
        version=info.version,
        charset=CHARSET,
        image_formats=["JPEG", "PNG", "WebP", "HEIC"],
        image_max_bytes=services.settings.image_max_bytes,
        image_max_pixels=services.settings.image_max_pixels,
    )
