"""What the team sees of the backend: one method per request of `/v1/team`, answers as frozen values."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import quote

from frontend.client.shopper import BackendClient, Understood

CycleOutcome = Literal["accepted", "rejected", "failed"]
Verdict = Literal["keep", "fix", "drop"]
# Second looks asked for at once: more than anybody gives in one sitting.
MOST_WAITING: Final = 20

__all__ = [
    "MOST_WAITING",
    "Activity",
    "Card",
    "ChampionEntry",
    "Cycle",
    "CycleOutcome",
    "DatasetVersion",
    "Labels",
    "Overview",
    "Period",
    "Queue",
    "Review",
    "ReviewItem",
    "RunningCycle",
    "Score",
    "Shadow",
    "TeamClient",
    "Verdict",
]


@dataclass(frozen=True)
class DatasetVersion:
    """A dataset version; `crops` counts collected crops by side, `synthetic` rendered ones."""

    name: str
    created_at: datetime
    parent: str | None
    crops: Mapping[str, int]
    synthetic: int
    left_out: int
    verdict: CycleOutcome | None
    reason: str


@dataclass(frozen=True)
class Card:
    """What a version holds: by what, value, side."""

    name: str
    tables: Mapping[str, Mapping[str, Mapping[str, int]]]
    has_sheet: bool


@dataclass(frozen=True)
class Score:
    """Both models on the same crops of one set; `difference` and its interval are shares."""

    name: str
    crops: int
    champion_right: int
    challenger_right: int
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Cycle:
    """A finished cycle."""

    id: str
    version: str
    outcome: CycleOutcome
    reason: str
    finished_at: datetime
    champion: str
    challenger: str
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class ChampionEntry:
    """An entry of the champions' history."""

    number: int
    name: str
    at: datetime
    by: str
    reason: str
    kind: str
    dataset_version: str | None
    restores: int | None


@dataclass(frozen=True)
class Period:
    """Confirmed readings of a day, or so many in a row; `confidence` is a mean, 0..1."""

    start: datetime
    end: datetime
    labels: int
    corrected: int
    confidence: float


@dataclass(frozen=True)
class Labels:
    """All confirmed labels."""

    kept: int
    crops: int
    waiting: int
    days: tuple[Period, ...]
    blocks: tuple[Period, ...]
    block: int


@dataclass(frozen=True)
class Queue:
    """What the backend has still to send to the bucket."""

    unsent: int
    oldest_seconds: float
    stuck: int
    last_error: str | None


@dataclass(frozen=True)
class Overview:
    """Data and models at a glance; `faults` says what could not be read."""

    serving: str | None
    serving_number: int | None
    champions: tuple[ChampionEntry, ...]
    versions: tuple[DatasetVersion, ...]
    cycles: tuple[Cycle, ...]
    labels: Labels | None
    queue: Queue | None
    faults: tuple[str, ...]


@dataclass(frozen=True)
class RunningCycle:
    """A cycle that was asked for and has not ended; `stage` is None before anybody began. `total` 0 is unknown."""

    id: str
    by: str
    version: str | None
    why: str
    at: datetime
    worker: str | None
    stage: str | None
    done: int
    total: int
    message: str


@dataclass(frozen=True)
class Activity:
    """Who listens, and which cycles are under way."""

    workers: tuple[str, ...]
    cycles: tuple[RunningCycle, ...]


@dataclass(frozen=True)
class ReviewItem:
    """A label that waits for a second look."""

    prediction_id: str
    event: str
    sample: str
    reason: str
    status: str
    text: str
    others: tuple[str, ...]
    read_text: str
    read_confidence: float
    at: datetime


@dataclass(frozen=True)
class Review:
    """Labels that wait for a second look, the latest first; `waiting` counts all of them."""

    waiting: int
    items: tuple[ReviewItem, ...]


@dataclass(frozen=True)
class Shadow:
    """The challenger that reads beside the champion; confidences are means, None before the first crop."""

    challenger: str
    champion: str | None
    since: datetime | None
    readings: Mapping[str, int]
    right: Mapping[str, int]
    champion_confidence: float | None
    challenger_confidence: float | None


class TeamClient:
    """Requests of the team to one backend.

    Every method raises `BackendError` when there is no answer: among them `BackendRefusedError` with status 403 while
    the team's pages are switched off, 401 for a wrong token, and 429 after too many.

    Args:
        client: The connection.
        token: The team's token; None asks without one.
    """

    def __init__(self, client: BackendClient, token: str | None) -> None:
        self._client = client if token is None else client.with_token(token)

    def overview(self) -> Overview:
        """Everything at a glance."""
        body = self._client.ask("GET", "/v1/team/overview")
        with Understood():
            return Overview(
                serving=_model(body["serving"]) or None,
                serving_number=None if body["serving_number"] is None else int(body["serving_number"]),
                champions=tuple(map(_champion, body["champions"])),
                versions=tuple(map(_version, body["versions"])),
                cycles=tuple(map(_cycle, body["cycles"])),
                labels=None if body["labels"] is None else _labels(body["labels"]),
                queue=None if body["queue"] is None else _queue(body["queue"]),
                faults=tuple(map(str, body["faults"])),
            )

    def card(self, version: str) -> Card:
        """What a version holds."""
        body = self._client.ask("GET", f"/v1/team/versions/{quote(version, safe='')}")
        with Understood():
            return Card(str(body["name"]), body["tables"], bool(body["has_sheet"]))

    def sheet(self, version: str) -> bytes:
        """The contact sheet of a version, PNG."""
        return self._client.fetch(f"/v1/team/versions/{quote(version, safe='')}/sheet.png")

    def report(self, cycle: str) -> bytes:
        """The report of a finished cycle, HTML."""
        return self._client.fetch(f"/v1/team/cycles/{quote(cycle, safe='')}/report.html")

    def crop(self, sample: str) -> bytes:
        """The picture of a sample, PNG."""
        return self._client.fetch(f"/v1/team/samples/{quote(sample, safe='')}.png")

    def activity(self) -> Activity:
        """What workers do."""
        body = self._client.ask("GET", "/v1/team/cycles")
        with Understood():
            return Activity(
                workers=tuple(str(one["worker"]) for one in body["workers"]),
                cycles=tuple(map(_running, body["cycles"])),
            )

    def request_cycle(self, version: str | None, why: str) -> str:
        """Ask the worker for a cycle on a version, or on the next one made from the labels; gives its id."""
        # The key makes a request that is sent again on a broken connection the same request.
        fields = {"version": version or "", "why": why, "key": uuid.uuid4().hex}
        body = self._client.ask("POST", "/v1/team/cycles", data=fields)
        with Understood():
            return str(body["id"])

    def review(self) -> Review:
        """Labels that wait for a second look."""
        body = self._client.ask("GET", "/v1/team/review", params={"most": str(MOST_WAITING)})
        with Understood():
            return Review(int(body["waiting"]), tuple(map(_review_item, body["items"])))

    def judge(self, item: ReviewItem, verdict: Verdict, text: str = "") -> str:
        """Keep, fix or drop a label; gives the text that is kept. Asking again is safe."""
        fields = {"prediction_id": item.prediction_id, "event": item.event, "verdict": verdict, "text": text}
        body = self._client.ask("POST", "/v1/team/review", data=fields)
        with Understood():
            return str(body["text"])

    def shadow(self) -> Shadow | None:
        """The challenger that reads in shadow; None if there is none."""
        body = self._client.ask("GET", "/v1/shadow")
        with Understood():
            if body["challenger"] is None:
                return None
            return Shadow(
                challenger=_model(body["challenger"]),
                champion=_model(body["champion"]) or None,
                since=None if body["since"] is None else datetime.fromisoformat(body["since"]),
                readings={name: int(body[name]) for name in ("same", "different", "dropped", "failed")},
                right={name: int(body["labels"][name]) for name in ("both", "champion", "challenger", "neither")},
                champion_confidence=body["confidence"]["champion"],
                challenger_confidence=body["confidence"]["challenger"],
            )


def _model(body: Mapping[str, Any] | None) -> str:
    return "" if body is None else f"{body['name']} {body['version']}".strip()


def _time(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def _outcome(text: object) -> CycleOutcome:
    if text not in ("accepted", "rejected", "failed"):
        raise ValueError(f"no outcome: {text!r}")
    return text


def _champion(body: Mapping[str, Any]) -> ChampionEntry:
    return ChampionEntry(
        number=int(body["number"]),
        name=_model(body),
        at=_time(body["at"]),
        by=str(body["by"]),
        reason=str(body["reason"]),
        kind=str(body["kind"]),
        dataset_version=body["dataset_version"],
        restores=body["restores"],
    )


def _version(body: Mapping[str, Any]) -> DatasetVersion:
    return DatasetVersion(
        name=str(body["name"]),
        created_at=_time(body["created_at"]),
        parent=body["parent"],
        crops={str(side): int(count) for side, count in body["crops"].items()},
        synthetic=sum(int(part["count"]) for part in body["synthetic"]),
        left_out=int(body["left_out"]),
        verdict=None if body["verdict"] is None else _outcome(body["verdict"]),
        reason=str(body["reason"]),
    )


def _cycle(body: Mapping[str, Any]) -> Cycle:
    return Cycle(
        id=str(body["id"]),
        version=str(body["version"]),
        outcome=_outcome(body["outcome"]),
        reason=str(body["reason"]),
        finished_at=_time(body["finished_at"]),
        champion=_model(body["champion"]),
        challenger=_model(body["challenger"]),
        scores=tuple(
            Score(
                name=str(one["name"]),
                crops=int(one["crops"]),
                champion_right=int(one["champion_right"]),
                challenger_right=int(one["challenger_right"]),
                difference=float(one["difference"]),
                low=float(one["low"]),
                high=float(one["high"]),
            )
            for one in body["scores"]
        ),
    )


def _period(body: Mapping[str, Any]) -> Period:
    return Period(
        start=_time(body["start"]),
        end=_time(body["end"]),
        labels=int(body["labels"]),
        corrected=int(body["corrected"]),
        confidence=float(body["confidence"]),
    )


def _labels(body: Mapping[str, Any]) -> Labels:
    return Labels(
        kept=int(body["kept"]),
        crops=int(body["crops"]),
        waiting=int(body["waiting"]),
        days=tuple(map(_period, body["days"])),
        blocks=tuple(map(_period, body["blocks"])),
        block=int(body["block"]),
    )


def _queue(body: Mapping[str, Any]) -> Queue:
    return Queue(
        unsent=int(body["unsent"]),
        oldest_seconds=float(body["oldest_seconds"]),
        stuck=int(body["stuck"]),
        last_error=body["last_error"],
    )


def _running(body: Mapping[str, Any]) -> RunningCycle:
    progress = body["progress"] or {"stage": None, "done": 0, "total": 0, "message": ""}
    return RunningCycle(
        id=str(body["id"]),
        by=str(body["by"]),
        version=body["version"],
        why=str(body["why"]),
        at=_time(body["at"]),
        worker=body["worker"],
        stage=progress["stage"],
        done=int(progress["done"]),
        total=int(progress["total"]),
        message=str(progress["message"]),
    )


def _review_item(body: Mapping[str, Any]) -> ReviewItem:
    return ReviewItem(
        prediction_id=str(body["prediction_id"]),
        event=str(body["event"]),
        sample=str(body["sample"]),
        reason=str(body["reason"]),
        status=str(body["status"]),
        text=str(body["text"]),
        others=tuple(map(str, body["others"])),
        read_text=str(body["read_text"]),
        read_confidence=float(body["read_confidence"]),
        at=_time(body["at"]),
    )
