"""Uploads are refused where the pages have no room for them, before they arrive."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from deploy import upload_room
from deploy.upload_room import UPLOADS, UploadRoom


@pytest.fixture(autouse=True)
def small_room(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("MOST", 100), ("MOST_PER_CLIENT", 60), ("MOST_WITH_PHOTOS", 120), ("A_PHOTO", 10)):
        monkeypatch.setattr(upload_room, name, size)


class Pages:
    """Keeps what is uploaded, once `gate` is open."""

    def __init__(self) -> None:
        self.held: dict[str, int] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.room = UploadRoom(self._keep, lambda: self.held)

    async def _keep(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.gate.wait()
        session = scope["path"].split("/")[3]
        self.held[session] = self.held.get(session, 0) + int(dict(scope["headers"]).get(b"content-length", b"0"))
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def put(self, client: str, session: str, size: int | None, method: str = "PUT") -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        headers: Sequence[tuple[bytes, bytes]] = [] if size is None else [(b"content-length", str(size).encode())]
        scope = {
            "type": "http",
            "method": method,
            "path": f"{UPLOADS}{session}/file",
            "headers": headers,
            "client": (client, 1),
        }
        await self.room(scope, _nothing, send)
        return int(sent[0]["status"])


async def _nothing() -> Any:
    raise AssertionError("nothing is read of what is refused")


def run(job: Callable[[Pages], Awaitable[list[int]]]) -> list[int]:
    async def of_pages() -> list[int]:
        return list(await job(Pages()))

    return asyncio.run(of_pages())


def test_a_client_has_so_much_room_in_all_its_sessions_and_gets_it_back() -> None:
    async def job(pages: Pages) -> list[int]:
        found = [await pages.put("10.0.0.1", session, 25) for session in ("a", "b", "c")]
        del pages.held["a"]
        return [*found, await pages.put("10.0.0.1", "c", 25)]

    assert run(job) == [204, 204, 413, 204]


def test_a_photo_finds_room_where_others_have_filled_it() -> None:
    async def job(pages: Pages) -> list[int]:
        found = [await pages.put("10.0.0.1", "a", 60), await pages.put("10.0.0.2", "b", 40)]
        return [*found, await pages.put("10.0.0.3", "c", 11), await pages.put("10.0.0.3", "c", 10)]

    assert run(job) == [204, 204, 413, 204]


def test_what_is_on_its_way_counts() -> None:
    async def job(pages: Pages) -> list[int]:
        pages.gate.clear()
        first = asyncio.create_task(pages.put("10.0.0.1", "a", 50))
        await asyncio.sleep(0)
        second = await pages.put("10.0.0.1", "b", 50)
        pages.gate.set()
        return [second, await first, await pages.put("10.0.0.1", "b", 10)]

    assert run(job) == [413, 204, 204]


def test_an_upload_says_how_long_it_is_and_nothing_else_has_to() -> None:
    async def job(pages: Pages) -> list[int]:
        return [await pages.put("10.0.0.1", "a", None), await pages.put("10.0.0.1", "a", None, "DELETE")]

    assert run(job) == [411, 204]
