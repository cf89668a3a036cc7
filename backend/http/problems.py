"""Errors as the service's clients see them: RFC 9457 problem details, made in this module alone.

Every error answer is `application/problem+json` with `type`, `title`, `status`, `detail`, and two extensions:
`kind` (a short word to branch on) and `request_id` (what to quote when reporting it). A text that no tag prints adds
`characters` and `suggestions`; a search that cannot be understood adds `position` and may add `suggestions`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from http import HTTPMethod, HTTPStatus
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from datasets.errors import CropError, LabelError, LabelProvenError, StoreError, StoreFullError
from ocr_model.codes.characters import StrangeCharacter
from ocr_model.codes.verdict import VerdictError
from ocr_model.errors import ImageError

_LOG = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:shoe-tag:problem:"

# HTTP statuses of unusable pictures; a kind that is not listed is a 422.
_IMAGE_STATUS = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_many_pixels": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_format": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
_IMAGE_TITLE = {
    "empty": "The picture is empty",
    "too_large": "The picture file is too large",
    "too_many_pixels": "The picture has too many pixels",
    "unsupported_format": "Not a picture format that can be read",
    "truncated": "The picture is damaged or incomplete",
    "too_small": "The picture is too small",
    "too_complex": "The picture takes too much work to decode",
    "bad_box": "The box does not fit the picture",
    "bad_corners": "The corners do not fit the picture",
}
_BAD_LABEL = "The label cannot be kept as it is"


class Problem(HTTPException):
    """An error that is answered as it stands.

    It is an `HTTPException` so that the framework passes it on untouched even from inside body parsing.

    Attributes:
        kind: Short word with dashes, stable for clients.
        title: The same sentence for every occurrence of this kind.
        extensions: Further members of the answer.
    """

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status_code=int(status), detail=detail, headers=dict(headers) if headers else None)
        self.kind = kind
        self.title = title
        self.extensions = dict(extensions or {})


class StrangeCharacterBody(BaseModel):
    """A character that no tag prints."""

    glyph: str = Field(description="The character as keyboards type it; empty where there is nothing to see.")
    name: str = Field(description="The script of a letter, else Unicode's name; empty where the glyph says all.")


class ProblemDetails(BaseModel):
    """The body of every error answer (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:shoe-tag:problem:prediction-expired",
                    "title": "This prediction is no longer remembered",
                    "status": 404,
                    "detail": "Send the picture again with the label.",
                    "kind": "prediction-expired",
                    "request_id": "3f0c7a52b0be4b0ca8a3c5d2f0f4f3f1",
                }
            ]
        }
    )

    type: str = Field(description="Identifies the kind of problem, as a URI.")
    title: str = Field(description="The same short sentence for every problem of this kind.")
    status: int = Field(description="The HTTP status, again.")
    detail: str = Field(description="What is wrong in this very case.")
    kind: str = Field(description="The kind of problem as a short word.")
    request_id: str | None = Field(default=None, description="What to quote when reporting the problem.")
    characters: list[StrangeCharacterBody] | None = Field(
        default=None, description="Of a text or code that is refused: the characters that no tag prints."
    )
    suggestions: list[str] | None = Field(
        default=None, description="Lines that may have been meant by it, the likeliest first; none is taken unasked."
    )
    position: int | None = Field(
        default=None, description="Of a search that cannot be understood: where, in characters from 1."
    )


def problem_response(problem: Problem) -> Response:
    """Return the answer for a problem."""
    body = {
        "type": _TYPE_PREFIX + problem.kind,
        "title": problem.title,
        "status": problem.status_code,
        "detail": problem.detail,
        "kind": problem.kind,
        "request_id": correlation_id.get(),
        **problem.extensions,
    }
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=problem.status_code,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


def problems(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the given error statuses for a route's `responses`."""
    content = {MEDIA_TYPE: {"schema": _schema()}}
    return {int(status): {"description": status.phrase, "content": content} for status in statuses}


@cache
def _schema() -> dict[str, Any]:
    return ProblemDetails.model_json_schema()


def _from_image_error(error: ImageError) -> Problem:
    status = _IMAGE_STATUS.get(error.kind, HTTPStatus.UNPROCESSABLE_ENTITY)
    title = _IMAGE_TITLE.get(error.kind, "The picture cannot be used")
    return Problem(status, error.kind.replace("_", "-"), title, str(error))


def _from_verdict_error(error: VerdictError) -> Problem:
    extensions = strange_text(error.characters, error.suggestions) if error.characters else None
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.kind, _BAD_LABEL, str(error), extensions=extensions)


def strange_text(characters: Sequence[StrangeCharacter], suggestions: Sequence[str]) -> dict[str, Any]:
    """Return the extensions of a problem about a text that no tag prints."""
    return {"characters": [asdict(character) for character in characters], "suggestions": list(suggestions)}


def _from_store_error(error: StoreError) -> Problem:
    if isinstance(error, LabelError | CropError):
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "bad-label", _BAD_LABEL, str(error))
    if isinstance(error, LabelProvenError):
        return Problem(
            HTTPStatus.CONFLICT,
            "label-proven",
            "An unproven label cannot replace this one",
            "The prediction has a label already. Send the proof of its reading, or read the picture again.",
        )
    # Internal paths and addresses go to the log only.
    _LOG.error("the store failed: %s", error)
    if isinstance(error, StoreFullError):
        return Problem(
            HTTPStatus.INSUFFICIENT_STORAGE,
            "store-full",
            "There is no room left",
            "The disk is full, so nothing was saved or deleted.",
        )
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "store-unavailable", "The sample store failed", "Please try again.")


def _from_validation_error(error: RequestValidationError) -> Problem:
    complaints = []
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0])
        complaints.append(f"{where}: {item['msg'].removeprefix('Value error, ')}")
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", "The request is not valid", "; ".join(complaints)
    )


def _from_http_exception(error: HTTPException) -> Problem:
    if isinstance(error, Problem):
        return error
    status = HTTPStatus(error.status_code)
    kind = status.phrase.lower().replace(" ", "-")
    return Problem(status, kind, status.phrase, str(error.detail), headers=error.headers)


def _methods_of(request: Request) -> list[str]:
    """Return every method that the path of a request allows; the framework names those of the first route only."""
    routes = request.app.routes
    return [
        method
        for method in HTTPMethod
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error that the routes raise an RFC 9457 answer."""

    @app.exception_handler(ImageError)
    async def on_image_error(request: Request, error: ImageError) -> Response:
        return problem_response(_from_image_error(error))

    @app.exception_handler(VerdictError)
    async def on_verdict_error(request: Request, error: VerdictError) -> Response:
        return problem_response(_from_verdict_error(error))

    @app.exception_handler(StoreError)
    async def on_store_error(request: Request, error: StoreError) -> Response:
        return problem_response(_from_store_error(error))

    @app.exception_handler(RequestValidationError)
    async def on_validation_error(request: Request, error: RequestValidationError) -> Response:
        return problem_response(_from_validation_error(error))

    @app.exception_handler(HTTPException)
    async def on_http_exception(request: Request, error: HTTPException) -> Response:
        problem = _from_http_exception(error)
        if problem.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            problem.headers = {"Allow": ", ".join(_methods_of(request))}
        return problem_response(problem)


class UnexpectedErrors:
    """ASGI middleware that answers an unexpected error with a 500 without internal details, and logs it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 500 if it raises."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watching_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watching_send)
        except Exception:
            # The route, not the path: some paths hold what only their sender may know.
            route = getattr(scope.get("route"), "path", None) or "an unknown route"
            _LOG.exception("unexpected error in %s %s", scope["method"], route)
            if started:  # Half the answer is sent; only a broken connection tells the client that it failed.
                raise
            problem = Problem(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "internal-error",
                "Something went wrong inside the service",
                "It has been logged; please try again and quote the request id if it happens again.",
            )
            await problem_response(problem)(scope, receive, send)
