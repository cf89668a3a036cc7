"""What the team is told about crops that look alike."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from backend.settings import Settings
from backend.team import features
from backend.team.feature_keeper import FeatureKeeper
from benchmarks.drivers.gcs_server import wait_until
from datasets.features.feature_folders import present_files
from datasets.features.making import make_features
from datasets.features.own_features import keep_own
from datasets.samples.store import SampleStore
from tests.datasets.making import label
from tests.datasets.patterns import pattern

TOKEN = "a-token-for-the-team"
CROPS = 40


class GreyEncoder:
    """Makes vectors of 32 grey values."""

    name, size = "a" * 32, 32

    def encode(self, images: Sequence[Image.Image]) -> np.ndarray:
        found = np.stack([np.asarray(image.convert("L").resize((8, 4)), np.float32).ravel() + 1 for image in images])
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def bring_up_to_date(spool: Path) -> None:
    with SampleStore.open(spool) as store:
        make_features(store, spool, GreyEncoder(), with_umap=False)


@pytest.fixture
def digests(settings: Settings) -> list[str]:
    """Crops of 40 labels, the first two of which look the same."""
    found = []
    with SampleStore.open(settings.spool) as store:
        for number in range(CROPS):
            image = pattern(0).point(lambda value: min(255, value + 1)) if number == 1 else pattern(number)
            status = "corrected" if number == 5 else "accepted"
            said = label(f"p{number:08d}", f"CW2288-1{number:02d}", status=status, read_confidence=0.95)
            found.append(store.keep(image, said).digest)
    return found


@pytest.fixture
def team(start: Callable[..., TestClient], digests: list[str]) -> TestClient:
    client = start(team_token=SecretStr(TOKEN))
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


def post(team: TestClient, path: str, **fields: str) -> dict:
    answer = team.post(f"/v1/team/{path}", files={name: (None, value) for name, value in fields.items()})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def get(team: TestClient, path: str) -> dict:
    answer = team.get(f"/v1/team/{path}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_before_anything_is_computed_nothing_is_claimed(team: TestClient, digests: list[str]) -> None:
    assert get(team, "lists") == {"items": [], "crops": 0, "kept": CROPS}
    assert get(team, "lists/outliers") == {"samples": [], "found": 0}
    assert get(team, f"samples/{digests[0]}/alike") == {"items": [], "is_known": False, "own": []}
    assert post(team, "map", colour="status")["method"] is None


def test_the_most_alike_come_first(team: TestClient, digests: list[str], settings: Settings) -> None:
    bring_up_to_date(settings.spool)
    found = get(team, f"samples/{digests[0]}/alike?most=5")
    assert found["is_known"]
    samples = [item["label"]["sample"] for item in found["items"]]
    assert samples[0] == digests[1]
    assert digests[0] not in samples
    cosines = [item["cosine"] for item in found["items"]]
    assert cosines == sorted(cosines, reverse=True)
    assert len(cosines) == 5
    assert all(item["label"]["thumbnail"] for item in found["items"])
    assert get(team, f"samples/{'0' * 64}/alike") == {"items": [], "is_known": False, "own": []}


def test_a_crop_that_is_gone_is_in_no_answer(team: TestClient, digests: list[str], settings: Settings) -> None:
    bring_up_to_date(settings.spool)
    assert digests[1] in get(team, "lists/near-duplicates")["samples"]
    with SampleStore.open(settings.spool) as store:
        assert store.undo("p00000001")
    assert digests[1] not in get(team, "lists/near-duplicates")["samples"]
    assert digests[1] not in [item["label"]["sample"] for item in get(team, f"samples/{digests[0]}/alike")["items"]]
    assert digests[1] not in post(team, "map", colour="status")["samples"]
    assert post(team, "samples/named", samples=digests[1]) == {"items": []}


def test_lists_are_counted_and_named(team: TestClient, settings: Settings) -> None:
    bring_up_to_date(settings.spool)
    lists = get(team, "lists")
    assert (lists["crops"], lists["kept"]) == (CROPS, CROPS)
    for entry in lists["items"]:
        assert get(team, f"lists/{entry['name']}")["found"] == entry["found"]
    assert {entry["name"]: entry["found"] for entry in lists["items"]}["outliers"] == 20
    assert team.get("/v1/team/lists/favourites").status_code == 422


def test_lists_are_counted_and_named_among_what_a_search_finds(team: TestClient, settings: Settings) -> None:
    bring_up_to_date(settings.spool)
    everything = set(get(team, "lists/outliers")["samples"])
    for where, there in (("status = corrected", 1), ("status = accepted", CROPS - 1), ("tag = none-has-it", 0)):
        found = {label["sample"] for label in get(team, f"samples?where={where}&size=60")["items"]}
        assert len(found) == there
        some = get(team, f"lists/outliers?where={where}")
        assert set(some["samples"]) == everything & found
        counts = {entry["name"]: entry["found"] for entry in get(team, f"lists?where={where}")["items"]}
        assert some["found"] == len(some["samples"]) == counts["outliers"]
    assert team.get("/v1/team/lists/outliers?where=colour = red").status_code == 422


def test_named_crops_come_with_their_labels_in_order(team: TestClient, digests: list[str]) -> None:
    wanted = [digests[7], digests[3]]
    found = post(team, "samples/named", samples=" ".join([*wanted, "0" * 64]), thumbnails="true")
    assert [item["sample"] for item in found["items"]] == wanted
    assert all(item["thumbnail"] for item in found["items"])
    for samples in ("", "nonsense", " ".join(["0" * 64] * 61)):
        assert team.post("/v1/team/samples/named", files={"samples": (None, samples)}).status_code == 422


@pytest.mark.parametrize(
    ("colour", "values"),
    [("status", {"accepted", "corrected"}), ("brand", {"nike"}), ("confidence", {0.95}), ("model", {"trba 1"})],
)
def test_every_crop_is_a_point_of_a_small_map(
    team: TestClient, settings: Settings, digests: list[str], colour: str, values: set[object]
) -> None:
    bring_up_to_date(settings.spool)
    drawn = post(team, "map", colour=colour)
    assert (drawn["method"], drawn["crops"], drawn["density"]) == ("pca", CROPS, None)
    assert sorted(drawn["samples"]) == sorted(digests)
    assert {len(drawn[name]) for name in ("samples", "x", "y", "values", "texts")} == {CROPS}
    assert set(drawn["values"]) == values


def test_tags_colour_points(team: TestClient, settings: Settings, digests: list[str]) -> None:
    bring_up_to_date(settings.spool)
    assert post(team, "marks", samples=digests[3], give="blurry")
    drawn = post(team, "map", colour="tag")
    assert dict(zip(drawn["samples"], drawn["values"], strict=True))[digests[3]] == "blurry"
    assert drawn["values"].count("") == CROPS - 1


def test_beyond_a_number_of_points_the_density_is_drawn_with_outliers_and_what_is_asked_for(
    team: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SampleStore.open(settings.spool) as store:
        for number in range(CROPS, 130):
            store.keep(pattern(number), label(f"p{number:08d}"))
    bring_up_to_date(settings.spool)
    listed = get(team, "lists/outliers")["samples"]
    files = present_files(settings.spool)
    assert files is not None
    crops = [row.tobytes().hex() for row in files.crops()]
    wanted = next(digest for digest in crops if digest not in listed)
    drawn = post(team, "map", colour="status", most="100", include=wanted)
    assert (drawn["crops"], len(drawn["samples"])) == (130, 100)
    assert {wanted, *listed} <= set(drawn["samples"])
    assert sum(map(sum, drawn["density"]["counts"])) == 130


@pytest.mark.parametrize("path", ["lists", "lists/outliers", f"samples/{'0' * 64}/alike"])
def test_only_the_team_is_told(team: TestClient, path: str) -> None:
    assert team.get(f"/v1/team/{path}", headers={"Authorization": "Bearer somebody-else"}).status_code == 401


# At the lowest priority it would wait for everything else that this machine does.
COMMAND = """
import os, sys
os.nice = lambda more: 0
from datasets.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_features_are_made_in_the_background(
    start: Callable[..., TestClient], settings: Settings, digests: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real command and the shipped encoder, in a process of its own."""
    command = (sys.executable, "-c", COMMAND)
    monkeypatch.setattr("backend.services.FeatureKeeper", partial(FeatureKeeper, command=command))
    client = start(team_token=SecretStr(TOKEN), feature_seconds=0.05)
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    assert wait_until(lambda: client.app.state.services.features.runs > 0, 300.0)
    assert get(client, "lists")["crops"] == CROPS
    assert get(client, f"samples/{digests[0]}/alike?most=1")["items"][0]["label"]["sample"] == digests[1]


def test_crops_are_compared_by_vectors_that_were_brought_in(
    team: TestClient, digests: list[str], settings: Settings
) -> None:
    vectors = {digest: np.eye(4, dtype=np.float32)[number % 4] for number, digest in enumerate(digests[:9])}
    keep_own(settings.spool, "clip", vectors)
    found = get(team, f"samples/{digests[0]}/alike?features=clip")
    assert (found["is_known"], found["own"]) == (True, ["clip"])
    assert {item["label"]["sample"] for item in found["items"]} == {digests[4], digests[8]}
    assert {item["cosine"] for item in found["items"]} == {1.0}
    assert get(team, f"samples/{digests[9]}/alike?features=clip") == {"items": [], "is_known": False, "own": ["clip"]}
    assert team.get(f"/v1/team/samples/{digests[0]}/alike?features=../x").status_code == 422


def test_a_lasso_takes_crops_that_are_no_points(
    team: TestClient, digests: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_up_to_date(settings.spool)
    whole = post(team, "map")
    around = "-999,-999 999,-999 999,999 -999,999"
    found = post(team, "map/inside", outlines=around)
    assert (set(found["samples"]), found["found"]) == (set(digests), CROPS)
    left = sorted(range(CROPS), key=lambda place: whole["x"][place])[:10]
    edge = (whole["x"][left[-1]] + sorted(whole["x"])[10]) / 2
    half = post(team, "map/inside", method="pca", outlines=f"-999,-999 {edge},-999 {edge},999 -999,999")
    assert set(half["samples"]) == {whole["samples"][place] for place in left}
    with SampleStore.open(settings.spool) as store:
        assert store.undo("p00000001")
    assert post(team, "map/inside", outlines=around)["found"] == CROPS - 1
    monkeypatch.setattr(features, "MOST_CHOSEN", 4)
    few = post(team, "map/inside", outlines=f"{around}; 0,0 1,1")
    assert (len(few["samples"]), few["found"]) == (4, CROPS)


@pytest.mark.parametrize("outlines", ["1,2 3", "1,2,3 4,5,6 7,8,9", "1 2 3", "1,e 2,3 4,5", "1,2 " * 2001])
def test_an_outline_that_is_none_is_refused(team: TestClient, outlines: str) -> None:
    answer = team.post("/v1/team/map/inside", files={"outlines": (None, outlines)})
    assert answer.status_code == 400


def test_a_map_in_space(team: TestClient, digests: list[str], settings: Settings) -> None:
    assert post(team, "map/inside", outlines="0,0 1,0 1,1")["found"] == 0
    bring_up_to_date(settings.spool)
    solid, flat = post(team, "map", dimensions="3"), post(team, "map")
    assert (len(solid["z"]), flat["z"], solid["density"]) == (CROPS, [], None)
    assert (solid["x"], solid["methods"]) == (flat["x"], ["pca"])
