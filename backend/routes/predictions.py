"""`POST /v1/predictions`: read a tag."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Annotated, BinaryIO

from fastapi import APIRouter, BackgroundTasks, Form

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.metrics import Metrics
from backend.reading.memory import LARGE_PHOTO_PIXELS
from backend.reading.model import Reader
from backend.reading.pending import PendingPrediction
from backend.reading.photos import Crop, Region
from backend.reading.proof import ReadCrop
from backend.schemas import MillisecondsBody, PhotoForm, PredictionBody, reading_values
from backend.services import Services
from datasets.objects.spans import span
from datasets.samples.crop import pixel_digest
from datasets.samples.picture_quality import sharpness
from ocr_model.reading.prediction import Prediction

router = APIRouter(tags=["reading"])


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
    """Read the text on a photo, or on a region of it. The crop is remembered for minutes, and kept on no disk."""
    started = time.perf_counter()
    recognizer = services.reader_for_request()
    region = form.region()
    # An upload waits in its temporary file, so that only photos being read fill memory.
    crop, digest, prediction, recognize_milliseconds = await services.reading.run(
        _read, services, form.image.file, region, recognizer
    )
    pending = services.pending.new(prediction, crop.image, region.turn)
    await services.sharing.readings.keep(pending)
    afterwards.add_task(_shadow, services, pending)
    afterwards.add_task(_measure, services.metrics, pending)
    if crop.photo_pixels > LARGE_PHOTO_PIXELS:
        afterwards.add_task(services.give_back_memory)
    milliseconds = MillisecondsBody(
        decode=round(crop.decode_milliseconds, 2),
        crop=round(crop.crop_milliseconds, 2),
        recognize=round(recognize_milliseconds, 2),
        total=round((time.perf_counter() - started) * 1000, 2),
    )
    _count(services.metrics, prediction, milliseconds)
    proof = services.proofs.give(ReadCrop(pending.id, digest, region.turn), prediction)
    values = reading_values(pending, proof, prediction.turn)
    return PredictionBody(**values, milliseconds=milliseconds)


def _read(
    services: Services, file: BinaryIO, region: Region, recognizer: Reader
) -> tuple[Crop, str, Prediction, float]:
    """Decode, cut and read; return the crop, its digest, the reading and its milliseconds."""
    crop = services.decoder.cut(file, region)
    with services.recognizing, span("read", {"crops": 1}):
        started = time.perf_counter()
        prediction = recognizer.read(crop.image)
        milliseconds = (time.perf_counter() - started) * 1000
    return crop, pixel_digest(crop.image), prediction, milliseconds


async def _shadow(services: Services, pending: PendingPrediction) -> None:
    """Hand the crop to the challenger, once the answer is sent."""
    services.offer_to_shadow(pending)


def _measure(metrics: Metrics, pending: PendingPrediction) -> None:
    """Note how sharp the crop is, in a thread and once the answer is sent: pictures change before readings do."""
    metrics.sharpness.observe(sharpness(pending.crop))


def _count(metrics: Metrics, prediction: Prediction, milliseconds: MillisecondsBody) -> None:
    metrics.readings.labels("text" if prediction.text else "no_text").inc()
    metrics.batch_size.observe(1)
    if prediction.second_reader is not None:
        metrics.second_opinions.inc()
    if prediction.text:
        metrics.confidence.observe(prediction.confidence)
    for step, value in milliseconds.model_dump().items():
        metrics.reading_seconds.labels(step).observe(value / 1000)
