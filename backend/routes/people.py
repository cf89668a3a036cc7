"""`/v1/team/people`, `/v1/team/me`: the people who have accounts, for owners; and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import Form, Path

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems
from backend.people.accounts import Accounts, Invited
from backend.people.bodies import InvitedBody, InviteForm, MeBody, PersonBody, PersonForm
from backend.people.person import AddressTakenError, LastOwnerError, UnknownPersonError
from backend.routes.asking import WhoDep, not_found, team_router
from backend.services import Services

router = team_router()
T = TypeVar("T")

PersonId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="The person's `id`.")]
_FORM = problems(HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


@router.get("/me", summary="Who asks", response_model=MeBody)
async def get_me(who: WhoDep) -> MeBody:
    """Return who sends the request, and what the sender may do."""
    person = who.person
    if person is None:
        return MeBody(role=who.role, id=None, name="", email="")
    return MeBody(role=who.role, id=person.id, name=person.name, email=person.email)


@router.post("/me/sign-out", summary="Sign out everywhere", status_code=HTTPStatus.NO_CONTENT, responses=_FORM)
async def sign_me_out(services: ServicesDep, who: WhoDep) -> None:
    """End all sessions of the person who asks; the team's token has none."""
    if who.person is not None:
        person = who.person.id
        await _ask(services, lambda accounts: accounts.people.sign_out_everywhere(person))


@router.get("/people", summary="All people", response_model=list[PersonBody])
async def get_people(services: ServicesDep) -> list[PersonBody]:
    """Return everybody who has an account or an invitation, by address."""
    return [PersonBody.of(person) for person in await _ask(services, lambda accounts: accounts.people.all())]


@router.post(
    "/people",
    summary="Invite a person",
    status_code=HTTPStatus.CREATED,
    response_model=InvitedBody,
    responses=_FORM | problems(HTTPStatus.CONFLICT),
)
async def invite_person(
    services: ServicesDep, who: WhoDep, form: Annotated[InviteForm, Form(media_type="multipart/form-data")]
) -> InvitedBody:
    """Invite a person; the invitation is mailed where there is a mail server, else its link is in the answer."""
    by = who.author("")
    invited = await _ask(services, lambda accounts: accounts.invite(form.email, name=form.name, role=form.role, by=by))
    return _invited(invited)


@router.post(
    "/people/{person}",
    summary="Change a person",
    response_model=PersonBody,
    responses=_FORM | problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def change_person(
    services: ServicesDep, person: PersonId, form: Annotated[PersonForm, Form(media_type="multipart/form-data")]
) -> PersonBody:
    """Change name, role or whether the person may sign in, from the next request on. One owner is always left."""
    changes = form.model_dump(exclude_none=True)
    return PersonBody.of(await _ask(services, lambda accounts: accounts.people.change(person, **changes)))


@router.post(
    "/people/{person}/invitation",
    summary="Invite a person again",
    response_model=InvitedBody,
    responses=_FORM | problems(HTTPStatus.NOT_FOUND),
)
async def invite_again(services: ServicesDep, person: PersonId) -> InvitedBody:
    """Make a new invitation, by which the person chooses a new password; earlier ones end."""
    return _invited(await _ask(services, lambda accounts: accounts.invite_again(person)))


@router.post(
    "/people/{person}/sign-out",
    summary="Sign a person out everywhere",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_FORM | problems(HTTPStatus.NOT_FOUND),
)
async def sign_out_person(services: ServicesDep, person: PersonId) -> None:
    """End all sessions of a person, at once."""
    await _ask(services, lambda accounts: accounts.people.sign_out_everywhere(person))


@router.delete(
    "/people/{person}",
    summary="Remove a person",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def remove_person(services: ServicesDep, person: PersonId) -> None:
    """Remove a person's account; the changes that the person has made keep their author."""
    await _ask(services, lambda accounts: accounts.people.remove(person))


async def _ask(services: Services, job: Callable[[Accounts], T]) -> T:
    if not services.accounts.is_on:
        raise not_found("There are no accounts on this backend: TAGS_PUBLIC_URL is not set.")
    try:
        return await services.accounts.run(job)
    except UnknownPersonError as error:
        raise not_found("There is no such person.") from error
    except AddressTakenError as error:
        raise Problem(
            HTTPStatus.CONFLICT, "address-taken", "This person has an account already", "Nothing was changed."
        ) from error
    except LastOwnerError as error:
        raise Problem(
            HTTPStatus.CONFLICT, "last-owner", "There must be an owner", "Make another person owner first."
        ) from error


def _invited(invited: Invited) -> InvitedBody:
    return InvitedBody(person=PersonBody.of(invited.person), link=invited.link)
