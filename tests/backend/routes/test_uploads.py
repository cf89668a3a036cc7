"""Uploads over HTTP: sent in parts, worked on by the real command in a process of its own, and looked at."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from backend.settings import Settings
from backend.team.upload_bodies import MOST_PART
from backend.team.upload_keeper import UploadKeeper
from benchmarks.drivers.gcs_server import wait_until
from datasets.samples.store import SampleStore
from datasets.uploads.job import UploadJobs
from tests.backend.routes.test_team import TOKEN, form
from tests.datasets.uploads_in_hand import code, crop, crops, packed, png, table

SECONDS = 600.0
# At the lowest priority it would wait for everything else that this machine does.
COMMAND = """
import os, sys
os.nice = lambda more: 0
from datasets.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
# Ends after every few files as `kill -9` would end it: when a label is kept, and its result is not noted yet.
DYING = (
    """
import os, signal, sys
from pathlib import Path
from datasets.uploads.job import UploadJob
add, count = UploadJob.add, []
def dying(job, outcomes):
    count.append(1)
    if len(count) > 3:
        os.kill(os.getpid(), signal.SIGKILL)
    add(job, outcomes)
UploadJob.add = dying
"""
    + COMMAND
)

Send = Callable[..., dict[str, Any]]


@pytest.fixture
def open_team(start: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch) -> Callable[..., TestClient]:
    """A backend whose uploads are worked on by the real command."""

    def open_it(script: str = COMMAND) -> TestClient:
        command = (sys.executable, "-c", script)
        monkeypatch.setattr("backend.services.UploadKeeper", partial(UploadKeeper, command=command))
        client = start(team_token=SecretStr(TOKEN))
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        return client

    return open_it


def begin(team: TestClient, **fields: str) -> str:
    answer = team.post("/v1/team/uploads", files=form(**({"by": "Kim"} | fields)))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def send(team: TestClient, upload: str, name: str, data: bytes, *, part: int = MOST_PART) -> None:
    for at in range(0, max(1, len(data)), part):
        answer = send_part(team, upload, name, at, len(data), data[at : at + part])
        assert answer.status_code == 200, answer.text
        assert answer.json()["arrived"] == min(len(data), at + part)


def send_part(team: TestClient, upload: str, name: str, at: int, size: int, data: bytes) -> Any:
    fields = form(name=name, at=str(at), size=str(size))
    return team.post(f"/v1/team/uploads/{upload}/files", files={**fields, "part": ("part", data)})


def finished(team: TestClient, upload: str) -> dict[str, Any]:
    assert team.post(f"/v1/team/uploads/{upload}/start").status_code == 202
    assert wait_until(lambda: state(team, upload)["phase"] == "finished", SECONDS), state(team, upload)
    return state(team, upload)


def state(team: TestClient, upload: str) -> dict[str, Any]:
    return dict(team.get(f"/v1/team/uploads/{upload}").json())


def outcomes(team: TestClient, upload: str, **query: str) -> list[dict[str, Any]]:
    return list(team.get(f"/v1/team/uploads/{upload}/files", params={"size": "500", **query}).json()["items"])


def test_a_zip_with_labels_is_found_on_explore_by_its_upload(open_team: Callable[..., TestClient]) -> None:
    team = open_team()
    rows = [
        "file|label|tags|metadata",
        *(f"{number:03}.png|{code(number)}|dark|shelf=A{number}" for number in range(8)),
    ]
    files = {**crops(12), "labels.tsv": table(*rows), "note.txt": b"not a picture"}
    upload = begin(team, tags="autumn", title="Shelf A")
    send(team, upload, "shots.zip", packed(files), part=7000)
    body = finished(team, upload)
    assert (body["title"], body["by"], body["files"], body["done"], body["crops"]) == ("Shelf A", "Kim", 14, 14, 12)
    assert body["results"] == {"table": 1, "kept": 8, "to-review": 4, "refused": 1}
    found = team.get("/v1/team/samples", params={"where": f"meta.upload = {upload}"}).json()["items"]
    assert {label["text"] for label in found} == {code(number) for number in range(12)}
    labelled = [label for label in found if label["source"] == "upload"]
    assert {label["by"] for label in labelled} == {"Kim"}
    assert {tuple(label["tags"]) for label in labelled} == {("autumn", "dark")}
    count = team.get("/v1/team/samples/count", params={"where": "meta.shelf = A3 and tag = autumn"}).json()
    assert count["labels"] == 1
    reasons = [item["reasons"] for item in team.get("/v1/team/review").json()["items"]]
    assert reasons == [["unproven"]] * 4
    (refused,) = outcomes(team, upload, result="refused")
    assert (refused["file"], refused["fault"]) == ("shots.zip/note.txt", "unsupported-format")
    csv = team.get(f"/v1/team/uploads/{upload}/results.csv")
    assert len(csv.text.splitlines()) == 15
    assert [item["id"] for item in team.get("/v1/team/uploads").json()["items"]] == [upload]


def test_what_the_store_has_is_said_to_be_there(open_team: Callable[..., TestClient]) -> None:
    team = open_team()
    first, second = begin(team), begin(team)
    send(team, first, "one.png", png(crop(code(1))))
    finished(team, first)
    for name, number in (("a.png", 1), ("b.png", 2), ("c.png", 2)):
        send(team, second, name, png(crop(code(number))))
    finished(team, second)
    results = {item["file"]: item["result"] for item in outcomes(team, second)}
    assert results == {"a.png": "duplicate", "b.png": "to-review", "c.png": "repeated"}
    found = team.get("/v1/team/samples", params={"where": f"meta.upload = {second}"}).json()["items"]
    assert [label["text"] for label in found] == [code(2)]


def test_a_process_that_is_killed_again_and_again_loses_and_doubles_nothing(
    open_team: Callable[..., TestClient], settings: Settings
) -> None:
    team = open_team(DYING)
    upload = begin(team)
    rows = ["file|label", *(f"{number:03}.png|{code(number)}" for number in range(9))]
    send(team, upload, "shots.zip", packed({**crops(9), "labels.tsv": table(*rows)}))
    body = finished(team, upload)
    assert body["results"] == {"table": 1, "kept": 9}
    assert sorted(item["text"] for item in outcomes(team, upload, result="kept")) == sorted(map(code, range(9)))
    with SampleStore.open(settings.spool, upload=False) as store:
        assert sorted(sample.label.text for sample in store.samples()) == sorted(map(code, range(9)))
        assert {dict(sample.metadata)["upload"] for sample in store.samples()} == {upload}


def test_an_upload_of_before_a_restart_goes_on(open_team: Callable[..., TestClient], settings: Settings) -> None:
    team = open_team("raise SystemExit('error: not now')")
    upload = begin(team)
    send(team, upload, "one.png", png(crop(code(1))))
    team.post(f"/v1/team/uploads/{upload}/start")
    assert wait_until(lambda: state(team, upload)["is_stuck"], SECONDS)
    team.__exit__(None, None, None)
    again = open_team()
    assert wait_until(lambda: state(again, upload)["phase"] == "finished", SECONDS)
    assert state(again, upload)["is_stuck"] is False
    assert [item["text"] for item in outcomes(again, upload)] == [code(1)]
    assert wait_until(lambda: UploadJobs(settings.spool).get(upload).sent() == [], SECONDS)  # what was sent is removed
    assert begin(again) != upload


def test_parts_come_in_order_and_nothing_comes_after_the_start(open_team: Callable[..., TestClient]) -> None:
    team = open_team("import time; time.sleep(600)")
    upload = begin(team)
    assert send_part(team, upload, "a.png", 5, 10, b"54321").json()["kind"] == "upload-incomplete"
    assert send_part(team, upload, "a.png", 0, 10, b"12345").json()["arrived"] == 5
    assert send_part(team, upload, "a.png", 0, 10, b"12345").json()["arrived"] == 5
    early = team.post(f"/v1/team/uploads/{upload}/start")
    assert (early.status_code, early.json()["kind"]) == (409, "upload-incomplete")
    assert send_part(team, upload, "a.png", 5, 10, b"54321").json()["arrived"] == 10
    assert send_part(team, upload, "a.png", 5, 8, b"54321").status_code == 409
    too_long = send_part(team, upload, "b.png", 0, MOST_PART + 1, b"x" * (MOST_PART + 1))
    assert (too_long.status_code, too_long.json()["kind"]) == (413, "too-large")
    assert team.post(f"/v1/team/uploads/{upload}/start").status_code == 202
    assert team.post(f"/v1/team/uploads/{upload}/start").status_code == 202
    late = send_part(team, upload, "late.png", 0, 1, b"x")
    assert (late.status_code, late.json()["kind"]) == (409, "upload-closed")
    assert team.delete(f"/v1/team/uploads/{upload}").json()["phase"] == "cancelled"
    assert state(team, upload)["ended_at"] is not None


@pytest.mark.parametrize(
    "fields",
    [{"tags": 'a "quoted" tag'}, {"values": "no equals sign"}, {"values": "Bad Key=1"}, {"features": "../x"}],
)
def test_what_makes_no_sense_begins_nothing(open_team: Callable[..., TestClient], fields: dict[str, str]) -> None:
    team = open_team()
    answer = team.post("/v1/team/uploads", files=form(**fields))
    assert (answer.status_code, answer.json()["kind"]) == (400, "bad-request")
    assert team.get("/v1/team/uploads").json()["items"] == []


def test_an_unknown_upload_is_not_found(open_team: Callable[..., TestClient]) -> None:
    team = open_team()
    path = "/v1/team/uploads/20260101-000000-00000000"
    answers = [team.get(path), team.get(f"{path}/files"), team.post(f"{path}/start"), team.delete(path)]
    assert [answer.status_code for answer in answers] == [404] * 4


def test_a_stranger_sends_nothing(open_team: Callable[..., TestClient]) -> None:
    team = open_team()
    upload = begin(team)
    team.headers["Authorization"] = "Bearer somebody-else"
    assert send_part(team, upload, "a.png", 0, 1, b"x").status_code == 401
    del team.headers["Authorization"]
    assert send_part(team, upload, "a.png", 0, 1, b"x").status_code == 401
    assert team.post("/v1/team/uploads", files=form(by="x")).status_code == 401


def test_requests_about_uploads_count_little_once_the_token_is_right(start: Callable[..., TestClient]) -> None:
    client = start(team_token=SecretStr(TOKEN), rate_per_minute=0.01, rate_burst=5)
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    upload = begin(client)
    for number in range(20):
        send(client, upload, f"{number}.png", b"x")
    client.headers["Authorization"] = "Bearer somebody-else"
    answers = [client.get("/v1/team/uploads") for _ in range(6)]
    assert [answer.status_code for answer in answers[:4]] == [401] * 4
    assert (answers[-1].status_code, answers[-1].json()["kind"]) == (429, "too-many-requests")
