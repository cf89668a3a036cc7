"""`/v1/predictions/{id}/label`: keep the shopper's verdict, or undo it."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form

from backend.dependencies import PredictionId, ServicesDep
from backend.http.problems import Problem, problems
from backend.reading.judged import JudgedReading, read_again, remembered_reading
from backend.schemas import DeletedBody, FormatBody, LabelBody, LabelForm
from backend.services import Services
from datasets.samples.sample import Label
from ocr_model.codes.lines import extract_code, match_formats
from ocr_model.codes.text import label_text
from ocr_model.codes.verdict import settle_verdict, typed_line

router = APIRouter(tags=["keeping"])


@router.post(
    "/v1/predictions/{prediction_id}/label",
    summary="Keep a verdict",
    response_model=LabelBody,
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.INSUFFICIENT_STORAGE,
    ),
)
async def keep_label(
    services: ServicesDep,
    prediction_id: PredictionId,
    form: Annotated[LabelForm, Form(media_type="multipart/form-data")],
) -> LabelBody:
    """Keep the crop with its confirmed label. The answer comes when both are safely on the disk.

    The same verdict twice is one label; another verdict takes the place of the earlier one.
    """
    _ = services.labels.samples  # Raises while the store is not open, before a picture is read in vain.
    typed = typed_line(form.text) if form.status == "corrected" else form.text
    reading = await _judged_reading(services, prediction_id, form)
    verdict = settle_verdict(form.status, reading.text, typed, is_whole=form.whole)
    label = Label(
        prediction_id=prediction_id,
        status=verdict.status,
        text=label_text(verdict.text),
        read_text=reading.text,
        read_confidence=reading.confidence,
        model_name=reading.model.name,
        model_version=reading.model.version,
        client=form.client,
        at=datetime.fromtimestamp(services.clock(), UTC),
        turn=reading.turn,
    )
    sample = await services.labels.keep(reading.crop, label)
    services.shadow.confirm(prediction_id, None if verdict.status == "unreadable" else verdict.text)
    return LabelBody(
        prediction_id=prediction_id,
        sample=sample.digest,
        status=verdict.status,
        text=verdict.text,
        code=extract_code(verdict.text),
        formats=[FormatBody.model_validate(match, from_attributes=True) for match in match_formats(verdict.text)],
        completed=verdict.is_completed,
        stored_at=sample.stored_at,
    )


@router.delete(
    "/v1/predictions/{prediction_id}/label",
    summary="Undo a verdict and delete what was kept",
    response_model=DeletedBody,
    responses=problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
)
async def delete_label(services: ServicesDep, prediction_id: PredictionId) -> DeletedBody:
    """Delete the crop and the label of a prediction, from memory too. Doing it twice does no harm.

    Where several backends share a bucket, a label that another backend has kept and sent is found there. While the
    bucket does not answer, a label that this backend does not know is answered with 503: the bucket may hold it.
    """
    services.pending.forget(prediction_id)
    services.shadow.forget(prediction_id)
    return DeletedBody(deleted=await services.labels.undo(prediction_id))


async def _judged_reading(services: Services, prediction_id: str, form: LabelForm) -> JudgedReading:
    """Return the reading as it is remembered, else as the form tells it."""
    limits = services.settings.image_limits
    pending = services.pending.get(prediction_id)
    if pending is not None and pending.crop.image is not None:
        return remembered_reading(pending, limits)
    if pending is not None:
        return await services.reading.run(remembered_reading, pending, limits)
    if form.image is None:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "prediction-expired",
            "This prediction is no longer remembered",
            "Send the picture again with the label.",
        )
    return await services.reading.run(
        read_again, form.image.file, form.region(), limits, services.model.recognizer, form.shown()
    )
