"""The fake backend's labels to explore: searched as the real ones are, kept in memory."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, cast

from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse, Response
from PIL import Image

from backend.team.explorer import found_body
from backend.team.labels import review_item
from backend.team.search_help import search_help
from backend.team.search_line import parse_search
from backend.team.thumbnails import make_thumbnail
from benchmarks.drivers.tag_picture import draw_tag
from datasets.samples.marks import CropMarks
from datasets.samples.picture_quality import PictureQuality
from datasets.samples.sample import Label, Sample
from datasets.samples.search.completion import Gap
from datasets.samples.search.fields import FIELDS
from datasets.samples.search.filters import Filter
from datasets.samples.search.search_index import Number
from datasets.samples.verdict import find_waiting
from ocr_model.domains.tags import TAGS
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
    tags, quality = frozenset({"blurry"}), None if number % 50 == 0 else PictureQuality(number, 41.5, number / 100)
    return Sample(f"{number:064x}", label, 120, 30, event_name(number), number, label.at, tags, quality=quality)


def event_name(number: int) -> str:
    """Object name of an event."""
    return f"events/{'a' * 16}/{number:010d}-{'b' * 32}.json"


def doubted() -> list[Sample]:
    """Three pictures that wait for a second look; of the second, three labels that disagree."""

    def label(number: int, picture: int, text: str, **changes: Any) -> Sample:
        said = {"status": "corrected", "text": text, "read_text": "CW2288-111", "read_confidence": 0.99}
        return replace(
            sample(number, turn=0, at=NOON + timedelta(days=20, minutes=number), **(said | changes)),
            digest=f"{picture:064x}",
            tags=frozenset(),
        )

    return [
        label(904, 903, "CW2288-777", client="c-7", source="unproven", read_confidence=0.4),
        label(903, 902, "CW2288-112", client="c-1", model_version="1"),
        label(902, 902, "CW2288-118", client="c-2", read_confidence=0.83),
        label(901, 902, "CW2288-111", client="c-3", status="accepted", read_confidence=0.83),
        label(900, 901, "162058X", client="c-4", read_text="162050C"),
    ]


class FakeExplorer:
    """Labels, what they were before, and what was asked for."""

    def __init__(self) -> None:
        self.samples = [sample(number) for number in range(150)]
        self.doubted = doubted()  # labels that the team's page shows for a second look
        self.pasts: dict[str, list[Sample]] = {}
        self.changes: list[tuple[str, int, str]] = []  # what, how many, text
        self.authors: list[str] = []  # of the changes
        self.problem: str | None = None  # of every change
        self.is_exact = True
        self.reading = {"text": "CW2288-111", "confidence": 0.994, "model": {"name": "trba", "version": "v4.0"}}
        self.markings: list[tuple[int, str, str]] = []  # how many crops, tags given, tags taken
        self.exports: list[tuple[str, int]] = []  # kind, how many crops were named
        self.versions: list[tuple[str, int, bool]] = []  # name, how many crops were named, whether with a cycle
        self.saved: dict[str, tuple[str, str]] = {}  # line and order by name
        self._before: dict[str, list[Sample]] = {}  # what an action has changed
        self.is_compared = True  # whether crops have features
        self.has_own_vectors = False
        self.included: list[str] = []  # crops that were to be points of the map
        self.outlines: list[str] = []  # of boxes and lassos
        self.listed_among: list[str] = []  # searches of which ready-made ones were asked for
        self._events = 1000

    def page(self, search: str, order: str, after: str | None) -> dict[str, Any]:
        """A page of the labels that a search finds."""
        wanted = parse_search(search)
        found = [one for one in self.samples if wanted.matches(one, TAGS)]
        keys: dict[str, Callable[[Sample], float]] = {
            "newest": lambda one: -one.stamp,
            "oldest": lambda one: one.stamp,
            "surest": lambda one: -one.label.read_confidence,
            "least sure": lambda one: one.label.read_confidence,
            "least sharp": lambda one: 0.0 if one.quality is None else one.quality.sharpness,
        }
        if order == "least sharp":
            found = [one for one in found if one.quality is not None]
        found.sort(key=keys[order])
        begin = next((place + 1 for place, one in enumerate(found) if one.event == after), 0)
        shown = found[begin : begin + PAGE]
        items = [found_body(one, _MARKS, _THUMBNAIL).model_dump(mode="json") for one in shown]
        return {"items": items, "after": shown[-1].event if begin + PAGE < len(found) else None}

    def count(self, search: str) -> dict[str, Any]:
        """How many labels a search finds."""
        wanted = parse_search(search)
        return {"labels": sum(wanted.matches(one, TAGS) for one in self.samples), "is_exact": self.is_exact}

    def details(self, prediction_id: str) -> dict[str, Any] | None:
        """Everything about a label."""
        present = self.find(prediction_id)
        if present is None:
            return None
        past = [*self.pasts.get(prediction_id, []), present]
        history: list[dict[str, Any]] = [
            {
                "kind": "label",
                "stored_at": one.stored_at.isoformat(),
                "status": one.label.status,
                "text": one.label.text,
                "source": one.label.source,
                "by": one.by,
                "undoes": one.restores is not None,
            }
            for one in past
        ]
        marks = {"status": None, "text": None, "source": None, "undoes": False, "given": ["blurry", "shelf=A3"]}
        marks |= {"kind": "marks", "stored_at": NOON.isoformat(), "by": "kim", "undone_by": None}
        history.append(marks)
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
        everything = [*self.samples, *self.doubted]
        return next((one for one in everything if one.label.prediction_id == prediction_id), None)

    def review(self) -> dict[str, Any]:
        """Pictures that wait for a second look."""
        items = [review_item(waiting).model_dump(mode="json") for waiting in find_waiting(self.doubted)]
        return {"waiting": len(items), "items": items}

    def change(self, change: str, lines: str, text: str, by: str = "") -> dict[str, Any]:
        """Change labels."""
        seen = [line.split() for line in lines.splitlines()]
        self.changes.append((change, len(seen), text))
        self.authors.append(by)
        items = []
        for prediction_id, event in seen:
            present, label = self.find(prediction_id), None
            problem = self.problem or (None if present is not None and present.event == event else "label-moved")
            if problem is None and present is not None:
                label = found_body(self._changed(present, change, text, by), _MARKS).model_dump(mode="json")
            items.append({"prediction_id": prediction_id, "problem": problem, "label": label})
        return {"items": items}

    def tags(self) -> list[dict[str, Any]]:
        """All tags."""
        counts = Counter(tag for one in self.samples for tag in one.tags)
        return [{"tag": tag, "labels": count} for tag, count in sorted(counts.items())]

    def mark(self, samples: str, where: str, give: str, take: str, action: str) -> dict[str, Any]:
        """Give and take tags."""
        wanted, named = parse_search(where), set(samples.split())
        chosen = [one for one in self.samples if (one.digest in named if named else wanted.matches(one, TAGS))]
        self._before[action] = chosen
        for one in chosen:
            tags = (one.tags | set(give.splitlines())) - set(take.splitlines())
            self.samples[self.samples.index(one)] = replace(one, tags=tags)
        self.markings.append((len(chosen), give, take))
        return {"action": action, "crops": len(chosen)}

    def unmark(self, action: str) -> dict[str, Any]:
        """Take a change of tags back."""
        before = {one.digest: one for one in self._before.pop(action)}
        self.samples = [replace(one, tags=before.get(one.digest, one).tags) for one in self.samples]
        return {"action": action, "crops": len(before)}

    def search_help(self, where: str, cursor: int) -> dict[str, Any]:
        """Help with a search, by an index of the same labels."""
        return search_help(cast("Any", _Searched(self)), where, cursor).model_dump(mode="json")

    def teaching(self, where: str) -> dict[str, Any]:
        """The least sure labels."""
        page = self.page(where, "least sure", None)
        return {"items": page["items"][:5], "looked_at": 150, "kinds": 3}

    def freeze(self, samples: list[str], name: str, *, with_cycle: bool) -> dict[str, Any]:
        """Make a version."""
        self.versions.append((name, sum(len(part.split()) for part in samples), with_cycle))
        crops = {"training": 8, "evaluation": 2, "unreadable": 0}
        return {"name": name or "v5.0", "crops": crops, "left_out": 1, "cycle": "c-1" if with_cycle else None}

    def saved_searches(self) -> list[dict[str, Any]]:
        """All saved searches."""
        return [
            {"name": name, "line": line, "order": order, "by": "team", "at": NOON.isoformat()}
            for name, (line, order) in sorted(self.saved.items())
        ]

    def _changed(self, present: Sample, change: str, text: str, by: str) -> Sample:
        name = present.label.prediction_id
        says: dict[str, dict[str, Any]] = {
            "fix": {"source": "review-fixed", "status": "corrected", "text": text},
            "keep": {"source": "review"},
            "drop": {"source": "review-dropped"},
            "unreadable": {"source": "review-fixed", "status": "unreadable", "text": ""},
        }
        if change == "undo":
            before = self.pasts[name].pop()
            label, restores = before.label, before.decided
        else:
            restores = None
            self.pasts.setdefault(name, []).append(present)
            label = replace(present.label, **says[change])
        self._events += 1
        event = event_name(self._events)
        new = replace(present, label=label, event=event, stamp=self._events, by=by, restores=restores)
        kept = self.samples if present in self.samples else self.doubted
        kept[kept.index(present)] = new
        return new


class _Searched:
    """As much of a store as helps with a search."""

    def __init__(self, explorer: FakeExplorer) -> None:
        self.search = self
        self.completions = self
        self._explorer = explorer

    def count(self, wanted: Filter) -> Number:
        """How many labels a filter takes."""
        return Number(sum(wanted.matches(one, TAGS) for one in self._explorer.samples), is_exact=True)

    def of(self, gap: Gap, most: int) -> list[str]:
        """How a search can go on."""
        known = {"field": [*FIELDS], "operator": ["=", "in"], "word": ["and", "or"], "value": ["blurry", "corrected"]}
        return [name for name in known[gap.expected] if name.startswith(gap.begun)][:most]


def add_explorer_routes(app: FastAPI, explorer: Callable[[], FakeExplorer]) -> None:
    """Answer searches, and below `/v1/team/labels`."""

    @app.get("/v1/team/samples")
    def labels(where: str = "", order: str = "newest", after: str | None = None) -> Any:
        return explorer().page(where, order, after)

    @app.get("/v1/team/samples/teaching")
    def teaching(where: str = "") -> Any:
        return explorer().teaching(where)

    @app.post("/v1/team/samples/export.{kind}")
    def export(
        kind: str,
        samples: Annotated[list[str] | None, Form()] = None,
        where: Annotated[str, Form()] = "",
    ) -> Any:
        explorer().exports.append((kind, sum(len(part.split()) for part in samples or ())))
        return Response(b"a file", media_type="application/zip")

    @app.post("/v1/team/versions")
    def freeze(
        name: Annotated[str, Form()] = "",
        cycle: Annotated[bool, Form()] = False,
        samples: Annotated[list[str] | None, Form()] = None,
        where: Annotated[str, Form()] = "",
    ) -> Any:
        return explorer().freeze(samples or [], name, with_cycle=cycle)

    @app.get("/v1/team/samples/count")
    def count(where: str = "") -> Any:
        return explorer().count(where)

    @app.get("/v1/team/labels/{prediction_id}", response_model=None)
    def details(prediction_id: str) -> Any:
        return explorer().details(prediction_id) or JSONResponse({"kind": "not-found", "status": 404}, 404)

    @app.post("/v1/team/labels")
    def change(
        change: Annotated[str, Form()],
        labels: Annotated[str, Form()],
        text: Annotated[str, Form()] = "",
        by: Annotated[str, Form()] = "",
    ) -> Any:
        if "?" in text:
            return JSONResponse({"kind": "bad-text", "status": 422}, 422)
        return explorer().change(change, labels, text, by)

    @app.get("/v1/team/review")
    def review(most: int = 50) -> Any:
        answer = explorer().review()
        return answer | {"items": answer["items"][:most]}

    @app.get("/v1/team/samples/{digest}/reading")
    def reading(digest: str) -> Any:
        return explorer().reading

    @app.get("/v1/team/searches")
    def searches() -> Any:
        return explorer().saved_searches()

    @app.get("/v1/team/searches/help")
    def search_help(where: str = "", cursor: int = 0) -> Any:
        return explorer().search_help(where, cursor)

    @app.post("/v1/team/searches")
    def save(
        name: Annotated[str, Form()],
        order: Annotated[str, Form()],
        where: Annotated[str, Form()] = "",
        instead_of: Annotated[str, Form()] = "",
    ) -> Any:
        explorer().saved.pop(instead_of, None)
        explorer().saved[name] = (where, order)
        return explorer().saved_searches()

    @app.delete("/v1/team/searches")
    def delete(name: str) -> Any:
        explorer().saved.pop(name)
        return explorer().saved_searches()

    @app.get("/v1/team/tags")
    def tags() -> Any:
        return explorer().tags()

    @app.post("/v1/team/marks")
    def mark(
        action: Annotated[str, Form()],
        samples: Annotated[str, Form()] = "",
        where: Annotated[str, Form()] = "",
        give: Annotated[str, Form()] = "",
        take: Annotated[str, Form()] = "",
    ) -> Any:
        return explorer().mark(samples, where, give, take, action)

    @app.delete("/v1/team/marks/{action}")
    def unmark(action: str) -> Any:
        return explorer().unmark(action)


def thumbnail() -> str:
    """A small picture as the backend sends it."""
    return _THUMBNAIL


def _thumbnail() -> str:
    crop: Image.Image = draw_tag("CW2288-111").crop((150, 255, 750, 385)).convert("RGB")
    return base64.b64encode(make_thumbnail(crop, 240)).decode("ascii")


_THUMBNAIL = _thumbnail()
_MARKS = CropMarks(frozenset({"blurry"}), {"shelf": "A3"})
