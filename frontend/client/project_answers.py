"""The backend's answers about projects, as far as the pages use them."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, RootModel

from frontend.client.people_answers import Role

Visibility = Literal["private", "team", "public"]
VISIBILITIES: Final[tuple[Visibility, ...]] = get_args(Visibility)
MemberRole = Literal["viewer", "labeller", "maintainer"]
MEMBER_ROLES: Final[tuple[MemberRole, ...]] = get_args(MemberRole)
ProjectWhat = Literal["created", "name", "description", "visibility", "model", "member", "member-removed", "deleted"]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Project(_Answer):
    """A project."""

    id: str  # as searches name it
    name: str
    description: str
    visibility: Visibility
    model: str  # that reads its crops, by name and version; "": the champion
    crops: int | None  # its labels; None: they were not counted
    may_change: bool  # whether the visitor may change it and its members
    may_add: bool  # whether the visitor may let crops join and leave


class ProjectList(RootModel[tuple[Project, ...]]):
    """All projects that the visitor sees, by name."""


class Member(_Answer):
    """A person in a project."""

    person: str
    email: str
    name: str
    role: MemberRole
    account_role: Role


class MemberList(RootModel[tuple[Member, ...]]):
    """The members of a project, by address."""


class ProjectChange(_Answer):
    """What was done to a project."""

    at: datetime
    by: str
    what: ProjectWhat
    value: str


class ProjectDetails(_Answer):
    """A project with its members and history."""

    project: Project
    members: tuple[Member, ...]
    changes: tuple[ProjectChange, ...]  # the latest first
