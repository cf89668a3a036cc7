"""`/v1/predictions/{id}/tag-price`: keep the price that stood on the tag, or take it back."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form

from backend.dependencies import PredictionId, ServicesDep
from backend.http.problems import Problem, problems
from backend.prices.product_catalogue import CatalogueError
from backend.prices.tag_prices import TagPrice
from backend.schemas import TagPriceBody, TagPriceDeletedBody, TagPriceForm
from datasets.samples.review import UNPROVEN
from ocr_model.codes.lines import extract_code

router = APIRouter(tags=["prices"])

_LOG = logging.getLogger(__name__)


@router.post(
    "/v1/predictions/{prediction_id}/tag-price",
    summary="Keep a price seen on the tag",
    response_model=TagPriceBody,
    responses=problems(
        HTTPStatus.CONFLICT,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
)
async def keep_tag_price(
    services: ServicesDep,
    prediction_id: PredictionId,
    form: Annotated[TagPriceForm, Form(media_type="multipart/form-data")],
) -> TagPriceBody:
    """Keep a price that the shopper has confirmed and agreed to share: with the label's code and the day, no more.

    It needs a kept label of the same prediction, accepted or corrected, and hangs on it: another verdict moves it to
    the other code, and undoing the label deletes it. Sending another price replaces it.
    """
    sample = await asyncio.to_thread(services.labels.samples.find, prediction_id)
    code = "" if sample is None or sample.label.source == UNPROVEN else extract_code(sample.label.text)
    if not code:
        raise Problem(
            HTTPStatus.CONFLICT,
            "no-label",
            "There is no label with a code",
            "A price is kept beside a label that was accepted or corrected; keep that first.",
        )
    day = datetime.fromtimestamp(services.clock(), UTC).date()
    price = TagPrice(prediction_id, code, form.price, form.currency, day)
    try:
        await asyncio.to_thread(services.tag_prices.keep, price)
    except CatalogueError as error:
        raise unavailable(error) from error
    return TagPriceBody.model_validate(price, from_attributes=True)


@router.delete(
    "/v1/predictions/{prediction_id}/tag-price",
    summary="Delete a price seen on the tag",
    response_model=TagPriceDeletedBody,
    responses=problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
)
async def delete_tag_price(services: ServicesDep, prediction_id: PredictionId) -> TagPriceDeletedBody:
    """Delete the price of a label; the label stays. Doing it twice does no harm."""
    try:
        return TagPriceDeletedBody(deleted=await asyncio.to_thread(services.tag_prices.forget, prediction_id))
    except CatalogueError as error:
        raise unavailable(error) from error


def unavailable(error: CatalogueError) -> Problem:
    """The answer when the file of the prices cannot be used; its path goes to the log only."""
    _LOG.error("the prices seen on tags cannot be used: %s", error)
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "prices-unavailable",
        "Prices cannot be kept",
        "The prices seen on tags cannot be changed at the moment. Please try again.",
        headers={"Retry-After": "10"},
    )
