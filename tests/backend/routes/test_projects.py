"""Projects: whose crops are seen by whom, through every route of the team."""

import base64
import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from backend.people.roles import FOR_GUESTS, LEAST_ROLES
from backend.settings import Settings
from datasets.cycles.report import Example
from datasets.features.own_features import keep_own
from datasets.samples.measuring import measure_crops
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.uploads.job import UploadJobs
from datasets.uploads.outcome import FileOutcome
from datasets.uploads.request import UploadRequest
from ocr_model.domains.tags import TAGS
from tests.backend.people.conftest import PUBLIC, TOKEN, Site
from tests.backend.routes.test_features import bring_up_to_date
from tests.backend.routes.test_team import create, form, publish, report
from tests.datasets.making import label
from tests.datasets.patterns import pattern

BY_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
CROPS, HIDDEN = 24, 8  # the first ones belong to the private project
MARK = "QZXKWVJQ"  # in every text that must not be told
COMMON = "GW2871"
# A gate's passages belong to no project, and its routes are where number plates are read.
_OF_CROPS = {route: role for route, role in LEAST_ROLES.items() if "/gate/" not in route[1]}


class World:
    """A backend with crops of a private project and of the team, and people in it and outside."""

    def __init__(self, site: Site, digests: list[str], upload: str) -> None:
        self.site, self.client, self.digests, self.upload = site, site.client, digests, upload
        for name, role in (("owner", "owner"), ("ada", "maintainer"), ("bob", "maintainer"), ("cy", "labeller")):
            site.join(f"{name}@example.com", role)
        self.people = {name: site.sign_in(f"{name}@example.com") for name in ("owner", "ada", "bob", "cy")}

    @property
    def hidden(self) -> list[str]:
        return self.digests[:HIDDEN]

    def get(self, path: str, who: str | None = None, **query: Any) -> Any:
        headers = {} if who is None else self.people[who]
        return self.client.get(f"/v1/team/{path}", params=query, headers=headers)

    def post(self, path: str, who: str | None, **fields: str) -> Any:
        headers = BY_TOKEN if who == "token" else {} if who is None else self.people[who]
        return self.client.post(f"/v1/team/{path}", files=form(**fields), headers=headers)

    def found(self, who: str | None, where: str = "") -> set[str]:
        answer = self.get("samples", who, where=where, size=200)
        assert answer.status_code == 200, answer.text
        return {item["sample"] for item in answer.json()["items"]}


@pytest.fixture
def digests(settings: Settings) -> list[str]:
    found = []
    with SampleStore.open(settings.spool) as store:
        for number in range(CROPS):
            text = f"{MARK}{number:03d}" if number < HIDDEN else f"GW28{number}"
            changes: dict[str, Any] = {"at": datetime(2026, 5, 4 + number, 12, 0, tzinfo=UTC)}
            if number % 4 == 0:
                changes |= {"status": "corrected", "read_confidence": 0.99, "read_text": f"{text}X"}
            changes["client"] = f"client-{MARK}" if number < HIDDEN else "client-1"
            found.append(store.keep(pattern(number), label(f"prediction{number:08d}", text, **changes)).digest)
        store.marks.change(found[:HIDDEN], by="ada", give=[f"tag {MARK}"], values={"shelf": f"shelf-{MARK}"})
        store.marks.change(found[HIDDEN:], by="ada", give=["seen"], values={"shelf": "A3"})
        measure_crops(store)  # nothing is left for the backend to measure while answers are compared
    create(settings.spool, "v1.0")
    publish(settings.spool, report(1))
    bring_up_to_date(settings.spool)
    return found


@pytest.fixture
def world(start: Callable[..., TestClient], settings: Settings, digests: list[str]) -> World:
    job = UploadJobs(settings.spool).new(UploadRequest(by="ada", at=datetime(2026, 5, 4, tzinfo=UTC), title="both"))
    job.add([FileOutcome(file=f"{MARK}.png", result="kept", samples=(digests[0],), text=f"{MARK}000")])
    job.add([FileOutcome(file="seen.png", result="kept", samples=(digests[HIDDEN],), text=COMMON)])
    world = World(Site(start(public_url=PUBLIC, team_token=SecretStr(TOKEN))), digests, job.id)
    made = world.post("projects", "ada", name="Secret shoes", id="secret", description=f"about {MARK}")
    assert made.status_code == 201, made.text
    joined = world.post("marks", "ada", samples=" ".join(world.hidden), join="secret")
    assert joined.status_code == 200, joined.text
    return world


def paths_to_read(world: World, digest: str, prediction: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    """All requests by which the team reads: method, template, path, and query or form."""
    crop = {"digest": digest, "prediction_id": prediction, "name": "v1.0", "cycle": "v1.0-a", "upload": world.upload}
    queries: dict[str, list[dict[str, Any]]] = {
        "/samples": [
            {"size": 200, "thumbnails": "true"},
            {"where": "project = secret"},
            {"where": "not tag = seen"},
            {"where": f'tag = "tag {MARK}"'},
            {"where": f"crop = {digest}"},
            {"order": "sharpest"},
        ],
        "/samples/count": [{}, {"where": "project = secret"}, {"where": f"text contains {MARK}"}],
        "/samples/named": [{"samples": " ".join(world.digests), "thumbnails": "true"}],
        "/searches/help": [
            {"where": "tag = "},
            {"where": f"text = {MARK[:1]}"},
            {"where": "client = "},
            {"where": "meta.shelf = "},
            {"where": "project = "},
            {"where": ""},
            {"where": "crop = "},
        ],
        "/map": [{"colour": colour} for colour in ("status", "tag", "brand", "model")] + [{"dimensions": "3"}],
        "/map/inside": [{"outlines": "-9999,-9999 9999,-9999 9999,9999 -9999,9999"}],
        "/lists/{name}": [{}],
        "/samples/{digest}/alike": [{"most": 60}],
    }
    names = ["duplicates", "outliers", "rare", "doubtful"]
    asked = []
    for method, template in sorted(_OF_CROPS):
        is_reading = method == "GET" or any(part in template for part in ("/export", "/named", "/map"))
        if not is_reading:
            continue
        short = template.removeprefix("/v1/team")
        for query in queries.get(short, [{"where": ""}] if "export" in short else [{}]):
            for name in names if short == "/lists/{name}" else [crop["name"]]:
                path = short.format(**(crop | {"name": name, "project": "secret"}))
                asked.append((method, template, path.lstrip("/"), query))
    return asked


def ask(world: World, headers: dict[str, str], method: str, path: str, fields: dict[str, Any]) -> Any:
    if method == "POST":
        return world.client.post(f"/v1/team/{path}", files=form(**fields), headers=headers)
    return world.client.get(f"/v1/team/{path}", params=fields, headers=headers)


def leaks(world: World, content: bytes) -> bool:
    """Whether an answer holds anything of the private project's crops."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content += b"".join(map(archive.read, archive.namelist()))
    wanted = [MARK.encode(), MARK.lower().encode(), b"project::", b"secret"]
    for number, digest in enumerate(world.hidden):
        wanted += [digest.encode(), f"prediction{number:08d}".encode(), bytes.fromhex(digest)]
    return any(text in content for text in wanted) or any(
        picture in content for picture in world.site.__dict__.setdefault("pictures", pictures(world))
    )


def pictures(world: World) -> list[bytes]:
    """The private pictures as they may be answered."""
    found = []
    for digest in world.hidden:
        for path in (f"samples/{digest}.png", f"samples/{digest}/thumbnail.webp"):
            answer = world.get(path, "owner")
            assert answer.status_code == 200
            found += [answer.content, base64.b64encode(answer.content)]
    return found


def test_no_route_tells_an_outsider_of_a_private_projects_crops(world: World) -> None:
    requests = paths_to_read(world, world.hidden[0], "prediction00000000")
    told = set()
    for method, template, path, fields in requests:
        answer = ask(world, world.people["bob"], method, path, fields)
        content = answer.content
        asked = [str(written) for written in fields.values()] if answer.status_code == 200 else re.split("[/.]", path)
        for written in asked:  # what was asked is no news
            content = content.replace(written.encode(), b"")
        assert not leaks(world, content), (method, path, fields, content[:2000])
        assert answer.status_code < 500, (method, path, answer.text)
        if leaks(world, ask(world, world.people["owner"], method, path, fields).content):
            told.add((method, template))
    # Where an owner is told of them; so each of these would have been noticed.
    team = "/v1/team"
    assert told >= {
        *(("GET", f"{team}/{path}") for path in ("samples", "review", "tags", "projects", "projects/{project}")),
        *(("GET", f"{team}/{path}") for path in ("samples/teaching", "labels/{prediction_id}", "searches/help")),
        *(("GET", f"{team}/samples/{{digest}}{path}") for path in (".png", "/thumbnail.webp", "/alike")),
        *(("GET", f"{team}/uploads/{{upload}}/{path}") for path in ("files", "results.csv")),
        *(("POST", f"{team}/samples/export.{kind}") for kind in ("zip", "csv", "parquet", "tar", "lmdb.zip")),
        *(("POST", f"{team}/{path}") for path in ("samples/named", "map", "map/inside")),
        ("GET", f"{team}/lists/{{name}}"),
    }


def test_every_route_that_reads_is_asked(world: World) -> None:
    asked = {(method, template) for method, template, _, _ in paths_to_read(world, "0" * 64, "prediction")}
    assert asked >= {route for route in _OF_CROPS if route[0] == "GET"}
    # All others change something, and are tried below.
    changing = {route for route in _OF_CROPS if route not in asked}
    assert all(method in ("POST", "DELETE") for method, _ in changing)


def test_numbers_leave_hidden_crops_out(world: World) -> None:
    assert world.get("samples/count", "bob").json() == {"labels": CROPS - HIDDEN, "is_exact": True}
    assert world.get("samples/count", "owner").json()["labels"] == CROPS
    assert world.get("samples/count", "bob", where="project = secret").json()["labels"] == 0
    assert world.get("samples/count", "bob", where="project != secret").json()["labels"] == CROPS - HIDDEN
    assert world.get("samples/count", "ada", where="project = secret").json()["labels"] == HIDDEN
    labels = world.get("overview", "bob").json()["labels"]
    assert (labels["kept"], labels["crops"]) == (CROPS - HIDDEN, CROPS - HIDDEN)
    assert sum(day["labels"] for day in labels["days"]) == CROPS - HIDDEN
    seen = world.get("lists", "bob").json()
    assert (seen["crops"], seen["kept"]) == (CROPS - HIDDEN, CROPS - HIDDEN)
    drawn = world.post("map", "bob").json()
    assert drawn["crops"] == CROPS - HIDDEN
    assert set(drawn["samples"]) == set(world.digests[HIDDEN:])
    around = "-9999,-9999 9999,-9999 9999,9999 -9999,9999"
    assert world.post("map/inside", "bob", outlines=around).json()["found"] == CROPS - HIDDEN


def test_what_a_version_holds_of_others_is_withheld(world: World) -> None:
    version = world.get("overview", "bob").json()["versions"][0]
    assert (version["is_withheld"], version["filters"]) == (True, [])
    assert not world.get("overview", "ada").json()["versions"][0]["is_withheld"]
    for path in ("versions/v1.0", "versions/v1.0/sheet.png", "cycles/v1.0-a/report.html"):
        assert world.get(path, "bob").status_code == 404
        assert world.get(path, "ada").status_code == 200


@pytest.mark.parametrize("who", ["bob", None])
def test_an_outsider_changes_nothing_of_a_private_project(world: World, who: str | None) -> None:
    hidden = world.hidden[0]
    event = world.get("labels/prediction00000000", "ada").json()["label"]["event"]
    before = world.found("ada", f"crop = {hidden}"), world.get("labels/prediction00000000", "ada").json()
    allowed = (401,) if who is None else (200, 400, 403, 404)
    changes = [
        world.post("labels", who, change="fix", labels=f"prediction00000000 {event}", text="CW2288-111"),
        world.post("marks", who, samples=hidden, give="mine"),
        world.post("marks", who, samples=hidden, leave="secret"),
        world.post("marks", who, samples=world.digests[-1], join="secret"),
        world.post("uploads", who, project="secret"),
        world.post("projects/secret", who, visibility="public"),
        world.post(f"projects/secret/members/{'0' * 32}", who, role="maintainer"),
    ]
    for answer in changes:
        assert answer.status_code in allowed, answer.text
        assert answer.status_code != 200 or answer.json()["items"][0]["problem"] == "not-found"
    assert (world.found("ada", f"crop = {hidden}"), world.get("labels/prediction00000000", "ada").json()) == before
    assert hidden not in world.found("bob")


def test_a_join_cannot_be_taken_back_from_outside(world: World) -> None:
    made = world.post("marks", "ada", samples=world.digests[-1], join="secret").json()
    path = f"/v1/team/marks/{made['action']}"
    assert world.client.delete(path, headers=world.people["bob"]).status_code == 404
    assert world.digests[-1] not in world.found("bob")
    assert world.client.delete(path, headers=world.people["ada"]).status_code == 200
    assert world.digests[-1] in world.found("bob")


def test_a_member_sees_and_touches_as_the_project_says(world: World) -> None:
    people = {person["email"]: person["id"] for person in world.get("people", "owner").json()}
    cy, hidden = people["cy@example.com"], world.hidden[0]
    assert hidden not in world.found("cy")
    assert world.post(f"projects/secret/members/{cy}", "ada", role="viewer").status_code == 200
    assert hidden in world.found("cy")
    refused = world.post("marks", "cy", samples=hidden, give="mine")
    assert (refused.status_code, refused.json()["kind"]) == (403, "not-yours")
    event = world.get("labels/prediction00000000", "cy").json()["label"]["event"]
    change = {"change": "fix", "labels": f"prediction00000000 {event}", "text": "CW2288-111"}
    assert world.post("labels", "cy", **change).json()["items"][0]["problem"] == "not-yours"
    assert world.post(f"projects/secret/members/{cy}", "ada", role="labeller").status_code == 200
    assert world.post("marks", "cy", samples=hidden, give="mine").status_code == 200
    assert world.post("labels", "cy", **change).json()["items"][0]["problem"] is None
    history = world.get("projects/secret", "ada").json()["changes"]
    assert [(change["what"], change["value"]) for change in history][:2] == [
        ("member", "cy@example.com labeller"),
        ("member", "cy@example.com viewer"),
    ]
    assert history[0]["by"] == "ada <ada@example.com>"
    removed = world.client.delete(f"/v1/team/projects/secret/members/{cy}", headers=world.people["ada"])
    assert removed.status_code == 200
    assert hidden not in world.found("cy")


def test_a_crop_of_several_projects_is_seen_through_any(world: World) -> None:
    hidden = world.hidden[0]
    assert world.post("projects", "ada", name="Shared", visibility="team").json()["id"] == "shared"
    assert world.post("marks", "ada", samples=hidden, join="shared").status_code == 200
    assert hidden in world.found("bob")
    told = world.get("labels/prediction00000000", "bob").json()
    assert told["label"]["projects"] == ["shared"]
    assert "secret" not in world.get("labels/prediction00000000", "bob").text
    # A question about a project that is not seen is answered as if there were none.
    assert world.found("bob", "project = secret") == set()
    assert hidden in world.found("bob", "not project = secret")
    assert world.post("projects/shared", "ada", visibility="private").status_code == 200
    assert hidden not in world.found("bob")


def test_anybody_looks_at_a_public_project_and_touches_nothing(world: World) -> None:
    assert world.get("samples").status_code == 401
    assert world.post("projects/secret", "ada", visibility="public").status_code == 200
    assert world.found(None) == set(world.hidden)
    assert [project["id"] for project in world.get("projects").json()] == ["secret"]
    assert world.get(f"samples/{world.hidden[0]}.png").status_code == 200
    assert world.get(f"samples/{world.digests[-1]}.png").status_code == 404
    assert world.get("labels/prediction00000023").status_code == 404
    told = world.get("labels/prediction00000000").text + world.get("samples", size=200).text
    assert "example.com" in world.get("labels/prediction00000000", "ada").text
    assert "example.com" not in told
    assert f"client-{MARK}" not in told
    details = world.get("projects/secret").json()
    assert (details["members"], details["changes"], details["project"]["may_add"]) == ([], [], False)
    for method, path in _OF_CROPS:
        if (method, path) in FOR_GUESTS:
            continue
        filled = path.replace("{digest}", world.hidden[0]).replace("{prediction_id}", "prediction00000000")
        filled = filled.replace("{project}", "secret").replace("{name}", "v1.0").replace("{upload}", world.upload)
        filled = filled.replace("{person}", "0" * 32).replace("{action}", "0" * 32).replace("{cycle}", "v1.0-a")
        assert world.client.request(method, filled).status_code == 401, (method, path)


def test_only_reading_is_for_guests() -> None:
    assert {method for method, _ in FOR_GUESTS} == {"GET"}
    assert all(LEAST_ROLES[route] == "viewer" for route in FOR_GUESTS)


def test_who_does_not_maintain_a_project_does_not_change_it(world: World) -> None:
    people = {person["email"]: person["id"] for person in world.get("people", "owner").json()}
    assert world.post("projects/secret", "ada", visibility="team").status_code == 200
    refused = world.post("projects/secret", "bob", visibility="private")
    assert (refused.status_code, refused.json()["kind"]) == (403, "project-not-yours")
    assert world.post(f"projects/secret/members/{people['bob@example.com']}", "bob").status_code == 403
    assert world.post("projects/secret", "owner", name="Renamed").json()["name"] == "Renamed"


def test_projects_have_ids_that_searches_can_name(world: World) -> None:
    assert world.post("projects", "ada", name="가을 신발", visibility="team").json()["id"] == "가을-신발"
    assert world.post("marks", "ada", samples=world.digests[-1], join="가을-신발").status_code == 200
    assert world.found("bob", "project = 가을-신발") == {world.digests[-1]}
    taken = world.post("projects", "bob", name="secret")
    assert (taken.status_code, taken.json()["kind"]) == (409, "project-taken")
    wrong = world.post("projects", "bob", name="none")
    assert (wrong.status_code, wrong.json()["kind"]) == (400, "bad-project-id")


def test_the_token_sees_all_and_joins_only_what_there_is(world: World) -> None:
    answer = world.client.get("/v1/team/samples", params={"size": 200}, headers=BY_TOKEN)
    assert {item["sample"] for item in answer.json()["items"]} == set(world.digests)
    assert world.post("marks", "token", samples=world.digests[-1], join="no-such").status_code == 404
    assert world.post("marks", "token", samples=world.digests[-1], give="project::secret").status_code == 400
    assert world.post("marks", "token", samples=world.digests[-1], join="secret").status_code == 200
    assert world.digests[-1] not in world.found("bob")


def test_a_project_that_nobody_knows_any_more_is_seen_by_owners_alone(world: World, settings: Settings) -> None:
    with SampleStore.open(settings.spool, upload=False) as store:
        store.marks.change([world.digests[-1]], by="a command", join=["forgotten"])
    assert world.digests[-1] in world.found("owner")
    for who in ("ada", "bob", "cy"):
        assert world.digests[-1] not in world.found(who)


def test_a_version_of_who_does_not_see_all_says_so(world: World, settings: Settings) -> None:
    made = world.post("versions", "bob", where="status = accepted", name="v2.0", key="one")
    assert made.status_code == 200, made.text
    version = next(one for one in world.get("overview", "owner").json()["versions"] if one["name"] == "v2.0")
    assert version["author"] == "bob <bob@example.com>"
    assert version["filters"] == ['status = "accepted" and project in ("none")']
    assert sum(made.json()["crops"].values()) + made.json()["left_out"] == 12
    with SampleStore.open(settings.spool, upload=False) as store:
        wanted = parse_filter(version["filters"][0])
        assert (
            store.search.count(wanted).labels == sum(wanted.matches(sample, TAGS) for sample in store.samples()) == 12
        )


def test_the_command_line_of_uploads_and_pages_say_the_same(world: World, settings: Settings, tmp_path: Path) -> None:
    begun = world.post("uploads", "ada", project="Secret", title="more")
    assert begun.status_code == 201, begun.text
    assert begun.json()["project"] == "secret"
    names = [upload["title"] for upload in world.get("uploads", "ada").json()["items"]]
    assert names == ["more", "both"]
    assert [upload["title"] for upload in world.get("uploads", "bob").json()["items"]] == ["both"]
    upload = begun.json()["id"]
    for path in (f"uploads/{upload}", f"uploads/{upload}/files", f"uploads/{upload}/results.csv"):
        assert world.get(path, "bob").status_code == 404
    assert world.post(f"uploads/{upload}/start", "bob").status_code == 404


def test_downloads_name_who_asked(world: World) -> None:
    assert world.post("samples/export.csv", "cy", where="status = accepted").status_code == 200
    assert world.post("samples/export.zip", "token", where="", by="a script").status_code == 200
    noted = world.get("downloads", "owner").json()
    assert [(one["by"], one["kind"], one["search"]) for one in noted] == [
        ("a script", "zip", "all"),
        ("cy <cy@example.com>", "csv", 'status = "accepted"'),
    ]
    assert world.get("downloads", "ada").status_code == 403


def test_an_upload_into_a_private_project_is_hidden_before_its_first_crop(world: World) -> None:
    assert world.post("projects", "ada", name="Next", id="next").status_code == 201
    begun = world.post("uploads", "ada", project="next", title=f"launch {MARK}").json()["id"]
    # Where every crop is seen, an upload of a project without crops is still its members'.
    assert world.post("projects/secret", "ada", visibility="team").status_code == 200
    assert world.found("bob") == set(world.digests)
    assert MARK not in world.get("uploads", "bob").text
    assert world.get(f"uploads/{begun}", "bob").status_code == 404
    assert world.get(f"uploads/{begun}", "ada").status_code == 200


def test_a_project_that_has_crops_already_is_not_made_by_who_does_not_see_them(
    world: World, settings: Settings
) -> None:
    with SampleStore.open(settings.spool, upload=False) as store:
        store.marks.change([world.digests[-1]], by="a command", join=["forgotten"])
    refused = world.post("projects", "bob", name="Forgotten")
    assert (refused.status_code, refused.json()["kind"]) == (409, "project-taken")
    assert world.digests[-1] not in world.found("bob")
    assert world.post("projects", "owner", name="Forgotten").status_code == 201


def test_saved_searches_that_name_a_project_are_for_who_knows_it(world: World) -> None:
    line = "project = secret and not tag = seen"
    assert world.post("searches", "ada", name="Launch", where=line).status_code == 200
    assert [search["name"] for search in world.get("searches", "ada").json()] == ["Launch"]
    assert world.get("searches", "bob").json() == []
    bob = world.people["bob"]
    assert world.client.delete("/v1/team/searches", params={"name": "Launch"}, headers=bob).status_code == 404
    assert world.post("searches", "bob", name="Mine", where="", instead_of="Launch").status_code == 404
    assert world.post("searches", "bob", name="Mine", where="project in (secret, none)").status_code == 404
    left = world.post("searches", "bob", name="Mine", where="project = none")
    assert [search["name"] for search in left.json()] == ["Mine"]
    assert [search["name"] for search in world.get("searches", "ada").json()] == ["Launch", "Mine"]


def test_guests_do_not_search_by_what_they_are_not_told(world: World) -> None:
    assert world.post("projects/secret", "ada", visibility="public").status_code == 200
    for path in ("samples", "samples/count"):
        for where in ("client contains c", "not (status = accepted or client in (a, b))"):
            refused = world.get(path, where=where)
            assert (refused.status_code, refused.json()["kind"]) == (403, "role-needed")
            assert world.get(path, "bob", where=where).status_code == 200


def test_a_report_is_told_only_where_the_crops_that_it_shows_are_seen(world: World, settings: Settings) -> None:
    assert world.post("versions", "bob", where="status = accepted", name="v1.1", key="one").status_code == 200
    shown = {"set": {"kind": "holdout"}, "label": MARK, "champion": "X", "challenger": MARK, "fixed": True}
    changes: dict[str, Any] = {"version": "v1.1", "notes": (f"about {MARK}",)}
    for number, crop in ((2, world.hidden[0]), (3, world.digests[-1])):
        example = Example.model_validate({**shown, "crop": crop})
        publish(settings.spool, report(number).model_copy(update=changes | {"examples": (example,)}))
    for number, status in ((2, 404), (3, 200)):
        cycle = report(number).id
        assert world.get(f"cycles/{cycle}/report.html", "bob").status_code == status
        assert world.get(f"cycles/{cycle}/report.html", "ada").status_code == 200
    notes = {cycle["id"]: cycle["notes"] for cycle in world.get("overview", "bob").json()["cycles"]}
    assert (notes[report(2).id], notes[report(3).id]) == ([], [f"about {MARK}"])


def test_names_of_vectors_are_told_with_the_crops_that_have_them(world: World, settings: Settings) -> None:
    keep_own(settings.spool, "launch", {world.hidden[0]: np.ones(4, np.float32)})
    keep_own(settings.spool, "plain", {world.digests[-1]: np.ones(4, np.float32)})
    assert world.get(f"samples/{world.digests[-1]}/alike", "bob").json()["own"] == ["plain"]
    assert world.get(f"samples/{world.digests[-1]}/alike", "ada").json()["own"] == ["launch", "plain"]
