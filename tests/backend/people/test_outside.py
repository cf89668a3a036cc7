"""Signing in at an outside provider: believed are its signature, its issuer, its nonce and a verified address alone."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr

from tests.backend.conftest import ShopServer
from tests.backend.people.conftest import PUBLIC, REDIRECT, Site


class Outside:
    """An OpenID Connect provider that says what it is told to."""

    def __init__(self) -> None:
        self.server = ShopServer()
        self.key = RSAKey.generate_key(2048, auto_kid=True)
        self.signs_with = self.key
        self.header: dict[str, Any] = {"alg": "RS256", "kid": self.key.kid}
        self.claims: dict[str, Any] = {}
        self.nonce = ""
        self.asked: dict[str, str] = {}
        self.server.answers.append(self._answer)

    @property
    def issuer(self) -> str:
        return self.server.url

    def _answer(self, handler: Any) -> None:
        path, form, _ = self.server.requests[-1]
        if path == "/token":
            self.asked = form
            now = int(time.time())
            claims = {"iss": self.issuer, "aud": "tags", "sub": "1", "iat": now, "exp": now + 60, "nonce": self.nonce}
            claims |= {"email": "Ada@Example.com", "email_verified": True, "name": "Ada"} | self.claims
            claims = {name: value for name, value in claims.items() if value is not None}
            token = jwt.encode(self.header, claims, self.signs_with, ["RS256", "HS256", "none"])
            body: Any = {"access_token": "x", "token_type": "Bearer", "id_token": token}
        elif path == "/jwks":
            body = {"keys": [self.key.as_dict(private=False)]}
        else:
            body = {name: f"{self.issuer}/{name}" for name in ("authorization_endpoint",)}
            body |= {"issuer": self.issuer, "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks"}
        answers = self.server.answers
        self.server.sends(200, body)
        answers.pop()(handler)


@pytest.fixture
def outside() -> Iterator[Outside]:
    provider = Outside()
    yield provider
    provider.server.stop()


@pytest.fixture
def site(start: Callable[..., TestClient], outside: Outside) -> Site:
    settings = {"oidc_issuer": outside.issuer, "oidc_client_id": "tags", "oidc_client_secret": SecretStr("secret")}
    return Site(start(public_url=PUBLIC, **settings))


def go(site: Site, outside: Outside) -> dict[str, str]:
    """Begin to sign in; gives what the browser brings back from the provider."""
    answer = site.client.get(f"/account/authorize?{urlencode(site.query())}", follow_redirects=False)
    target = urlsplit(answer.headers["location"])
    assert target._replace(query="").geturl() == f"{outside.issuer}/authorization_endpoint"
    asked = {name: values[0] for name, values in parse_qs(target.query).items()}
    assert asked["redirect_uri"] == f"{PUBLIC}/account/outside"
    assert asked["code_challenge_method"] == "S256"
    outside.nonce = asked["nonce"]
    return {"state": asked["state"], "code": "outside-code"}


def come_back(site: Site, brought: dict[str, str]) -> Any:
    return site.client.get("/account/outside", params=brought, follow_redirects=False)


def test_an_invited_person_signs_in_there_and_has_a_session_here(site: Site, outside: Outside) -> None:
    invited = site.accounts.invite("ada@example.com", role="labeller", by="a test")
    assert invited.link == PUBLIC  # there is no password to choose
    answer = come_back(site, go(site, outside))
    target = urlsplit(answer.headers["location"])
    assert target._replace(query="").geturl() == REDIRECT
    asked = parse_qs(target.query)
    assert asked["state"] == ["a-state"]
    assert len(outside.asked["code_verifier"]) >= 43
    bearer = {"Authorization": f"Bearer {site.exchange(asked['code'][0]).json()['access_token']}"}
    me = site.client.get("/v1/team/me", headers=bearer).json()
    assert (me["role"], me["name"], me["email"]) == ("labeller", "Ada", "ada@example.com")
    (person,) = site.accounts.people.all()
    assert person.is_verified
    site.accounts.people.sign_out_everywhere(person.id)
    assert site.client.get("/v1/team/me", headers=bearer).status_code == 401


def test_nobody_signs_in_by_a_password_beside_it(site: Site) -> None:
    answer = site.client.post(f"/account/authorize?{urlencode(site.query())}", headers={"Origin": PUBLIC})
    assert answer.status_code == 400


@pytest.mark.parametrize("claims", [{"email": "eve@example.com"}, {"email_verified": False}, {"email_verified": None}])
def test_only_invited_and_verified_addresses_get_in(site: Site, outside: Outside, claims: dict[str, Any]) -> None:
    site.accounts.invite("ada@example.com", role="owner", by="a test")
    outside.claims = claims
    answer = come_back(site, go(site, outside))
    assert answer.status_code == 403
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"exp": 1},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
    ],
)
def test_claims_that_are_not_about_this_sign_in_are_not_believed(
    site: Site, outside: Outside, claims: dict[str, Any]
) -> None:
    site.accounts.invite("ada@example.com", role="owner", by="a test")
    outside.claims = claims
    assert come_back(site, go(site, outside)).status_code == 502


def test_a_token_signed_by_another_is_not_believed(site: Site, outside: Outside) -> None:
    site.accounts.invite("ada@example.com", role="owner", by="a test")
    outside.signs_with = RSAKey.generate_key(2048, {"kid": outside.key.kid})
    assert come_back(site, go(site, outside)).status_code == 502


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_is_signed_by_no_key_of_the_providers_is_not_believed(
    site: Site, outside: Outside, algorithm: str
) -> None:
    site.accounts.invite("ada@example.com", role="owner", by="a test")
    outside.header = {"alg": algorithm, "kid": outside.key.kid}
    outside.signs_with = OctKey.import_key("s" * 32)  # type: ignore[assignment]
    assert come_back(site, go(site, outside)).status_code == 502


def test_an_address_that_looks_like_an_invited_one_is_another(site: Site, outside: Outside) -> None:
    site.accounts.invite("kim@example.com", role="owner", by="a test")
    outside.claims = {"email": "\u212aim@example.com"}  # the Kelvin sign, whose small letter is k
    assert come_back(site, go(site, outside)).status_code == 403


def test_a_name_of_the_provider_is_kept_as_far_as_it_can_be_printed(site: Site, outside: Outside) -> None:
    site.accounts.invite("ada@example.com", role="owner", by="a test")
    outside.claims = {"name": "Ada\u202e\x00\nLove\u200blace "}
    assert come_back(site, go(site, outside)).status_code == 302
    assert [person.name for person in site.accounts.people.all()] == ["Ada Lovelace"]


def test_a_sign_in_of_another_browser_is_not_taken_over(site: Site, outside: Outside) -> None:
    site.accounts.invite("ada@example.com", role="owner", by="a test")
    brought = go(site, outside)
    assert come_back(site, brought | {"state": "another"}).status_code == 502
    held = site.client.cookies["account_outside"]
    site.client.cookies.clear()
    assert come_back(site, brought).status_code == 502
    payload, code = held.split(".")
    site.client.cookies.set("account_outside", f"{payload}x.{code}", path="/account")
    assert come_back(site, brought).status_code == 502
    assert not any(path == "/token" for path, _, _ in outside.server.requests)


def test_a_provider_that_does_not_answer_is_said(site: Site, outside: Outside) -> None:
    outside.server.answers[:] = []
    outside.server.sends(500, "no")
    answer = site.client.get(f"/account/authorize?{urlencode(site.query())}", follow_redirects=False)
    assert answer.status_code == 502
    assert "The sign-in provider gave no usable answer." in answer.text
