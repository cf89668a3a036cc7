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


@dataclass(frozen=True)
class Code:
    """What was agreed when a code was given; taken with the code, once."""

    person: Person
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

    def begin(self, person: str) -> tuple[str, str]:
        """Begin a session of a person; return its secret and its public id."""
        secret, sid = _PREFIX + secrets.token_urlsafe(32), uuid.uuid4().hex
        now = self._clock()
        with self._engine.begin() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.expires_at < now))
            connection.execute(
                SESSIONS.insert().values(
                    digest=digest_of(secret), sid=sid, person=person, began_at=now, expires_at=now + SESSION_SECONDS
                )
            )
        return secret, sid

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
        redirect_uri: str,
        scope: str,
        nonce: str | None,
        challenge: str | None,
        challenge_method: str | None,
    ) -> None:
        """Keep what was agreed with a code, for a minute."""
        now = self._clock()
        with self._engine.begin() as connection:
            connection.execute(CODES.delete().where(CODES.c.expires_at < now))
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
        """Take what was agreed with a code; None for a wrong, used or expired one."""
        wanted = (
            sa.select(PEOPLE, *(CODES.c[name] for name in Code.__dataclass_fields__ if name != "person"))
            .join(CODES, CODES.c.person == PEOPLE.c.id)
            .where(CODES.c.digest == digest_of(code), CODES.c.expires_at > self._clock(), PEOPLE.c.is_active)
        )
        with self._engine.begin() as connection:
            row = connection.execute(wanted).mappings().first()
            # Of two that take it at once, the one that deletes the row has it.
            taken = connection.execute(CODES.delete().where(CODES.c.digest == digest_of(code))).rowcount
        if row is None or taken != 1:
            return None
        agreed = {name: row[name] for name in Code.__dataclass_fields__ if name != "person"}
        return Code(person=person_of(row), **agreed)
