"""The backend's answers about people, as far as the pages use them."""

from __future__ import annotations

from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, RootModel

Role = Literal["viewer", "labeller", "maintainer", "owner"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)  # each may do what those before it may


class Answer(BaseModel):
    """An answer, frozen."""

    model_config = ConfigDict(frozen=True)


class Me(Answer):
    """Who sends the requests."""

    role: Role
    id: str | None
    name: str
    email: str


class Person(Answer):
    """A person with an account."""

    id: str
    email: str
    name: str
    role: Role
    is_active: bool
    is_verified: bool
    has_joined: bool
    invited_by: str


class PersonList(RootModel[tuple[Person, ...]]):
    """All people."""


class Invited(Answer):
    """An invitation that was made."""

    person: Person
    link: str | None  # None: it was mailed
