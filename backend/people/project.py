"""A project: whose crops are seen by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from backend.people.person import PeopleError
from backend.people.roles import Role

Visibility = Literal["private", "team", "public"]
"""`private`: members and owners alone see its crops; `team`: all who sign in; `public`: anybody, who may only look."""
VISIBILITIES: Final[tuple[Visibility, ...]] = get_args(Visibility)
MemberRole = Literal["viewer", "labeller", "maintainer"]
"""What a member may do with a private project's crops, as far as the account's role allows it, too; a maintainer also
changes the project."""
MEMBER_ROLES: Final[tuple[MemberRole, ...]] = get_args(MemberRole)


@dataclass(frozen=True)
class Project:
    """A project as kept; times are seconds since 1970."""

    id: str  # as searches name it; never changes
    name: str
    description: str
    visibility: Visibility
    model: str  # digest of the model that reads its crops; "" for the champion
    model_name: str  # that model's name and version, as they were when it was chosen
    created_by: str
    created_at: float


@dataclass(frozen=True)
class Member:
    """A person in a project."""

    person: str
    email: str
    name: str
    role: MemberRole
    account_role: Role


@dataclass(frozen=True)
class ProjectChange:
    """What was done to a project, by whom and when."""

    at: float
    by: str
    what: Literal["created", "name", "description", "visibility", "model", "member", "member-removed", "deleted"]
    value: str  # the new one; of a member the address and the role


class UnknownProjectError(PeopleError):
    """There is no such project, or it is not seen."""


class ProjectTakenError(PeopleError):
    """There is a project of this id already."""


class ProjectNotEmptyError(PeopleError):
    """A private project that crops belong to: without it, the team would see them."""


class ProjectNotYoursError(PeopleError):
    """The project is changed by its maintainers and by owners."""
