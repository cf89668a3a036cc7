"""`/v1/team/projects`: projects, who sees their crops, and their members."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Form, Path, Query

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems
from backend.people.accounts import Accounts
from backend.people.person import UnknownPersonError
from backend.people.project import (
    Project,
    ProjectNotEmptyError,
    ProjectNotYoursError,
    ProjectTakenError,
    UnknownProjectError,
)
from backend.people.project_bodies import (
    DeletedProjectBody,
    MemberBody,
    MemberForm,
    ProjectBody,
    ProjectChangeBody,
    ProjectChangeForm,
    ProjectDetailsBody,
    ProjectForm,
)
from backend.people.roles import may
from backend.people.who import Who
from backend.routes.asking import WhoDep, ask_team, not_found, team_router
from backend.routes.people import PersonId
from backend.services import Services
from backend.team.author import TEAM, Author
from datasets.errors import ChampionUnsignedError, LabelError, UnknownModelError
from datasets.samples.marks import project_id
from datasets.samples.search.filters import Comparison

if TYPE_CHECKING:
    from backend.team.overview import TeamData

router = team_router()
T = TypeVar("T")

ProjectId = Annotated[str, Path(min_length=1, max_length=200, description="The project's `id`.")]
_FORM = problems(HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


@router.get("/projects", summary="Projects", response_model=list[ProjectBody])
async def get_projects(
    services: ServicesDep, who: WhoDep, counts: Annotated[bool, Query(description="Whether labels are counted.")] = True
) -> list[ProjectBody]:
    """Return the projects whose crops the sender sees; none on a backend without accounts."""
    if not services.accounts.is_on:
        return []
    found = await _ask(services, lambda accounts: [(it, _may_change(accounts, it, who)) for it in _all(accounts, who)])
    return await _bodies(services, who, found, counts=counts)


@router.get(
    "/projects/{project}",
    summary="A project",
    response_model=ProjectDetailsBody,
    responses=problems(HTTPStatus.NOT_FOUND),
)
async def get_project(services: ServicesDep, who: WhoDep, project: ProjectId) -> ProjectDetailsBody:
    """Return a project with its members and what was done to it."""

    def read(accounts: Accounts) -> tuple[Project, bool, list[MemberBody], list[ProjectChangeBody]]:
        found = accounts.projects.get(project, who)
        members = [] if who.is_guest else [MemberBody.of(member) for member in accounts.projects.members(found.id)]
        changes = (
            [] if who.is_guest else [ProjectChangeBody.of(change) for change in accounts.projects.changes(found.id)]
        )
        return found, _may_change(accounts, found, who), members, changes

    found, may_change, members, changes = await _ask(services, read)
    bodies = await _bodies(services, who, [(found, may_change)])
    return ProjectDetailsBody(project=bodies[0], members=members, changes=changes)


@router.post(
    "/projects",
    summary="Make a project",
    status_code=HTTPStatus.CREATED,
    response_model=ProjectBody,
    responses=_FORM | problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def create_project(
    services: ServicesDep, who: WhoDep, form: Annotated[ProjectForm, Form(media_type="multipart/form-data")]
) -> ProjectBody:
    """Make a project. Whoever makes it maintains it; crops join it by `POST /v1/team/marks` or by an upload.

    An id that is taken is answered as such also by one who does not see that project.
    """
    try:
        made_id = form.id or project_id(form.name)
    except LabelError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "bad-project-id", "No project can have this id", str(error)) from error

    # Crops may belong to a project that this database does not know, say because it was lost: who made one of that id
    # would come to see them.
    is_held = await ask_team(services, who, lambda team: team.holds_project(made_id))
    model = await _model(services, form.model)

    def create(accounts: Accounts) -> Project:
        if is_held and who.sight is not None:
            raise ProjectTakenError("crops belong to a project of this id")
        return accounts.projects.create(
            made_id,
            name=form.name,
            description=form.description,
            visibility=form.visibility,
            who=who,
            by=who.author(form.by),
            **model,
        )

    return ProjectBody.of(await _ask(services, create), crops=0, may_change=True, may_add=True)


@router.post(
    "/projects/{project}",
    summary="Change a project",
    response_model=ProjectBody,
    responses=_FORM | problems(HTTPStatus.NOT_FOUND),
)
async def change_project(
    services: ServicesDep,
    who: WhoDep,
    project: ProjectId,
    form: Annotated[ProjectChangeForm, Form(media_type="multipart/form-data")],
) -> ProjectBody:
    """Change name, description, visibility or model; who sees its crops follows at once."""
    changes: dict[str, str] = form.model_dump(exclude_none=True, exclude={"by", "model"})
    await _ask(services, lambda accounts: _check(accounts, project, who))
    if form.model is not None:
        changes |= await _model(services, form.model)

    def change(accounts: Accounts) -> Project:
        _check(accounts, project, who)
        return accounts.projects.change(project, who.author(form.by), **changes)

    return (await _bodies(services, who, [(await _ask(services, change), True)]))[0]


@router.delete(
    "/projects/{project}",
    summary="Delete a project",
    response_model=DeletedProjectBody,
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def delete_project(
    services: ServicesDep, who: WhoDep, project: ProjectId, by: Annotated[Author, Query()] = TEAM
) -> DeletedProjectBody:
    """Delete a project. Its crops stay and leave it, each by an event, so that they are the team's.

    A private project that crops belong to is not deleted: they would come to be seen.
    """
    found = await _ask(services, lambda accounts: accounts.projects.get(project, who))
    author = who.author(by)

    def leave(team: TeamData) -> tuple[list[str], bool]:
        is_empty = not team.samples.crops_in(found.id)
        return [] if is_empty or found.visibility == "private" else team.samples.leave(found.id, author), is_empty

    # Before the project goes: crops of a project that is not known are seen by owners alone.
    actions, is_empty = await ask_team(services, who, leave)
    await _ask(services, lambda accounts: accounts.projects.delete(found.id, author, is_empty=is_empty))
    return DeletedProjectBody(id=found.id, actions=actions)


@router.post(
    "/projects/{project}/members/{person}",
    summary="Add or change a member",
    response_model=list[MemberBody],
    responses=_FORM | problems(HTTPStatus.NOT_FOUND),
)
async def put_member(
    services: ServicesDep,
    who: WhoDep,
    project: ProjectId,
    person: PersonId,
    form: Annotated[MemberForm, Form(media_type="multipart/form-data")],
) -> list[MemberBody]:
    """Add a person to a project, or change what the person may do in it; return its members."""

    def put(accounts: Accounts) -> list[MemberBody]:
        _check(accounts, project, who)
        accounts.projects.put_member(project, accounts.people.get(person), form.role, who.author(form.by))
        return [MemberBody.of(member) for member in accounts.projects.members(project)]

    return await _ask(services, put)


@router.delete(
    "/projects/{project}/members/{person}",
    summary="Remove a member",
    response_model=list[MemberBody],
    responses=problems(HTTPStatus.NOT_FOUND),
)
async def remove_member(
    services: ServicesDep,
    who: WhoDep,
    project: ProjectId,
    person: PersonId,
    by: Annotated[Author, Query()] = TEAM,
) -> list[MemberBody]:
    """Take a person out of a project; return its members."""

    def remove(accounts: Accounts) -> list[MemberBody]:
        _check(accounts, project, who)
        accounts.projects.remove_member(project, accounts.people.get(person), who.author(by))
        return [MemberBody.of(member) for member in accounts.projects.members(project)]

    return await _ask(services, remove)


async def _model(services: Services, name: str) -> dict[str, str]:
    """What is kept of the model of a name; nothing of the champion.

    Raises:
        Problem: 404, there is no such model, or it may not be taken.
    """

    def find() -> dict[str, str]:
        model = services.project_models.find(name)
        return {"model": model.digest, "model_name": f"{model.name} {model.version}"}

    if not name.strip():
        return {"model": "", "model_name": ""}
    try:
        return await services.asking.run(find)
    except (UnknownModelError, ChampionUnsignedError) as error:
        raise Problem(
            HTTPStatus.NOT_FOUND, "unknown-model", "No model can be taken by this name", str(error)
        ) from error


def _all(accounts: Accounts, who: Who) -> list[Project]:
    return accounts.projects.all(who)


def _may_change(accounts: Accounts, project: Project, who: Who) -> bool:
    return may(who.role, "maintainer") and accounts.projects.role_of(who, project.id) == "maintainer"


def _check(accounts: Accounts, project: str, who: Who) -> None:
    """Make sure that somebody may change a project.

    Raises:
        UnknownProjectError: There is none, or it is not seen.
        ProjectNotYoursError: Others change it.
    """
    if not _may_change(accounts, accounts.projects.get(project, who), who):
        raise ProjectNotYoursError("the project is changed by its maintainers and by owners")


async def _bodies(
    services: Services, who: Who, found: list[tuple[Project, bool]], *, counts: bool = True
) -> list[ProjectBody]:
    ids = [project.id for project, _ in found]
    numbers: list[int | None] = [None] * len(ids)
    if counts:
        numbers = await ask_team(
            services, who, lambda team: [team.explorer.count(Comparison("project", "=", name)).labels for name in ids]
        )
    touched = None if who.touch is None else who.touch.projects
    return [
        ProjectBody.of(
            project,
            crops=number,
            may_change=may_change,
            may_add=may(who.role, "labeller") and (touched is None or project.id in touched),
        )
        for (project, may_change), number in zip(found, numbers, strict=True)
    ]


async def _ask(services: Services, job: Callable[[Accounts], T]) -> T:
    if not services.accounts.is_on:
        raise not_found("There are no projects on this backend: TAGS_PUBLIC_URL is not set.")
    try:
        return await services.accounts.run(job)
    except UnknownProjectError as error:
        raise not_found("There is no such project.") from error
    except UnknownPersonError as error:
        raise not_found("There is no such person.") from error
    except ProjectTakenError as error:
        raise Problem(
            HTTPStatus.CONFLICT, "project-taken", "There is a project of this id already", "Choose another one."
        ) from error
    except ProjectNotEmptyError as error:
        raise Problem(
            HTTPStatus.CONFLICT,
            "project-not-empty",
            "Crops belong to the private project",
            "Let them leave it first, or show the project to the team: else they would come to be seen unnoticed.",
        ) from error
    except ProjectNotYoursError as error:
        raise Problem(
            HTTPStatus.FORBIDDEN, "project-not-yours", "Others change this project", f"{error}.".capitalize()
        ) from error
