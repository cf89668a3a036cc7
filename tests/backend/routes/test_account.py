"""People accept invitations, sign in, are told how long to wait, and sign out; nothing else lets in."""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet
from pydantic import SecretStr

from backend.http.problems import Problem
from backend.people.attempts import Attempts
from backend.people.tables import SESSIONS
from tests.backend.people.conftest import PASSWORD, PUBLIC, REDIRECT, TOKEN, Site, site

__all__ = ["site"]


def attempt(attempts: Attempts, email: str, client: str) -> float:
    return asyncio.run(attempts.begin(email, client))


def fields(**values: str) -> dict[str, tuple[None, str]]:
    return {name: (None, value) for name, value in values.items()}


def test_the_description_names_what_browsers_and_the_pages_server_ask(site: Site) -> None:
    told = site.client.get("/account/.well-known/openid-configuration").json()
    assert told["issuer"] == f"{PUBLIC}/account"
    assert told["authorization_endpoint"] == f"{PUBLIC}/account/authorize"
    assert told["token_endpoint"] == "http://testserver/account/token"
    assert told["code_challenge_methods_supported"] == ["S256"]
    (key,) = site.client.get("/account/jwks").json()["keys"]
    assert "d" not in key


def test_a_person_signs_in_and_the_id_token_is_signed(site: Site) -> None:
    person = site.join("ada@example.com", "owner", "Ada")
    answer = site.exchange(site.code("Ada@Example.com "))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    tokens = answer.json()
    keys = KeySet.import_key_set(site.client.get("/account/jwks").json())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (f"{PUBLIC}/account", ["pages"], "a-nonce")
    assert (claims["sub"], claims["email"], claims["name"]) == (person.id, "ada@example.com", "Ada")
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert site.client.get("/v1/team/me", headers=bearer).json()["role"] == "owner"
    assert site.client.get("/account/userinfo", headers=bearer).json()["email"] == "ada@example.com"


@pytest.mark.parametrize(
    ("email", "password"), [("ada@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("", "")]
)
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(site: Site, email: str, password: str) -> None:
    site.join("ada@example.com")
    answer = site.type_in(email, password)
    assert answer.status_code == 401
    assert "E-mail or password is not right." in answer.text
    assert "location" not in answer.headers


def test_who_guesses_locks_out_nobody_else_and_is_told_for_how_long(site: Site) -> None:
    now = [0.0]
    site.accounts.attempts = Attempts(lambda: now[0])
    for email in ("ada@example.com", "bob@example.com"):
        site.join(email)
    assert [site.type_in("ada@example.com", f"guess {n}").status_code for n in range(6)] == [401] * 5 + [429]
    answer = site.type_in("ada@example.com")  # the right password, too, until the time is over
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert "Try again in 1 min." in answer.text
    assert site.type_in("bob@example.com").status_code == 302
    now[0] = 30.0
    assert "Try again in 30 s." in site.type_in("ada@example.com").text
    now[0] = 61.0
    assert site.type_in("ada@example.com").status_code == 302


@pytest.mark.parametrize(
    ("language", "told"),
    [("ko", "이 주소에서 온 요청이 너무 많았어요."), ("en", "Too many requests came from this")],
    ids=["ko", "en"],
)
def test_a_browser_that_sends_too_much_is_shown_a_page_and_a_program_a_problem(
    start: Callable[..., TestClient], language: str, told: str
) -> None:
    client = start(public_url=PUBLIC, team_token=SecretStr(TOKEN), rate_per_minute=1.0, rate_burst=1)
    path, browser = "/account/authorize", {"Accept": "text/html,*/*;q=0.8", "Accept-Language": language}
    client.get(path, headers=browser)
    page = client.get(path, headers=browser)
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert told in page.text
    assert int(page.headers["retry-after"]) > 0
    assert page.headers["connection"] == "close"
    assert f'lang="{language}"' in page.text
    assert client.get("/account/style.css").status_code == 200
    for program in (client.get(path), client.get("/v1/model", headers=browser)):
        assert (program.status_code, program.json()["kind"]) == (429, "too-many-requests")


def test_another_address_of_the_network_is_not_locked_out() -> None:
    attempts = Attempts(lambda: 0.0)
    assert [attempt(attempts, "ada@example.com", "10.0.0.1") > 0 for _ in range(6)] == [False] * 5 + [True]
    assert attempt(attempts, "ada@example.com", "10.0.0.2") == 0


def test_a_browser_that_is_known_is_not_locked_out_by_guesses_from_elsewhere(site: Site) -> None:
    site.accounts.attempts = Attempts(lambda: 0.0)
    for email in ("ada@example.com", "bob@example.com"):
        site.join(email)
    assert site.type_in("ada@example.com").status_code == 302
    for number in range(100):  # from many addresses, and by a neighbour behind the same one
        attempt(site.accounts.attempts, "ada@example.com", f"10.0.{number}.1")
        attempt(site.accounts.attempts, f"{number}@example.com", "testclient")
        attempt(site.accounts.attempts, f"{number}@example.com", "unknown")
    assert site.type_in("ada@example.com").status_code == 302
    # It has a limit as well, and is known for one account alone.
    assert [site.type_in("ada@example.com", f"guess {n}").status_code for n in range(6)] == [401] * 5 + [429]
    assert site.type_in("bob@example.com").status_code == 429
    site.client.cookies.clear()
    assert site.type_in("ada@example.com").status_code == 429


@pytest.mark.parametrize("cookie", ["", ".", "name", "name.", "name." + "0" * 64, ".é", "n" * 5000])
def test_nobody_makes_a_browser_known(site: Site, cookie: str) -> None:
    assert site.accounts.devices.known(cookie, "ada@example.com") is None
    made = site.accounts.devices.cookie("ada@example.com", None)
    assert site.accounts.devices.known(made, "ada@example.com") == made.partition(".")[0]
    assert site.accounts.devices.known(made, "bob@example.com") is None
    assert "ada@" not in made


def test_made_up_accounts_do_not_push_the_count_of_guesses_out() -> None:
    attempts = Attempts(lambda: 0.0)
    guesses = [attempt(attempts, "ada@example.com", "10.0.0.1") for _ in range(6)]
    assert guesses[4] == 0 < guesses[5]

    async def make_up() -> None:
        for number in range(10_100):
            await attempts.begin(f"{number}@example.com", "10.0.0.1")

    asyncio.run(make_up())
    assert asyncio.run(attempts._pairs.take("ada@example.com 10.0.0.1")) > 0


def test_an_attempt_that_nobody_looked_at_is_given_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.accounts.attempts = Attempts(lambda: 0.0)
    site.join("ada@example.com")

    async def overloaded(job: object) -> None:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "overloaded", "Too much to do", "Try again.")

    with monkeypatch.context() as patched:
        patched.setattr(site.accounts, "hash", overloaded)
        assert {site.type_in("ada@example.com").status_code for _ in range(10)} == {503}
    assert site.type_in("ada@example.com").status_code == 302


def test_right_passwords_use_no_attempts_up() -> None:
    attempts = Attempts(lambda: 0.0)
    for _ in range(100):
        assert attempt(attempts, "ada@example.com", "10.0.0.1") == 0
        asyncio.run(attempts.give_back("ada@example.com", "10.0.0.1"))


def test_many_addresses_do_not_guess_at_one_account_for_ever() -> None:
    attempts = Attempts(lambda: 0.0)
    waits = [attempt(attempts, "ada@example.com", f"10.0.0.{n}") for n in range(60)]
    assert waits[39] == 0 < waits[40]
    assert attempt(attempts, "bob@example.com", "10.0.0.1") == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/oauth2callback"},
        {"redirect_uri": f"{REDIRECT}/../evil"},
        {"redirect_uri": f"{REDIRECT}?next=evil"},
        {"redirect_uri": f"{PUBLIC}@evil.example/oauth2callback"},
        {"redirect_uri": ""},
        {"redirect_uri": "http://é\x00\"'<script>"},
        {"client_id": "another"},
        {"client_id": ""},
    ],
)
def test_nobody_is_led_elsewhere(site: Site, changes: dict[str, str]) -> None:
    site.join("ada@example.com")
    path = f"/account/authorize?{urlencode(site.query(**changes))}"
    assert site.client.get(path, follow_redirects=False).status_code == 400
    files = fields(csrf="", email="ada@example.com", password=PASSWORD)
    answer = site.client.post(path, files=files, headers={"Origin": PUBLIC}, follow_redirects=False)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"code_challenge": "c" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "c" * 43}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_the_client_is_told_what_it_asked_wrong(site: Site, changes: dict[str, str], error: str) -> None:
    answer = site.client.get(f"/account/authorize?{urlencode(site.query(**changes))}", follow_redirects=False)
    target = urlsplit(answer.headers["location"])
    assert target._replace(query="").geturl() == REDIRECT
    assert parse_qs(target.query)["error"] == [error]


def test_a_form_of_another_site_is_refused(site: Site) -> None:
    site.join("ada@example.com")
    path = f"/account/authorize?{urlencode(site.query())}"
    right = site.csrf(path)
    for csrf, origin in (("", PUBLIC), ("0" * 64, PUBLIC), (right, "https://evil.example"), (right, "null")):
        files = fields(csrf=csrf, email="ada@example.com", password=PASSWORD)
        assert site.client.post(path, files=files, headers={"Origin": origin}).status_code == 403
    site.client.cookies.clear()  # the code of a form is worth nothing in another browser
    files = fields(csrf=right, email="ada@example.com", password=PASSWORD)
    assert site.client.post(path, files=files, headers={"Origin": PUBLIC}).status_code == 403


def test_the_pages_keep_scripts_frames_and_caches_out(site: Site) -> None:
    answer = site.client.get(f"/account/authorize?{urlencode(site.query())}")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "<script" not in answer.text


def test_under_tls_the_cookie_is_secure(start: Callable[..., TestClient]) -> None:
    client = start(public_url="https://testserver")
    asked = {"response_type": "code", "client_id": "pages", "scope": "openid"}
    query = urlencode(asked | {"redirect_uri": "https://testserver/oauth2callback"})
    assert "secure" in client.get(f"/account/authorize?{query}").headers["set-cookie"].lower()


def test_the_form_speaks_the_browsers_language(site: Site) -> None:
    path = f"/account/authorize?{urlencode(site.query())}"
    assert "비밀번호" in site.client.get(path, headers={"Accept-Language": "ko-KR,en;q=0.5"}).text
    assert "비밀번호" in site.client.get(f"{path}&lang=ko").text
    assert "Password" in site.client.get(path, headers={"Accept-Language": "fr"}).text


# -- codes and tokens -------------------------------------------------------------------------------------


def test_a_code_works_once(site: Site) -> None:
    site.join("ada@example.com")
    code = site.code("ada@example.com")
    assert site.exchange(code).status_code == 200
    again = site.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"secret": "wrong"}, "invalid_client"),
        ({"redirect_uri": f"{PUBLIC}/other"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code_verifier": "v" * 43}, "invalid_request"),
    ],
)
def test_tokens_need_the_right_client_code_and_place(site: Site, changes: dict[str, str], error: str) -> None:
    site.join("ada@example.com")
    answer = site.exchange(site.code("ada@example.com"), **changes)
    assert (answer.status_code in (400, 401), answer.json()["error"]) == (True, error)
    assert "access_token" not in answer.text


def test_a_code_is_bound_to_its_challenge(site: Site) -> None:
    site.join("ada@example.com")
    verifier = "v" * 50
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert site.exchange(site.code("ada@example.com", **asked)).json()["error"] == "invalid_request"
    assert (
        site.exchange(site.code("ada@example.com", **asked), code_verifier="w" * 50).json()["error"] == "invalid_grant"
    )
    assert site.exchange(site.code("ada@example.com", **asked), code_verifier=verifier).status_code == 200


def test_codes_and_sessions_expire(site: Site) -> None:
    site.join("ada@example.com")
    late = site.code("ada@example.com")
    bearer = site.sign_in("ada@example.com")
    clock = site.accounts.clock
    site.accounts.clock = lambda: clock() + 61
    assert site.exchange(late).json()["error"] == "invalid_grant"
    assert site.client.get("/v1/team/me", headers=bearer).status_code == 200
    site.accounts.clock = lambda: clock() + 31 * 86_400
    answer = site.client.get("/v1/team/me", headers=bearer)
    assert (answer.status_code, answer.json()["kind"]) == (401, "signed-out")


@pytest.mark.parametrize("token", ["session-" + "A" * 43, "session-", "eyJhbGciOiJub25lIn0.e30."])
def test_forged_tokens_let_nobody_in(site: Site, token: str) -> None:
    answer = site.client.get("/v1/team/overview", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["kind"] in ("signed-out", "wrong-token")) == (401, True)
    assert site.client.get("/account/userinfo", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_an_id_token_is_no_access_token(site: Site) -> None:
    site.join("ada@example.com")
    tokens = site.exchange(site.code("ada@example.com")).json()
    assert site.client.get("/v1/team/me", headers={"Authorization": f"Bearer {tokens['id_token']}"}).status_code == 401


def test_a_large_or_strange_request_for_tokens_is_refused(site: Site) -> None:
    def ask(body: bytes) -> Any:
        types = {"Content-Type": "application/x-www-form-urlencoded"}
        return site.client.post("/account/token", content=body, headers=types).status_code

    assert ask(b"a=" + b"%41" * 5000) == 413
    assert ask(b"&".join(b"a%d=1" % n for n in range(100))) == 400
    assert ask(b"grant_type=authorization_code&code=\xff") == 400
    assert ask(b"code=1&code=2&grant_type=authorization_code") == 400
    strange = {"Authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()}
    assert (
        site.client.post("/account/token", data={"grant_type": "authorization_code"}, headers=strange).status_code
        == 400
    )


def test_a_password_that_was_changed_while_it_was_looked_at_lets_nobody_in(site: Site) -> None:
    person = site.join("ada@example.com")
    looked_at = site.accounts.passwords.is_right

    def changed_meanwhile(password: str, kept: str | None) -> bool:
        was_right = looked_at(password, kept)
        secret = site.accounts.people.new_invitation(person.id, is_mailed=False)
        site.accounts.people.accept(secret, name="", password=site.accounts.passwords.hash("another one", "a@b.c"))
        return was_right

    site.accounts.passwords.is_right = changed_meanwhile  # type: ignore[method-assign]
    answer = site.type_in("ada@example.com")
    assert (answer.status_code, "location" in answer.headers) == (401, False)


def test_a_code_with_a_wrong_verifier_leaves_no_session(site: Site) -> None:
    site.join("ada@example.com")
    code = site.code("ada@example.com", code_challenge="c" * 43, code_challenge_method="S256")
    assert site.exchange(code, code_verifier="v" * 50).json()["error"] == "invalid_grant"
    with site.accounts._open().connect() as connection:
        assert connection.execute(sa.select(SESSIONS)).first() is None
    assert site.exchange(code).json()["error"] == "invalid_grant"


# -- signing out ------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_and_leads_back_to_the_pages_alone(site: Site) -> None:
    site.join("ada@example.com")
    tokens = site.exchange(site.code("ada@example.com")).json()
    other = site.sign_in("ada@example.com")
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    ask = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "https://evil.example/"}
    elsewhere = site.client.get("/account/end", params=ask | {"id_token_hint": "forged"}, follow_redirects=False)
    assert (elsewhere.status_code, "location" in elsewhere.headers) == (200, False)
    assert site.client.get("/v1/team/me", headers=bearer).status_code == 200
    ask["post_logout_redirect_uri"] = REDIRECT
    assert site.client.get("/account/end", params=ask, follow_redirects=False).headers["location"] == REDIRECT
    assert site.client.get("/v1/team/me", headers=bearer).status_code == 401
    assert site.client.get("/v1/team/me", headers=other).status_code == 200


def test_signing_out_everywhere_ends_all_sessions_and_codes_under_way(site: Site) -> None:
    site.join("ada@example.com")
    site.join("bob@example.com")
    sessions = [site.sign_in("ada@example.com") for _ in range(3)]
    bob, code = site.sign_in("bob@example.com"), site.code("ada@example.com")
    assert site.client.post("/v1/team/me/sign-out", headers=sessions[0]).status_code == 204
    assert {site.client.get("/v1/team/me", headers=one).status_code for one in sessions} == {401}
    assert site.exchange(code).status_code == 400
    assert site.client.get("/v1/team/me", headers=bob).status_code == 200


def test_signing_out_everywhere_misses_no_sign_in_of_the_same_moment(site: Site) -> None:
    person = site.join("ada@example.com")
    code, engine, steps = site.code("ada@example.com"), site.accounts._open(), [0]

    def sign_out(*_: object) -> None:  # after the first step of the exchange
        steps[0] += 1
        if steps[0] == 1:
            site.accounts.people.sign_out_everywhere(person.id)

    sa.event.listen(engine, "checkin", sign_out)
    token = site.exchange(code).json().get("access_token", "session-none")
    sa.event.remove(engine, "checkin", sign_out)
    assert site.client.get("/v1/team/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


# -- invitations ------------------------------------------------------------------------------------------


def accept(site: Site, path: str, **changes: str) -> Any:
    values = {"csrf": site.csrf(path), "name": "Ada", "password": PASSWORD} | changes
    return site.client.post(path, files=fields(**values), headers={"Origin": PUBLIC})


def test_an_invitation_works_once(site: Site) -> None:
    link = site.accounts.invite("ada@example.com", role="labeller", by="a test").link
    assert link is not None
    path = urlsplit(link).path
    assert "ada@example.com" in site.client.get(path).text
    assert accept(site, path).status_code == 200
    for answer in (site.client.get(path), site.client.post(path, files=fields(password="another password"))):
        assert answer.status_code == 404
        assert "does not work any more" in answer.text
    assert site.client.get("/v1/team/me", headers=site.sign_in("ada@example.com")).json()["role"] == "labeller"


def test_an_invitation_ends_with_the_next_one_after_a_week_and_with_the_person(site: Site) -> None:
    invited = site.accounts.invite("ada@example.com", role="viewer", by="a test")
    again = site.accounts.invite_again(invited.person.id)
    assert invited.link and again.link
    assert site.client.get(urlsplit(invited.link).path).status_code == 404
    assert site.client.get(urlsplit(again.link).path).status_code == 200
    clock = site.accounts.clock
    site.accounts.clock = lambda: clock() + 7 * 86_400 + 1
    assert site.client.get(urlsplit(again.link).path).status_code == 404
    site.accounts.clock = clock
    site.accounts.people.remove(invited.person.id)
    assert site.client.get(urlsplit(again.link).path).status_code == 404


@pytest.mark.parametrize(
    "changes", [{"password": "short"}, {"password": "a@example-mail.com"}, {"csrf": "x"}, {"name": "a\u202eb"}]
)
def test_a_refused_form_does_not_use_the_invitation(site: Site, changes: dict[str, str]) -> None:
    link = site.accounts.invite("a@example-mail.com", role="viewer", by="a test").link
    assert link is not None
    assert accept(site, urlsplit(link).path, **changes).status_code in (403, 422)
    assert accept(site, urlsplit(link).path).status_code == 200


def test_a_new_password_signs_out_everywhere_and_ends_the_old_one(site: Site) -> None:
    person = site.join("ada@example.com")
    bearer = site.sign_in("ada@example.com")
    link = site.accounts.invite_again(person.id).link
    assert link is not None
    assert accept(site, urlsplit(link).path, password="another password").status_code == 200
    assert site.client.get("/v1/team/me", headers=bearer).status_code == 401
    assert site.type_in("ada@example.com").status_code == 401
    assert site.type_in("ada@example.com", "another password").status_code == 302


def test_without_a_public_address_there_are_no_accounts(client: TestClient) -> None:
    for path in ("/account/authorize", "/account/.well-known/openid-configuration", "/account/end", "/account/jwks"):
        assert client.get(path).status_code == 404


def test_while_the_database_does_not_answer_the_form_says_so(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.join("ada@example.com")
    bearer = site.sign_in("ada@example.com")
    path = f"/account/authorize?{urlencode(site.query())}"
    files = fields(csrf=site.csrf(path), email="ada@example.com", password=PASSWORD)
    site.accounts._open().dispose()
    database = site.accounts.settings.data_dir / "people" / "people.sqlite3"
    for part in database.parent.glob("people.sqlite3*"):
        part.unlink()
    database.mkdir()
    answer = site.client.post(path, files=files, headers={"Origin": PUBLIC})
    assert answer.status_code == 503
    assert "Signing in does not work right now." in answer.text
    refused = site.client.get("/v1/team/me", headers=bearer)
    assert (refused.status_code, refused.json()["kind"]) == (503, "people-unavailable")
    assert PASSWORD not in caplog.text
    database.rmdir()
