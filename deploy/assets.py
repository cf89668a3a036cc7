"""Compresses the scripts and styles of the pages, which Streamlit leaves to a proxy in front: most of a first visit."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FOLDER = "/static/"
_KINDS = (".js", ".css")
# More files than Streamlit has; each name holds a hash of its content, so an entry is right for good.
_MOST_FILES = 1000


@dataclass(frozen=True)
class _Asset:
    """A compressed file and the headers of its answer."""

    headers: list[tuple[bytes, bytes]]
    body: bytes


class CompressedAssets:
    """ASGI middleware that answers scripts and styles compressed, each compressed once.

    Args:
        app: The pages.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._assets: dict[str, _Asset] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an asset compressed; pass every other request on."""
        if not _may_compress(scope):
            await self._app(scope, receive, send)
            return
        asset = self._assets.get(scope["path"])
        if asset is None:
            answer: list[Message] = []

            async def note(message: Message) -> None:
                answer.append(message)

            await self._app(scope, receive, note)
            if not _is_whole(answer) or answer[0]["status"] != 200 or len(self._assets) >= _MOST_FILES:
                for message in answer:
                    await send(message)
                return
            asset = await asyncio.to_thread(_compress, answer)
            self._assets[scope["path"]] = asset
        await send({"type": "http.response.start", "status": 200, "headers": asset.headers})
        await send({"type": "http.response.body", "body": asset.body})


def _may_compress(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    path, headers = scope["path"], Headers(scope=scope)
    conditional = "range" in headers or "if-none-match" in headers or "if-modified-since" in headers
    accepted = {part.split(";")[0].strip() for part in headers.get("accept-encoding", "").split(",")}
    return path.startswith(_FOLDER) and path.endswith(_KINDS) and "gzip" in accepted and not conditional


def _is_whole(answer: list[Message]) -> bool:
    """Whether an answer came to its end; a file is given up in the middle when its browser leaves."""
    return bool(answer) and answer[-1]["type"] == "http.response.body" and not answer[-1].get("more_body", False)


def _compress(answer: list[Message]) -> _Asset:
    body = gzip.compress(b"".join(message.get("body", b"") for message in answer[1:]), mtime=0)
    headers = MutableHeaders(raw=list(answer[0]["headers"]))
    for name in ("accept-ranges", "etag", "last-modified"):
        del headers[name]
    headers["content-encoding"] = "gzip"
    headers["content-length"] = str(len(body))
    headers.add_vary_header("Accept-Encoding")
    return _Asset(headers.raw, body)
