"""`/v1/predictions/{id}/label`: keep the shopper's verdict, or undo it."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request

from backend.dependencies import PredictionId, ServicesDep
from backend.http.problems import Problem, problems
from backend.http.rate_limit import bucket_name, too_many
from backend.prices.product_catalogue import CatalogueError
from backend.reading.judged import JudgedReading, cut_again, proven_reading, remembered_reading, told_reading
from backend.routes.tag_prices import unavailable
from backend.schemas import DeletedBody, FormatBody, LabelBody, LabelForm
from backend.services import Services
from backend.shared.database import SharedUnavailableError
from datasets.samples.review import UNPROVEN
from datasets.samples.sample import Label

router = APIRouter(tags=["keeping"])

_LOG = logging.getLogger(__name__)

_SOURCE = "app"


@router.post(
    "/v1/predictions/{prediction_id}/label",
    summary="Keep a verdict",
    response_model=LabelBody,
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
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
    request: Request,
    services: ServicesDep,
    afterwards: BackgroundTasks,
    prediction_id: PredictionId,
    form: Annotated[LabelForm, Form(media_type="multipart/form-data")],
) -> LabelBody:
    """Keep the crop with its confirmed label. The answer comes when both are safely on the disk.

    The same verdict twice is one label; another verdict takes the place of the earlier one. A label that this backend
    can match to no reading, neither remembered nor by `proof`, is kept as unproven: it waits for the team, and never
    takes the place of another.
    """
    _ = services.labels.samples  # Raises while the store is not open, before a picture is read in vain.
    domain = services.domain
    typed = domain.typed(form.text) if form.status == "corrected" else form.text
    client = bucket_name(request.scope)
    reading = await _judged_reading(services, client, prediction_id, form)
    verdict = domain.settle(form.status, reading.text, typed, is_whole=form.whole)
    if domain.stands_any_way:
        reading = reading.standing_as(verdict.text)
    label = Label(
        prediction_id=prediction_id,
        status=verdict.status,
        text=domain.label(verdict.text),
        read_text=reading.text,
        read_confidence=reading.confidence,
        model_name=reading.model.name,
        model_version=reading.model.version,
        client=form.client,
        at=datetime.fromtimestamp(services.clock(), UTC),
        turn=reading.turn,
        source=_SOURCE if reading.is_proven else UNPROVEN,
    )
    crop = await services.labels.prepare(reading.crop)
    await _count_bytes(services, client, len(crop.png))
    sample = await services.labels.keep(crop, label)
    afterwards.add_task(services.give_back_memory)
    code = domain.code(verdict.text)
    await _move_tag_price(services, prediction_id, code)
    barcode = None
    if reading.is_proven and code and verdict.status != "unreadable":
        barcode = await services.labels.pair(form.barcode, code, label)
    if reading.is_proven:
        services.shadow.confirm(prediction_id, None if verdict.status == "unreadable" else verdict.text)
        is_corrected = None if verdict.status == "unreadable" else verdict.status == "corrected"
        if services.model.is_ready:  # where others read, nothing else tells the canary whom it is compared with
            services.canary.reader_for(services.model.recognizer, None)
        services.canary.confirm(prediction_id, reading.model, is_corrected)
    elif sample.label.at == label.at:
        services.metrics.unproven.inc()
    return LabelBody(
        prediction_id=prediction_id,
        sample=sample.digest,
        status=verdict.status,
        text=verdict.text,
        code=code,
        formats=[FormatBody.model_validate(match, from_attributes=True) for match in domain.matches(verdict.text)],
        completed=verdict.is_completed,
        barcode=barcode,
        proven=sample.label.source != UNPROVEN,
        stored_at=sample.stored_at,
    )


@router.delete(
    "/v1/predictions/{prediction_id}/label",
    summary="Undo a verdict and delete what was kept",
    response_model=DeletedBody,
    responses=problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
)
async def delete_label(services: ServicesDep, prediction_id: PredictionId) -> DeletedBody:
    """Delete the crop, the label and the barcode of a prediction, remembered ones too. Doing it twice does no harm.

    A price seen on the tag hangs on the label, and goes first.

    Where several backends share a PostgreSQL, any of them deletes what any has kept or remembered, and each removes its
    own copies within seconds. Where they share a bucket alone, a label that another backend has kept and sent is found
    there. While the bucket does not answer, a label that this backend does not know is answered with 503: the bucket
    may hold it.
    """
    await _forget(services, prediction_id)
    services.shadow.forget(prediction_id)
    services.canary.forget(prediction_id)
    try:
        await asyncio.to_thread(services.tag_prices.forget, prediction_id)
    except CatalogueError as error:
        raise unavailable(error) from error
    return DeletedBody(deleted=await services.labels.undo(prediction_id))


async def _forget(services: Services, prediction_id: str) -> None:
    """Forget a reading that has no verdict.

    Raises:
        Problem: 503, while the database does not answer that may hold it.
    """
    try:
        await services.sharing.readings.forget(prediction_id)
    except SharedUnavailableError as error:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "database-unavailable",
            "The database does not answer",
            "The database does not answer, so nothing can be deleted. Please try again.",
            headers={"Retry-After": "10"},
        ) from error


async def _move_tag_price(services: Services, prediction_id: str, code: str) -> None:
    """Let the price that hangs on a label follow it to another code; a failure must not cost the label."""
    try:
        await asyncio.to_thread(services.tag_prices.move, prediction_id, code)
    except CatalogueError as error:
        _LOG.error("the price seen on a tag keeps an earlier code: %s", error)


async def _judged_reading(services: Services, client: str, prediction_id: str, form: LabelForm) -> JudgedReading:
    """Return the reading as it is remembered, else as the form proves it, else as the form tells it."""
    pending = await services.sharing.readings.get(prediction_id)
    if pending is not None:
        return await asyncio.to_thread(remembered_reading, pending)  # a large crop takes a moment to turn
    if form.image is None:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "prediction-expired",
            "This prediction is no longer remembered",
            "Send the picture again with the label.",
        )
    recognizer, wanted = services.model.recognizer, form.line() or form.region()
    file = form.image.file
    crop, about = await services.reading.run(cut_again, prediction_id, file, wanted, services.decoder)
    proven = services.proofs.check(form.proof, about)
    if proven is not None and form.agrees_with(proven, services.domain):
        return proven_reading(crop, about.turn, proven)
    shown = form.shown(services.domain)
    wait = await services.unproven.take(client)
    if wait > 0:
        services.metrics.rate_limited.inc()
        raise too_many("too-many-unproven", "Too many unproven labels from this address", wait)
    return await services.reading.run(told_reading, crop, about.turn, recognizer, shown)


async def _count_bytes(services: Services, client: str, size: int) -> None:
    """Take a crop's bytes from what its client may have kept.

    Raises:
        Problem: 429, if it is more than the client has left.
    """
    wait = 0.0 if services.kept_bytes is None else await services.kept_bytes.take(client, size)
    if wait > 0:
        services.metrics.rate_limited.inc()
        raise too_many("too-much-kept", "This address has kept too many bytes", wait)
