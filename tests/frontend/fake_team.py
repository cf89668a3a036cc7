"""The team's part of the fake backend: a store with a history, and a worker that listens or not."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, Response
from PIL import Image

from benchmarks.drivers.tag_picture import draw_tag

TOKEN = "a-token-for-the-team"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
Reason = dict[str, Any]


def reason(kind: str, sentence: str, /, **values: Any) -> Reason:
    """A reason as the API gives it: data, and its English sentence."""
    return {"kind": kind, "values": values, "text": sentence}


def words(text: str) -> Reason:
    """A reason in a person's own words, or of an earlier release."""
    return reason("words", text, text=text)


GAIN = reason(
    "accepted",
    "Accepted: 25 errors fixed and 5 new ones on 200 crops that shoppers confirmed: p = 0.0003; not worse on any of 12 "
    "other sets and slices.",
    fixed=25,
    broken=5,
    crops=200,
    p=0.000325,
    others=12,
)
NOISE = reason(
    "not_better",
    "Rejected: not shown to be better: 6 errors fixed and 5 new ones on 200 crops that shoppers confirmed: within "
    "noise (p = 1, needed below 0.05).",
    fixed=6,
    broken=5,
    crops=200,
    why=reason("within_noise", "within noise (p = 1, needed below 0.05)", p=1.0, level=0.05),
)
NO_SPACE = "[Errno 28] No space left on device"
FULL = reason(
    "failed",
    f"Failed in stage train: the disk is full: {NO_SPACE}",
    stage="train",
    cause=reason("disk_full", f"the disk is full: {NO_SPACE}", detail=NO_SPACE),
)
CORRECTIONS = reason("corrections", "204 new corrected labels, 200 are enough", corrected=204, enough=200)
BY_TRIGGER = reason("trigger", "trigger: corrections", trigger="corrections")
BY_PAGE = reason("page", "the team's page")
HOLDOUT = reason("holdout", "collected holdout")
RECIPE = reason("recipe", "recipe tags-1", recipe="tags-1")


def version(number: int, verdict: str | None, reason: Reason | None = None, **changes: Any) -> dict[str, Any]:
    """A dataset version."""
    answer: dict[str, Any] = {
        "name": f"v{number}.0",
        "created_at": (NOON + timedelta(days=7 * number)).isoformat(),
        "parent": f"v{number - 1}.0" if number > 1 else None,
        "filters": ["all"],
        "crops": {"training": 120 * number, "evaluation": 31 * number, "unreadable": 4},
        "synthetic": [{"recipe": "tags-1", "count": 60000, "side": "training"}],
        "left_out": 3,
        "labels_seen": 160 * number,
        "verdict": verdict,
        "reason": reason,
    }
    return answer | changes


def score(set_: Reason, crops: int, before: int, after: int) -> dict[str, Any]:
    """Both models on one set."""
    difference = (after - before) / crops
    return {
        "set": set_,
        "kind": "holdout" if set_ == HOLDOUT else "set",
        "crops": crops,
        "champion_right": before,
        "challenger_right": after,
        "fixed": max(0, after - before) + 3,
        "broken": 3,
        "difference": difference,
        "low": difference - 0.03,
        "high": difference + 0.03,
        "p": 0.004,
        "verdict": "better",
    }


def cycle(number: int, outcome: str, reason: Reason, before: int, after: int, crops: int = 200) -> dict[str, Any]:
    """A finished cycle; a failed one has no scores."""
    scores = [score(HOLDOUT, crops, before, after), score(RECIPE, 1000, 930, 932)]
    ended = NOON + timedelta(days=7 * number, hours=2)
    return {
        "id": f"v{number}.0-{outcome}",
        "version": f"v{number}.0",
        "outcome": outcome,
        "reason": reason,
        "by": BY_TRIGGER,
        "why": CORRECTIONS,
        "started_at": (ended - timedelta(hours=1)).isoformat(),
        "finished_at": ended.isoformat(),
        "champion": {"name": "trba", "version": str(number - 1)},
        "challenger": None if outcome == "failed" else {"name": "trba", "version": f"v{number}.0"},
        "promoted_number": number if outcome == "accepted" else None,
        "scores": [] if outcome == "failed" else scores,
        "notes": [],
    }


def champion(number: int, name: str, kind: str = "promotion", restores: int | None = None) -> dict[str, Any]:
    """An entry of the champions' history."""
    return {
        "number": number,
        "model": f"{number:064x}",
        "name": "trba",
        "version": name,
        "at": (NOON + timedelta(days=7 * number, hours=2)).isoformat(),
        "by": words("jin on studio-2") if number == 1 else BY_TRIGGER,
        "reason": reason("shipped", "shipped") if number == 1 else GAIN,
        "kind": kind,
        "dataset_version": None if number == 1 else f"v{number}.0",
        "restores": restores,
        "is_signed": None,
    }


def period(start: datetime, number: int, labels: int = 50) -> dict[str, Any]:
    """Readings of a time; the later, the better."""
    return {
        "start": start.isoformat(),
        "end": (start + timedelta(hours=8)).isoformat(),
        "labels": labels,
        "corrected": max(2, 14 - number + number % 3),
        "unreadable": 1,
        "confidence": min(0.97, 0.8 + 0.012 * number),
    }


class FakeTeam:
    """What the team is told, and what it asked for."""

    def __init__(self) -> None:
        self.token: str | None = TOKEN
        self.failing = 0
        self.overview: dict[str, Any] = {
            "serving": {"name": "trba", "version": "v4.0"},
            "serving_number": 3,
            "champions": [champion(1, "1"), champion(2, "key-0b1c2d3e4f5061728394a5b6"), champion(3, "v4.0")],
            "versions": [
                version(1, None),
                version(2, "accepted", GAIN),
                version(3, "rejected", NOISE),
                version(4, "accepted", GAIN),
                version(5, "failed", FULL),
            ],
            "cycles": [
                cycle(2, "accepted", GAIN, 156, 176),
                cycle(3, "rejected", NOISE, 170, 171),
                cycle(4, "accepted", GAIN, 173, 189),
                cycle(5, "failed", FULL, 0, 0),
            ],
            "labels": {
                "kept": 1043,
                "crops": 1031,
                "by_status": {"accepted": 880, "corrected": 140, "unreadable": 23},
                "waiting": 3,
                "days": [period(NOON + timedelta(days=n), n) for n in range(24) if n != 9],
                "blocks": [period(NOON + timedelta(days=n), n) for n in range(21)],
                "block": 50,
            },
            "queue": {"unsent": 12, "oldest_seconds": 340.0, "stuck": 0, "last_error": None},
            "faults": [],
            "set_aside": 0,
            "set_aside_names": [],
        }
        self.workers = [{"worker": "worker-1", "doing": "", "at": NOON.isoformat()}]
        self.cycles: list[dict[str, Any]] = []
        self.requests: list[dict[str, str]] = []
        self.shadow: dict[str, Any] = {
            "challenger": {"name": "trba", "version": "v5.0"},
            "entry": None,
            "since": NOON.isoformat(),
            "champion": {"name": "trba", "version": "v4.0"},
            "same": 96,
            "different": 4,
            "dropped": 2,
            "failed": 0,
            "confidence": {"champion": 0.91, "challenger": 0.93},
            "labels": {"both": 40, "champion": 0, "challenger": 3, "neither": 1},
        }

        nothing = {"read": 0, "failed": 0, "confirmed": 0, "corrected": 0}
        self.canary: dict[str, Any] = {
            "challenger": None,
            "entry": None,
            "since": None,
            "share": 0.05,
            "band": 0.02,
            "champion_counts": nothing,
            "challenger_counts": nothing,
            "returned": None,
        }

    def begin(self, stage: str, done: int, total: int) -> None:
        """The worker takes up the last request, or is further with it."""
        at = NOON.isoformat()
        self.cycles[-1] |= {
            "worker": "worker-1",
            "progress": {"stage": stage, "done": done, "total": total, "message": "", "at": at},
        }

    def refusal(self, request: Request) -> Response | None:
        """Why this request is not answered, if it is not."""
        if self.token is None:
            return _problem(403, "team-off")
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _problem(401, "wrong-token")
        if self.failing > 0:
            self.failing -= 1
            return _problem(503, "store-unavailable")
        return None


def add_team_routes(app: FastAPI, team: Callable[[], FakeTeam]) -> None:
    """Answer below `/v1/team`, `/v1/shadow` and `/v1/canary`."""

    @app.middleware("http")
    async def guard(request: Request, pass_on: Callable[[Request], Awaitable[Response]]) -> Response:
        refusal = team().refusal(request) if request.url.path.startswith("/v1/team/") else None
        return refusal or await pass_on(request)

    @app.get("/v1/shadow")
    def shadow() -> Any:
        return team().shadow

    @app.get("/v1/canary")
    def canary() -> Any:
        return team().canary

    @app.get("/v1/team/overview")
    def overview() -> Any:
        return team().overview

    @app.get("/v1/team/versions/{name}")
    def card(name: str) -> Any:
        counts = {"training": 90, "evaluation": 21}
        brands = {"Nike": counts, "Asics": {"training": 12}, "(no known format)": {"training": 18, "evaluation": 10}}
        tables = {"source": {"app": counts | {"unreadable": 4}}, "brand format": brands, "length": {}}
        return {"name": name, "tables": tables, "has_sheet": True}

    @app.get("/v1/team/versions/{name}/sheet.png")
    def contact_sheet(name: str) -> Response:
        return Response(sheet(), media_type="image/png")

    @app.get("/v1/team/samples/{digest}.png")
    def sample(digest: str) -> Response:
        return Response(crop(), media_type="image/png")

    @app.get("/v1/team/cycles/{cycle}/report.html")
    def report(cycle: str) -> Response:
        return Response(f"<p>report of {cycle}", media_type="text/html")

    @app.get("/v1/team/cycles")
    def activity() -> Any:
        return {"workers": team().workers, "cycles": team().cycles}

    @app.post("/v1/team/cycles", status_code=202)
    def request_cycle(
        version: Annotated[str, Form()] = "", why: Annotated[str, Form()] = "", key: Annotated[str, Form()] = ""
    ) -> Any:
        for waiting in team().cycles:
            if waiting["version"] == (version or None) and waiting["worker"] is None:
                return {"id": waiting["id"], "waited": True}
        team().requests.append({"version": version, "why": why})
        asked = {"by": BY_PAGE, "version": version or None, "why": words(why), "at": NOON.isoformat()}
        team().cycles.append({"id": f"key-{key}", "worker": None, "progress": None} | asked)
        return {"id": f"key-{key}", "waited": False}

    @app.delete("/v1/team/cycles/{cycle}", response_model=None)
    def withdraw_cycle(cycle: str) -> Any:
        (asked,) = [asked for asked in team().cycles if asked["id"] == cycle]
        if asked["worker"] is not None:
            return JSONResponse({"kind": "cycle-begun", "status": 409}, 409)
        team().cycles.remove(asked)
        return {"id": cycle}


def crop() -> bytes:
    """The picture of any sample."""
    return _png(draw_tag("CW2288-111").crop((150, 255, 750, 385)))


def sheet() -> bytes:
    """A contact sheet."""
    picture = draw_tag("CW2288-111").resize((180, 120))
    whole = Image.new("RGB", (3 * 200, 4 * 140), "white")
    for place in range(12):
        whole.paste(picture, (10 + place % 3 * 200, 10 + place // 3 * 140))
    return _png(whole)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _problem(status: int, kind: str) -> Response:
    body = {"type": f"urn:shoe-tag:problem:{kind}", "title": kind, "status": status, "detail": kind, "kind": kind}
    return JSONResponse(body, status, media_type="application/problem+json")
