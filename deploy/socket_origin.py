"""Refuses WebSockets that another site opens, before Streamlit looks at them.

Streamlit lets pages of every port of this machine in, whose browser sends the same cookies. Of any other site it asks
a service on the internet for this machine's address first, to compare; no page is answered meanwhile.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.http.site_guard import is_same_host

_POLICY_VIOLATION = 1008  # RFC 6455


class SocketOrigin:
    """ASGI middleware that closes a WebSocket whose `Origin` is neither the host that it names nor the pages' address.

    Args:
        app: The pages.
        public_url: The pages' address, for a proxy that names another host; None if it is not known.
    """

    def __init__(self, app: ASGIApp, public_url: str | None) -> None:
        self._app, self._public_url = app, public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is a WebSocket of another site; programs send no `Origin`."""
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            host = headers.get("host", "")
            if not all(self._is_own(origin, host) for origin in headers.getlist("origin")):
                await receive()
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
                return
        await self._app(scope, receive, send)

    def _is_own(self, origin: str, host: str) -> bool:
        return origin == self._public_url or is_same_host(origin, host)
