"""`/v1/team/searches`: the searches that the team has saved under names."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import Form, Query

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.routes.asking import WhoDep, ask_team, not_found, team_router
from backend.routes.explore import Where
from backend.team.explore_bodies import SavedSearchBody, SavedSearchForm, SearchHelpBody
from backend.team.search_line import parse_search
from datasets.samples.search.parser import LONGEST
from datasets.samples.search.saved import LONGEST_NAME, SavedSearch

if TYPE_CHECKING:
    from backend.team.overview import TeamData

router = team_router()


@router.get("/searches", summary="Saved searches", response_model=list[SavedSearchBody])
async def get_searches(services: ServicesDep, who: WhoDep) -> list[SavedSearchBody]:
    """Return all saved searches, by name."""
    return _bodies(await ask_team(services, who, lambda team: team.searches.all()))


@router.get("/searches/help", summary="Help with a search", response_model=SearchHelpBody)
async def get_help(
    services: ServicesDep,
    who: WhoDep,
    where: Where = "",
    cursor: Annotated[int, Query(ge=0, le=LONGEST, description="Where it is typed, in characters.")] = LONGEST,
) -> SearchHelpBody:
    """Return the parts of a search, its count, what is wrong about it and how it can go on."""
    return await ask_team(services, who, lambda team: team.explorer.search_help(where, cursor))


@router.post(
    "/searches",
    summary="Save a search",
    response_model=list[SavedSearchBody],
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.INSUFFICIENT_STORAGE,
    ),
)
async def save_search(
    services: ServicesDep, who: WhoDep, form: Annotated[SavedSearchForm, Form(media_type="multipart/form-data")]
) -> list[SavedSearchBody]:
    """Save a search under a name for everybody, or rename or change one; return all saved searches."""
    parse_search(form.where)
    by = who.author(form.by)

    def save(team: TeamData) -> Sequence[SavedSearch]:
        team.searches.keep(form.name, form.where, order=form.order, by=by, instead_of=form.instead_of or None)
        return team.searches.all()

    return _bodies(await ask_team(services, who, save))


@router.delete(
    "/searches",
    summary="Delete a saved search",
    response_model=list[SavedSearchBody],
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.INSUFFICIENT_STORAGE),
)
async def delete_search(
    services: ServicesDep, who: WhoDep, name: Annotated[str, Query(min_length=1, max_length=2 * LONGEST_NAME)]
) -> list[SavedSearchBody]:
    """Delete a saved search; return those that are left."""
    was_there, left = await ask_team(services, who, lambda team: (team.searches.drop(name), team.searches.all()))
    if not was_there:
        raise not_found("There is no saved search of this name.")
    return _bodies(left)


def _bodies(searches: Sequence[SavedSearch]) -> list[SavedSearchBody]:
    return [SavedSearchBody.model_validate(search, from_attributes=True) for search in searches]
