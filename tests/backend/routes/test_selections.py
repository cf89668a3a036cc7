"""What the team makes of labels that it has found or chosen: downloads, versions, and those that teach most."""

from __future__ import annotations

import csv
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lmdb
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from backend.settings import Settings
from backend.team import exports
from datasets.objects.names import crop_name
from datasets.samples.crop import open_crop, pixel_digest
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from tests.datasets.making import label
from tests.datasets.patterns import pattern

TOKEN = "a-token-for-the-team"
TEXTS = ("CW2288-1{:02d}", "GW28{:02d}", "VN0A2XSZW{:02d}")


@pytest.fixture
def team(settings: Settings, start: Callable[..., TestClient]) -> TestClient:
    """A backend with twenty labels of three shapes; most are of the first, whose readings are the least sure."""
    with SampleStore.open(settings.spool) as store:
        for number in range(20):
            shape = 0 if number < 14 else 1 + number % 2
            said: dict[str, Any] = {"read_confidence": 0.3 + number / 100}
            if number == 3:
                said |= {"status": "corrected", "text": "=1+1", "read_text": "CW2288-103"}
            text = said.pop("text", TEXTS[shape].format(number))
            store.keep(pattern(number), label(f"prediction{number:08d}", text, **said))
    client = start(team_token=SecretStr(TOKEN))
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


def post(team: TestClient, path: str, *samples: str, **fields: str) -> Any:
    parts: list[tuple[str, Any]] = [("samples", (None, part)) for part in samples]
    parts += [(name, (None, value)) for name, value in fields.items()]
    return team.post(f"/v1/team/{path}", files=parts or [("where", (None, ""))])


def crops(team: TestClient, where: str = "") -> list[str]:
    return [item["sample"] for item in team.get("/v1/team/samples", params={"where": where}).json()["items"]]


# -- downloads ------------------------------------------------------------------------------------------------


def test_a_zip_holds_the_crops_and_their_table(team: TestClient) -> None:
    answer = post(team, "samples/export.zip", where="confidence < 0.35")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        lines = list(csv.DictReader(io.StringIO(archive.read("labels.tsv").decode()), dialect="excel-tab"))
        assert archive.testzip() is None
        assert len(lines) == 5
        for line in lines:
            assert f"{pixel_digest(open_crop(archive.read(line['file'])))}.png" == line["file"]
        assert exports.LEFT_OUT not in archive.namelist()
    assert [line["text"] for line in lines if line["status"] == "corrected"] == ["'=1+1"]


def test_chosen_crops_are_downloaded_whatever_is_found(team: TestClient) -> None:
    wanted = crops(team)[:3]
    answer = post(team, "samples/export.csv", " ".join(wanted[:2]), wanted[2])
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {line["file"] for line in lines} == {f"{digest}.png" for digest in wanted}
    assert {"tags", "doubt", "sharpness"} <= lines[0].keys()


def test_a_zip_ends_somewhere_and_says_so(team: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_CROPS", 4)
    with zipfile.ZipFile(io.BytesIO(post(team, "samples/export.zip").content)) as archive:
        assert len(archive.namelist()) == 4 + 2
        assert b"further" in archive.read(exports.LEFT_OUT)


def test_a_damaged_crop_is_left_out_and_named(team: TestClient, settings: Settings) -> None:
    digest = crops(team)[0]
    (settings.spool / crop_name(digest)).unlink()
    with zipfile.ZipFile(io.BytesIO(post(team, "samples/export.zip").content)) as archive:
        assert archive.read(exports.LEFT_OUT).decode() == f"{digest}.png\n"
        assert len(archive.namelist()) == 19 + 2


def test_places_for_downloads_are_given_back(team: TestClient) -> None:
    for _ in range(5):
        assert post(team, "samples/export.zip").status_code == 200
    assert post(team, "samples/export.csv", where="tga = x").status_code == 422
    assert post(team, "samples/export.csv", "no digest").status_code == 400


def test_other_programs_formats_hold_what_is_chosen(team: TestClient, tmp_path: Path) -> None:
    wanted = crops(team)[:3]
    table = pq.read_table(io.BytesIO(post(team, "samples/export.parquet", " ".join(wanted)).content))
    assert set(table.column("sample").to_pylist()) == set(wanted)
    answer = post(team, "samples/export.tar", " ".join(wanted))
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        assert [name[-4:] for name in archive.getnames()] == [".png", ".txt", "json"] * 3
    assert 'filename="labels.tar"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(post(team, "samples/export.lmdb.zip", " ".join(wanted)).content)) as archive:
        archive.extractall(tmp_path)
    with lmdb.open(str(tmp_path / "labels-lmdb"), readonly=True, lock=False) as found, found.begin() as reading:
        assert reading.get(b"num-samples") == b"3"


def test_a_tar_ends_somewhere_too(team: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_CROPS", 4)
    with tarfile.open(fileobj=io.BytesIO(post(team, "samples/export.tar").content)) as archive:
        assert len(archive.getnames()) == 4 * 3 + 1


# -- versions -------------------------------------------------------------------------------------------------


def test_a_search_becomes_a_version_that_it_defines(team: TestClient, settings: Settings) -> None:
    made = post(team, "versions", where="confidence<0.4", name="v7.0").json()
    assert (made["name"], made["cycle"]) == ("v7.0", None)
    assert made["crops"]["training"] + made["crops"]["evaluation"] + made["left_out"] == 10
    assert post(team, "versions", where="confidence < 0.4", name="v7.0").json() == made
    assert post(team, "versions", where="confidence < 0.41", name="v7.0").json()["kind"] == "version-exists"
    with Places.open(settings.spool) as places:
        assert VersionCatalogue(places).read("v7.0").manifest.filters == ("confidence < 0.4",)


def test_chosen_crops_become_a_version_and_a_cycle_is_asked_for(team: TestClient, settings: Settings) -> None:
    chosen = crops(team)[:4]
    made = post(team, "versions", " ".join(chosen), cycle="true", why="hard ones").json()
    assert made["name"] == "v1.0"
    (cycle,) = team.get("/v1/team/cycles").json()["cycles"]
    assert (cycle["id"], cycle["version"]) == (made["cycle"], "v1.0")
    with Places.open(settings.spool) as places:
        manifest = VersionCatalogue(places).read("v1.0").manifest
    assert [entry.digest for entry in manifest.entries] == sorted(chosen)
    assert manifest.filters == ("crop in ({})".format(", ".join(f'"{digest}"' for digest in sorted(chosen))),)
    assert "v1.0" in {version["name"] for version in team.get("/v1/team/overview").json()["versions"]}


def test_a_version_without_a_name_that_is_asked_for_twice_is_made_once(team: TestClient) -> None:
    made = post(team, "versions", where="confidence < 0.4", cycle="true", key="k1").json()
    again = post(team, "versions", where="confidence < 0.4", cycle="true", key="k1").json()
    assert again == made
    assert made["name"] == "v1.0"
    assert len(team.get("/v1/team/cycles").json()["cycles"]) == 1
    assert post(team, "versions", where="confidence < 0.4", key="k2").json()["name"] == "v1.1"
    assert post(team, "versions", where="confidence < 0.4").json()["name"] == "v1.2"


def test_nothing_becomes_no_version(team: TestClient) -> None:
    assert post(team, "versions", where="tag = nothing").status_code == 400
    assert post(team, "versions", crops(team)[0], where="all").status_code == 400


# -- the labels that teach most -------------------------------------------------------------------------------


def test_what_teaches_most_is_unsure_and_of_many_kinds(team: TestClient) -> None:
    chosen = team.get("/v1/team/samples/teaching", params={"most": 6}).json()
    numbers = [int(item["prediction_id"][-2:]) for item in chosen["items"]]
    assert (chosen["looked_at"], chosen["kinds"]) == (20, 4)
    assert numbers[0] == 0
    assert {14, 15} <= set(numbers)  # the least sure ones of the other shapes, which are surer than all of the first
    assert all(item["thumbnail"] for item in chosen["items"])
    few = team.get("/v1/team/samples/teaching", params={"where": "confidence > 0.45", "most": 100}).json()
    assert len(few["items"]) == few["looked_at"] == 4


def test_what_is_sent_to_review_waits_there_until_it_is_looked_at(team: TestClient) -> None:
    (item,) = team.get("/v1/team/samples", params={"where": 'text = "CW2288-105"'}).json()["items"]
    give = {"samples": (None, item["sample"]), "give": (None, "to review")}
    assert team.post("/v1/team/marks", files=give).json()["crops"] == 1
    (picture,) = team.get("/v1/team/review").json()["items"]
    assert [one["prediction_id"] for one in picture["labels"]] == [item["prediction_id"]]
    assert picture["reasons"] == ["asked"]
    verdict = {"change": "keep", "labels": f"{item['prediction_id']} {item['event']}"}
    team.post("/v1/team/labels", files={name: (None, value) for name, value in verdict.items()})
    assert team.get("/v1/team/review").json()["waiting"] == 0


@pytest.mark.parametrize("look", ["keep", "drop", "fix", "unreadable"])
def test_a_second_look_that_is_undone_lets_the_crop_wait_again(team: TestClient, look: str) -> None:
    def change(what: str, event: str) -> dict[str, Any]:
        fields = {"change": what, "text": "CW2288-999", "labels": f"{item['prediction_id']} {event}", "by": "kim"}
        answer = team.post("/v1/team/labels", files={name: (None, value) for name, value in fields.items()})
        return dict(answer.json()["items"][0]["label"])

    (item,) = team.get("/v1/team/samples", params={"where": 'text = "CW2288-105"'}).json()["items"]
    give = {"samples": (None, item["sample"]), "give": (None, "to review")}
    assert team.post("/v1/team/marks", files=give).json()["crops"] == 1
    looked = change(look, item["event"])
    assert looked["tags"] == []
    for _ in range(2):  # the answer to the first request may have been lost
        assert change("undo", looked["event"])["tags"] == ["to review"]
    assert team.get("/v1/team/review").json()["waiting"] == 1
    undone = team.get(f"/v1/team/labels/{item['prediction_id']}").json()["label"]
    assert change(look, undone["event"])["tags"] == []
