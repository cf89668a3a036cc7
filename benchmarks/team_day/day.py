"""The day, step by step, through the API alone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.people.accounts import Accounts
from backend.people.roles import Role
from backend.settings import Settings
from benchmarks.loop_demo.client import Client
from benchmarks.loop_demo.console import Console
from benchmarks.loop_demo.journal import Journal
from benchmarks.loop_demo.programs import running_backend, running_worker
from benchmarks.loop_demo.settings import QUICK
from benchmarks.loop_demo.shoppers import crowd
from benchmarks.loop_demo.tags import TagStream
from benchmarks.loop_demo.visits import send
from benchmarks.team_day.crops import DayCrop, DaySizes, by_file, day_crops, zipped
from benchmarks.team_day.looking import Way, outline, ways
from benchmarks.team_day.team_client import DayError, TeamClient

ARCHIVE = "two-new-kinds.zip"
TAG = "looked at"
_TOKEN = "the-token-of-the-team-s-day"  # noqa: S105
_PAGES = "http://127.0.0.1:8501"
_FEATURE_SECONDS = "2"
_MADE_WITHIN = 900.0  # seconds for uploads and features
_CYCLE_WITHIN = 3600.0
_SEED = 500
_CHANGED = 60  # labels in one request
_MOST_LOOKED = 100  # crops that the team looks at before it goes on
# Routes that take a form and change nothing; a viewer may ask them.
LOOKING = ("/map", "/map/inside", "/samples/named", "/me/sign-out")
_EXPORT = "/samples/export."


@dataclass(frozen=True, slots=True)
class Score:
    """Champion and challenger on one set of the cycle."""

    set: str
    crops: int
    champion: int  # right
    challenger: int
    verdict: str


@dataclass
class DayResult:
    """What the day has shown."""

    sizes: DaySizes
    results: Counter[str] = field(default_factory=Counter)  # of the upload's files
    ways: list[Way] = field(default_factory=list)
    wrong: frozenset[str] = frozenset()  # digests of crops whose label is wrong
    slips: dict[str, str] = field(default_factory=dict)  # of each of them
    seen: int = 0  # wrong ones among those looked at
    looked: int = 0
    fixed: int = 0
    left: int = 0  # labels of the upload that are wrong after that
    copies: int = 0  # of which the upload says that it has them already
    near: int = 0  # other copies that stand with theirs in the list of near-duplicates
    near_listed: int = 0  # crops of the upload in that list
    tagged: int = 0
    lasso: int = 0
    lasso_right: int = 0  # of these of the kind that was meant
    version: str = ""
    frozen: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    outcome: str = ""
    reason: str = ""
    scores: list[Score] = field(default_factory=list)
    touching: int = 0  # routes that change something, which a viewer asked
    allowed: list[str] = field(default_factory=list)  # of these, those that did not answer 403
    points: dict[str, NDArray[np.float64]] = field(default_factory=dict)  # places on the map, by digest
    kinds: dict[str, str] = field(default_factory=dict)  # of the upload's crops, by digest
    outline: str = ""
    method: str = ""
    seconds: dict[str, float] = field(default_factory=dict)  # of each step


def run(out: Path, sizes: DaySizes, console: Console) -> DayResult:
    """Run the day.

    Args:
        out: An empty folder for store, logs and cycle.
        sizes: What the day is made of.
        console: Shows progress.

    Raises:
        DayError: A step was refused, or took too long.
        ProgramError: Backend or worker ended.
    """
    out.mkdir(parents=True, exist_ok=True)
    data = (out / "data").resolve()
    more = {"TAGS_TEAM_TOKEN": _TOKEN, "TAGS_PUBLIC_URL": _PAGES, "TAGS_FEATURE_SECONDS": _FEATURE_SECONDS}
    with running_backend(data, out / "backend.log", more) as (_, url), closing(TeamClient(url, _TOKEN)) as team:
        return _Day(out, data, url, team, sizes, console).run()


class _Day:
    def __init__(self, out: Path, data: Path, url: str, team: TeamClient, sizes: DaySizes, console: Console) -> None:
        self._out, self._data, self._url, self._team, self._console = out, data, url, team, console
        self.result = DayResult(sizes)
        self._crops = day_crops(sizes, _SEED)
        self._digests: dict[str, DayCrop] = {}
        self._begun = time.monotonic()

    def run(self) -> DayResult:
        """All steps, in order."""
        self._hold()
        upload = self._upload()
        self._wait_for_features()
        self._look(upload)
        self._find_copies()
        self._fix(upload)
        self._tag(upload)
        crops = self._lasso()
        self._look_on()
        self._train(crops)
        return self.result

    def _step(self, name: str) -> None:
        now = time.monotonic()
        self.result.seconds[name] = now - self._begun
        self._console.say(f"{name}: {now - self._begun:.0f} s")
        self._begun = now

    def _hold(self) -> None:
        """Let shoppers fill the store with photographed tags."""
        stream, people = TagStream("shoppers", {"tags": 1.0}), crowd()
        with Client(self._url, Journal()) as client:
            for number in range(self.result.sizes.held):
                send(client, stream, "shoppers", number, people)
                self._console.move(f"{number + 1} of {self.result.sizes.held} labels of shoppers")
        self._step("shoppers")

    def _upload(self) -> str:
        fields = {"title": "Two new kinds", "tags": "new kinds", "pictures": "crops", "by": "Kim"}
        upload = self._team.upload(ARCHIVE, zipped(self._crops), fields)
        self._team.wait("the upload", f"uploads/{upload}", "phase", ("finished",), _MADE_WITHIN)
        known = by_file(self._crops, ARCHIVE)
        outcomes = self._team.outcomes(upload)
        for item in outcomes:
            self.result.results[item["result"]] += 1
            crop = known.get(item["file"])
            if crop is not None and item["result"] == "kept":
                self._digests[item["samples"][0]] = crop
        copies = {item["file"] for item in outcomes if item["result"] == "repeated"}
        self.result.copies = sum(bool(known[file].copy_of) for file in copies)
        self.result.kinds = {digest: crop.kind for digest, crop in self._digests.items()}
        self.result.slips = {digest: crop.slip for digest, crop in self._digests.items() if crop.slip}
        self.result.wrong = frozenset(self.result.slips)
        self._step("upload")
        return upload

    def _wait_for_features(self) -> None:
        until = time.monotonic() + _MADE_WITHIN
        while True:
            lists = self._team.ask("GET", "lists")
            if lists["items"] and lists["crops"] == lists["kept"]:
                break
            if time.monotonic() > until:
                raise DayError(f"features of {lists['crops']} of {lists['kept']} crops")
            time.sleep(1.0)
        drawn = self._team.ask("POST", "map", {"colour": "brand", "most": "20000"})
        self.result.method = str(drawn["method"])
        places = np.column_stack([drawn["x"], drawn["y"]]).astype(float)
        self.result.points = dict(zip(drawn["samples"], places, strict=True))
        self._step("features and map")

    def _look(self, upload: str) -> None:
        """Look at crops, first those that list, search and order put first."""
        self.result.ways = ways(self._team, upload, self._digests.keys(), self.result.points)
        self._step("looking")

    def _find_copies(self) -> None:
        listed = self._team.ask("GET", "lists/near-duplicates")["samples"]
        mine = [digest for digest in listed if digest in self._digests]
        files = {self._digests[digest].file for digest in mine}
        self.result.near_listed = len(mine)
        self.result.near = sum(
            bool(crop.copy_of) and crop.copy_of in files for crop in (self._digests[digest] for digest in mine)
        )

    def _fix(self, upload: str) -> None:
        """Fix the wrong ones among those that were looked at: whoever sees the crop types what is printed on it."""
        way = next(way for way in self.result.ways if "in turn" in way.name)
        looked = way.crops[:_MOST_LOOKED]
        labels = {label["sample"]: label for label in self._team.found(f"meta.upload = {upload}", "newest")}
        self.result.looked = len(looked)
        wrong = [digest for digest in looked if digest in self.result.wrong]
        right = [labels[digest] for digest in looked if digest not in self.result.wrong]
        self.result.seen = len(wrong)
        for digest in wrong:
            self._change("fix", [labels[digest]], self._digests[digest].truth)
            self.result.fixed += 1
        for start in range(0, len(right), _CHANGED):
            self._change("keep", right[start : start + _CHANGED])
        after = self._team.found(f"meta.upload = {upload}", "newest")
        self.result.left = sum(
            label["text"] != self._digests[label["sample"]].truth for label in after if label["sample"] in self._digests
        )
        self._step("fixing")

    def _change(self, change: str, labels: Sequence[Any], text: str = "") -> None:
        lines = "\n".join(f"{label['prediction_id']} {label['event']}" for label in labels)
        fields = {"change": change, "labels": lines, "text": text, "by": "Kim"}
        for item in self._team.ask("POST", "labels", fields)["items"]:
            if item["problem"] is not None:
                raise DayError(f"{item['prediction_id']} cannot be changed: {item['problem']}")

    def _tag(self, upload: str) -> None:
        self._team.ask("POST", "marks", {"where": f"meta.upload = {upload}", "give": TAG, "by": "Kim"})
        self.result.tagged = self._team.ask("GET", "samples/count", params={"where": f'tag = "{TAG}"'})["labels"]
        self._step("tagging")

    def _lasso(self) -> Sequence[str]:
        """Draw a lasso around the crops in dot-matrix print, and take what is inside."""
        meant = [digest for digest, kind in self.result.kinds.items() if kind == "new" and digest in self.result.points]
        self.result.outline = outline(np.array([self.result.points[digest] for digest in meant]))
        inside = self._team.ask("POST", "map/inside", {"outlines": self.result.outline})
        crops: list[str] = inside["samples"]
        self.result.lasso = len(crops)
        self.result.lasso_right = sum(self.result.kinds.get(digest) == "new" for digest in crops)
        return crops

    def _look_on(self) -> None:
        """Let a viewer ask every route of the team that touches anything."""
        before = self._state()
        with closing(Accounts(Settings(data_dir=self._data, public_url=_PAGES))) as accounts:
            token = _session(accounts, "viewer")
        with closing(TeamClient(self._url, token)) as viewer:
            viewer.ask("GET", "samples", params={"size": "1"})
            touching = [route for route in viewer.touching_routes() if not _only_looks(route[1])]
            answers = {route: viewer.status(route[0], _filled(route[1])) for route in touching}
        self.result.touching = len(touching)
        self.result.allowed = [" ".join(route) for route, status in answers.items() if status != 403]
        if self._state() != before:
            self.result.allowed.append("something has changed")
        self._step("a viewer looks on")

    def _state(self) -> Mapping[str, object]:
        overview = self._team.ask("GET", "overview")
        return {
            "labels": overview["labels"],
            "versions": overview["versions"],
            "tags": self._team.ask("GET", "tags"),
            "searches": self._team.ask("GET", "searches"),
            "uploads": self._team.ask("GET", "uploads"),
        }

    def _train(self, crops: Sequence[str]) -> None:
        """Freeze what is inside the lasso, ask for a cycle on it, and wait for the verdict."""
        form = [("samples", (None, " ".join(crops[at : at + 200]))) for at in range(0, len(crops), 200)]
        fields = {"name": "v2.0", "cycle": "true", "why": "dot-matrix print, looked at"}
        form += [(name, (None, value)) for name, value in fields.items()]
        frozen = self._team.ask("POST", "versions", files=form)
        self.result.version, self.result.frozen = frozen["name"], frozen["crops"]
        self.result.left_out = frozen["left_out"]
        self._step("freezing")
        file = self._out / "worker.toml"
        file.write_text(QUICK.worker, encoding="utf-8")
        options = ["--settings", str(file), *QUICK.worker_options(), "--no-triggers"]
        until = time.monotonic() + _CYCLE_WITHIN
        with running_worker(self._data, self._out / "worker.log", options) as worker:
            while True:
                worker.check()
                done = [
                    cycle for cycle in self._team.ask("GET", "overview")["cycles"] if cycle["id"] == frozen["cycle"]
                ]
                if done:
                    break
                if time.monotonic() > until:
                    raise DayError("the cycle has no verdict")
                time.sleep(1.0)
        cycle = done[0]
        self.result.outcome, self.result.reason = cycle["outcome"], cycle["reason"]["kind"]
        self.result.scores = [
            Score(
                " ".join([score["set"]["kind"], *map(str, score["set"]["values"].values())]),
                score["crops"],
                score["champion_right"],
                score["challenger_right"],
                score["verdict"],
            )
            for score in cycle["scores"]
        ]
        self._step("cycle")


def _session(accounts: Accounts, role: Role) -> str:
    """A session of a new person with this role."""
    person = accounts.invite(f"{role}@example.com", name=role.title(), role=role, by="").person
    accounts.people.vouched(person.id, role.title())
    agreed = dict.fromkeys(("password", "nonce", "challenge", "challenge_method"))
    accounts.sessions.give_code(role, person.id, redirect_uri="", scope="openid", **agreed)
    code = accounts.sessions.take_code(role)
    if code is None:
        raise RuntimeError(f"no session begins for {role}")
    return code.session.secret


def _only_looks(path: str) -> bool:
    below = path.removeprefix("/v1/team")
    return below in LOOKING or below.startswith(_EXPORT)


def _filled(path: str) -> str:
    """A path with something for each of its parts."""
    parts = {"action": "0" * 32, "person": "0" * 32, "upload": "20261130-120000-0123abcd", "cycle": "v1.0-a"}
    for name, value in parts.items():
        path = path.replace(f"{{{name}}}", value)
    return path
