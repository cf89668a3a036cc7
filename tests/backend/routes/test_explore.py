"""What the team finds, looks at and changes, crop by crop or many together."""

import base64
import io
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from backend.settings import Settings
from datasets.samples.places import Places
from datasets.samples.review import DROPPED, FIXED, REVIEWED, UNPROVEN
from datasets.samples.sample import Label
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.creation import VersionRequest, create_version
from tests.datasets.making import label
from tests.datasets.patterns import pattern

TOKEN = "a-token-for-the-team"
CROPS = 25


@pytest.fixture(scope="module")
def full_spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spool with 25 labels, every fourth of them corrected."""
    folder = tmp_path_factory.mktemp("full") / "spool"
    with SampleStore.open(folder) as store:
        for number in range(CROPS):
            changes: dict[str, Any] = {"at": datetime(2026, 5, 4, 12, number, tzinfo=UTC)}
            if number % 4 == 0:
                changes |= {"status": "corrected", "text": f"CW2288-1{number:02d}"}
            changes |= {"read_confidence": 0.5 + number / 100}
            store.keep(pattern(number), label(f"prediction{number:08d}", **changes))
    return folder


@pytest.fixture
def spool(settings: Settings, full_spool: Path) -> Path:
    """A copy of the full spool, which takes less time than to fill another."""
    shutil.copytree(full_spool, settings.spool)
    return settings.spool


@pytest.fixture
def team(start: Callable[..., TestClient], spool: Path) -> TestClient:
    client = start(team_token=SecretStr(TOKEN))
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


def found(team: TestClient, search: str = "", **parameters: Any) -> list[dict[str, Any]]:
    answer = team.get("/v1/team/samples", params={"where": search, **parameters})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def item(team: TestClient, number: int) -> dict[str, Any]:
    return dict(team.get(f"/v1/team/labels/prediction{number:08d}").json()["label"])


def change(
    team: TestClient, change: str, *items: dict[str, Any], text: str = "", by: str = "kim"
) -> list[dict[str, Any]]:
    lines = [f"{label['prediction_id']} {label['event']}" for label in items]
    answer = post(team, change, lines, text, by)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def post(team: TestClient, change: str, lines: list[str], text: str = "", by: str = "") -> Any:
    fields = {"change": change, "labels": "\n".join(lines), "text": text, "by": by}
    return team.post("/v1/team/labels", files={name: (None, value) for name, value in fields.items()})


# -- finding --------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_and_hold_each_label_once(team: TestClient) -> None:
    seen: list[str] = []
    after: str | None = None
    for _ in range(4):
        page = team.get("/v1/team/samples", params={"size": 10, "after": after} if after else {"size": 10}).json()
        seen += [label["prediction_id"] for label in page["items"]]
        after = page["after"]
        if after is None:
            break
    assert seen == [f"prediction{number:08d}" for number in reversed(range(CROPS))]


@pytest.mark.parametrize(("order", "first"), [("newest", 24), ("oldest", 0), ("surest", 24), ("least sure", 0)])
def test_labels_come_in_the_order_that_is_asked_for(team: TestClient, order: str, first: int) -> None:
    assert found(team, order=order)[0]["prediction_id"] == f"prediction{first:08d}"


def test_a_search_finds_and_counts_the_same_labels(team: TestClient) -> None:
    labels = found(team, "status = corrected and confidence < 0.6")
    assert [one["text"] for one in labels] == ["CW2288-108", "CW2288-104", "CW2288-100"]
    count = team.get("/v1/team/samples/count", params={"where": "status = corrected and confidence < 0.6"}).json()
    assert count == {"labels": 3, "is_exact": True}
    assert team.get("/v1/team/samples/count").json()["labels"] == CROPS
    assert labels[0]["brands"] == ["Nike"]


@pytest.mark.parametrize("path", ["/v1/team/samples", "/v1/team/samples/count"])
def test_a_search_that_cannot_be_understood_says_where_and_what_may_be_meant(team: TestClient, path: str) -> None:
    answer = team.get(path, params={"where": "turn = 0 and confidense < 0.6"})
    problem = answer.json()
    assert (answer.status_code, problem["kind"], problem["position"]) == (422, "bad-search", 14)
    assert problem["suggestions"] == ["turn = 0 and confidence < 0.6"]
    assert problem["detail"] == "unknown field 'confidense'; did you mean 'confidence'?"
    for typed, meant in (
        ("status = corected or turn=1", "status = corrected or turn=1"),
        ("turn = 0 adn length = 3", "turn = 0 and length = 3"),
        ("(text contians 2288)", "(text contains 2288)"),
    ):
        assert team.get(path, params={"where": typed}).json()["suggestions"] == [meant]
    problem = team.get(path, params={"where": "turn = "}).json()
    assert (problem["kind"], problem["position"], problem.get("suggestions")) == ("bad-search", 8, None)


def test_thumbnails_come_with_the_page_where_they_are_asked_for(team: TestClient, settings: Settings) -> None:
    assert {one["thumbnail"] for one in found(team, size=2)} == {None}
    picture = Image.open(io.BytesIO(base64.b64decode(found(team, size=2, thumbnails=True)[0]["thumbnail"])))
    assert (picture.format, picture.size) == ("WEBP", (160, 40))
    assert len(list(settings.thumbnails.rglob("*.webp"))) == 2


def test_a_thumbnail_is_kept_by_browsers_and_made_once(team: TestClient, settings: Settings) -> None:
    path = f"/v1/team/samples/{item(team, 3)['sample']}/thumbnail.webp"
    first = team.get(path)
    assert first.headers["Cache-Control"].startswith("private, max-age=")
    assert team.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    (kept,) = settings.thumbnails.rglob("*.webp")
    written = kept.stat().st_mtime_ns
    assert team.get(path).content == first.content
    assert kept.stat().st_mtime_ns == written
    assert team.get(f"{path}?size=4000").status_code == 422
    assert team.get(f"/v1/team/samples/{'0' * 64}/thumbnail.webp").status_code == 404


def test_a_crop_that_its_shopper_takes_back_leaves_no_thumbnail(team: TestClient, settings: Settings) -> None:
    found(team, thumbnails=True)
    sample = item(team, 3)["sample"]
    assert list(settings.thumbnails.rglob(f"{sample}-*"))
    assert team.delete("/v1/predictions/prediction00000003/label").status_code == 200
    assert not list(settings.thumbnails.rglob(f"{sample}-*"))
    assert team.get(f"/v1/team/samples/{sample}/thumbnail.webp").status_code == 404


def test_a_damaged_crop_costs_its_thumbnail_alone(start: Callable[..., TestClient], spool: Path) -> None:
    with SampleStore.open(spool) as store:
        sample = store.find("prediction00000024")
    assert sample is not None
    (path,) = spool.rglob(f"{sample.digest}*.png")
    path.write_bytes(b"no picture")  # before the backend starts, which measures whole ones in the background
    team = start(team_token=SecretStr(TOKEN))
    team.headers["Authorization"] = f"Bearer {TOKEN}"
    pictures = [one["thumbnail"] for one in found(team, size=2, thumbnails=True)]
    assert pictures[0] is None
    assert pictures[1] is not None
    details = team.get("/v1/team/labels/prediction00000024").json()
    assert details["quality"] is None


# -- looking --------------------------------------------------------------------------------------------------


def test_details_tell_label_reading_quality_history_and_versions(team: TestClient, spool: Path) -> None:
    with SampleStore.open(spool) as store, Places.open(spool) as places:
        sample = store.find("prediction00000004")
        assert sample is not None
        store.marks.change([sample.digest], by="jin", give=["blurry"])
        create_version(store, places, "v1.0", VersionRequest(filters=(parse_filter("status = corrected"),)))
    details = team.get("/v1/team/labels/prediction00000004").json()
    assert details["label"]["text"] == "CW2288-104"
    assert details["label"]["read_text"] == "CW2288-111"
    assert [(event["kind"], event["text"]) for event in details["history"]] == [
        ("label", "CW2288-104"),
        ("marks", None),
    ]
    assert details["label"]["tags"] == ["blurry"]
    assert details["can_undo"] is False
    assert details["quality"]["light"] in range(1, 255)
    assert details["quality"]["sharpness"] > 0
    assert [held["version"] for held in details["versions"]] == ["v1.0"]
    assert team.get("/v1/team/labels/prediction00000003").json()["versions"] == []
    assert team.get("/v1/team/labels/prediction99999999").status_code == 404


def test_other_labels_of_the_same_crop_are_told(team: TestClient, spool: Path) -> None:
    with SampleStore.open(spool) as store:
        store.keep(pattern(3), label("another-prediction", "CW2288-999", status="corrected"))
    details = team.get("/v1/team/labels/prediction00000003").json()
    assert [other["text"] for other in details["others"]] == ["CW2288-999"]


# -- changing -------------------------------------------------------------------------------------------------


def live(spool: Path, number: int) -> Label:
    with SampleStore.open(spool) as store:
        sample = store.find(f"prediction{number:08d}")
    assert sample is not None
    return sample.label


@pytest.mark.parametrize(
    ("what", "text", "says"),
    [
        ("fix", "gw 2871", (FIXED, "corrected", "GW2871")),
        ("fix", "CW2288-111", (FIXED, "accepted", "CW2288-111")),
        ("keep", "", (REVIEWED, "corrected", "CW2288-104")),
        ("drop", "", (DROPPED, "corrected", "CW2288-104")),
        ("unreadable", "", (FIXED, "unreadable", "")),
    ],
)
def test_any_label_can_be_changed_and_the_same_again_changes_nothing(
    team: TestClient, spool: Path, what: str, text: str, says: tuple[str, str, str]
) -> None:
    before = item(team, 4)
    (changed,) = change(team, what, before, text=text)
    assert changed["problem"] is None
    assert (changed["label"]["source"], changed["label"]["status"], changed["label"]["text"]) == says
    (again,) = change(team, what, before, text=text)  # the first answer may have been lost
    assert again["label"]["event"] == changed["label"]["event"]
    kept = live(spool, 4)
    assert (kept.source, kept.status, kept.text) == says


@pytest.mark.parametrize(
    ("what", "text", "source"),
    [("fix", "GW2871", FIXED), ("unreadable", "", FIXED), ("drop", "", DROPPED), ("keep", "", REVIEWED)],
)
@pytest.mark.parametrize("first", ["app", "an import", UNPROVEN])
def test_what_is_undone_is_as_if_it_had_not_been(
    team: TestClient, spool: Path, what: str, text: str, source: str, first: str
) -> None:
    with SampleStore.open(spool) as store:
        store.keep(pattern(90), label("prediction00000090", "CW2288-104", status="corrected", source=first))
    before, said = item(team, 90), live(spool, 90)
    (changed,) = change(team, what, before, text=text)
    assert team.get("/v1/team/labels/prediction00000090").json()["can_undo"] is True
    (undone,) = change(team, "undo", changed["label"], by="lee")
    assert live(spool, 90) == said
    (again,) = change(team, "undo", changed["label"])
    assert again["label"]["event"] == undone["label"]["event"]
    (nothing,) = change(team, "undo", undone["label"])
    assert nothing["problem"] == "nothing-to-undo"
    history = team.get("/v1/team/labels/prediction00000090").json()["history"]
    assert [(event["source"], event["by"], event["undoes"]) for event in history] == [
        (first, "", False),
        (source, "kim", False),
        (first, "lee", True),
    ]


def test_the_history_tells_who_gave_and_took_tags_too(team: TestClient, spool: Path) -> None:
    def marks(**fields: str) -> str:
        sample = {"samples": item(team, 4)["sample"]}
        answer = team.post("/v1/team/marks", files={name: (None, value) for name, value in (sample | fields).items()})
        return str(answer.json()["action"])

    marks(give="blurry", values="shelf=A3", by="kim")
    change(team, "keep", item(team, 4), by="lee")
    action = marks(take="blurry")
    team.delete(f"/v1/team/marks/{action}", params={"by": "park"})
    history = team.get("/v1/team/labels/prediction00000004").json()["history"]
    assert [(event["kind"], event["by"]) for event in history] == [
        ("label", ""),
        ("marks", "kim"),
        ("label", "lee"),
        ("marks", "team"),
    ]
    assert [(event["given"], event["taken"], event["undone_by"]) for event in history if event["kind"] == "marks"] == [
        (["blurry", "shelf=A3"], [], None),
        ([], ["blurry"], "park"),
    ]


def test_a_change_back_by_hand_is_no_undoing(team: TestClient, spool: Path) -> None:
    label = item(team, 4)
    for text in ("GW2871", "GW2872", "GW2871"):
        (changed,) = change(team, "fix", label, text=text)
        label = changed["label"]
    (undone,) = change(team, "undo", label)
    assert undone["label"]["text"] == "GW2872"


def test_who_changes_a_label_is_named_and_nobody_is_the_team(team: TestClient, spool: Path) -> None:
    (changed,) = change(team, "drop", item(team, 4), by="  김 지인 ")
    assert changed["label"]["by"] == "김 지인"
    (changed,) = change(team, "drop", item(team, 5), by="")
    assert changed["label"]["by"] == "team"
    with SampleStore.open(spool) as store:
        store.upkeep.reindex()
    assert (item(team, 4)["by"], item(team, 6)["by"]) == ("김 지인", "")
    line = f"{changed['label']['prediction_id']} {changed['label']['event']}"
    assert post(team, "keep", [line], by="x" * 201).status_code == 422
    assert post(team, "keep", [line], by="a\x07b").status_code == 422


def test_changes_are_undone_one_by_one(team: TestClient, spool: Path) -> None:
    label = item(team, 4)
    for text in ("GW2871", "GW2872", "GW2873"):
        (changed,) = change(team, "fix", label, text=text)
        label = changed["label"]
    texts = []
    for _ in range(3):
        (undone,) = change(team, "undo", label)
        label = undone["label"]
        texts.append(label["text"])
    assert texts == ["GW2872", "GW2871", "CW2288-104"]
    assert live(spool, 4).source == "app"


def test_many_labels_are_changed_at_once_and_each_is_answered(team: TestClient, spool: Path) -> None:
    labels = found(team, "status = corrected")
    moved = labels[2]
    change(team, "keep", moved)
    team.delete(f"/v1/predictions/{labels[3]['prediction_id']}/label")
    answers = change(team, "drop", *labels)
    assert [answer["problem"] for answer in answers] == [None, None, "label-moved", "not-found", None, None, None]
    assert len(found(team, f"source = {DROPPED}")) == 5


def test_a_fix_needs_a_line_that_can_be_on_a_tag(team: TestClient) -> None:
    label = item(team, 4)
    for text in ("", "한글", "A" * 65):
        assert post(team, "fix", [f"{label['prediction_id']} {label['event']}"], text).status_code == 422


def test_a_request_changes_a_bounded_number_of_labels(team: TestClient) -> None:
    line = f"{'p' * 128} {item(team, 4)['event']}"
    assert post(team, "drop", [line] * 60).status_code == 200
    assert post(team, "drop", [line] * 61).status_code == 422
    assert post(team, "drop", ["no-event"]).status_code == 422
    assert post(team, "burn", [line]).status_code == 422
