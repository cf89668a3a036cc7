"""The fake backend's labels to explore: searched as the real ones are, kept in memory."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse
from PIL import Image

from backend.team.explorer import found_body
from backend.team.search_line import parse_search
from backend.team.thumbnails import make_thumbnail
from benchmarks.drivers.tag_picture import draw_tag
from datasets.samples.marks import CropMarks
from datasets.samples.sample import Label, Sample
from tests.frontend.fake_team import NOON

PAGE = 60


def sample(number: int, **changes: Any) -> Sample:
    """A label: every fourth is corrected, every tenth unreadable."""
    text, status = f"CW2288-{100 + number}", "accepted"
    if number % 10 == 9:
        status = "unreadable"
    elif number % 4 == 0:
        status = "corrected"
    values: dict[str, Any] = {
        "prediction_id": f"prediction{number:08d}",
        "status": status,
        "text": "" if status == "unreadable" else text,
        "read_text": text if status == "accepted" else "CW2288-1I1",
        "read_confidence": 0.5 + number / 400,
        "model_name": "trba",
        "model_version": "4",
        "client": "c-1",
        "at": NOON + timedelta(minutes=number),
        "turn": number % 4,
    }
    label = Label(**(values | changes))
    return Sample(f"{number:064x}", label, 120, 30, event_name(number), number, label.at, frozenset({"blurry"}))


def event_name(number: int) -> str:
    """Object name of an event."""
    return f"events/{'a' * 16}/{number:010d}-{'b' * 32}.json"


class FakeExplorer:
    """Labels, what they were before, and what was asked for."""

    def __init__(self) -> None:
        self.samples = [sample(number) for number in range(150)]
        self.pasts: dict[str, list[Sample]] = {}
        self.changes: list[tuple[str, int, str]] = []  # what, how many, text
        self.problem: str | None = None  # of every change
        self.is_exact = True
        self.is_compared = True  # whether crops have features
        self.included: list[str] = []  # crops that were to be points of the map
        self._events = 1000

    def page(self, search: str, order: str, after: str | None) -> dict[str, Any]:
        """A page of the labels that a search finds."""
        wanted = parse_search(search)
        found = [one for one in self.samples if wanted.matches(one)]
        keys: dict[str, Callable[[Sample], float]] = {
            "newest": lambda one: -one.stamp,
            "oldest": lambda one: one.stamp,
            "surest": lambda one: -one.label.read_confidence,
            "least sure": lambda one: one.label.read_confidence,
        }
        found.sort(key=keys[order])
        begin = next((place + 1 for place, one in enumerate(found) if one.event == after), 0)
        shown = found[begin : begin + PAGE]
        items = [found_body(one, _MARKS, _THUMBNAIL).model_dump(mode="json") for one in shown]
        return {"items": items, "after": shown[-1].event if begin + PAGE < len(found) else None}

    def count(self, search: str) -> dict[str, Any]:
        """How many labels a search finds."""
        wanted = parse_search(search)
        return {"labels": sum(wanted.matches(one) for one in self.samples), "is_exact": self.is_exact}

    def details(self, prediction_id: str) -> dict[str, Any] | None:
        """Everything about a label."""
        present = self.find(prediction_id)
        if present is None:
            return None
        past = [*self.pasts.get(prediction_id, []), present]
        history = [
            {
                "kind": "label",
                "stored_at": one.stored_at.isoformat(),
                "status": one.label.status,
                "text": one.label.text,
                "source": one.label.source,
            }
            for one in past
        ]
        return {
            "label": found_body(present, _MARKS).model_dump(mode="json"),
            "can_undo": len(past) > 1,
            "history": history,
            "others": [],
            "quality": {"light": 120, "contrast": 41.5, "sharpness": 1.25},
            "versions": [{"version": "v4.0", "side": "training"}],
        }

    def find(self, prediction_id: str) -> Sample | None:
        """The label of a prediction."""
        return next((one for one in self.samples if one.label.prediction_id == prediction_id), None)

    def change(self, change: str, lines: str, text: str) -> dict[str, Any]:
        """Change labels."""
        seen = [line.split() for line in lines.splitlines()]
        self.changes.append((change, len(seen), text))
        items = []
        for prediction_id, event in seen:
            present, label = self.find(prediction_id), None
            problem = self.problem or (None if present is not None and present.event == event else "label-moved")
            if problem is None and present is not None:
                label = found_body(self._changed(present, change, text), _MARKS).model_dump(mode="json")
            items.append({"prediction_id": prediction_id, "problem": problem, "label": label})
        return {"items": items}

    def _changed(self, present: Sample, change: str, text: str) -> Sample:
        name = present.label.prediction_id
        says: dict[str, dict[str, Any]] = {
            "fix": {"source": "review-fixed", "status": "corrected", "text": text},
            "keep": {"source": "review"},
            "drop": {"source": "review-dropped"},
            "unreadable": {"source": "review-fixed", "status": "unreadable", "text": ""},
        }
        if change == "undo":
            label = self.pasts[name].pop().label
        else:
            self.pasts.setdefault(name, []).append(present)
            label = replace(present.label, **says[change])
        self._events += 1
        new = replace(present, label=label, event=event_name(self._events), stamp=self._events)
        self.samples[self.samples.index(present)] = new
        return new


def add_explorer_routes(app: FastAPI, explorer: Callable[[], FakeExplorer]) -> None:
    """Answer searches, and below `/v1/team/labels`."""

    @app.get("/v1/team/samples")
    def labels(where: str = "", order: str = "newest", after: str | None = None) -> Any:
        return explorer().page(where, order, after)

    @app.get("/v1/team/samples/count")
    def count(where: str = "") -> Any:
        return explorer().count(where)

    @app.get("/v1/team/labels/{prediction_id}", response_model=None)
    def details(prediction_id: str) -> Any:
        return explorer().details(prediction_id) or JSONResponse({"kind": "not-found", "status": 404}, 404)

    @app.post("/v1/team/labels")
    def change(
        change: Annotated[str, Form()], labels: Annotated[str, Form()], text: Annotated[str, Form()] = ""
    ) -> Any:
        return explorer().change(change, labels, text)


def thumbnail() -> str:
    """A small picture as the backend sends it."""
    return _THUMBNAIL


def _thumbnail() -> str:
    crop: Image.Image = draw_tag("CW2288-111").crop((150, 255, 750, 385)).convert("RGB")
    return base64.b64encode(make_thumbnail(crop, 240)).decode("ascii")


_THUMBNAIL = _thumbnail()
_MARKS = CropMarks(frozenset({"blurry"}), {"shelf": "A3"})
