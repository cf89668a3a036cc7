"""The pages pass the backend's forms on, nothing else of it, and lead back to the page that a person came from."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI, Request
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from backend.settings import Settings
from deploy.accounts import AccountDoor, write_secrets

PUBLIC = "http://testserver"


def pages() -> Starlette:
    def login(request: Request) -> Response:
        answer = RedirectResponse("/account/authorize", 302)
        answer.set_cookie("_streamlit_session", "x", httponly=True)
        return answer

    def callback(request: Request) -> Response:
        answer = RedirectResponse("/", 302)
        answer.set_cookie("_streamlit_user", "x", httponly=True)
        return answer

    def page(request: Request) -> Response:
        return PlainTextResponse("the page")

    return Starlette(
        routes=[Route("/auth/login", login), Route("/oauth2callback", callback), Route("/{path:path}", page)]
    )


def backend() -> FastAPI:
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def tell(request: Request, path: str) -> Response:
        told = {name: request.headers.get(name) for name in ("host", "origin", "cookie", "x-forwarded-for")}
        answer = PlainTextResponse(f"{request.method} {request.url.path} {request.url.query} {told}")
        answer.set_cookie("account_form", "y")
        answer.headers["Server"] = "secret"
        return answer

    return app


def door(public_url: str = PUBLIC) -> TestClient:
    app = AccountDoor(pages(), "http://127.0.0.1:8000", public_url)
    app._client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=backend()))
    return TestClient(app, base_url=public_url, follow_redirects=False)


def test_forms_are_passed_on_with_what_belongs_to_them() -> None:
    client = door()
    client.cookies.set("account_form", "z")
    client.cookies.set("_streamlit_user", "signed")
    told = client.post("/account/authorize?a=1", headers={"Origin": PUBLIC}, content=b"x")
    assert told.text.startswith("POST /account/authorize a=1")
    assert "'host': 'testserver', 'origin': 'http://testserver'" in told.text
    assert "account_form=z" in told.text
    assert "signed" not in told.text
    assert "'x-forwarded-for': 'testclient'" in told.text
    assert "account_form=y" in told.headers["set-cookie"]
    assert "server" not in told.headers


@pytest.mark.parametrize(
    "path",
    [
        "/account/token",
        "/account/jwks",
        "/account/userinfo",
        "/account/.well-known/openid-configuration",
        "/account/authorize/",
        "/account/invitation/../../v1/team/people",
        "/account/invitation/%2e%2e%2f%2e%2e%2fv1%2fteam",
        "/account/",
    ],
)
def test_what_only_servers_ask_is_not_passed_on(path: str) -> None:
    answer = door().get(path)
    assert answer.status_code == 404 or answer.text == "the page"


def test_headers_and_cookies_that_are_no_ascii_do_no_harm() -> None:
    client = door()
    headers = [(b"accept-language", b"\xff\xe9"), (b"origin", b"\xe9"), (b"content-type", b"multipart/form-data;\xe9")]
    told = client.get("/account/authorize", headers=[*headers, (b"cookie", b"account_form=\xc3; account_device=a.b")])
    assert told.status_code == 200
    assert "'cookie': 'account_device=a.b'" in told.text
    client.cookies.clear()
    told = client.get("/account/authorize", headers={"Cookie": 'account_form="a\\012X-Evil: 1\\073 account_b=c"'})
    assert told.status_code == 200
    assert "Evil" not in told.text


@pytest.mark.parametrize(("site", "is_passed_on"), [("cross-site", False), ("same-site", False), ("same-origin", True)])
def test_another_site_signs_nobody_out(site: str, is_passed_on: bool) -> None:
    answer = door().get("/auth/logout", headers={"Sec-Fetch-Site": site})
    assert (answer.text == "the page", answer.status_code) == ((True, 200) if is_passed_on else (False, 302))
    assert "set-cookie" not in answer.headers


def test_while_the_backend_does_not_answer_the_form_says_so() -> None:
    app = AccountDoor(pages(), "http://127.0.0.1:9", PUBLIC)
    assert TestClient(app, base_url=PUBLIC).get("/account/authorize").status_code == 502


def test_a_sign_in_leads_back_to_its_page() -> None:
    client = door()
    begun = client.get("/auth/login?provider=p", headers={"Referer": f"{PUBLIC}/explore?lang=ko"})
    assert begun.headers["location"] == "/account/authorize"
    assert client.get("/oauth2callback?state=s&code=c").headers["location"] == "/explore"
    assert client.get("/oauth2callback?state=s&code=c").headers["location"] == "/"  # forgotten by then


@pytest.mark.parametrize(
    "page", ["//evil.example", "https://evil.example", "/\\evil", "/a/b", "/%2f%2fevil", "/E\r\nx"]
)
def test_a_sign_in_leads_nowhere_else(page: str) -> None:
    client = door()
    client.get("/auth/login", params={"provider": "p", "page": page})
    assert client.get("/oauth2callback?state=s&code=c").headers["location"] == "/"
    client.cookies.set("account_page", "//evil.example")
    assert client.get("/oauth2callback?state=s&code=c").headers["location"] == "/"


def test_a_sign_in_under_another_name_begins_at_the_public_address() -> None:
    begun = door().get(
        "/auth/login?provider=p", headers={"Host": "localhost:8501", "Referer": "http://localhost:8501/data"}
    )
    assert begun.headers["location"] == f"{PUBLIC}/auth/login?provider=p&page=/data"
    assert "set-cookie" not in begun.headers


def test_signing_out_leads_to_the_first_page() -> None:
    assert door().get("/oauth2callback").headers["location"] == "/"


@pytest.mark.parametrize(("public_url", "is_secure"), [(PUBLIC, False), ("https://testserver", True)])
def test_under_tls_every_cookie_of_signing_in_is_bound_to_it(public_url: str, is_secure: bool) -> None:
    client = door(public_url)
    answers = [client.get("/auth/login?provider=p"), client.get("/oauth2callback?state=s")]
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert len(cookies) == 4
    assert {"secure" in cookie.lower() for cookie in cookies} == {is_secure}


def test_the_secrets_are_read_by_their_owner_alone_and_stay_the_same(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, public_url="https://tags.example.com")
    path = write_secrets(settings, "http://127.0.0.1:8000/", 8501)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    first = path.read_text()
    auth = tomllib.loads(first)["auth"]
    assert auth["redirect_uri"] == "https://tags.example.com/oauth2callback"
    assert auth["server_metadata_url"] == "http://127.0.0.1:8000/account/.well-known/openid-configuration"
    assert len({auth["cookie_secret"], auth["client_secret"]}) == 2
    assert write_secrets(settings, "http://127.0.0.1:8000/", 8501).read_text() == first
