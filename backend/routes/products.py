"""`GET /v1/products`: offers for a product code."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems, strange_text
from backend.schemas import FormatBody, MissingBody, NoPriceBody, ProductBody, ProductsBody, SearchBody
from ocr_model.codes.lines import match_formats, searched_code, without_hangul_names
from ocr_model.codes.suggestion import strange_characters, suggested_lines
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
    gtin: Annotated[
        str | None,
        Query(
            pattern=r"^([0-9]{8}|[0-9]{12,14})$",
            description="Digits of the barcode beside it (EAN, UPC or GTIN-14), for shops that know products by it.",
            examples=["0193655590351"],
        ),
    ] = None,
) -> ProductsBody:
    """Return products for a typed code, or the reason why there are none; links to searches in any case.

    All shops are asked at the same time; `missing` names those that have not answered in time.
    """
    line = normalize_text(code)
    if strange := strange_characters(without_hangul_names(line)):
        names = ", ".join(map(str, strange))
        detail = f"These characters cannot be in a code: {names}"
        raise _bad_code(detail, extensions=strange_text(strange, suggested_lines(code)))
    if not match_key(line):
        raise _bad_code("A code has at least one letter or digit.")
    answer = await services.prices.find(searched_code(line), gtin)
    return ProductsBody(
        code=answer.code,
        formats=[FormatBody.model_validate(match, from_attributes=True) for match in match_formats(answer.code)],
        products=[ProductBody.model_validate(offer, from_attributes=True) for offer in answer.offers],
        reason=None if answer.reason is None else NoPriceBody.model_validate(answer.reason, from_attributes=True),
        missing=[MissingBody.model_validate(provider, from_attributes=True) for provider in answer.missing],
        searches=[SearchBody.model_validate(link, from_attributes=True) for link in answer.searches],
    )


def _bad_code(detail: str, *, extensions: Mapping[str, Any] | None = None) -> Problem:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return Problem(status, "bad-code", "This is not a product code", detail, extensions=extensions)
