"""What the routes of people take and answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from backend.people.person import Person, plain_address
from backend.people.roles import Role

_LONGEST_NAME = 200


def _plain_name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain.isprintable():
        raise ValueError("a name is printable")
    return plain


Name = Annotated[
    str, AfterValidator(_plain_name), Field(max_length=_LONGEST_NAME, description="How a person is called.")
]


class MeBody(BaseModel):
    """Who sends the request."""

    role: Role = Field(description="What the sender may do; each role may do what those before it may.")
    id: str | None = Field(description="The person; null for the team's token.")
    name: str = Field(description="The person's name; empty for the token.")
    email: str = Field(description="The person's address; empty for the token.")


class PersonBody(BaseModel):
    """A person with an account."""

    id: str = Field(description="Names the person in addresses of this API.")
    email: str
    name: str = Field(description="Empty until the person has chosen one.")
    role: Role
    is_active: bool = Field(description="Whether the person may sign in.")
    is_verified: bool = Field(description="Whether a mail to the address has arrived, or the provider vouches for it.")
    has_joined: bool = Field(description="Whether the invitation was used.")
    invited_by: str = Field(description="Empty for an invitation from the command line.")

    @staticmethod
    def of(person: Person) -> PersonBody:
        """Return the body of a person."""
        return PersonBody(
            id=person.id,
            email=person.email,
            name=person.name,
            role=person.role,
            is_active=person.is_active,
            is_verified=person.is_verified,
            has_joined=person.joined_at is not None,
            invited_by=person.invited_by,
        )


class InvitedBody(BaseModel):
    """An invitation that was made."""

    person: PersonBody
    link: str | None = Field(description="To be passed on, and good for one use; null if it was mailed.")


class InviteForm(BaseModel):
    """Whom to invite."""

    email: Annotated[str, AfterValidator(plain_address), Field(max_length=300)]
    name: Name = ""
    role: Role = "viewer"


class PersonForm(BaseModel):
    """What to change about a person; what is left out stays."""

    name: Name | None = None
    role: Role | None = None
    is_active: bool | None = None
