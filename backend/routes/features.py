"""`/v1/team/...`: what crops look like: neighbours, ready-made searches and the map, behind the team's token."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Form, Query

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.routes.asking import Digest, WhoDep, ask_team, team_router
from backend.routes.explore import Where
from backend.team.feature_bodies import (
    AlikesBody,
    InsideForm,
    ListedBody,
    ListsBody,
    MapBody,
    MapForm,
    NamedBody,
    NamedForm,
)
from backend.team.outlines import outlines_of
from backend.team.search_line import parse_search
from datasets.features.projection import Dimensions
from datasets.features.survey import ListName
from datasets.samples.search.filters import All, Filter

router = team_router()

_DIMENSIONS: Final[dict[int, Dimensions]] = {2: 2, 3: 3}
_FORM: Final = problems(HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


@router.get("/samples/{digest}/alike", summary="Crops that look alike", response_model=AlikesBody)
async def get_alike(
    services: ServicesDep,
    who: WhoDep,
    digest: Digest,
    most: Annotated[int, Query(ge=1, le=60)] = 12,
    features: Annotated[
        str, Query(pattern=r"^([a-z0-9][a-z0-9_.]{0,39})?$", description="Name of vectors that came with an upload.")
    ] = "",
) -> AlikesBody:
    """Return the crops that look most like a crop, to the recognizer or by own vectors, with their thumbnails."""
    return await ask_team(services, who, lambda team: team.features.alike(digest, most, features))


@router.get("/lists", summary="Ready-made searches", response_model=ListsBody)
async def get_lists(services: ServicesDep, who: WhoDep, where: Where = "") -> ListsBody:
    """Return the lists of crops that are worth a look, with how many of each a search finds."""
    wanted = _wanted(where)
    return await ask_team(services, who, lambda team: team.features.lists(wanted))


@router.get("/lists/{name}", summary="The crops of a ready-made search", response_model=ListedBody)
async def get_list(services: ServicesDep, who: WhoDep, name: ListName, where: Where = "") -> ListedBody:
    """Return the names of a list's crops; their labels are asked for with `/v1/team/samples/named`."""
    wanted = _wanted(where)
    return await ask_team(services, who, lambda team: team.features.listed(name, wanted))


def _wanted(where: str) -> Filter | None:
    """The filter of a line; None where every label passes."""
    wanted = parse_search(where)
    return None if isinstance(wanted, All) else wanted


@router.post("/samples/named", summary="The labels of some crops", response_model=NamedBody, responses=_FORM)
async def find_named(
    services: ServicesDep, who: WhoDep, form: Annotated[NamedForm, Form(media_type="multipart/form-data")]
) -> NamedBody:
    """Return the labels of crops that are named; crops without labels are left out."""
    digests = form.samples.split()
    return NamedBody(
        items=await ask_team(
            services, who, lambda team: team.explorer.named(digests, with_thumbnails=form.thumbnails, most=len(digests))
        )
    )


@router.post("/map", summary="The map", response_model=MapBody, responses=_FORM)
async def draw_map(
    services: ServicesDep, who: WhoDep, form: Annotated[MapForm, Form(media_type="multipart/form-data")]
) -> MapBody:
    """Return the places of crops on a plane; beyond a number of points how many lie where, and some of them."""
    include, dimensions = form.include.split(), _DIMENSIONS[form.dimensions]
    return await ask_team(
        services, who, lambda team: team.features.map(form.method, form.colour, form.most, include, dimensions)
    )


@router.post("/map/inside", summary="Crops inside an outline", response_model=ListedBody, responses=_FORM)
async def find_inside(
    services: ServicesDep, who: WhoDep, form: Annotated[InsideForm, Form(media_type="multipart/form-data")]
) -> ListedBody:
    """Return all crops of the map on a plane that lie inside an outline, drawn as points or not; at most 2000 names."""
    return await ask_team(services, who, lambda team: team.features.inside(form.method, outlines_of(form.outlines)))
