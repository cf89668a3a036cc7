"""`GET /v1/products`: offers for a product code."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems
from backend.schemas import NoPriceBody, ProductBody, ProductsBody, SearchBody
from ocr_model.codes.lines import extract_code, match_formats
from ocr_model.codes.text import match_key, normalize_text

router = APIRouter(tags=["prices"])


@router.get(
    "/v1/products",
    summary="Look a code up",
    response_model=ProductsBody,
    responses=problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS),
)
async def find_products(
    services: ServicesDep,
    code: Annotated[
        str,
        Query(min_length=1, max_length=64, description="Code as on the tag.", examples=["CW2288-111"]),
    ],
) -> ProductsBody:
    """Return products for a typed code, or the reason why there are none; links to searches in any case."""
    normalized = normalize_text(code)
    if not match_key(normalized):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "bad-code",
            "This is not a product code",
            "A code has at least one letter or digit.",
        )
    # Text around a code is only cut off where a known format fits: PN550 is a code, not a field name with a code.
    vouched = extract_code(normalized) if match_formats(normalized) else ""
    answer = await services.prices.find(vouched or normalized)
    return ProductsBody(
        code=answer.code,
        products=[ProductBody.model_validate(offer, from_attributes=True) for offer in answer.offers],
        reason=None if answer.reason is None else NoPriceBody.model_validate(answer.reason, from_attributes=True),
        searches=[SearchBody.model_validate(link, from_attributes=True) for link in answer.searches],
    )
