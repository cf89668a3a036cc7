"""A backend whose people have accounts, and a browser at its pages."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from pydantic import SecretStr

from backend.people.accounts import Accounts
from backend.people.passwords import Passwords
from backend.people.person import Person

PUBLIC = "http://testserver"
REDIRECT = f"{PUBLIC}/oauth2callback"
TOKEN = "a-token-for-the-team"
PASSWORD = "correct horse battery"


class Site:
    """A backend with accounts, as browsers and the pages' server see it."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.accounts: Accounts = client.app.state.services.accounts
        self.accounts.__dict__["passwords"] = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))

    def join(self, email: str, role: str = "viewer", name: str = "") -> Person:
        """Invite a person who chooses the usual password."""
        invited = self.accounts.invite(email, name=name, role=role, by="a test")
        assert invited.link is not None
        secret = invited.link.rsplit("/", 1)[1]
        person = self.accounts.people.accept(
            secret, name=name or email.split("@")[0], password=self.accounts.passwords.hash(PASSWORD, email)
        )
        assert person is not None
        return person

    def query(self, **changes: str) -> dict[str, str]:
        asked = {
            "response_type": "code",
            "client_id": "pages",
            "redirect_uri": REDIRECT,
            "scope": "openid email profile",
            "state": "a-state",
            "nonce": "a-nonce",
        }
        return {name: value for name, value in (asked | changes).items() if value}

    def csrf(self, path: str) -> str:
        page = self.client.get(path)
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
        assert found, page.text
        return found[1]

    def type_in(self, email: str, password: str = PASSWORD, **changes: str) -> Any:
        """Fill the form in and send it, as a browser does."""
        path = f"/account/authorize?{urlencode(self.query(**changes))}"
        fields = {"csrf": self.csrf(path), "email": email, "password": password}
        files = {name: (None, value) for name, value in fields.items()}
        return self.client.post(path, files=files, headers={"Origin": PUBLIC}, follow_redirects=False)

    def code(self, email: str, **changes: str) -> str:
        answer = self.type_in(email, **changes)
        assert answer.status_code == 302, answer.text
        target = urlsplit(answer.headers["location"])
        assert target._replace(query="").geturl() == REDIRECT
        return parse_qs(target.query)["code"][0]

    def exchange(self, code: str, /, **changes: str) -> Any:
        """Ask for the tokens of a code, as the pages' server does."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT} | changes
        secret = form.pop("secret", self.accounts.page_client_secret)
        return self.client.post(
            "/account/token", data={name: value for name, value in form.items() if value}, auth=("pages", secret)
        )

    def sign_in(self, email: str) -> dict[str, str]:
        """Sign in; gives the header of the team's requests."""
        return {"Authorization": f"Bearer {self.exchange(self.code(email)).json()['access_token']}"}


@pytest.fixture
def site(start: Callable[..., TestClient]) -> Site:
    return Site(start(public_url=PUBLIC, team_token=SecretStr(TOKEN)))
