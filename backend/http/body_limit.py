"""Refuses request bodies that are too long or too slow while they arrive, before anything holds them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.http.problems import Problem, problem_response

# How much of a refused body is still read and thrown away. A client that is cut off while it sends sees a broken
# connection instead of the answer; that is fair only for a client that sends far more than a photo.
_DRAIN_BYTES = 64 << 20
_DRAIN_SECONDS = 10.0


class BodyLimit:
    """ASGI middleware that counts a body's bytes as they arrive.

    Args:
        app: The application behind it.
        limit: Gives the most bytes that a request of this scope may carry.
        seconds: Time within which the whole body must have arrived.
    """

    def __init__(self, app: ASGIApp, limit: Callable[[Scope], int], seconds: float) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope)
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > limit:
            if b"expect" not in headers:  # A client that sent Expect has not sent its body yet.
                await _drain(receive)
            await problem_response(_too_large(limit))(scope, receive, send)
            return

        deadline = asyncio.get_running_loop().time() + self._seconds
        received = 0
        complete = False

        async def limited_receive() -> Message:
            nonlocal received, complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise _too_slow(self._seconds) from None
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                complete = not message.get("more_body", False)
                if received > limit:
                    if not complete:
                        await _drain(receive)
                    raise _too_large(limit)
            return message

        await self._app(scope, limited_receive, send)


async def _drain(receive: Receive) -> None:
    """Throw away the rest of a body, up to a limit in bytes and time."""
    drained = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while drained < _DRAIN_BYTES:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
                drained += len(message.get("body", b""))
    except TimeoutError:
        return


def _too_large(limit: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-large",
        "The request is too large",
        f"This request may carry at most {limit} bytes.",
        headers={"Connection": "close"},
    )


def _too_slow(seconds: float) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_TIMEOUT,
        "too-slow",
        "The request took too long to arrive",
        f"Its body must arrive within {seconds:g} seconds.",
        headers={"Connection": "close"},
    )
