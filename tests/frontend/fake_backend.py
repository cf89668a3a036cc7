"""A backend that answers as the API documents, but says what a test tells it to.

Only for what is hard to provoke in the real one: slow and broken answers, expired predictions, given prices.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from backend.http.problems import add_problem_handlers
from backend.reading.photos import Region, cut_crop, preview_photo
from ocr_model.reading.image import Box, ImageLimits
from tests.frontend.fake_explorer import FakeExplorer, add_explorer_routes
from tests.frontend.fake_features import add_feature_routes
from tests.frontend.fake_team import FakeTeam, add_team_routes
from tests.frontend.fake_uploads import FakeUploads, add_upload_routes


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


def tag_line(
    text: str = "CW2288-111",
    role: str = "code",
    place: tuple[float, float, float, float] = (170.0, 270.0, 730.0, 370.0),
    **changes: Any,
) -> dict[str, Any]:
    """A line of a whole photo; `place` is left, top, right, bottom in the photo's pixels."""
    left, top, right, bottom = place
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    line = reading(text, **changes) | {"role": role, "corners": corners, "turn": 0}
    del line["milliseconds"]
    if role != "code":
        line["formats"], line["candidates"] = [], []
    return line


def card_field(value: str, line: int, unit: str = "", confidence: float = 0.9) -> dict[str, Any]:
    """A field of a card, on one line."""
    return {"value": value, "unit": unit, "confidence": confidence, "lines": [line]}


def card(**fields: Any) -> dict[str, Any]:
    """A card with the given fields and no others."""
    empty: dict[str, Any] = {"code": None, "brand": None, "sizes": [], "colour": None, "price": None}
    return empty | {"barcodes": [], "lines": []} | fields


def tag(code_line: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """What would have been read on the picture that `draw_tag` draws: sizes, the code, the country."""
    size = tag_line("US 9 UK 8", "size", (200.0, 80.0, 700.0, 125.0), confidence=0.97)
    country = tag_line("MADE IN VIETNAM", "country", (260.0, 515.0, 640.0, 560.0), confidence=0.97)
    lines = [size, tag_line() if code_line is None else code_line, country]
    code = lines[1]["code"]
    fields = card(
        code=card_field(code, 1, confidence=lines[1]["confidence"]) if code else None,
        sizes=[card_field("9", 0, "US")],
        lines=[0, 1, 2],
    )
    answer: dict[str, Any] = {
        "width": 900,
        "height": 640,
        "lines": lines,
        "barcodes": [],
        "cards": [fields],
        "first_line": 1,
        "milliseconds": {"total": 340.0},
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
        "formats": [{"brand": "Nike", "name": "style", "code": code}],
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
        self._released = threading.Event()
        self.reset()

    def release(self) -> None:
        """Answer at once what waits, and what comes until the next reset."""
        self._released.set()

    def reset(self) -> None:
        """Back to quick and good answers."""
        self.release()
        self._released = threading.Event()
        self.reading: dict[str, Any] | Response = reading()  # of a box
        self.tag: dict[str, Any] | Response = tag()  # of a whole photo
        self.first_line: dict[str, Any] | None = None  # that is told before the rest
        self.tag_seconds = 0.0
        self.tags: list[tuple[bytes, int]] = []  # photo and turn of each that was read whole
        self.tag_price_requests: list[tuple[str, str, str]] = []  # reading, price, currency
        self.barcodes: list[str | None] = []  # of each label
        self.label_corners: list[str | None] = []
        self.prices: dict[str, Any] | Response = prices()
        self.preview_seconds = 0.0
        self.previews = 0  # how often a photo was to be shown
        self.reading_seconds = 0.0
        self.price_seconds = 0.0
        self.expired = False
        self.failing_labels = 0
        self.sizes: list[tuple[int, int]] = []  # of the regions that were read
        self.photos: list[bytes] = []
        self.regions: list[tuple[str | None, int]] = []  # box and turn of each reading
        self.shoppers: list[str | None] = []
        self.labels: dict[str, dict[str, Any]] = {}
        self.label_requests: list[dict[str, Any]] = []
        self.label_pictures: list[bytes | None] = []  # of each of them
        self.label_regions: list[tuple[str | None, int]] = []
        self.label_proofs: list[str | None] = []
        self.whole_labels: list[bool] = []  # whether each says all of the line
        self.price_requests: list[str] = []
        self.accept_threshold: float | None = None
        self.refusals: dict[str, Response] = {}  # by the beginning of method and path: the answer
        self.team = FakeTeam()
        self.explorer = FakeExplorer()
        self.uploads = FakeUploads()

    def app(self) -> FastAPI:
        """The routes."""
        app = FastAPI()
        add_problem_handlers(app)

        @app.middleware("http")
        async def refuse(request: Request, pass_on: Callable[[Request], Awaitable[Response]]) -> Response:
            asked = f"{request.method} {request.url.path}"
            refusal = next((answer for part, answer in self.refusals.items() if asked.startswith(part)), None)
            return refusal or await pass_on(request)

        @app.post("/v1/previews", response_model=None)
        def preview(image: Annotated[UploadFile, File()], longest_side: Annotated[int, Form()]) -> Any:
            self.previews += 1
            self._released.wait(self.preview_seconds)
            shown = preview_photo(image.file.read(), longest_side, ImageLimits())
            picture = base64.b64encode(shown.data).decode()
            return {"width": shown.width, "height": shown.height, "media_type": "image/jpeg", "picture": picture}

        @app.post("/v1/tags", response_model=None)
        def read_tag(request: Request, image: Annotated[UploadFile, File()], turn: Annotated[int, Form()] = 0) -> Any:
            self.tags.append((image.file.read(), turn))
            self.shoppers.append(request.headers.get("x-forwarded-for"))
            if isinstance(self.tag, Response):
                self._released.wait(self.tag_seconds)
                return self.tag
            number, answer, first, seconds = len(self.tags), self.tag, self.first_line, self.tag_seconds
            lines = [{"id": f"t{number}-{index}"} | line for index, line in enumerate(answer["lines"])]
            if request.headers["accept"] != "application/x-ndjson":
                self._released.wait(seconds)
                return answer | {"lines": lines}

            def told() -> Iterator[str]:
                if first is not None:
                    yield json.dumps({"event": "line", "id": f"t{number}-first"} | first) + "\n"
                self._released.wait(seconds)
                yield json.dumps({"event": "tag"} | answer | {"lines": lines}) + "\n"

            return StreamingResponse(told(), media_type="application/x-ndjson")

        @app.post("/v1/predictions", response_model=None)
        def predict(
            request: Request,
            image: Annotated[UploadFile, File()],
            box: Annotated[str | None, Form()] = None,
            turn: Annotated[int, Form()] = 0,
        ) -> Any:
            data = image.file.read()
            self.photos.append(data)
            self.regions.append((box, turn))
            self.shoppers.append(request.headers.get("x-forwarded-for"))
            region = Region(Box(*map(int, box.split(","))) if box else None, turn)
            self.sizes.append(cut_crop(data, region, ImageLimits()).image.size)
            self._released.wait(self.reading_seconds)
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
            box: Annotated[str | None, Form()] = None,
            turn: Annotated[int, Form()] = 0,
            whole: Annotated[bool, Form()] = False,
            proof: Annotated[str | None, Form()] = None,
            corners: Annotated[str | None, Form()] = None,
            barcode: Annotated[str | None, Form()] = None,
        ) -> Any:
            self.whole_labels.append(whole)
            request = {"id": prediction_id, "status": status, "text": text, "image": image is not None}
            self.label_requests.append(request | {"read_text": read_text, "read_confidence": read_confidence})
            self.label_pictures.append(None if image is None else image.file.read())
            self.label_regions.append((box, turn))
            self.label_proofs.append(proof)
            self.label_corners.append(corners)
            self.barcodes.append(barcode)
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

        @app.post("/v1/predictions/{prediction_id}/tag-price", response_model=None)
        def keep_tag_price(prediction_id: str, price: Annotated[str, Form()], currency: Annotated[str, Form()]) -> Any:
            self.tag_price_requests.append((prediction_id, price, currency))
            code = self.labels[prediction_id]["text"]
            return {"code": code, "price": float(price), "currency": currency, "seen_on": "2026-07-01"}

        @app.delete("/v1/predictions/{prediction_id}/tag-price", response_model=None)
        def forget_tag_price(prediction_id: str) -> Any:
            self.tag_price_requests.append((prediction_id, "", ""))
            return {"deleted": True}

        @app.get("/v1/products", response_model=None)
        def products(code: str) -> Any:
            self.price_requests.append(code)
            self._released.wait(self.price_seconds)
            return self.prices if isinstance(self.prices, Response) else self.prices | {"code": code}

        @app.get("/v1/model")
        def model() -> Any:
            return {"name": "trba", "version": "1", "accept_threshold": self.accept_threshold}

        add_team_routes(app, lambda: self.team)
        add_explorer_routes(app, lambda: self.explorer)
        add_feature_routes(app, lambda: self.explorer)
        add_upload_routes(app, lambda: self.uploads)

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
    deadline = time.monotonic() + 60
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the fake backend did not start")
        time.sleep(0.01)
    fake.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        fake.release()
        server.should_exit = True
        thread.join(60)
