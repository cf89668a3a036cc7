"""What the team sees and does: versions, cycles, champions, labels, second looks."""

import io
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from backend.settings import Settings
from datasets.cycles.comparison import SetComparison
from datasets.cycles.heartbeat import Heartbeat
from datasets.cycles.report import CycleReport, ModelSummary
from datasets.cycles.requests import cycle_file_name, pending
from datasets.models.champions import Champions
from datasets.objects.folder import FolderObjects
from datasets.reason import Reason
from datasets.samples.places import Places
from datasets.samples.review import DROPPED, FIXED, REVIEWED, UNPROVEN
from datasets.samples.sample import Sample
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.card import write_cards
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.creation import VersionRequest, create_version
from tests.datasets.making import forge, label, model_folder
from tests.datasets.patterns import pattern

TOKEN = "a-token-for-the-team"
UPLOAD = "uploads/20261130-120000-0123abcd"
ROUTES = [
    ("GET", "/v1/team/overview"),
    ("GET", "/v1/team/versions/v1.0"),
    ("GET", "/v1/team/versions/v1.0/sheet.png"),
    ("GET", "/v1/team/cycles"),
    ("POST", "/v1/team/cycles"),
    ("DELETE", "/v1/team/cycles/v1.0-a"),
    ("GET", "/v1/team/cycles/v1.0-a/report.html"),
    ("GET", "/v1/team/review"),
    ("GET", f"/v1/team/samples/{'0' * 64}/reading"),
    ("GET", f"/v1/team/samples/{'0' * 64}.png"),
    *(("GET", f"/v1/team/{path}") for path in ("samples", "samples/count", "tags")),
    *(("POST", "/v1/team/marks"), ("DELETE", f"/v1/team/marks/{'0' * 32}")),
    ("POST", "/v1/team/labels"),
    ("GET", "/v1/team/labels/prediction00000003"),
    ("GET", f"/v1/team/samples/{'0' * 64}/thumbnail.webp"),
    *(("GET", f"/v1/team/{path}") for path in ("searches", "searches/help", "samples/teaching")),
    *(("POST", f"/v1/team/{path}") for path in ("searches", "samples/export.zip", "samples/export.csv", "versions")),
    ("POST", "/v1/team/map/inside"),
    *(("POST", f"/v1/team/samples/export.{kind}") for kind in ("parquet", "tar", "lmdb.zip")),
    ("DELETE", "/v1/team/searches"),
    *(("GET", f"/v1/team/{path}") for path in (f"samples/{'0' * 64}/alike", "lists", "lists/outliers")),
    *(("POST", f"/v1/team/{path}") for path in ("samples/named", "map")),
    *(("GET", f"/v1/team/{path}") for path in ("me", "people", "downloads")),
    *(("POST", f"/v1/team/{path}") for path in ("me/sign-out", "people", f"people/{'0' * 32}")),
    *(("POST", f"/v1/team/people/{'0' * 32}/{path}") for path in ("invitation", "sign-out")),
    ("DELETE", f"/v1/team/people/{'0' * 32}"),
    *((method, f"/v1/team/{path}") for method in ("GET", "POST") for path in ("projects", "projects/shoes")),
    ("DELETE", "/v1/team/projects/shoes"),
    *((method, f"/v1/team/projects/shoes/members/{'0' * 32}") for method in ("POST", "DELETE")),
    *(("GET", f"/v1/team/{path}") for path in ("uploads", UPLOAD, f"{UPLOAD}/files", f"{UPLOAD}/results.csv")),
    *(("POST", f"/v1/team/{path}") for path in ("uploads", f"{UPLOAD}/files", f"{UPLOAD}/start")),
    ("DELETE", f"/v1/team/{UPLOAD}"),
]


@pytest.fixture(scope="module")
def full_spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spool with twenty labels on two days: five corrected, one of these hard to believe."""
    folder = tmp_path_factory.mktemp("full") / "spool"
    with SampleStore.open(folder) as store:
        for number in range(20):
            changes: dict[str, Any] = {"at": datetime(2026, 5, 4 + number // 10, 12, number, tzinfo=UTC)}
            if number % 4 == 0:
                changes |= {"status": "corrected", "text": f"CW2288-1{number:02d}"}
            if number == 16:
                changes |= {"text": "GW2871", "read_confidence": 0.99}
            store.keep(pattern(number), label(f"prediction{number:08d}", **changes))
    return folder


@pytest.fixture
def spool(settings: Settings, full_spool: Path) -> Path:
    """A copy of the full spool, which takes less time than to fill another."""
    shutil.copytree(full_spool, settings.spool)
    return settings.spool


@pytest.fixture
def team(start: Callable[..., TestClient], request: pytest.FixtureRequest) -> TestClient:
    """A backend whose team has a token, asked with it; its store is empty unless the test has a spool."""
    if "spool" in request.fixturenames:
        request.getfixturevalue("spool")
    client = start(team_token=SecretStr(TOKEN))
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


def objects(spool: Path) -> FolderObjects:
    return FolderObjects(spool)


HOLDOUT, TAGS = Reason(kind="holdout"), Reason(kind="recipe", values={"recipe": "tags-1"})
ACCEPTED = Reason(kind="accepted", values={"fixed": 25, "broken": 5, "crops": 200, "p": 0.0003, "others": 2})


def report(number: int, **changes: Any) -> CycleReport:
    day = datetime(2026, 6, number, tzinfo=UTC)
    holdout = SetComparison(
        set=HOLDOUT,
        kind="holdout",
        crops=200,
        champion_right=150,
        challenger_right=170,
        fixed=25,
        broken=5,
        difference=0.1,
        low=0.05,
        high=0.15,
        p=0.0003,
        verdict="better",
        why=Reason(kind="better", values={"p": 0.0003}),
    )
    slice_of_brand = Reason(kind="slice_brand", values={"of": TAGS, "brand": "Nike"})
    values: dict[str, Any] = {
        "id": f"v{number}.0-a",
        "version": f"v{number}.0",
        "version_hash": "0" * 64,
        "outcome": "accepted",
        "reason": ACCEPTED,
        "by": Reason.words("me"),
        "why": Reason.words(""),
        "started_at": day.isoformat(),
        "finished_at": (day + timedelta(hours=1)).isoformat(),
        "champion": ModelSummary(digest="1" * 64, name="trba", version="1"),
        "challenger": ModelSummary(digest="2" * 64, name="trba", version="2"),
        "promoted_number": 2,
        "comparisons": (
            holdout,
            holdout.model_copy(update={"set": TAGS, "kind": "set", "verdict": "not worse"}),
            holdout.model_copy(update={"set": slice_of_brand, "kind": "slice", "verdict": "not worse"}),
        ),
    }
    return CycleReport(**(values | changes))


def publish(spool: Path, one: CycleReport) -> None:
    objects(spool).put(cycle_file_name(one.id, "report.html"), b"<p>what happened")
    objects(spool).put(cycle_file_name(one.id, "report.json"), one.to_bytes())


def create(spool: Path, name: str) -> None:
    with SampleStore.open(spool) as store, Places.open(spool) as places:
        version = create_version(store, places, name, VersionRequest(filters=(parse_filter("all"),)))
        write_cards(store, VersionCatalogue(places), version, frozenset())


def live(spool: Path) -> dict[str, Sample]:
    with SampleStore.open(spool) as store:
        return {one.label.prediction_id: one for one in store.samples()}


# -- who may ask ------------------------------------------------------------------------------------------


def test_without_a_token_set_every_route_is_shut(client: TestClient) -> None:
    for method, path in ROUTES:
        answer = client.request(method, path, headers={"Authorization": "Bearer anything"})
        assert (path, answer.status_code, answer.json()["kind"]) == (path, 403, "team-off")


def form(**fields: str) -> dict[str, tuple[None, str]]:
    """The fields as parts of a multipart form."""
    return {name: (None, value) for name, value in fields.items()}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_the_token_every_route_is_shut(team: TestClient, method: str, path: str) -> None:
    del team.headers["Authorization"]
    for header in (None, "Bearer wrong-wrong-wrong", f"Basic {TOKEN}", TOKEN, "Bearer"):
        answer = team.request(method, path, headers={} if header is None else {"Authorization": header})
        assert (header, answer.status_code, answer.json()["kind"]) == (header, 401, "wrong-token")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_every_route_of_the_team_is_tested_for_its_lock(team: TestClient) -> None:
    paths = team.get("/openapi.json").json()["paths"]
    known = {path for path in paths if path.startswith("/v1/team")}
    assert sum(len(paths[path]) for path in known) == len(ROUTES)


def test_guesses_run_out(team: TestClient) -> None:
    wrong = {"Authorization": "Bearer wrong-wrong-wrong"}
    assert [team.get("/v1/team/cycles", headers=wrong).status_code for _ in range(11)] == [401] * 10 + [429]
    assert team.get("/v1/team/cycles").status_code == 200
    assert "tags_team_refused_total 11.0" in team.get("/metrics").text


# -- at a glance ------------------------------------------------------------------------------------------


def test_a_store_with_nothing_in_it(team: TestClient) -> None:
    body = team.get("/v1/team/overview").json()
    assert body["serving"] == {"name": "fake", "version": "7"}
    assert (body["serving_number"], body["champions"], body["versions"], body["cycles"]) == (None, [], [], [])
    assert (body["labels"]["kept"], body["labels"]["days"], body["faults"]) == (0, [], [])
    assert body["queue"] is None  # no bucket is set up
    assert team.get("/v1/team/cycles").json() == {"workers": [], "cycles": []}
    assert team.get("/v1/team/review").json() == {"waiting": 0, "items": []}


def test_versions_carry_their_counts_and_the_last_verdict(team: TestClient, spool: Path) -> None:
    create(spool, "v1.0")
    create(spool, "v10.0")
    create(spool, "v2.0")
    publish(spool, report(1, outcome="rejected", reason=Reason.words("Rejected: within noise."), promoted_number=None))
    publish(spool, report(2))
    versions = {one["name"]: one for one in team.get("/v1/team/overview").json()["versions"]}
    assert list(versions) == ["v1.0", "v2.0", "v10.0"]
    said = "Rejected: within noise."
    assert versions["v1.0"]["verdict"] == "rejected"
    assert versions["v1.0"]["reason"] == {"kind": "words", "values": {"text": said}, "text": said}
    assert versions["v10.0"]["reason"] is None
    assert (versions["v2.0"]["verdict"], versions["v10.0"]["verdict"]) == ("accepted", None)
    assert sum(versions["v1.0"]["crops"].values()) == 19
    assert versions["v1.0"]["left_out"] == 1
    card = team.get("/v1/team/versions/v1.0").json()
    assert card["has_sheet"]
    assert card["tables"]["status"]["corrected"]
    assert team.get("/v1/team/versions/v9.9").status_code == 404


def test_cycles_are_told_from_their_reports_without_slices(team: TestClient, spool: Path) -> None:
    publish(spool, report(2))
    publish(spool, report(1))
    cycles = team.get("/v1/team/overview").json()["cycles"]
    assert [one["version"] for one in cycles] == ["v1.0", "v2.0"]
    assert [score["set"]["text"] for score in cycles[0]["scores"]] == ["collected holdout", "recipe tags-1"]
    assert cycles[0]["scores"][1]["set"] == {"kind": "recipe", "values": {"recipe": "tags-1"}, "text": "recipe tags-1"}
    assert cycles[0]["reason"]["values"] == dict(ACCEPTED.values)
    assert cycles[0]["reason"]["text"].startswith("Accepted: 25 errors fixed and 5 new ones on 200 crops")
    assert (cycles[0]["by"]["text"], cycles[0]["why"]["text"]) == ("me", "")
    assert (cycles[0]["scores"][0]["champion_right"], cycles[0]["scores"][0]["challenger_right"]) == (150, 170)
    page = team.get("/v1/team/cycles/v2.0-a/report.html")
    assert page.text == "<p>what happened"
    assert page.headers["content-disposition"].startswith("attachment")
    assert team.get("/v1/team/cycles/v3.0-a/report.html").status_code == 404
    # A later one is found, too.
    publish(spool, report(3))
    assert len(team.get("/v1/team/overview").json()["cycles"]) == 3


def test_what_is_damaged_is_named_and_hides_nothing_else(team: TestClient, spool: Path) -> None:
    publish(spool, report(1))
    objects(spool).put(cycle_file_name("v2.0-a", "report.json"), b"{")
    objects(spool).put("champion/00000001.json", b"{}")
    objects(spool).put("versions/v1.0.json", b"{}")
    body = team.get("/v1/team/overview").json()
    assert [one["version"] for one in body["cycles"]] == ["v1.0"]
    assert body["labels"]["kept"] == 20
    assert len(body["faults"]) == 1
    assert "version v1.0" in body["faults"][0]
    assert body["set_aside_names"] == ["champion/00000001.json"]
    answer = team.get("/v1/team/versions/v1.0")
    assert (answer.status_code, answer.json()["kind"]) == (409, "damaged")
    assert "try again" not in answer.text


def test_wrong_label_events_are_counted_and_named(spool: Path, request: pytest.FixtureRequest) -> None:
    name, data = forge({"text": ["x"]})
    objects(spool).put(name, data)
    team = request.getfixturevalue("team")  # starts after the event is there
    body = team.get("/v1/team/overview").json()
    assert (body["set_aside"], body["set_aside_names"], body["faults"]) == (1, [name], [])


def test_champions_are_told_in_order(team: TestClient, spool: Path, tmp_path: Path) -> None:
    champions = Champions(objects(spool))
    one, two = (champions.registry.register(model_folder(tmp_path / name, name)) for name in ("one", "two"))
    champions.promote(one, expected=None, by="me", reason="shipped")
    champions.promote(two, expected=1, by="me", reason="better", dataset_version="v2.0")
    champions.rollback("me", "worse after all")
    entries = team.get("/v1/team/overview").json()["champions"]
    told = [(entry["number"], entry["name"], entry["kind"], entry["restores"]) for entry in entries]
    assert told == [(1, "one", "promotion", None), (2, "two", "promotion", None), (3, "one", "rollback", 1)]


def test_correction_rate_and_confidence_over_time(team: TestClient, spool: Path) -> None:
    labels = team.get("/v1/team/overview").json()["labels"]
    assert (labels["kept"], labels["by_status"]["corrected"], labels["waiting"]) == (20, 5, 1)
    assert [(day["start"][:10], day["labels"], day["corrected"]) for day in labels["days"]] == [
        ("2026-05-04", 10, 3),
        ("2026-05-05", 10, 2),
    ]
    assert labels["days"][0]["confidence"] == pytest.approx(0.875)
    assert [block["labels"] for block in labels["blocks"]] == [20]


def test_a_new_label_is_counted_at_once(team: TestClient, png: bytes) -> None:
    assert team.get("/v1/team/overview").json()["labels"]["days"] == []
    prediction = team.post("/v1/predictions", files={"image": ("a.png", png)}).json()["id"]
    team.post(f"/v1/predictions/{prediction}/label", files={"status": (None, "accepted")})
    assert team.get("/v1/team/overview").json()["labels"]["days"][0]["labels"] == 1


def test_a_removed_crop_is_gone_from_the_contact_sheet(team: TestClient, spool: Path) -> None:
    create(spool, "v1.0")
    before = team.get("/v1/team/versions/v1.0/sheet.png")
    assert before.headers["content-type"] == "image/png"
    assert "no-store" in before.headers["cache-control"]
    removed = live(spool)["prediction00000003"].digest
    assert removed in str(Image.open(io.BytesIO(before.content)).info)
    assert team.delete("/v1/predictions/prediction00000003/label").json() == {"deleted": True}
    after = team.get("/v1/team/versions/v1.0/sheet.png")
    assert removed not in str(Image.open(io.BytesIO(after.content)).info)
    assert team.get("/v1/team/versions/v2.0/sheet.png").status_code == 404
    assert team.get(f"/v1/team/samples/{removed}.png").status_code == 404


# -- cycles -----------------------------------------------------------------------------------------------


def test_a_cycle_is_asked_for_and_its_progress_told(team: TestClient, spool: Path) -> None:
    answer = team.post("/v1/team/cycles", files=form(why="enough corrections"))
    assert answer.status_code == 202
    (request,) = pending(objects(spool))
    assert (request.id, request.version) == (answer.json()["id"], None)
    assert (request.by, request.why) == (Reason(kind="page"), Reason.words("enough corrections"))
    body = team.get("/v1/team/cycles").json()
    assert (body["workers"], body["cycles"][0]["progress"], body["cycles"][0]["worker"]) == ([], None, None)
    assert body["cycles"][0]["by"] == {"kind": "page", "values": {}, "text": "the team's page"}


def test_the_same_request_sent_again_is_one_request(team: TestClient, spool: Path) -> None:
    ids = {team.post("/v1/team/cycles", files=form(key="k1")).json()["id"] for _ in range(2)}
    assert {request.id for request in pending(objects(spool))} == ids
    assert len(ids) == 1


def test_who_works_and_how_far_it_is(team: TestClient, spool: Path) -> None:
    cycle = team.post("/v1/team/cycles").json()["id"]
    for worker, fence, done in (("worker-1", 2, 300), ("worker-2", 1, 100)):  # the second one has lost its lease
        heartbeat = Heartbeat(objects(spool), worker)
        heartbeat.work_on(cycle, fence)
        heartbeat.progress("train", done, 1000, "crops")
        heartbeat.beat()
    body = team.get("/v1/team/cycles").json()
    assert (body["workers"][0]["worker"], body["workers"][0]["doing"]) == ("worker-1", cycle)
    progress = body["cycles"][0]["progress"]
    assert (progress["stage"], progress["done"], progress["total"]) == ("train", 300, 1000)
    assert body["cycles"][0]["worker"] == "worker-1"


def test_a_cycle_on_a_version_needs_that_version(team: TestClient, spool: Path) -> None:
    assert team.post("/v1/team/cycles", files=form(version="v9.9")).status_code == 404
    assert team.post("/v1/team/cycles", files=form(version="../x")).status_code == 422
    assert pending(objects(spool)) == ()
    create(spool, "v1.0")
    assert team.post("/v1/team/cycles", files=form(version="v1.0")).status_code == 202
    assert pending(objects(spool))[0].version == "v1.0"


# -- second looks -----------------------------------------------------------------------------------------


def waiting(team: TestClient) -> list[dict[str, Any]]:
    return list(team.get("/v1/team/review").json()["items"])


def judge(team: TestClient, change: str, *labels: dict[str, Any], **fields: str) -> Any:
    lines = "\n".join(f"{label['prediction_id']} {label['event']}" for label in labels)
    return team.post("/v1/team/labels", files=form(change=change, labels=lines, **fields))


def test_a_suspicious_label_waits_with_its_picture(team: TestClient, spool: Path) -> None:
    (item,) = waiting(team)
    (label,) = item["labels"]
    assert item["reasons"] == ["contradicts a sure reading"]
    assert (label["text"], label["read_text"], label["client"]) == ("GW2871", "CW2288-111", "c1")
    picture = team.get(f"/v1/team/samples/{item['sample']}.png")
    assert Image.open(io.BytesIO(picture.content)).size == pattern(16).size


@pytest.mark.parametrize(
    ("verdict", "fields", "source", "status", "text"),
    [
        ("keep", {}, REVIEWED, "corrected", "GW2871"),
        ("fix", {"text": "cw2288–112"}, FIXED, "corrected", "CW2288-112"),
        ("fix", {"text": "CW2288-111"}, FIXED, "accepted", "CW2288-111"),
        ("fix", {"text": "gw 2871"}, REVIEWED, "corrected", "GW2871"),
        ("drop", {}, DROPPED, "corrected", "GW2871"),
    ],
)
def test_a_second_look_is_kept_and_the_picture_waits_no_longer(
    team: TestClient, spool: Path, verdict: str, fields: dict[str, str], source: str, status: str, text: str
) -> None:
    ((label,),) = (item["labels"] for item in waiting(team))
    answer = judge(team, verdict, label, **fields)
    assert answer.status_code == 200, answer.text
    assert waiting(team) == []
    kept = live(spool)[label["prediction_id"]].label
    assert (kept.source, kept.status, kept.text) == (source, status, text)
    create(spool, "v1.0")
    with Places.open(spool) as places:
        entries = {one.digest: one.text for one in VersionCatalogue(places).read("v1.0").manifest.entries}
    assert entries.get(label["sample"]) == (None if verdict == "drop" else text)


@pytest.mark.parametrize("verdict", ["keep", "drop"])
def test_three_labels_of_one_picture_wait_as_one_and_wait_again_when_the_look_is_undone(
    team: TestClient, spool: Path, verdict: str
) -> None:
    with SampleStore.open(spool) as store:
        for name, text, source in (("p-1", "A1", "app"), ("p-2", "A2", "app"), ("p-3", "A3", UNPROVEN)):
            store.keep(pattern(70), label(name, text, source=source, client=name))
    before, said = waiting(team), live(spool)
    picture = before[0]
    assert [(one["text"], one["client"], one["source"]) for one in picture["labels"]] == [
        ("A3", "p-3", UNPROVEN),
        ("A2", "p-2", "app"),
        ("A1", "p-1", "app"),
    ]
    assert picture["reasons"] == ["contradiction", "unproven"]
    judged = picture["labels"][1:2] if verdict == "keep" else picture["labels"]
    changed = judge(team, verdict, *judged, by="kim").json()["items"]
    assert [item["sample"] for item in waiting(team)] == [before[1]["sample"]]
    undone = judge(team, "undo", *(one["label"] for one in changed), by="kim").json()["items"]
    assert [one["problem"] for one in undone] == [None] * len(changed)
    assert {name: sample.label for name, sample in live(spool).items()} == {
        name: sample.label for name, sample in said.items()
    }
    again = waiting(team)
    assert [item["reasons"] for item in again] == [item["reasons"] for item in before]
    assert [[(one["text"], one["source"]) for one in item["labels"]] for item in again] == [
        [(one["text"], one["source"]) for one in item["labels"]] for item in before
    ]


def test_a_confirmed_crop_is_read_by_the_model_that_serves_now(team: TestClient, spool: Path) -> None:
    (item,) = waiting(team)
    answer = team.get(f"/v1/team/samples/{item['sample']}/reading").json()
    assert answer["model"] == team.get("/v1/team/overview").json()["serving"]
    assert 0 <= answer["confidence"] <= 1
    assert isinstance(answer["text"], str)
    assert team.get(f"/v1/team/samples/{'0' * 64}/reading").status_code == 404
    (path,) = spool.rglob(f"{item['sample']}*.png")
    path.write_bytes(b"no picture")
    damaged = team.get(f"/v1/team/samples/{item['sample']}/reading")
    assert (damaged.status_code, damaged.json()["kind"]) == (409, "damaged")
