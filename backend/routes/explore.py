"""`/v1/team/samples...`, `/v1/team/labels...`: the routes of the page "Explore", behind the team's token."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Form, Header, Path, Query, Response

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems
from backend.people.who import Who
from backend.routes.asking import Digest, WhoDep, ask_team, team_router
from backend.team.explore_bodies import (
    MOST_AT_ONCE,
    ChangeForm,
    ChangesBody,
    DetailsBody,
    FoundCountBody,
    FoundPageBody,
)
from backend.team.for_guests import details_for_guests, may_guests_search, page_for_guests
from backend.team.search_line import parse_search
from backend.team.thumbnails import Size
from datasets.samples.search.filters import Filter
from datasets.samples.search.parser import LONGEST
from datasets.samples.search.search_index import Order

router = team_router()

LabelId = Annotated[str, Path(pattern=r"^[!-~]{1,128}$", description="The label's `prediction_id`.")]
Where = Annotated[
    str,
    Query(
        max_length=LONGEST,
        description="A filter, in the language of `datasets create --collected`; empty for all labels.",
        examples=["tag = blurry and confidence < 0.5"],
    ),
]
# A picture of this name never changes, so it need not be asked for again; but its crop may be deleted, so it does not
# stay for good, and in the browser alone.
_CACHED: Final = {"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"}


@router.get(
    "/samples",
    summary="Search labels",
    response_model=FoundPageBody,
)
async def find_samples(
    services: ServicesDep,
    who: WhoDep,
    where: Where = "",
    order: Annotated[
        Order,
        Query(
            description="By time, confidence of the reading, doubt about the label, or a measure of the crop; the last "
            "leave out crops that are not measured yet."
        ),
    ] = "newest",
    after: Annotated[
        str | None,
        Query(
            pattern=r"^events/[!-~]{1,100}$",
            description="`after` of the page before; one that is not known begins anew.",
        ),
    ] = None,
    size: Annotated[int, Query(ge=1, le=200)] = MOST_AT_ONCE,
    thumbnails: Annotated[bool, Query(description="Whether each crop carries its thumbnail.")] = False,
) -> FoundPageBody:
    """Return a page of the labels that a search finds."""
    wanted = _asked_by(who, where)
    page = await ask_team(
        services,
        who,
        lambda team: team.explorer.page(wanted, size=size, order=order, after=after, with_thumbnails=thumbnails),
    )
    return page_for_guests(page) if who.is_guest else page


@router.get("/samples/count", summary="Count labels", response_model=FoundCountBody)
async def count_samples(services: ServicesDep, who: WhoDep, where: Where = "") -> FoundCountBody:
    """Return how many labels a search finds: counted, or estimated where counting takes long."""
    wanted = _asked_by(who, where)
    return await ask_team(services, who, lambda team: team.explorer.count(wanted))


@router.get(
    "/labels/{prediction_id}",
    summary="Everything about a label",
    response_model=DetailsBody,
    responses=problems(HTTPStatus.NOT_FOUND),
)
async def get_details(services: ServicesDep, who: WhoDep, prediction_id: LabelId) -> DetailsBody:
    """Return a label, its history, and what is known about its crop."""
    details = await ask_team(services, who, lambda team: team.details(prediction_id))
    return details_for_guests(details) if who.is_guest else details


@router.post(
    "/labels",
    summary="Change labels",
    response_model=ChangesBody,
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.INSUFFICIENT_STORAGE,
    ),
)
async def change_labels(
    services: ServicesDep, who: WhoDep, form: Annotated[ChangeForm, Form(media_type="multipart/form-data")]
) -> ChangesBody:
    """Fix, keep, drop or mark labels, or undo that. The answer comes when all are safely on the disk.

    What becomes of each is in the answer. The same request again changes nothing more.
    """
    line = services.domain.typed(form.text) if form.change == "fix" else ""
    by = who.author(form.by)
    return ChangesBody(
        items=await ask_team(services, who, lambda team: team.explorer.change(form.change, form.seen(), line, by))
    )


@router.get(
    "/samples/{digest}/thumbnail.webp",
    summary="A small picture of a confirmed crop",
    response_class=Response,
    responses=problems(HTTPStatus.NOT_FOUND)
    | {200: {"content": {"image/webp": {}}}, 304: {"description": "As in the browser's cache."}},
)
async def get_thumbnail(
    services: ServicesDep,
    who: WhoDep,
    digest: Digest,
    size: Annotated[Size, Query(description="Most pixels of its width; its height is half of that at most.")] = 240,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return a small picture of a sample, which browsers may keep for a day."""
    picture = await ask_team(services, who, lambda team: team.explorer.thumbnail(digest, size))
    headers = _CACHED | {"ETag": f'"{digest}-{size}"'}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(picture, media_type="image/webp", headers=headers)


def _asked_by(who: Who, where: str) -> Filter:
    """The search that somebody asks for.

    Raises:
        Problem: 403, it is for people who sign in.
    """
    wanted = parse_search(where)
    if who.is_guest and not may_guests_search(wanted):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "role-needed",
            "This needs another role",
            "Whose browser sent a label is for people who sign in.",
        )
    return wanted
