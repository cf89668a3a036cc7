"""What the routes of projects take and answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from backend.people.project import Member, MemberRole, Project, ProjectChange, Visibility
from backend.people.roles import Role
from backend.team.author import TEAM, Author
from datasets.errors import LabelError
from datasets.samples.marks import project_id

_LONGEST_NAME, _LONGEST_DESCRIPTION = 100, 2000


def _plain(text: str) -> str:
    plain = " ".join(text.split())
    if not plain.isprintable():
        raise ValueError("it is printable")
    return plain


def _lines(text: str) -> str:
    return "\n".join(_plain(line) for line in text.strip().splitlines())


def _plain_id(text: str) -> str:
    try:
        return project_id(text) if text.strip() else ""
    except LabelError as error:
        raise ValueError(str(error)) from error


Name = Annotated[str, AfterValidator(_plain), Field(min_length=1, max_length=_LONGEST_NAME)]
Description = Annotated[str, AfterValidator(_lines), Field(max_length=_LONGEST_DESCRIPTION)]

ModelName = Annotated[
    str,
    AfterValidator(_plain),
    Field(
        max_length=_LONGEST_NAME,
        description="The model that reads its crops: `NAME`, `NAME VERSION`, or the beginning of its digest; empty: "
        "the champion.",
    ),
]


class ProjectBody(BaseModel):
    """A project."""

    id: str = Field(description="As searches name it: `project = ID`. It never changes.")
    name: str
    description: str
    visibility: Visibility = Field(
        description="private: members and owners see its crops; team: all who sign in; public: anybody, to look."
    )
    model: str = Field(description="The model that reads its crops, by name and version; empty: the champion.")
    crops: int | None = Field(description="Labels of its crops; about, where counting takes long; null: not counted.")
    may_change: bool = Field(description="Whether the sender may change the project and its members.")
    may_add: bool = Field(description="Whether the sender may let crops join and leave.")

    @staticmethod
    def of(project: Project, *, crops: int | None, may_change: bool, may_add: bool) -> ProjectBody:
        """Return the body of a project."""
        return ProjectBody(
            id=project.id,
            name=project.name,
            description=project.description,
            visibility=project.visibility,
            model=project.model_name,
            crops=crops,
            may_change=may_change,
            may_add=may_add,
        )


class MemberBody(BaseModel):
    """A person in a project."""

    person: str = Field(description="Names the person in addresses of this API.")
    email: str
    name: str
    role: MemberRole = Field(description="What the person may do in a private project, as far as the account allows.")
    account_role: Role

    @staticmethod
    def of(member: Member) -> MemberBody:
        """Return the body of a member."""
        return MemberBody(**vars(member))


class ProjectChangeBody(BaseModel):
    """What was done to a project."""

    at: datetime
    by: str
    what: Literal["created", "name", "description", "visibility", "model", "member", "member-removed", "deleted"]
    value: str

    @staticmethod
    def of(change: ProjectChange) -> ProjectChangeBody:
        """Return the body of a change."""
        return ProjectChangeBody(
            at=datetime.fromtimestamp(change.at, UTC), by=change.by, what=change.what, value=change.value
        )


class ProjectDetailsBody(BaseModel):
    """A project with its members and history."""

    project: ProjectBody
    members: list[MemberBody] = Field(description="Empty for guests.")
    changes: list[ProjectChangeBody] = Field(description="The latest first; empty for guests.")


class ProjectForm(BaseModel):
    """A project to be made."""

    name: Name
    id: Annotated[str, AfterValidator(_plain_id)] = Field(
        default="", max_length=200, description="As searches name it; empty is made of the name."
    )
    description: Description = ""
    visibility: Visibility = "private"
    model: ModelName = ""
    by: Author = TEAM


class ProjectChangeForm(BaseModel):
    """What to change about a project; what is left out stays, and a blank empties it."""

    name: Name | None = None
    description: Description | None = None
    visibility: Visibility | None = None
    model: ModelName | None = None
    by: Author = TEAM


class DeletedProjectBody(BaseModel):
    """A project that is gone."""

    id: str
    actions: list[str] = Field(
        description="Names of the actions by which its crops have left; `DELETE /v1/team/marks/ACTION` takes one back."
    )


class MemberForm(BaseModel):
    """What a person may do in a project."""

    role: MemberRole = "viewer"
    by: Author = TEAM
