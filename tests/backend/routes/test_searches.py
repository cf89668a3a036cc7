"""The team's saved searches, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

TOKEN = "a-token-for-the-team"


@pytest.fixture
def team(start: Callable[..., TestClient]) -> TestClient:
    client = start(team_token=SecretStr(TOKEN))
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


def save(team: TestClient, **fields: str) -> Any:
    return team.post("/v1/team/searches", files={name: (None, value) for name, value in fields.items()})


def test_a_search_is_saved_renamed_and_deleted(team: TestClient) -> None:
    assert team.get("/v1/team/searches").json() == []
    saved = save(team, name="흐린 것", where="tag = blurry", order="least sure", by="kim").json()
    assert [(one["name"], one["line"], one["order"], one["by"]) for one in saved] == [
        ("흐린 것", "tag = blurry", "least sure", "kim")
    ]
    assert save(team, name="흐린 것", where="all").json()["kind"] == "name-taken"
    save(team, name="blurred", where="tag = blurry", instead_of="흐린 것")
    assert [one["name"] for one in team.get("/v1/team/searches").json()] == ["blurred"]
    assert team.delete("/v1/team/searches", params={"name": "blurred"}).json() == []
    assert team.delete("/v1/team/searches", params={"name": "blurred"}).status_code == 404


def test_what_cannot_be_saved_is_told(team: TestClient) -> None:
    assert save(team, name="a", where="tga = x").json()["kind"] == "bad-search"
    assert save(team, name="x" * 61).status_code == 400
    assert save(team, name="a", instead_of="b").status_code == 404
    team.headers["Authorization"] = "Bearer wrong"
    assert team.get("/v1/team/searches").status_code == 401


def test_a_search_is_taken_apart_counted_and_completed_while_it_is_typed(team: TestClient) -> None:
    def asked(where: str, **more: int) -> Any:
        return team.get("/v1/team/searches/help", params={"where": where, **more}).json()

    whole = asked("status = corrected and not (tag in (a, 'to do') or confidence < 0.5)")
    assert whole["count"] == {"labels": 0, "is_exact": True}
    comparison, denied = whole["part"]["parts"]
    assert (whole["part"]["kind"], comparison["field"], comparison["values"]) == ("and", "status", ["corrected"])
    assert [part["operator"] for part in denied["parts"][0]["parts"]] == ["in", "<"]
    begun = asked("sta = x", cursor=3)
    assert (begun["part"], begun["count"], begun["fault"]["position"]) == (None, None, 1)
    assert (begun["start"], begun["suggestions"]) == (0, ["status"])
    assert asked("confidense < 0.5")["fault"]["suggestions"] == ["confidence < 0.5"]
    assert asked("")["part"] == {"kind": "and", "parts": [], "field": "", "operator": "", "values": []}
    assert {"name": "doubt", "kind": "number", "operators": ["=", "!=", "<", "<=", ">", ">=", "in"]} in whole["fields"]
