"""The team's searches, tags and metadata, over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from backend.settings import Settings
from datasets.samples.store import SampleStore
from tests.datasets.making import label
from tests.datasets.patterns import pattern

TOKEN = "a-token-for-the-team"


@pytest.fixture
def team(settings: Settings, start: Callable[..., TestClient]) -> TestClient:
    """A backend with twenty labels, five of them corrected, asked with the team's token."""
    with SampleStore.open(settings.spool) as store:
        for number in range(20):
            said = {"status": "corrected", "text": f"CW2288-1{number:02d}"} if number % 4 == 0 else {}
            store.keep(pattern(number), label(f"prediction{number:08d}", **said))
    client = start(team_token=SecretStr(TOKEN))
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


def form(**fields: str) -> dict[str, tuple[None, str]]:
    """The fields as parts of a multipart form."""
    return {name: (None, value) for name, value in fields.items()}


def test_labels_are_searched_tagged_and_untagged(team: TestClient) -> None:
    first = team.get("/v1/team/samples", params={"where": "status = corrected", "size": 3}).json()
    assert [item["status"] for item in first["items"]] == ["corrected"] * 3
    rest = team.get("/v1/team/samples", params={"where": "status = corrected", "after": first["after"]}).json()
    assert len(rest["items"]) == 2
    assert rest["after"] is None
    count = team.get("/v1/team/samples/count", params={"where": "not status = corrected"}).json()
    assert count == {"labels": 15, "is_exact": True}
    marked = team.post("/v1/team/marks", files=form(where="status = corrected", give="Blurry\nto do", by="kim")).json()
    assert marked["crops"] == 5
    one = first["items"][0]["sample"]
    team.post("/v1/team/marks", files=form(samples=one, take="blurry", values="shelf=A3"))
    assert team.get("/v1/team/tags").json() == [{"tag": "blurry", "labels": 4}, {"tag": "to do", "labels": 5}]
    (item,) = team.get("/v1/team/samples", params={"where": "tag = 'to do' and not tag = blurry"}).json()["items"]
    assert (item["sample"], item["tags"], item["values"]) == (one, ["to do"], {"shelf": "A3"})
    assert team.delete(f"/v1/team/marks/{marked['action']}").json() == marked
    assert team.get("/v1/team/tags").json() == []
    assert team.delete(f"/v1/team/marks/{marked['action']}").status_code == 404


def test_a_wrong_search_or_change_is_answered_in_words(team: TestClient) -> None:
    answer = team.get("/v1/team/samples", params={"where": "tga = blurry"})
    assert (answer.status_code, answer.json()["kind"]) == (422, "bad-search")
    assert "did you mean 'tag'?" in answer.json()["detail"]
    for fields in (
        {"where": "all"},
        {"give": "a"},
        {"where": "all", "values": "shelf"},
        {"where": "tag = x", "give": "a"},
    ):
        assert team.post("/v1/team/marks", files=form(**fields)).status_code == 400
    assert team.post("/v1/team/marks", files=form(samples="0" * 64, give="a")).status_code == 404
    assert team.get("/v1/team/samples", params={"after": "\x00"}).status_code == 422


def test_a_change_that_is_sent_twice_is_taken_back_by_one_undo(team: TestClient) -> None:
    action = "0123456789abcdef" * 2
    for _ in range(2):
        answer = team.post("/v1/team/marks", files=form(where="status = corrected", give="twice", action=action))
        assert answer.json() == {"action": action, "crops": 5}
    team.delete(f"/v1/team/marks/{action}")
    assert team.get("/v1/team/tags").json() == []


def test_many_crops_are_changed_in_parts_and_taken_back_at_once(
    team: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.team.samples._MARKED_AT_ONCE", 3)
    marked = team.post("/v1/team/marks", files=form(where="all", give="x")).json()
    assert marked["crops"] == 20
    assert team.get("/v1/team/tags").json() == [{"tag": "x", "labels": 20}]
    assert team.delete(f"/v1/team/marks/{marked['action']}").json() == marked
    assert team.get("/v1/team/tags").json() == []
