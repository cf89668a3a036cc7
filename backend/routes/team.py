"""`/v1/team/...`: the routes of the page "Data and models", behind the team's token."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import Form, Path, Query, Response

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.routes.asking import PRIVATE, Digest, WhoDep, ask_team, check_projects, not_found, team_router
from backend.schemas import ModelNameBody
from backend.team.author import TEAM, Author
from backend.team.bodies import (
    ActionBody,
    ActivityBody,
    CardBody,
    CycleForm,
    MarksForm,
    OverviewBody,
    RequestedBody,
    TagBody,
    WithdrawnBody,
)
from backend.team.review_bodies import ReadingNowBody, ReviewBody

if TYPE_CHECKING:
    from backend.team.overview import TeamData
    from ocr_model.reading.prediction import Prediction

router = team_router()

VersionName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", examples=["v2.0"])]
CycleId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]


@router.get("/overview", summary="Data and models at a glance", response_model=OverviewBody)
async def get_overview(services: ServicesDep, who: WhoDep) -> OverviewBody:
    """Return versions, cycles, champions, labels and the queue to the bucket."""
    info, champion = None, services.model.champion
    if services.model.is_ready:
        model = services.model.recognizer.info
        info = ModelNameBody(name=model.name, version=model.version)
    number = None if champion is None else champion.number
    return await ask_team(services, who, lambda team: team.overview(info, number))


@router.get(
    "/versions/{name}",
    summary="What a dataset version holds",
    response_model=CardBody,
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def get_card(services: ServicesDep, who: WhoDep, name: VersionName) -> CardBody:
    """Return the counts of a version's card."""
    return await ask_team(services, who, lambda team: team.card(name))


@router.get(
    "/versions/{name}/sheet.png",
    summary="Crops of a dataset version",
    response_class=Response,
    responses=problems(HTTPStatus.NOT_FOUND) | {200: {"content": {"image/png": {}}}},
)
async def get_sheet(services: ServicesDep, who: WhoDep, name: VersionName) -> Response:
    """Return the contact sheet of a version."""
    sheet = await ask_team(services, who, lambda team: team.sheet(name))
    if sheet is None:
        raise not_found("The version has no contact sheet.")
    return Response(sheet, media_type="image/png", headers=PRIVATE)


@router.get(
    "/cycles/{cycle}/report.html",
    summary="The report of a cycle",
    response_class=Response,
    responses=problems(HTTPStatus.NOT_FOUND) | {200: {"content": {"text/html": {}}}},
)
async def get_report(services: ServicesDep, who: WhoDep, cycle: CycleId) -> Response:
    """Return the report of a finished cycle, a page with its plots in it, to save."""
    page = await ask_team(services, who, lambda team: team.report(cycle))
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{cycle}.html"'}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


@router.get("/cycles", summary="What workers do", response_model=ActivityBody)
async def get_activity(services: ServicesDep, who: WhoDep) -> ActivityBody:
    """Return the workers that listen, the requested cycles, and how far they are."""
    return await ask_team(services, who, lambda team: team.activity())


@router.post(
    "/cycles",
    summary="Ask for a cycle",
    status_code=HTTPStatus.ACCEPTED,
    response_model=RequestedBody,
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.INSUFFICIENT_STORAGE,
    ),
)
async def request_cycle(
    services: ServicesDep, who: WhoDep, form: Annotated[CycleForm, Form(media_type="multipart/form-data")]
) -> RequestedBody:
    """Ask the worker for a cycle. It runs when one listens; the app itself never trains.

    While a request for the same version waits, that one is answered.
    """
    cycle, waited = await ask_team(
        services, who, lambda team: team.request(form.version or None, form.why, form.key or None, who.reason)
    )
    return RequestedBody(id=cycle, waited=waited)


@router.delete(
    "/cycles/{cycle}",
    summary="Take back a request for a cycle",
    response_model=WithdrawnBody,
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def withdraw_cycle(services: ServicesDep, who: WhoDep, cycle: CycleId) -> WithdrawnBody:
    """Take back a request that no worker has begun with. A trigger asks again while its occasion lasts."""
    await ask_team(services, who, lambda team: team.withdraw(cycle))
    return WithdrawnBody(id=cycle)


@router.get("/review", summary="Pictures that wait for a second look", response_model=ReviewBody)
async def get_review(services: ServicesDep, who: WhoDep, most: Annotated[int, Query(ge=1, le=200)] = 50) -> ReviewBody:
    """Return pictures whose labels are hard to believe or contradict each other, with these labels.

    `POST /v1/team/labels` gives the second look: `keep` the label that is right, `fix` one, or `drop` all of them.
    """
    return await ask_team(services, who, lambda team: team.review(most))


@router.get("/tags", summary="All tags", response_model=list[TagBody])
async def get_tags(services: ServicesDep, who: WhoDep) -> list[TagBody]:
    """Return all tags, each with the number of labels whose crop has it."""
    return await ask_team(services, who, lambda team: team.samples.tags())


@router.post(
    "/marks",
    summary="Change tags and metadata",
    response_model=ActionBody,
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.INSUFFICIENT_STORAGE,
    ),
)
async def mark_samples(
    services: ServicesDep, who: WhoDep, form: Annotated[MarksForm, Form(media_type="multipart/form-data")]
) -> ActionBody:
    """Give and take tags, set and drop metadata, let crops join and leave projects, or all that a search finds."""
    await check_projects(services, who, form.join)
    return await ask_team(services, who, lambda team: team.samples.mark(form, who.author(form.by)))


@router.delete(
    "/marks/{action}",
    summary="Take a change of tags and metadata back",
    response_model=ActionBody,
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.INSUFFICIENT_STORAGE),
)
async def unmark_samples(
    services: ServicesDep,
    who: WhoDep,
    action: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
    by: Annotated[Author, Query()] = TEAM,
) -> ActionBody:
    """Take a change back, as if it had never been."""
    return await ask_team(services, who, lambda team: team.samples.unmark(action, who.author(by)))


@router.get(
    "/samples/{digest}.png",
    summary="A confirmed crop",
    response_class=Response,
    responses=problems(HTTPStatus.NOT_FOUND) | {200: {"content": {"image/png": {}}}},
)
async def get_crop(services: ServicesDep, who: WhoDep, digest: Digest) -> Response:
    """Return the picture of a sample."""
    return Response(
        await ask_team(services, who, lambda team: team.crop(digest)), media_type="image/png", headers=PRIVATE
    )


@router.get(
    "/samples/{digest}/reading",
    summary="How a confirmed crop is read now",
    response_model=ReadingNowBody,
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def read_now(services: ServicesDep, who: WhoDep, digest: Digest) -> ReadingNowBody:
    """Read a sample with the model of its project, or else with the one that serves now.

    Its labels may be about a reading of an earlier one.
    """
    recognizer, named = services.model.recognizer, ""
    if services.accounts.is_on:
        projects = await ask_team(services, who, lambda team: team.samples.projects_of(digest))
        if projects:
            named = await services.accounts.run(lambda known: known.projects.model_of(projects))

    def read(team: TeamData) -> Prediction:
        crop = team.picture(digest)
        reader = services.project_models.reader(named) if named else recognizer
        with services.recognizing:
            return reader.read(crop)

    prediction = await ask_team(services, who, read)
    model = ModelNameBody(name=prediction.model.name, version=prediction.model.version)
    return ReadingNowBody(text=prediction.text, confidence=prediction.confidence, model=model)
