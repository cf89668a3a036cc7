"""Who has signed in: the sessions, and the codes by which the pages fetch them."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from backend.people.people import digest_of, person_of
from backend.people.person import Person
from backend.people.tables import CODES, PEOPLE, SESSIONS
from datasets.objects.clock import Clock

# The page's cookie lasts as long.
SESSION_SECONDS: Final = 30 * 86_400.0
CODE_SECONDS: Final = 60.0
_PREFIX: Final = "session-"


class SignInError(Exception):
    """Somebody may not sign in any more: the password was changed meanwhile, or the account switched off."""


@dataclass(frozen=True)
class Session:
    """A session that has begun."""

    person: Person
    secret: str
    sid: str  # its public id


@dataclass(frozen=True)
class Code:
    """What was agreed when a code was given, and the session that begins with it; taken with the code, once."""

    session: Session
    redirect_uri: str
    scope: str
    nonce: str | None
    challenge: str | None
    challenge_method: str | None


def is_session(token: str) -> bool:
    """Whether a token has the look of a session's."""
    return token.startswith(_PREFIX)


class Sessions:
    """Sessions in the people's database. Every method may wait for it.

    A session is a secret of 256 random bits, of which the database keeps the hash; so a session ends everywhere when
    its row is deleted.

    Args:
        engine: From `open_people`.
        clock: Seconds since 1970.
    """

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def who(self, secret: str) -> Person | None:
        """Return whose session a secret opens; None for one that has ended, or never was."""
        wanted = (
            sa.select(PEOPLE)
            .join(SESSIONS, SESSIONS.c.person == PEOPLE.c.id)
            .where(SESSIONS.c.digest == digest_of(secret), SESSIONS.c.expires_at > self._clock(), PEOPLE.c.is_active)
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        return None if row is None else person_of(row)

    def end(self, sid: str) -> None:
        """End a session by its public id."""
        with self._engine.begin() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.sid == sid))

    def give_code(
        self,
        code: str,
        person: str,
        *,
        password: str | None,
        redirect_uri: str,
        scope: str,
        nonce: str | None,
        challenge: str | None,
        challenge_method: str | None,
    ) -> None:
        """Keep what was agreed with a code, for a minute.

        Args:
            code: The code; the database keeps its hash.
            person: The id of who has proven to be that person.
            password: Hash of the password that was typed, which must still be the person's; None: another proof.
            redirect_uri: As the client has sent it, like everything that follows.
            scope: What is told about the person.
            nonce: Comes back in the id token.
            challenge: Of PKCE.
            challenge_method: Of PKCE.

        Raises:
            SignInError: The password was changed while the typed one was looked at, or the person may not sign in.
        """
        now = self._clock()
        # Locked where rows have locks; SQLite's lock begins with the first change.
        still = sa.select(PEOPLE.c.password).where(PEOPLE.c.id == person, PEOPLE.c.is_active).with_for_update()
        with self._engine.begin() as connection:
            connection.execute(CODES.delete().where(CODES.c.expires_at < now))
            kept = connection.execute(still).first()
            if kept is None or (password is not None and kept.password != password):
                raise SignInError("the person may not sign in any more")
            connection.execute(
                CODES.insert().values(
                    digest=digest_of(code),
                    person=person,
                    redirect_uri=redirect_uri,
                    scope=scope,
                    nonce=nonce,
                    challenge=challenge,
                    challenge_method=challenge_method,
                    expires_at=now + CODE_SECONDS,
                )
            )

    def take_code(self, code: str) -> Code | None:
        """Take what was agreed with a code, and begin the session; None for a wrong, used or expired one.

        Both are one step: whoever signs the person out meanwhile ends either the code or the session.
        """
        names = [name for name in Code.__dataclass_fields__ if name != "session"]
        now = self._clock()
        wanted = (
            sa.select(PEOPLE, *(CODES.c[name] for name in names))
            .join(CODES, CODES.c.person == PEOPLE.c.id)
            .where(CODES.c.digest == digest_of(code), CODES.c.expires_at > now, PEOPLE.c.is_active)
        )
        secret, sid = _PREFIX + secrets.token_urlsafe(32), uuid.uuid4().hex
        with self._engine.begin() as connection:
            row = connection.execute(wanted).mappings().first()
            # Of two that take it at once, the one that deletes the row has it.
            taken = connection.execute(CODES.delete().where(CODES.c.digest == digest_of(code))).rowcount
            if row is None or taken != 1:
                return None
            connection.execute(SESSIONS.delete().where(SESSIONS.c.expires_at < now))
            session = SESSIONS.insert().values(
                digest=digest_of(secret), sid=sid, person=row["id"], began_at=now, expires_at=now + SESSION_SECONDS
            )
            connection.execute(session)
        return Code(session=Session(person_of(row), secret, sid), **{name: row[name] for name in names})
