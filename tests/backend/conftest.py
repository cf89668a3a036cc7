"""A backend with a recognizer that reads what it is told to, and a price service that answers likewise."""

import io
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from fastapi.dependencies import models as dependency_models
from fastapi.testclient import TestClient
from PIL import Image

from backend.main import create_app
from backend.reading.decoding import PhotoDecoder
from backend.settings import Settings
from ocr_model.codes.lines import extract_code, match_formats
from ocr_model.reading.image import ImageLimits
from ocr_model.reading.prediction import Candidate, Character, ModelInfo, Prediction
from ocr_model.tags.detection import FoundLine
from ocr_model.tags.tag import Corners


@pytest.fixture(autouse=True)
def _applications_end_with_their_test() -> Iterator[None]:
    """Empty FastAPI's bounded caches, which would keep thousands of applications of earlier tests in memory."""
    yield
    for cached in vars(dependency_models).values():
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()


class FakeReader:
    """Reads the same text from every picture, and remembers the pictures' sizes."""

    def __init__(self) -> None:
        self.text = "ART GW2871"
        self.turn = 0
        self.sizes: list[tuple[int, int]] = []
        self.pixels: list[tuple[int, ...]] = []
        self.picture_text: str | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.failure: Exception | None = None

    @property
    def info(self) -> ModelInfo:
        return ModelInfo("fake", "7")

    def for_many_lines(self) -> "FakeReader":
        return self

    def at_a_glance(self) -> "FakeReader":
        return self

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        return [self.read(image) for image in images]

    def read(self, image: Image.Image) -> Prediction:
        assert image.mode == "RGB"
        self.sizes.append(image.size)
        self.pixels.append(image.getpixel((image.width // 2, image.height // 2)))
        if not self.gate.wait(60):
            raise TimeoutError("the test forgot to open the gate")
        if self.failure is not None:
            raise self.failure
        others = ["ART GW287I", "ART 6W2871", "GW2871", "ART GW28711", "ART GW2B71", "ART OW2871"]
        candidates = [Candidate(self.text, extract_code(self.text), 0.9)]
        candidates += [Candidate(text, extract_code(text), 0.01) for text in others]
        return Prediction(
            text=self.text,
            code=extract_code(self.text),
            confidence=0.9,
            characters=tuple(Character(character, 0.95) for character in self.text),
            candidates=tuple(candidates[:6]),
            formats=match_formats(self.text),
            model=self.info,
            milliseconds={"total": 1.0},
            turn=self.turn,
            picture_text=self.picture_text,
        )


class FakeDetector:
    """Finds the lines that it is told to, on any whole photo."""

    def __init__(self) -> None:
        self.lines: list[Corners] = []

    def find(self, picture: Image.Image, longest_side: int) -> list[FoundLine]:
        return [FoundLine(corners, 0.9) for corners in self.lines]


class ShopServer:
    """Answers on 127.0.0.1 with the next of its scripted answers; the last one again and again.

    `requests` holds path, query and headers of each; of a `POST` the form in place of the query.
    """

    def __init__(self) -> None:
        self.answers: list[Callable[[BaseHTTPRequestHandler], None]] = []
        self.requests: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.released = threading.Event()
        self.taking = threading.Lock()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                service.requests.append((parts.path, query, {k.lower(): v for k, v in self.headers.items()}))
                self.answer()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
                service.requests.append((self.path, form, {k.lower(): v for k, v in self.headers.items()}))
                self.answer()

            def answer(self) -> None:
                with service.taking:
                    answer = service.answers[0]
                    if len(service.answers) > 1:
                        service.answers.pop(0)
                answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Tests speak for themselves."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def sends(self, status: int, body: object, content_type: str = "application/json", **headers: str) -> None:
        """Answer with a status and a body (JSON unless it is text or bytes)."""
        data = (
            body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else json.dumps(body).encode()
        )

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Content-Type", content_type)
            handler.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(data)

        self.answers.append(answer)

    def sends_items(self, *items: object) -> None:
        """Answer as documented, with these items."""
        self.sends(200, {"total": len(items), "start": 1, "display": len(items), "items": list(items)})

    def hangs(self) -> None:
        """Take the request and say nothing, for a minute."""
        self.answers.append(lambda handler: self.released.wait(60) and None)

    def drips(self) -> None:
        """Send a byte now and then for a minute, so that no single read is slow."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "1200")
            handler.end_headers()
            try:
                for _ in range(1200):
                    handler.wfile.write(b" ")
                    handler.wfile.flush()
                    if self.released.wait(0.05):
                        return
            except OSError:
                return

        self.answers.append(answer)

    def cuts_off(self) -> None:
        """Send the beginning of an answer, then close the connection."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b'{"data": [')
            handler.close_connection = True

        self.answers.append(answer)

    def drops(self) -> None:
        """Close the connection without an answer."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True
            handler.connection.close()

        self.answers.append(answer)

    def stop(self) -> None:
        """Let hanging answers go, and close."""
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def detector() -> FakeDetector:
    return FakeDetector()


@pytest.fixture(scope="session")
def decoder() -> Iterator[PhotoDecoder]:
    decoder = PhotoDecoder(
        ImageLimits(max_decode_bytes=300_000_000), seconds=60, memory=400_000_000, workers=2, large_waiting=3
    )
    yield decoder
    decoder.close()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for variable in (
        "STORAGE_URL",
        "DATABASE_URL",
        "NAVER_CLIENT_ID",
        "NAVER_CLIENT_SECRET",
        "NAVER_BASE_URL",
        "KICKSDB_API_KEY",
        "EBAY_CLIENT_ID",
        "EBAY_CLIENT_SECRET",
        "OIDC_ISSUER",
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET",
        "SMTP_URL",
        "SMTP_FROM",
    ):
        monkeypatch.delenv(variable, raising=False)
    # Starlette's client calls the service by this name.
    return Settings(data_dir=tmp_path / "var", rate_per_minute=0, feature_seconds=0, allowed_hosts=("testserver",))


@pytest.fixture
def start(settings: Settings, reader: FakeReader, detector: FakeDetector) -> Iterator[Callable[..., TestClient]]:
    """Start an app, with some settings changed, and wait until it is ready."""
    clients: list[TestClient] = []

    def start_app(**changes: object) -> TestClient:
        app = create_app(
            settings.model_copy(update=changes),
            load_recognizer=lambda folder, threads: reader,
            load_detector=lambda threads: detector,
        )
        client = TestClient(app)
        client.__enter__()
        clients.append(client)
        for _ in range(3000):
            if client.get("/readyz").status_code == 200:
                return client
            threading.Event().wait(0.02)
        raise TimeoutError(client.get("/readyz").text)

    yield start_app
    reader.gate.set()
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(start: Callable[..., TestClient]) -> TestClient:
    return start()


@pytest.fixture
def picture() -> Image.Image:
    """A crop with structure: 160 x 60, each quarter in a colour of its own."""
    pixels = np.zeros((60, 160, 3), np.uint8)
    pixels[:30, :80] = (255, 0, 0)
    pixels[:30, 80:] = (0, 255, 0)
    pixels[30:, :80] = (0, 0, 255)
    pixels[30:, 80:] = (250, 250, 250)
    return Image.fromarray(pixels)


@pytest.fixture
def png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def shop() -> Iterator[ShopServer]:
    server = ShopServer()
    yield server
    server.stop()
