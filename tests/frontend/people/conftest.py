"""The pages in front of a real backend whose people have accounts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.people.accounts import Accounts
from backend.people.roles import Role
from backend.settings import Settings
from benchmarks.drivers.server import free_port, running_app, running_backend
from tests.frontend.conftest import CHAMPION

TOKEN = "a-token-for-the-team"
PASSWORD = "correct horse battery"


@dataclass
class Team:
    """The pages' address, and the people's database that the backend works with."""

    url: str
    data_dir: Path

    def invite(self, email: str, role: Role) -> str:
        """Invite a person; gives the link."""
        accounts = Accounts(Settings(data_dir=self.data_dir, public_url=self.url))
        try:
            link = accounts.invite(email, role=role, by="").link
        finally:
            accounts.close()
        assert link is not None
        return link

    def join(self, email: str, role: Role, name: str) -> None:
        """Add a person who has the usual password."""
        secret = self.invite(email, role).rsplit("/", 1)[1]
        accounts = Accounts(Settings(data_dir=self.data_dir, public_url=self.url))
        try:
            accounts.people.accept(secret, name=name, password=accounts.passwords.hash(PASSWORD, email))
        finally:
            accounts.close()

    def sessions(self, email: str) -> int:
        """How many sessions a person has."""
        count = "SELECT count(*) FROM people_sessions JOIN people ON people.id = person WHERE email = ?"
        with closing(sqlite3.connect(self.data_dir / "people" / "people.sqlite3")) as database:
            return int(database.execute(count, (email,)).fetchone()[0])


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    if not CHAMPION.exists():
        pytest.skip("there are no weights in ocr_model/weights/champion/")
    folder, port = tmp_path_factory.mktemp("people"), free_port()
    url, data = f"http://127.0.0.1:{port}", folder / "data"
    shared = {"TAGS_PUBLIC_URL": url, "TAGS_DATA_DIR": str(data), "TAGS_TEAM_TOKEN": TOKEN}
    unlimited = {"TAGS_TRUSTED_PROXIES": "127.0.0.1", "TAGS_RATE_PER_MINUTE": "0"}  # all people come from one address
    with (
        running_backend(folder / "spool", folder / "backend.log", **unlimited, **shared) as backend,
        running_app(backend, folder / "app.log", port=port, **shared),
    ):
        yield Team(url, data)
