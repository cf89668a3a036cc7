"""A backend that answers as the API documents, but says what a test tells it to.

Only for what is hard to provoke in the real one: slow and broken answers, expired predictions, given prices.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from PIL import Image

from tests.frontend.fake_team import FakeTeam, add_team_routes


def reading(
    text: str = "CW2288-111", *, code: str | None = None, confidence: float = 0.87, **changes: Any
) -> dict[str, Any]:
    """What the recognizer would have read."""
    confidences = [0.99, 0.98, 0.97, 0.72, 0.99, 0.96, 0.95, 0.99, 0.42, 0.98]
    characters = [
        {"text": letter, "confidence": confidences[index % len(confidences)]} for index, letter in enumerate(text)
    ]
    answer: dict[str, Any] = {
        "text": text,
        "code": text if code is None else code,
        "confidence": confidence,
        "characters": characters,
        "candidates": [
            {"text": "CW2288-1I1", "code": "CW2288-1I1", "confidence": 0.06},
            {"text": "CW2Z88-111", "code": "CW2Z88-111", "confidence": 0.03},
            {"text": "CW2288-110", "code": "CW2288-110", "confidence": 0.008},
        ],
        "formats": [
            {"brand": "Nike", "name": "style", "code": "CW2288-111"},
            {"brand": "Jordan", "name": "style", "code": "CW2288-111"},
        ],
        "model": {"name": "trba", "version": "1"},
        "milliseconds": {"decode": 1.0, "crop": 0.2, "recognize": 11.0, "total": 12.4},
        "expires_at": "2026-07-01T05:05:00Z",
    }
    return answer | changes


def prices(code: str = "CW2288-111", **changes: Any) -> dict[str, Any]:
    """What the price service would have answered."""
    product = {
        "name": "나이키 에어 포스 1 '07 CW2288-111",
        "image": "",
        "price": 129000,
        "currency": "KRW",
        "mall": "신발나라",
        "url": "https://shop.example/cw2288-111",
        "provider": "catalogue",
        "fetched_at": "2026-07-01T05:00:00+00:00",
        "is_match": True,
    }
    other = product | {"name": "나이키 에어 포스 1 로우", "price": 99000, "mall": "슈즈몰", "is_match": False}
    searches = [
        {"name": "Naver Shopping", "url": f"https://search.shopping.naver.com/search/all?query={code}"},
        {"name": "KREAM", "url": f"https://kream.co.kr/search?keyword={code}"},
        {"name": "Google", "url": f"https://www.google.com/search?q={code}"},
    ]
    answer: dict[str, Any] = {
        "code": code,
        "products": [product, other],
        "reason": None,
        "searches": searches,
    }
    return answer | changes


def problem(status: int, kind: str) -> Response:
    """An RFC 9457 answer."""
    body = {
        "type": f"urn:shoe-tag:problem:{kind}",
        "title": "Something is wrong with it",
        "status": status,
        "detail": "This sentence of the backend is for its log.",
        "kind": kind,
    }
    return JSONResponse(body, status, media_type="application/problem+json")


class FakeBackend:
    """What to answer, and what was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.reset()

    def reset(self) -> None:
        """Back to quick and good answers."""
        self.reading: dict[str, Any] | Response = reading()
        self.prices: dict[str, Any] | Response = prices()
        self.reading_seconds = 0.0
        self.price_seconds = 0.0
        self.expired = False
        self.failing_labels = 0
        self.sizes: list[tuple[int, int]] = []
        self.bytes: list[int] = []
        self.turns: list[int] = []
        self.shoppers: list[str | None] = []
        self.labels: dict[str, dict[str, Any]] = {}
        self.label_requests: list[dict[str, Any]] = []
        self.label_pictures: list[bytes | None] = []  # of each of them
        self.whole_labels: list[bool] = []  # whether each says all of the line
        self.price_requests: list[str] = []
        self.accept_threshold: float | None = None
        self.refusals: dict[str, Response] = {}  # by the beginning of method and path: the answer
        self.team = FakeTeam()

    def app(self) -> FastAPI:
        """The routes."""
        app = FastAPI()

        @app.middleware("http")
        async def refuse(request: Request, pass_on: Callable[[Request], Awaitable[Response]]) -> Response:
            asked = f"{request.method} {request.url.path}"
            refusal = next((answer for part, answer in self.refusals.items() if asked.startswith(part)), None)
            return refusal or await pass_on(request)

        @app.post("/v1/predictions", response_model=None)
        def predict(request: Request, image: Annotated[UploadFile, File()], turn: Annotated[int, Form()] = 0) -> Any:
            data = image.file.read()
            time.sleep(self.reading_seconds)
            self.bytes.append(len(data))
            self.turns.append(turn)
            self.shoppers.append(request.headers.get("x-forwarded-for"))
            self.sizes.append(Image.open(io.BytesIO(data)).size)
            if isinstance(self.reading, Response):
                return self.reading
            return {"id": f"p{len(self.sizes)}"} | self.reading

        @app.post("/v1/predictions/{prediction_id}/label", response_model=None)
        def label(
            prediction_id: str,
            status: Annotated[str, Form()],
            text: Annotated[str | None, Form()] = None,
            read_text: Annotated[str | None, Form()] = None,
            read_confidence: Annotated[float | None, Form()] = None,
            image: Annotated[UploadFile | None, File()] = None,
            whole: Annotated[bool, Form()] = False,
        ) -> Any:
            self.whole_labels.append(whole)
            request = {"id": prediction_id, "status": status, "text": text, "image": image is not None}
            self.label_requests.append(request | {"read_text": read_text, "read_confidence": read_confidence})
            self.label_pictures.append(None if image is None else image.file.read())
            if self.failing_labels > 0:
                self.failing_labels -= 1
                return problem(500, "internal")
            if self.expired and image is None:
                return problem(404, "prediction-expired")
            kept = "" if status == "unreadable" else (text or read_text or "").replace(" ", "").upper()
            self.labels[prediction_id] = {"status": status, "text": kept}
            return {
                "prediction_id": prediction_id,
                "sample": "0" * 64,
                "status": status,
                "text": kept,
                "code": kept,
                "formats": [{"brand": "Puma", "name": "style", "code": kept}] if status == "corrected" else [],
                "completed": False,
                "saved": True,
                "stored_at": "2026-07-01T05:00:00+00:00",
            }

        @app.delete("/v1/predictions/{prediction_id}/label", response_model=None)
        def forget(prediction_id: str) -> Any:
            return {"deleted": self.labels.pop(prediction_id, None) is not None}

        @app.get("/v1/products", response_model=None)
        def products(code: str) -> Any:
            self.price_requests.append(code)
            time.sleep(self.price_seconds)
            return self.prices if isinstance(self.prices, Response) else self.prices | {"code": code}

        @app.get("/v1/model")
        def model() -> Any:
            return {"name": "trba", "version": "1", "accept_threshold": self.accept_threshold}

        add_team_routes(app, lambda: self.team)

        @app.get("/not-json", response_model=None)
        def not_json() -> Any:
            return PlainTextResponse("hello")

        return app


@contextmanager
def running_fake(port: int = 0) -> Iterator[FakeBackend]:
    """The fake on 127.0.0.1, at a free port unless one is named."""
    fake = FakeBackend()
    server = uvicorn.Server(
        uvicorn.Config(fake.app(), host="127.0.0.1", port=port, log_level="warning", lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the fake backend did not start")
        time.sleep(0.01)
    fake.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        server.should_exit = True
        thread.join(10)
