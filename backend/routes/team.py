"""`/v1/team/...`: the routes of the page "Data and models", behind the team's token."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems
from backend.schemas import ModelNameBody
from backend.services import Services
from backend.team.bodies import (
    ActivityBody,
    CardBody,
    OverviewBody,
    RequestedBody,
    ReviewBody,
    VerdictBody,
)
from datasets.errors import CycleRequestError, LabelMovedError, ObjectMissingError, UnknownSampleError
from ocr_model.codes.verdict import typed_line

if TYPE_CHECKING:
    from backend.team.overview import TeamData


T = TypeVar("T")

_bearer = HTTPBearer(auto_error=False, description="The team's token, TAGS_TEAM_TOKEN.")


async def require_team(
    request: Request,
    services: ServicesDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Refuse requests without the team's token."""
    services.team_access.check(request.scope, None if credentials is None else credentials.credentials)


router = APIRouter(
    prefix="/v1/team",
    tags=["team"],
    dependencies=[Depends(require_team)],
    responses=problems(
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
)

VersionName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", examples=["v2.0"])]
CycleId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
# Crops and sheets change or are deleted: no cache on the way may keep them.
_PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@router.get("/overview", summary="Data and models at a glance", response_model=OverviewBody)
async def get_overview(services: ServicesDep) -> OverviewBody:
    """Return versions, cycles, champions, labels and the queue to the bucket."""
    info, champion = None, services.model.champion
    if services.model.is_ready:
        model = services.model.recognizer.info
        info = ModelNameBody(name=model.name, version=model.version)
    number = None if champion is None else champion.number
    return await _ask(services, lambda team: team.overview(info, number))


@router.get(
    "/versions/{name}",
    summary="What a dataset version holds",
    response_model=CardBody,
    responses=problems(HTTPStatus.NOT_FOUND),
)
async def get_card(services: ServicesDep, name: VersionName) -> CardBody:
    """Return the counts of a version's card."""
    return await _ask(services, lambda team: team.card(name))


@router.get(
    "/versions/{name}/sheet.png",
    summary="Crops of a dataset version",
    response_class=Response,
    responses=problems(HTTPStatus.NOT_FOUND) | {200: {"content": {"image/png": {}}}},
)
async def get_sheet(services: ServicesDep, name: VersionName) -> Response:
    """Return the contact sheet of a version."""
    sheet = await _ask(services, lambda team: team.sheet(name))
    if sheet is None:
        raise _not_found("The version has no contact sheet.")
    return Response(sheet, media_type="image/png", headers=_PRIVATE)


@router.get(
    "/cycles/{cycle}/report.html",
    summary="The report of a cycle",
    response_class=Response,
    responses=problems(HTTPStatus.NOT_FOUND) | {200: {"content": {"text/html": {}}}},
)
async def get_report(services: ServicesDep, cycle: CycleId) -> Response:
    """Return the report of a finished cycle, a page with its plots in it, to save."""
    page = await _ask(services, lambda team: team.report(cycle))
    headers = _PRIVATE | {"Content-Disposition": f'attachment; filename="{cycle}.html"'}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


@router.get("/cycles", summary="What workers do", response_model=ActivityBody)
async def get_activity(services: ServicesDep) -> ActivityBody:
    """Return the workers that listen, the requested cycles, and how far they are."""
    return await _ask(services, lambda team: team.activity())


@router.post(
    "/cycles",
    summary="Ask for a cycle",
    status_code=HTTPStatus.ACCEPTED,
    response_model=RequestedBody,
    responses=problems(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.INSUFFICIENT_STORAGE),
)
async def request_cycle(
    services: ServicesDep,
    version: Annotated[
        str | None,
        Form(
            pattern=r"^([a-z0-9][a-z0-9._-]{0,63})?$",
            description="Dataset version to train on; without one the worker makes one from the labels so far.",
        ),
    ] = None,
    why: Annotated[str, Form(max_length=200, description="In words.")] = "",
    key: Annotated[
        str, Form(pattern=r"^[A-Za-z0-9_-]{0,64}$", description="Random; the same key again is the same request.")
    ] = "",
) -> RequestedBody:
    """Ask the worker for a cycle. It runs when one listens; the app itself never trains."""
    return RequestedBody(id=await _ask(services, lambda team: team.request(version or None, why, key or None)))


@router.get("/review", summary="Labels that wait for a second look", response_model=ReviewBody)
async def get_review(services: ServicesDep, most: Annotated[int, Query(ge=1, le=200)] = 50) -> ReviewBody:
    """Return labels that are hard to believe or contradict each other, the latest first."""
    return await _ask(services, lambda team: team.review(most))


@router.get(
    "/samples/{digest}.png",
    summary="A confirmed crop",
    response_class=Response,
    responses=problems(HTTPStatus.NOT_FOUND) | {200: {"content": {"image/png": {}}}},
)
async def get_crop(services: ServicesDep, digest: Digest) -> Response:
    """Return the picture of a sample."""
    return Response(await _ask(services, lambda team: team.crop(digest)), media_type="image/png", headers=_PRIVATE)


@router.post(
    "/review",
    summary="Give a second look",
    response_model=VerdictBody,
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.INSUFFICIENT_STORAGE,
    ),
)
async def give_verdict(
    services: ServicesDep,
    prediction_id: Annotated[str, Form(pattern=r"^[!-~]{1,128}$", description="Whose label it is.")],
    verdict: Annotated[
        Literal["keep", "fix", "drop"],
        Form(description="keep: right as it is; fix: the line says `text`; drop: no version shall have it."),
    ],
    event: Annotated[str, Form(max_length=200, description="The `event` of the label that was looked at.")],
    text: Annotated[str, Form(max_length=64, description="The right line; for `fix`.", examples=["GW2871"])] = "",
) -> VerdictBody:
    """Keep the verdict on a label that waits for a second look. The answer comes when it is safely on the disk."""
    line = typed_line(text) if verdict == "fix" else ""
    sample = await _ask(services, lambda team: team.judge(prediction_id, verdict, line, event))
    return VerdictBody(prediction_id=prediction_id, verdict=verdict, status=sample.label.status, text=sample.label.text)


async def _ask(services: Services, job: Callable[[TeamData], T]) -> T:
    """Do a job off the event loop, and turn the store's errors about the request into problems."""

    def run() -> T:
        from datasets.versions.version import UnknownVersionError

        try:
            return job(services.team)
        except (UnknownVersionError, UnknownSampleError, ObjectMissingError, CycleRequestError) as error:
            raise _not_found(str(error)) from error
        except LabelMovedError as error:
            raise Problem(
                HTTPStatus.CONFLICT, "label-moved", "The label has changed since", "Look at the list again."
            ) from error

    return await services.asking.run(run)


def _not_found(detail: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "not-found", "The store does not hold this", detail)
