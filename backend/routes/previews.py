"""`POST /v1/previews`: show a photo as it is read, before it is read."""

from __future__ import annotations

import base64
from http import HTTPStatus
from typing import Annotated, BinaryIO

from fastapi import APIRouter, BackgroundTasks, Form, Response

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.reading.decoding import PhotoDecoder
from backend.schemas import PreviewBody, PreviewForm

router = APIRouter(tags=["reading"])


@router.post(
    "/v1/previews",
    summary="Show a photo as it is read",
    response_model=PreviewBody,
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
)
async def create_preview(
    services: ServicesDep,
    form: Annotated[PreviewForm, Form(media_type="multipart/form-data")],
    afterwards: BackgroundTasks,
) -> Response:
    """Return the photo small and upright, whatever its format, for drawing a box on it. Nothing is remembered."""
    answer = await services.reading.run(_answer, form.image.file, form.longest_side, services.decoder)
    afterwards.add_task(services.give_back_memory)
    return Response(answer, media_type="application/json")


def _answer(file: BinaryIO, longest_side: int, decoder: PhotoDecoder) -> str:
    """Decode and encode; return the body as JSON, which takes 30 ms for a preview of noise."""
    preview = decoder.preview(file, longest_side)
    picture = base64.b64encode(preview.data).decode()
    return PreviewBody(width=preview.width, height=preview.height, picture=picture).model_dump_json()
