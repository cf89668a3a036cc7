"""Bounds the memory of uploads: Streamlit keeps every file of every open page until the page is closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final, cast

from starlette.types import ASGIApp, Receive, Scope, Send

from backend.http.problems import Problem, problem_response
from backend.http.rate_limit import bucket_name

UPLOADS: Final = "/_stcore/upload_file/"
# Bytes of all uploads together, and of those of one client: a zip that is read and the next one, or eighty photos.
MOST: Final = 1024 << 20
MOST_PER_CLIENT: Final = 400 << 20
# Room that is kept for clients who upload a photo while zips fill the rest, and what such a client may have.
MOST_WITH_PHOTOS: Final = MOST + (256 << 20)
A_PHOTO: Final = 24 << 20


class UploadRoom:
    """ASGI middleware that refuses uploads for which there is no room, before they arrive.

    Args:
        app: The pages.
        held: Gives the bytes that are kept for each session.
    """

    def __init__(self, app: ASGIApp, held: Callable[[], Mapping[str, int]]) -> None:
        self._app = app
        self._held = held
        self._arriving: Counter[str] = Counter()  # bytes by client
        self._clients: dict[str, str] = {}  # of the sessions that have uploaded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is an upload without room."""
        if scope["type"] != "http" or scope["method"] != "PUT" or not scope["path"].startswith(UPLOADS):
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if not declared.isdigit():
            await problem_response(_without_length())(scope, receive, send)
            return
        size, client = int(declared), bucket_name(scope)
        if not self._has_room(client, size):
            await problem_response(_no_room())(scope, receive, send)
            return
        self._clients[scope["path"].removeprefix(UPLOADS).partition("/")[0]] = client
        self._arriving[client] += size
        try:
            await self._app(scope, receive, send)
        finally:
            self._arriving[client] -= size
            if self._arriving[client] <= 0:
                del self._arriving[client]

    def _has_room(self, client: str, size: int) -> bool:
        held = self._held()
        self._clients = {session: owner for session, owner in self._clients.items() if session in held}
        own = size + self._arriving[client]
        own += sum(held[session] for session, owner in self._clients.items() if owner == client)
        everything = size + self._arriving.total() + sum(held.values())
        if own > MOST_PER_CLIENT:
            return False
        return everything <= MOST or (own <= A_PHOTO and everything <= MOST_WITH_PHOTOS)


def kept_by_streamlit() -> dict[str, int]:
    """The bytes of the files that Streamlit keeps for each session."""
    from streamlit import runtime
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

    if not runtime.exists():
        return {}
    manager = cast(MemoryUploadedFileManager, runtime.get_instance().uploaded_file_mgr)
    # Copies: threads of pages take files out meanwhile.
    sessions = manager.file_storage.copy()
    return {session: sum(len(file.data) for file in list(files.values())) for session, files in sessions.items()}


def _without_length() -> Problem:
    return Problem(
        HTTPStatus.LENGTH_REQUIRED,
        "no-length",
        "The upload does not say how long it is",
        "Send Content-Length.",
        headers={"Connection": "close"},
    )


def _no_room() -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "no-room",
        "There is no room for this upload",
        "Close pages whose photos are read, or upload fewer at a time.",
        headers={"Connection": "close", "Retry-After": "60"},
    )
