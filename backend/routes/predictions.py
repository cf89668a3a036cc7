"""`POST /v1/predictions`: read a tag."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Annotated, BinaryIO

from fastapi import APIRouter, BackgroundTasks, Form

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems
from backend.metrics import Metrics
from backend.reading.memory import LARGE_PHOTO_PIXELS, give_back_memory
from backend.reading.model import Reader
from backend.reading.pending import PendingPrediction
from backend.reading.photos import Crop, Region, cut_crop
from backend.schemas import (
    CandidateBody,
    CharacterBody,
    FormatBody,
    MillisecondsBody,
    ModelNameBody,
    PhotoForm,
    PredictionBody,
)
from backend.services import Services
from ocr_model.reading.image import ImageLimits
from ocr_model.reading.prediction import Prediction

router = APIRouter(tags=["reading"])

_MOST_CANDIDATES = 5


@router.post(
    "/v1/predictions",
    summary="Read a tag",
    response_model=PredictionBody,
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
async def create_prediction(
    services: ServicesDep,
    afterwards: BackgroundTasks,
    form: Annotated[PhotoForm, Form(media_type="multipart/form-data")],
) -> PredictionBody:
    """Read the text on a photo, or on a region of it. The crop is remembered for minutes, in memory only."""
    started = time.perf_counter()
    recognizer = services.model.recognizer
    region = form.region()
    try:
        # An upload waits in its temporary file, so that only photos being read fill memory.
        upload, crop, prediction, recognize_milliseconds = await services.reading.run(
            _read, form.image.file, region, services.settings.image_limits, recognizer
        )
    except Problem as problem:
        if problem.kind == "overloaded":
            services.metrics.overloaded.inc()
        raise
    pending = services.pending.add(prediction, crop.image, upload, region)
    afterwards.add_task(_shadow, services, pending)
    if crop.photo_pixels > LARGE_PHOTO_PIXELS:
        afterwards.add_task(_tidy, services)
    milliseconds = MillisecondsBody(
        decode=round(crop.decode_milliseconds, 2),
        crop=round(crop.crop_milliseconds, 2),
        recognize=round(recognize_milliseconds, 2),
        total=round((time.perf_counter() - started) * 1000, 2),
    )
    _count(services.metrics, prediction, milliseconds)
    return _body(pending, milliseconds)


def _read(
    file: BinaryIO, region: Region, limits: ImageLimits, recognizer: Reader
) -> tuple[bytes, Crop, Prediction, float]:
    """Load, decode, cut and read; return the upload's bytes, the crop, the reading and its milliseconds."""
    upload = file.read(limits.max_bytes + 1)
    crop = cut_crop(upload, region, limits)
    started = time.perf_counter()
    prediction = recognizer.read(crop.image)
    return upload, crop, prediction, (time.perf_counter() - started) * 1000


async def _shadow(services: Services, pending: PendingPrediction) -> None:
    """Hand the crop to the challenger, once the answer is sent."""
    services.shadow.offer(pending.id, pending.crop, pending.prediction)


def _tidy(services: Services) -> None:
    """Return the photo's memory to the system, unless another photo is being decoded and can use it."""
    if services.reading.jobs == 0:
        give_back_memory()


def _count(metrics: Metrics, prediction: Prediction, milliseconds: MillisecondsBody) -> None:
    metrics.readings.labels("text" if prediction.text else "no_text").inc()
    if prediction.text:
        metrics.confidence.observe(prediction.confidence)
    for step, value in milliseconds.model_dump().items():
        metrics.reading_seconds.labels(step).observe(value / 1000)


def _body(pending: PendingPrediction, milliseconds: MillisecondsBody) -> PredictionBody:
    prediction = pending.prediction
    return PredictionBody(
        id=pending.id,
        text=prediction.text,
        code=prediction.code,
        confidence=prediction.confidence,
        characters=[
            CharacterBody.model_validate(character, from_attributes=True) for character in prediction.characters
        ],
        candidates=[
            CandidateBody.model_validate(candidate, from_attributes=True)
            for candidate in prediction.candidates
            if candidate.text != prediction.text
        ][:_MOST_CANDIDATES],
        formats=[FormatBody.model_validate(match, from_attributes=True) for match in prediction.formats],
        picture_text=prediction.picture_text,
        model=ModelNameBody.model_validate(prediction.model, from_attributes=True),
        milliseconds=milliseconds,
        turn_found=prediction.turn,
        expires_at=pending.expires_at,
    )
