"""The requests about people, one method per request."""

from __future__ import annotations

from urllib.parse import quote

from frontend.client.connection import Connection
from frontend.client.people_answers import Invited, Me, Person, PersonList, Role

_PATIENCE = 60.0  # seconds for an invitation, which a mail server may take its time with


class PeopleClient:
    """Requests over one connection.

    Every method raises `BackendError` when there is no answer.

    Args:
        connection: To the backend.
        token: The session's or the team's; None asks without one.
    """

    def __init__(self, connection: Connection, token: str | None) -> None:
        self._connection = connection if token is None else connection.with_token(token)

    def me(self) -> Me:
        """Who sends the requests."""
        return self._connection.ask(Me, "GET", "/v1/team/me")

    def people(self) -> tuple[Person, ...]:
        """All people, by address."""
        return self._connection.ask(PersonList, "GET", "/v1/team/people").root

    def invite(self, email: str, role: Role) -> Invited:
        """Invite a person. Sent again on a broken connection, it may say that the address is taken."""
        fields = {"email": email, "role": role}
        return self._connection.patient(_PATIENCE).ask(Invited, "POST", "/v1/team/people", fields=fields)

    def invite_again(self, person: str) -> Invited:
        """Make a new invitation for a person; earlier ones end."""
        return self._connection.patient(_PATIENCE).ask(Invited, "POST", f"{_path(person)}/invitation", fields={})

    def set_role(self, person: str, role: Role) -> Person:
        """Give a person another role."""
        return self._connection.ask(Person, "POST", _path(person), fields={"role": role})

    def set_active(self, person: str, is_active: bool) -> Person:
        """Let a person sign in, or not any more."""
        return self._connection.ask(Person, "POST", _path(person), fields={"is_active": str(is_active).lower()})

    def sign_out(self, person: str) -> None:
        """Sign a person out everywhere."""
        self._connection.fetch(f"{_path(person)}/sign-out", fields={})

    def sign_me_out(self) -> None:
        """Sign out everywhere whoever sends the request."""
        self._connection.fetch("/v1/team/me/sign-out", fields={})

    def remove(self, person: str) -> None:
        """Remove a person's account."""
        self._connection.delete(_path(person))


def _path(person: str) -> str:
    return f"/v1/team/people/{quote(person, safe='')}"
