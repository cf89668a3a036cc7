"""The people who have accounts, and their invitations. Every method may wait for the database."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from backend.people.person import AddressTakenError, LastOwnerError, Person, UnknownPersonError, plain_address
from backend.people.roles import Role
from backend.people.tables import CODES, INVITATIONS, PEOPLE, SESSIONS
from datasets.objects.clock import Clock

INVITATION_SECONDS: Final = 7 * 86_400.0


def digest_of(secret: str) -> str:
    """Return what is kept of a secret that was drawn at random."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class People:
    """People in a database.

    Args:
        engine: From `open_people`.
        clock: Seconds since 1970.
    """

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def all(self) -> list[Person]:
        """Return everybody, by address."""
        with self._engine.connect() as connection:
            return [person_of(row) for row in connection.execute(sa.select(PEOPLE).order_by(PEOPLE.c.email)).mappings()]

    def is_empty(self) -> bool:
        """Whether nobody has an account."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(PEOPLE.c.id).limit(1)).first() is None

    def get(self, person: str) -> Person:
        """Return a person by id.

        Raises:
            UnknownPersonError: There is none.
        """
        with self._engine.connect() as connection:
            return _get(connection, person)

    def by_address(self, email: str) -> Person | None:
        """Return a person who may sign in, by address."""
        found = self.with_password(email)
        return None if found is None else found[0]

    def with_password(self, email: str) -> tuple[Person, str | None] | None:
        """Return a person who may sign in, by address, with the hash of the password."""
        wanted = sa.select(PEOPLE).where(PEOPLE.c.email == email, PEOPLE.c.is_active)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        return None if row is None else (person_of(row), row["password"])

    def renew_password(self, person: str, before: str, password: str) -> None:
        """Keep a new hash of the same password, unless another one was chosen meanwhile.

        Args:
            person: The id.
            before: The hash as it was read.
            password: The new one.
        """
        same = (PEOPLE.c.id == person) & (PEOPLE.c.password == before)
        with self._engine.begin() as connection:
            connection.execute(PEOPLE.update().where(same).values(password=password))

    # -- invitations --------------------------------------------------------------------------------------

    def invite(self, email: str, *, name: str, role: Role, by: str) -> Person:
        """Add a person, who still needs an invitation.

        Args:
            email: The address.
            name: May be empty; the person chooses another one.
            role: What the person may do.
            by: Who invites.

        Raises:
            ValueError: The address is none.
            AddressTakenError: Somebody has it already.
        """
        person = Person(
            id=uuid.uuid4().hex,
            email=plain_address(email),
            name=name,
            role=role,
            is_active=True,
            is_verified=False,
            invited_by=by,
            invited_at=self._clock(),
            joined_at=None,
        )
        try:
            with self._engine.begin() as connection:
                connection.execute(PEOPLE.insert().values(**vars(person), password=None))
        except IntegrityError as error:
            raise AddressTakenError(person.email) from error
        return person

    def new_invitation(self, person: str, *, is_mailed: bool) -> str:
        """Return the secret of a new invitation, by which a person chooses a password; earlier ones end.

        Args:
            person: The id.
            is_mailed: Whether it goes to the address alone, so that its use proves the address.

        Raises:
            UnknownPersonError: There is no such person.
        """
        secret = secrets.token_urlsafe(32)
        with self._engine.begin() as connection:
            _get(connection, person)
            connection.execute(
                INVITATIONS.delete().where(
                    (INVITATIONS.c.person == person) | (INVITATIONS.c.expires_at < self._clock())
                )
            )
            connection.execute(
                INVITATIONS.insert().values(
                    digest=digest_of(secret),
                    person=person,
                    is_mailed=is_mailed,
                    expires_at=self._clock() + INVITATION_SECONDS,
                )
            )
        return secret

    def invited(self, secret: str) -> Person | None:
        """Return who an invitation is for; None for a wrong, used or expired one."""
        with self._engine.connect() as connection:
            row = connection.execute(self._invitation(secret)).mappings().first()
        return None if row is None else person_of(row)

    def accept(self, secret: str, *, name: str, password: str) -> Person | None:
        """Use an invitation: set name and password, and sign the person out everywhere; None as with `invited`.

        Args:
            secret: The invitation's; good for one use.
            name: As the person wants to be called; empty keeps the name.
            password: The new password's hash.
        """
        with self._engine.begin() as connection:
            row = connection.execute(self._invitation(secret)).mappings().first()
            used = INVITATIONS.delete().where(INVITATIONS.c.digest == digest_of(secret))
            # Of two that use it at once, the one that deletes the row has used it.
            if row is None or connection.execute(used).rowcount != 1:
                return None
            changes = {
                "name": name or row["name"],
                "password": password,
                "is_verified": row["is_verified"] or row["is_mailed"],
                "joined_at": row["joined_at"] or self._clock(),
            }
            connection.execute(PEOPLE.update().where(PEOPLE.c.id == row["id"]).values(**changes))
            _end_sessions(connection, row["id"])
            return _get(connection, row["id"])

    def vouched(self, person: str, name: str) -> Person:
        """Note that an outside provider has vouched for a person's address.

        Args:
            person: The id.
            name: As the provider calls the person; taken where there is none yet.
        """
        with self._engine.begin() as connection:
            known = _get(connection, person)
            changes = {
                "is_verified": True,
                "joined_at": known.joined_at or self._clock(),
                "name": known.name or name,
            }
            connection.execute(PEOPLE.update().where(PEOPLE.c.id == person).values(**changes))
            return _get(connection, person)

    # -- changes ------------------------------------------------------------------------------------------

    def change(self, person: str, **changes: Any) -> Person:
        """Change name, role or whether a person may sign in; whoever may not is signed out everywhere.

        Raises:
            UnknownPersonError: There is no such person.
            LastOwnerError: No owner would be left.
        """
        with self._engine.begin() as connection:
            _get(connection, person)
            before = _owners(connection)
            if changes:
                connection.execute(PEOPLE.update().where(PEOPLE.c.id == person).values(**changes))
            if before and not _owners(connection):
                raise LastOwnerError("there must be an owner")
            if changes.get("is_active") is False:
                _end_sessions(connection, person)
            return _get(connection, person)

    def remove(self, person: str) -> None:
        """Remove a person, and sign them out everywhere. What they did keeps their name.

        Raises:
            UnknownPersonError: There is no such person.
            LastOwnerError: No owner would be left.
        """
        with self._engine.begin() as connection:
            _get(connection, person)
            before = _owners(connection)
            connection.execute(PEOPLE.delete().where(PEOPLE.c.id == person))
            if before and not _owners(connection):
                raise LastOwnerError("there must be an owner")
            connection.execute(INVITATIONS.delete().where(INVITATIONS.c.person == person))
            _end_sessions(connection, person)

    def sign_out_everywhere(self, person: str) -> None:
        """End all sessions of a person, and sign-ins under way.

        Raises:
            UnknownPersonError: There is no such person.
        """
        with self._engine.begin() as connection:
            _get(connection, person)
            _end_sessions(connection, person)

    def _invitation(self, secret: str) -> sa.Select[Any]:
        return (
            sa.select(PEOPLE, INVITATIONS.c.is_mailed)
            .join(INVITATIONS, INVITATIONS.c.person == PEOPLE.c.id)
            .where(INVITATIONS.c.digest == digest_of(secret), INVITATIONS.c.expires_at > self._clock())
            .where(PEOPLE.c.is_active)
        )


def _get(connection: sa.Connection, person: str) -> Person:
    row = connection.execute(sa.select(PEOPLE).where(PEOPLE.c.id == person)).mappings().first()
    if row is None:
        raise UnknownPersonError("there is no such person")
    return person_of(row)


def _owners(connection: sa.Connection) -> int:
    """Owners who can sign in. Locked, where the database has locks of rows: two who leave at once would leave none."""
    owners = sa.select(PEOPLE.c.id).where(PEOPLE.c.role == "owner", PEOPLE.c.is_active, PEOPLE.c.joined_at.is_not(None))
    return len(connection.execute(owners.with_for_update()).all())


def _end_sessions(connection: sa.Connection, person: str) -> None:
    # Codes first: a sign-in that has just taken its code is waited for, and its session is seen then.
    for table in (CODES, SESSIONS):
        connection.execute(table.delete().where(table.c.person == person))


def person_of(row: Mapping[Any, Any]) -> Person:
    """Return the person of a row of `PEOPLE`."""
    return Person(**{name: row[name] for name in Person.__dataclass_fields__})
