"""Everything about accounts that the routes work with; one instance per app."""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from backend.http.problems import Problem
from backend.http.work_queue import WorkQueue
from backend.people.attempts import Attempts, Devices
from backend.people.key_files import make_people_folder, page_secret
from backend.people.mail import MailError, send_invitation
from backend.people.passwords import Passwords
from backend.people.people import People
from backend.people.person import Person
from backend.people.pins import Pins
from backend.people.projects import Projects
from backend.people.roles import Role
from backend.people.sessions import Sessions
from backend.people.tables import open_people
from datasets.errors import StoreError
from datasets.objects.clock import Clock
from datasets.objects.folder import disk_errors

if TYPE_CHECKING:
    from backend.people.provider import Provider
    from backend.settings import Settings

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

_FILE = "people.sqlite3"
_OWNER_ONLY = 0o600
DEFAULT_URL = "http://127.0.0.1:8501"
# Each password that is hashed takes 64 MiB and two processors for a moment.
_HASHING, _HASHES_WAITING = 2, 8
_WORKERS, _WAITING = 2, 64


@dataclass(frozen=True)
class Invited:
    """An invitation that was made."""

    person: Person
    link: str | None  # None: it was mailed, and only the mail holds it


class Accounts:
    """People, sessions and how they sign in; opens the database when it is first needed.

    Args:
        settings: Name the database and the pages' address.
        clock: Seconds since 1970.
        attempts: Counts wrong passwords; None makes them.
        passwords: Hashes passwords; None takes the usual parameters.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock = time.time,
        *,
        attempts: Attempts | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        self.settings, self.clock = settings, clock
        self.attempts = attempts or Attempts()
        self._passwords = passwords
        self._engine: sa.Engine | None = None
        self._lock = threading.Lock()
        self._people_queue = WorkQueue("people", workers=_WORKERS, waiting=_WAITING)
        self._hashing_queue = WorkQueue("hashing", workers=_HASHING, waiting=_HASHES_WAITING)

    @property
    def is_on(self) -> bool:
        """Whether people sign in with accounts."""
        return self.settings.public_url is not None

    @property
    def public_url(self) -> str:
        """Address of the pages, without a slash at the end."""
        return self.settings.public_url or DEFAULT_URL

    @property
    def people(self) -> People:
        """The people.

        Raises:
            StoreError: The database cannot be opened.
            SQLAlchemyError: It does not answer.
        """
        return People(self._open(), self.clock)

    @property
    def sessions(self) -> Sessions:
        """The sessions; raises as `people` does."""
        return Sessions(self._open(), self.clock)

    @property
    def projects(self) -> Projects:
        """The projects; raises as `people` does."""
        return Projects(self._open(), self.clock)

    @property
    def pins(self) -> Pins:
        """The PINs; raises as `people` and `provider` do."""
        return Pins(self._open(), self.passwords, self.sign)

    @cached_property
    def passwords(self) -> Passwords:
        """What hashes passwords; the first call takes a moment."""
        return self._passwords or Passwords()

    @cached_property
    def provider(self) -> Provider:
        """The embedded OpenID Connect provider.

        Raises:
            StoreError: Its keys cannot be read or written.
        """
        from backend.people.provider import Provider

        return Provider(self)

    @cached_property
    def _secret(self) -> str:
        return page_secret(self.settings, self.settings.data_dir)

    @property
    def page_client_secret(self) -> str:
        """What the pages' server proves itself with; raises as `provider` does."""
        return derived_secret(self._secret, "client")

    def sign(self, purpose: str, text: str) -> str:
        """Return a code that only this service can have made of a text; raises as `provider` does."""
        key = derived_secret(self._secret, purpose)
        return hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    @property
    def devices(self) -> Devices:
        """The browsers in which people have signed in; its methods raise as `provider` does."""
        return Devices(self.sign)

    async def run(self, job: Callable[[Accounts], T]) -> T:
        """Do a job with the database off the event loop.

        Raises:
            Problem: 503, while the database does not answer.
        """
        return await self._people_queue.run(self._guarded, job)

    async def hash(self, job: Callable[[Accounts], T]) -> T:
        """Do a job that hashes passwords, as `run` does; few at the same moment."""
        return await self._hashing_queue.run(self._guarded, job)

    def has_people(self) -> bool:
        """Whether anybody has an account; no, while the database does not answer."""
        try:
            return self.is_on and not self.people.is_empty()
        except (SQLAlchemyError, StoreError):
            return False

    def invite(self, email: str, *, name: str = "", role: Role, by: str) -> Invited:
        """Add a person and send the invitation.

        Raises:
            ValueError: The address is none.
            AddressTakenError: Somebody has it already.
        """
        return self.invite_again(self.people.invite(email, name=name, role=role, by=by).id)

    def invite_again(self, person: str) -> Invited:
        """Send a new invitation, by which a person chooses a new password.

        It is mailed where there is a mail server; else, and if the mail fails, whoever invites passes the link on.

        Raises:
            UnknownPersonError: There is no such person.
        """
        people = self.people
        known = people.get(person)
        if self.settings.oidc_issuer is not None:
            return Invited(known, self.public_url)  # the provider knows the password
        if self.settings.smtp_url is not None:
            try:
                link = self._link(people.new_invitation(person, is_mailed=True))
                send_invitation(self.settings, known.email, link)
                return Invited(known, None)
            except MailError as error:
                _LOG.error("an invitation could not be mailed: %s", error)
        return Invited(known, self._link(people.new_invitation(person, is_mailed=False)))

    def close(self) -> None:
        """Let running jobs end and close the database."""
        self._people_queue.close()
        self._hashing_queue.close()
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def _link(self, secret: str) -> str:
        return f"{self.public_url}/account/invitation/{secret}"

    def _open(self) -> sa.Engine:
        with self._lock:
            if self._engine is None:
                url = self.settings.people_url
                if url is None:
                    file = make_people_folder(self.settings.data_dir) / _FILE
                    with disk_errors(f"cannot use {file}"):
                        file.touch(_OWNER_ONLY)  # SQLite's files beside it get the same mode
                        file.chmod(_OWNER_ONLY)
                    self._engine = open_people(sa.URL.create("sqlite", database=str(file)))
                else:
                    self._engine = open_people(url.get_secret_value())
            return self._engine

    def _guarded(self, job: Callable[[Accounts], T]) -> T:
        try:
            return job(self)
        except (SQLAlchemyError, StoreError) as error:
            # Without the statement and its values, which are people's.
            _LOG.error("the people's database failed: %s", getattr(error, "orig", None) or type(error).__name__)
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "people-unavailable",
                "The people's database does not answer",
                "Nobody can sign in or be recognised now. Please try again.",
            ) from error


def derived_secret(secret: str, purpose: str) -> str:
    """Return the secret for one purpose, from which neither the given one nor that of another purpose follows."""
    return hmac.new(secret.encode(), f"shoe-tag-reader {purpose}".encode(), hashlib.sha256).hexdigest()
