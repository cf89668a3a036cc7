"""The HTTP server: uvicorn, with bounded connections, headers and chunks."""

from __future__ import annotations

import asyncio
import functools
import re
from typing import Any, cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from backend.http.connections import Connection, Connections, Phase

# Bytes of a request's line and headers together, its headers, and bytes of its path with query. Names and percent signs
# cost a microsecond per byte, on the way to the limit of requests.
_MOST_HEADER = 16 * 1024
_MOST_HEADERS = 100
_MOST_TARGET = 2048
# A chunk costs the parser as much as some thousand bytes do; beyond the first ones, a body pays for each with bytes.
_BYTES_PER_CHUNK = 256
_FREE_CHUNKS = 256
# Connections accepted in one turn of the event loop, so that a flood of them leaves room for the open ones.
_ACCEPTED_AT_ONCE = 16
_BLANK_LINE = re.compile(rb"\n\r?\n")


def make_server(app: ASGIApp, connections: Connections, **options: Any) -> uvicorn.Server:
    """Return a server for listening sockets of the same connections, from `listen`.

    Args:
        app: What it serves.
        connections: Counts them.
        options: Further ones of `uvicorn.Config`.

    Raises:
        OSError: The TLS files cannot be used.
    """
    protocol = functools.partial(BoundedProtocol, connections=connections)
    configuration = uvicorn.Config(
        app,
        http=cast(type[asyncio.Protocol], protocol),
        loop="asyncio",  # Other loops accept connections without asking the listener.
        backlog=_ACCEPTED_AT_ONCE,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        **options,
    )
    configuration.load()
    return uvicorn.Server(configuration)


class BoundedProtocol(H11Protocol):
    """HTTP on one connection, which is told when a request begins and ends.

    Args:
        config: As uvicorn gives it.
        server_state: As uvicorn gives it.
        app_state: As uvicorn gives it.
        connections: Counts them.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        connections: Connections,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = _BoundedParser(h11.SERVER, _MOST_HEADER)
        self._counted = connections
        self._connection: Connection | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless the connection was dropped meanwhile."""
        super().connection_made(transport)
        self._connection = self._counted.carried_by(transport)
        if self._connection is None:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what has arrived."""
        super().data_received(data)
        self._tell()

    def on_response_complete(self) -> None:
        """Wait for the next request, or begin one that has arrived already."""
        super().on_response_complete()
        self._tell()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over to the WebSocket, which lives until a side ends it or a ping gets no answer."""
        if self._connection is not None:
            self._counted.enter(self._connection, Phase.SERVED)
            self._connection = None
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; while an answer is on its way, there is nothing to say."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.abort()

    def pause_writing(self) -> None:
        """Give the client time to take the answer."""
        super().pause_writing()
        self._tell()

    def resume_writing(self) -> None:
        """Go on with the answer."""
        super().resume_writing()
        self._tell()

    def _tell(self) -> None:
        """Tell what the connection is in the middle of."""
        if self._connection is None:
            return
        if self.flow.write_paused:
            phase = Phase.TAKING
        elif self.cycle is None or self.cycle.response_complete:
            phase = Phase.WAITING
        else:
            phase = Phase.SENDING if self.cycle.more_body else Phase.SERVED
        self._counted.enter(self._connection, phase)


class _BoundedParser(h11.Connection):
    """h11's parser, which looks at the length of a header only while it is incomplete, and counts no chunks."""

    def __init__(self, our_role: type[h11.SERVER], max_incomplete_event_size: int) -> None:
        super().__init__(our_role, max_incomplete_event_size)
        self._most_header = max_incomplete_event_size
        self._chunk_credit = 0

    def next_event(self) -> Any:
        """Return the next event, as h11 does.

        Raises:
            h11.RemoteProtocolError: A header is too long, or a body is cut into crumbs.
        """
        if self.their_state is h11.IDLE:
            arrived, _ = self.trailing_data
            if len(arrived) > self._most_header and _BLANK_LINE.search(arrived, 0, self._most_header) is None:
                raise h11.RemoteProtocolError("header too long")
            self._chunk_credit = _FREE_CHUNKS * _BYTES_PER_CHUNK
        event = super().next_event()
        if isinstance(event, h11.Request) and (len(event.target) > _MOST_TARGET or len(event.headers) > _MOST_HEADERS):
            raise h11.RemoteProtocolError("path too long, or too many headers")
        if isinstance(event, h11.Data):
            self._chunk_credit += len(event.data) - _BYTES_PER_CHUNK * event.chunk_start
            if self._chunk_credit < 0:
                raise h11.RemoteProtocolError("chunks too small")
        return event
