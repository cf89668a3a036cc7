"""The fake backend's answers about uploads: what was sent has the results that a test sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import FastAPI, Form, UploadFile
from fastapi.responses import JSONResponse, Response

LATER = "20261130-130000-0123abcd"
EARLIER = "20261130-120000-0123abcd"


def outcome(file: str, result: str, **changes: Any) -> dict[str, Any]:
    """What became of a file."""
    blank = {"file": file, "result": result, "fault": None, "detail": "", "samples": [], "text": "", "lines": 0}
    return blank | changes


def upload(name: str, phase: str, **changes: Any) -> dict[str, Any]:
    """An upload."""
    values: dict[str, Any] = {
        "id": name,
        "phase": phase,
        "is_stuck": False,
        "title": "Shelf A",
        "by": "Kim",
        "at": "2026-11-30T12:00:00+00:00",
        "ended_at": None,
        "tags": [],
        "values": {},
        "pictures": "auto",
        "lines": "codes",
        "files": 3,
        "done": 0,
        "results": {},
        "crops": 0,
    }
    return values | changes


@dataclass
class FakeUploads:
    """What the fake backend knows about uploads."""

    uploads: list[dict[str, Any]] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, bytes] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)
    busy: int = 0  # parts that are still refused

    def get(self, name: str) -> dict[str, Any]:
        return next(one for one in self.uploads if one["id"] == name)


def add_upload_routes(app: FastAPI, fake: Callable[[], FakeUploads]) -> None:
    """Answer for uploads."""

    @app.get("/v1/team/uploads")
    def list_uploads() -> Any:
        return {"items": fake().uploads}

    @app.post("/v1/team/uploads")
    def begin(
        title: Annotated[str, Form()] = "",
        tags: Annotated[str, Form()] = "",
        pictures: Annotated[str, Form()] = "",
        lines: Annotated[str, Form()] = "",
        by: Annotated[str, Form()] = "team",
    ) -> Any:
        fake().begun = {"title": title, "tags": tags, "pictures": pictures, "lines": lines, "by": by}
        fake().uploads.insert(0, upload(LATER, "receiving", title=title, by=by))
        return fake().uploads[0]

    @app.post("/v1/team/uploads/{name}/files", response_model=None)
    async def send(
        name: str,
        part: UploadFile,
        at: Annotated[int, Form()],
        size: Annotated[int, Form()],
        file: Annotated[str, Form(alias="name")],
    ) -> Any:
        if fake().busy:
            fake().busy -= 1
            kind = {"kind": "overloaded", "type": "urn:shoe-tag:problem:overloaded", "status": 503}
            return JSONResponse(kind, 503, {"Retry-After": "1"})
        fake().sent[file] = fake().sent.get(file, b"")[:at] + await part.read()
        return {"name": file, "arrived": len(fake().sent[file])}

    @app.post("/v1/team/uploads/{name}/start")
    def start(name: str) -> Any:
        fake().get(name).update(phase="working", files=len(fake().sent))
        return fake().get(name)

    @app.get("/v1/team/uploads/{name}")
    def get(name: str) -> Any:
        return fake().get(name)

    @app.delete("/v1/team/uploads/{name}")
    def cancel(name: str) -> Any:
        fake().get(name)["phase"] = "cancelled"
        return fake().get(name)

    @app.get("/v1/team/uploads/{name}/files")
    def files(name: str, result: str = "all", after: int = 0, size: int = 100) -> Any:
        found = [one for one in fake().outcomes if result in ("all", one["result"])]
        return {"items": found[after : after + size], "found": len(found)}

    @app.get("/v1/team/uploads/{name}/results.csv")
    def table(name: str) -> Response:
        return Response("file,result\n", media_type="text/csv")
