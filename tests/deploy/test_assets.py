from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from deploy.assets import CompressedAssets

SCRIPT = b"export const words = 'words';\n" * 400


@pytest.fixture
def served() -> list[str]:
    return []


@pytest.fixture
def client(served: list[str]) -> TestClient:
    async def file(request: Request) -> Response:
        served.append(request.url.path)
        if request.url.path.endswith("missing.js"):
            return Response("not here", 404)
        headers = {"cache-control": "public, immutable", "etag": '"1"', "accept-ranges": "bytes"}
        return Response(SCRIPT, media_type="text/javascript", headers=headers)

    return TestClient(CompressedAssets(Starlette(routes=[Route("/{path:path}", file, methods=["GET", "POST"])])))


def test_a_script_is_compressed_once(client: TestClient, served: list[str]) -> None:
    for _ in range(3):
        with client.stream("GET", "/static/js/index.abc.js", headers={"accept-encoding": "gzip, br"}) as answer:
            packed = b"".join(answer.iter_raw())
        assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
        assert (answer.headers["vary"], answer.headers["cache-control"]) == ("Accept-Encoding", "public, immutable")
        assert int(answer.headers["content-length"]) == len(packed) < len(SCRIPT) / 10
        assert gzip.decompress(packed) == SCRIPT
        assert "etag" not in answer.headers
    assert served == ["/static/js/index.abc.js"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/js/index.js", {"accept-encoding": "identity"}),
        ("/static/js/index.js", {"accept-encoding": "gzip", "range": "bytes=0-9"}),
        ("/static/js/index.js", {"accept-encoding": "gzip", "if-none-match": '"1"'}),
        ("/static/media/font.woff2", {"accept-encoding": "gzip"}),
        ("/index.js", {"accept-encoding": "gzip"}),
    ],
)
def test_every_other_request_passes(client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    assert "content-encoding" not in answer.headers
    assert answer.content == SCRIPT


def test_a_missing_file_stays_missing_and_is_not_remembered(client: TestClient, served: list[str]) -> None:
    for _ in range(2):
        answer = client.get("/static/js/missing.js", headers={"accept-encoding": "gzip"})
        assert (answer.status_code, answer.text) == (404, "not here")
    assert len(served) == 2


@pytest.mark.parametrize("leaves_after", [0, 1, 2])
def test_a_browser_that_leaves_in_the_middle_leaves_the_others_the_whole_file(
    tmp_path: Path, leaves_after: int
) -> None:
    (tmp_path / "index.js").write_bytes(SCRIPT * 50)

    async def file(_request: Request) -> Response:
        return FileResponse(tmp_path / "index.js")

    app = CompressedAssets(Starlette(routes=[Route("/{path:path}", file)]))

    async def leave() -> None:
        asked = 0

        async def receive() -> Message:
            nonlocal asked
            asked += 1
            if asked > leaves_after:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": b"", "more_body": True}

        async def send(_message: Message) -> None:
            return

        headers = [(b"accept-encoding", b"gzip")]
        scope = {"type": "http", "method": "GET", "path": "/static/index.js", "query_string": b"", "headers": headers}
        await app(scope, receive, send)

    asyncio.run(leave())
    answer = TestClient(app).get("/static/index.js", headers={"accept-encoding": "gzip"})
    assert (answer.status_code, answer.content) == (200, SCRIPT * 50)
