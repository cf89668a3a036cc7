"""Owners invite and change people; each role may do what the table says, and every change names its author."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from backend.domains import MOUNT
from backend.people.roles import LEAST_ROLES, ROLES, least_role, may
from backend.people.who import Who
from ocr_model.domains.plates import PLATES
from ocr_model.domains.registry import DOMAINS
from tests.backend.people.conftest import TOKEN, Site, site
from tests.datasets.making import label
from tests.datasets.patterns import pattern

__all__ = ["site"]
BY_TOKEN = {"Authorization": f"Bearer {TOKEN}"}


def form(**fields: str) -> dict[str, tuple[None, str]]:
    return {name: (None, value) for name, value in fields.items()}


def team_routes(client: TestClient) -> set[tuple[str, str]]:
    paths = client.get("/openapi.json").json()["paths"]
    return {
        (method.upper(), path) for path, methods in paths.items() if path.startswith("/v1/team") for method in methods
    }


def test_every_route_of_the_team_has_a_role(start: Callable[..., TestClient]) -> None:
    routes = [team_routes(start(domains=(domain,))) for domain in DOMAINS]
    assert set().union(*routes) == set(LEAST_ROLES)


def test_what_is_not_in_the_table_is_for_owners() -> None:
    assert least_role("POST", "/v1/team/something-new") == "owner"
    assert least_role("HEAD", "/v1/team/overview") == "viewer"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_table_says(start: Callable[..., TestClient], role: Any) -> None:
    site = Site(start(public_url="http://testserver", team_token=SecretStr(TOKEN), domains=("tags", PLATES.name)))
    site.join("owner@example.com", "owner")
    site.join("ada@example.com", role)
    bearer = site.sign_in("ada@example.com")
    for (method, path), needed in LEAST_ROLES.items():
        if path.endswith("sign-out"):
            continue
        filled = path
        for name, value in {"digest": "0" * 64, "person": "0" * 32, "action": "0" * 32}.items():
            filled = filled.replace(f"{{{name}}}", value)
        filled = filled.replace("{name}", "outliers" if "lists" in path else "v1.0").replace("{cycle}", "v1.0-a")
        filled = filled.replace("{prediction_id}", "prediction00000003")
        filled = filled.replace("{passage}", "0" * 32).replace("{plate}", "12가3456")
        if "/gate/" in path:
            filled = f"{MOUNT}/{PLATES.name}{filled}"
        answer = site.client.request(method, filled, headers=bearer)
        is_refused = answer.status_code == 403 and answer.json()["kind"] == "role-needed"
        assert is_refused == (not may(role, needed)), (method, path, answer.text)


def test_the_token_may_do_all_but_change_people(site: Site) -> None:
    person = site.join("ada@example.com", "owner")
    client = site.client
    assert client.get("/v1/team/me", headers=BY_TOKEN).json() == {
        "role": "maintainer",
        "id": None,
        "name": "",
        "email": "",
    }
    assert client.get("/v1/team/people", headers=BY_TOKEN).status_code == 200
    assert client.post("/v1/team/cycles", headers=BY_TOKEN).status_code == 202
    files = form(email="eve@example.com", role="owner")
    assert client.post("/v1/team/people", files=files, headers=BY_TOKEN).json()["kind"] == "role-needed"
    assert client.delete(f"/v1/team/people/{person.id}", headers=BY_TOKEN).status_code == 403


def test_without_a_token_set_people_get_in_and_tokens_do_not(start: Callable[..., TestClient]) -> None:
    site = Site(start(public_url="http://testserver"))
    site.join("ada@example.com")
    assert site.client.get("/v1/team/overview", headers=site.sign_in("ada@example.com")).status_code == 200
    for headers in ({}, {"Authorization": "Bearer anything-at-all"}):
        assert site.client.get("/v1/team/overview", headers=headers).json()["kind"] == "wrong-token"


# -- owners -----------------------------------------------------------------------------------------------


@pytest.fixture
def owner(site: Site) -> dict[str, str]:
    site.join("owner@example.com", "owner", "Olga")
    return site.sign_in("owner@example.com")


def test_an_owner_invites_and_nobody_twice(site: Site, owner: dict[str, str]) -> None:
    files = form(email=" Bob@Example.com", role="labeller", name="Bob")
    answer = site.client.post("/v1/team/people", files=files, headers=owner)
    assert answer.status_code == 201
    assert answer.json()["link"].startswith("http://testserver/account/invitation/")
    again = site.client.post("/v1/team/people", files=files, headers=owner)
    assert (again.status_code, again.json()["kind"]) == (409, "address-taken")
    assert site.client.post("/v1/team/people", files=form(email="no address"), headers=owner).status_code == 422
    told = {one["email"]: one for one in site.client.get("/v1/team/people", headers=owner).json()}
    assert told["bob@example.com"]["invited_by"] == "Olga <owner@example.com>"
    assert (told["bob@example.com"]["has_joined"], told["owner@example.com"]["has_joined"]) == (False, True)


def test_a_changed_role_counts_at_the_next_request(site: Site, owner: dict[str, str]) -> None:
    bob = site.join("bob@example.com", "viewer")
    bearer = site.sign_in("bob@example.com")
    assert site.client.post("/v1/team/cycles", headers=bearer).status_code == 403
    changed = site.client.post(f"/v1/team/people/{bob.id}", files=form(role="maintainer"), headers=owner)
    assert changed.json()["role"] == "maintainer"
    assert site.client.post("/v1/team/cycles", headers=bearer).status_code == 202
    assert site.client.post(f"/v1/team/people/{bob.id}", files=form(role="king"), headers=owner).status_code == 422


def test_who_may_not_sign_in_any_more_is_out_at_once(site: Site, owner: dict[str, str]) -> None:
    bob = site.join("bob@example.com", "viewer")
    bearer = site.sign_in("bob@example.com")
    site.client.post(f"/v1/team/people/{bob.id}", files=form(is_active="false"), headers=owner)
    assert site.client.get("/v1/team/me", headers=bearer).status_code == 401
    assert site.type_in("bob@example.com").status_code == 401
    site.client.post(f"/v1/team/people/{bob.id}", files=form(is_active="true"), headers=owner)
    assert site.client.get("/v1/team/me", headers=bearer).status_code == 401
    assert site.type_in("bob@example.com").status_code == 302
    bearer = site.sign_in("bob@example.com")
    assert site.client.post(f"/v1/team/people/{bob.id}/sign-out", headers=owner).status_code == 204
    assert site.client.get("/v1/team/me", headers=bearer).status_code == 401
    bearer = site.sign_in("bob@example.com")
    assert site.client.delete(f"/v1/team/people/{bob.id}", headers=owner).status_code == 204
    assert site.client.get("/v1/team/me", headers=bearer).status_code == 401
    assert site.client.delete(f"/v1/team/people/{bob.id}", headers=owner).status_code == 404


def test_one_owner_is_always_left(site: Site, owner: dict[str, str]) -> None:
    me = site.client.get("/v1/team/me", headers=owner).json()["id"]
    site.accounts.invite("new@example.com", role="owner", by="a test")  # who has not joined is none yet
    path = f"/v1/team/people/{me}"
    for answer in (
        site.client.post(path, files=form(role="viewer"), headers=owner),
        site.client.post(path, files=form(is_active="false"), headers=owner),
        site.client.delete(path, headers=owner),
    ):
        assert (answer.status_code, answer.json()["kind"]) == (409, "last-owner")
    assert site.client.get("/v1/team/me", headers=owner).json()["role"] == "owner"
    site.join("second@example.com", "owner")
    assert site.client.post(path, files=form(role="viewer"), headers=owner).json()["role"] == "viewer"


# -- authors ----------------------------------------------------------------------------------------------


def test_a_person_is_the_author_of_every_change_whatever_is_sent(site: Site) -> None:
    site.join("ada@example.com", "maintainer", "Ada")
    bearer = site.sign_in("ada@example.com")
    store = site.client.app.state.services.labels.samples
    sample = store.keep(pattern(1), label("prediction00000001"))
    client, who = site.client, "Ada <ada@example.com>"
    files = form(change="unreadable", labels=f"prediction00000001 {sample.event}", by="somebody else")
    (changed,) = client.post("/v1/team/labels", files=files, headers=bearer).json()["items"]
    assert changed["problem"] is None
    details = client.get("/v1/team/labels/prediction00000001", headers=bearer).json()
    assert details["label"]["by"] == who
    files = form(samples=sample.digest, give="blurry", by="somebody else")
    assert client.post("/v1/team/marks", files=files, headers=bearer).status_code == 200
    assert who in client.get("/v1/team/labels/prediction00000001", headers=bearer).text
    assert "somebody else" not in client.get("/v1/team/labels/prediction00000001", headers=bearer).text
    files = form(name="mine", where="tag = blurry", by="somebody else")
    (saved,) = client.post("/v1/team/searches", files=files, headers=bearer).json()
    assert saved["by"] == who
    client.post("/v1/team/cycles", files=form(why="because"), headers=bearer)
    (cycle,) = client.get("/v1/team/cycles", headers=bearer).json()["cycles"]
    assert cycle["by"]["text"] == who
    files = form(name="ours", where="tag = blurry", by="typed")
    assert client.post("/v1/team/searches", files=files, headers=BY_TOKEN).json()[1]["by"] == "typed"


def test_nobody_types_a_name_that_looks_like_a_person_who_has_signed_in(site: Site) -> None:
    site.join("ada@example.com", "labeller", "Ada")
    site.join("eve@example.com", "labeller", "Ada <ada@example.com>")

    def author(name: str, headers: dict[str, str]) -> str:
        files = form(name=name, where="turn = 0", by="Ada <ada@example.com>")
        saved = site.client.post("/v1/team/searches", files=files, headers=headers).json()
        return next(str(search["by"]) for search in saved if search["name"] == name)

    assert author("a", site.sign_in("ada@example.com")) == "Ada <ada@example.com>"
    assert author("b", BY_TOKEN) == "Ada (ada@example.com)"
    assert author("c", site.sign_in("eve@example.com")) == "Ada (ada@example.com) <eve@example.com>"


def test_a_long_name_keeps_nobody_from_working(site: Site) -> None:
    person = site.join("ada@example.com", "owner", "A" * 200)
    author = Who("owner", person).author("")
    assert len(author) == 200
    assert author.endswith("A <ada@example.com>")
