"""Bounds the connections of a server, so that idle ones never keep it from answering.

A listening socket that hands out counted connections stands before everything else: before the TLS handshake, the HTTP
protocol, and any file that a request opens. Where a new connection would be one too many, in all or for its client, one
that keeps the server waiting gives way: of those without a request, with half a request or with half an answer, the one
that has used up most of its time. While every one is being served, the new one is closed at once.
"""

from __future__ import annotations

import asyncio
import enum
import resource
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from backend.http.rate_limit import household

# Descriptors kept for what is no connection: the store, the model, the interpreter's own.
_OTHER_FILES = 128
# A request may open a file of its own beside its connection: a spooled upload, a call to a neighbour.
_FILES_PER_CONNECTION = 2
# Some systems name a limit of a thousand million, which programs that close every possible descriptor would count to.
_MOST_FILES = 65_536
# Connections told to close whose descriptors may still be open, before further ones are accepted.
_MOST_CLOSING = 16
# Connections that the system accepts for the server while it is busy.
_BACKLOG = 1024
_SWEEP_SECONDS = 1.0


@dataclass(frozen=True)
class ConnectionLimits:
    """Limits of the connections of one server."""

    most: int = 1000  # in all; fewer where the limit of open files is low
    most_per_client: int = 100  # of one address, or one /64 network; those of proxies are not counted
    header_seconds: float = 10.0  # until the first request's header is complete, TLS handshake included
    stall_seconds: float = 30.0  # without a byte of an answer taken, or between an answer and the next request


class Phase(enum.IntEnum):
    """What a connection is in the middle of."""

    WAITING = 0  # for the header of a request
    SENDING = 1  # the client sends the body of a request
    TAKING = 2  # the client takes an answer, slower than it is given
    SERVED = 3  # the server is at work, or a WebSocket is open


# Seconds that a connection may reasonably spend in a phase; the one furthest beyond gives way to a new connection.
_REASONABLE = {Phase.WAITING: 10.0, Phase.SENDING: 60.0, Phase.TAKING: 60.0}


class Connection(socket.socket):
    """An accepted connection, which tells when it is closed.

    Attributes:
        client: Name that it shares with its household.
        descriptor: Its file descriptor, also after it is closed.
        transport: What carries it, once its protocol has begun.
        phase: What it is in the middle of.
        since: When the phase began.
        is_new: Whether it has not sent a request yet.
    """

    def __init__(self, accepted: socket.socket, client: str, at: float, on_close: Callable[[Connection], None]) -> None:
        self._on_close = on_close
        self._unsent = 0
        self._unsent_since = at
        self.client = client
        self.descriptor = accepted.fileno()
        self.transport: asyncio.Transport | None = None
        self.phase = Phase.WAITING
        self.since = at
        self.is_new = True
        super().__init__(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())

    def close(self) -> None:
        """Close it; closing again does nothing."""
        super().close()
        self._on_close(self)

    def drop(self) -> None:
        """End it without waiting for the other side."""
        if self.transport is not None:
            self.transport.abort()
            return
        # In a TLS handshake: the event loop sees that the connection has ended, and closes it.
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)

    def is_overdue(self, now: float, limits: ConnectionLimits) -> bool:
        """Whether it has waited too long for a request, or takes nothing of an answer; to be looked at often."""
        unsent = 0 if self.transport is None else self.transport.get_write_buffer_size()
        if unsent:
            if unsent != self._unsent:
                self._unsent, self._unsent_since = unsent, now
            return now - self._unsent_since > limits.stall_seconds
        self._unsent = 0
        if self.phase is not Phase.WAITING:
            return False
        return now - self.since > (limits.header_seconds if self.is_new else limits.stall_seconds)


class _Crowd:
    """Connections that share a limit."""

    def __init__(self) -> None:
        # The one that has been in its phase longest, first.
        self._phases: tuple[OrderedDict[Connection, None], ...] = tuple(OrderedDict() for _ in Phase)

    def __len__(self) -> int:
        return sum(map(len, self._phases))

    def add(self, connection: Connection) -> None:
        self._phases[connection.phase][connection] = None

    def remove(self, connection: Connection) -> None:
        del self._phases[connection.phase][connection]

    def first_to_go(self, now: float) -> Connection | None:
        """Return the connection that gives way; None while every one is served."""
        longest = [next(iter(self._phases[phase]), None) for phase in _REASONABLE]
        return max(
            (one for one in longest if one is not None),
            key=lambda one: (now - one.since) / _REASONABLE[one.phase],
            default=None,
        )


class Connections:
    """The open connections of one server, for its event loop only (no lock).

    Args:
        limits: Their limits.
        is_proxy: Whether an address is a proxy's, whose connections carry many clients.
        files: Most open files of this process.
        clock: Seconds from any start, never running backwards.
    """

    def __init__(
        self,
        limits: ConnectionLimits,
        is_proxy: Callable[[str], bool],
        files: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._most = max(1, min(limits.most, (files - _OTHER_FILES) // _FILES_PER_CONNECTION))
        self._is_proxy = is_proxy
        self._clock = clock
        self._all = _Crowd()
        self._clients: dict[str, _Crowd] = {}
        self._open: dict[int, Connection] = {}  # by descriptor
        self._closing: set[Connection] = set()

    def __len__(self) -> int:
        """Return how many are open and not told to close."""
        return len(self._all)

    @property
    def are_closing(self) -> bool:
        """Whether so many are told to close that no further one should be accepted yet."""
        return len(self._closing) >= _MOST_CLOSING

    def admit(self, accepted: socket.socket, address: str) -> Connection | None:
        """Count a connection; None if there is no room for it, and it is closed.

        Args:
            accepted: From `accept`.
            address: The other side's.
        """
        client = household(address)
        fellows = self._clients.get(client) or _Crowd()
        is_crowded = len(fellows) >= self._limits.most_per_client and not self._is_proxy(address)
        if (is_crowded and not self._make_room(fellows)) or (
            len(self) >= self._most and not self._make_room(self._all)
        ):
            accepted.close()
            return None
        connection = Connection(accepted, client, self._clock(), self._on_close)
        self._open[connection.descriptor] = connection
        # Anew: the room may have been made by the client's last connection.
        for crowd in (self._all, self._clients.setdefault(client, _Crowd())):
            crowd.add(connection)
        return connection

    def carried_by(self, transport: asyncio.Transport) -> Connection | None:
        """Return the connection under a transport; None if it was not admitted here or has been dropped."""
        endpoint: Any = transport.get_extra_info("socket")
        connection = None if endpoint is None else self._open.get(endpoint.fileno())
        if connection is not None:
            connection.transport = transport
        return connection

    def enter(self, connection: Connection, phase: Phase) -> None:
        """Note that a connection is in a phase, which begins now unless it is in it already."""
        if connection.phase is phase:
            return
        crowds = self._crowds_of(connection)
        for crowd in crowds:
            crowd.remove(connection)
        connection.phase, connection.since, connection.is_new = phase, self._clock(), False
        for crowd in crowds:
            crowd.add(connection)

    def sweep(self) -> None:
        """Drop the connections that are overdue."""
        now = self._clock()
        for connection in [one for one in self._open.values() if one.is_overdue(now, self._limits)]:
            self._drop(connection)

    def _crowds_of(self, connection: Connection) -> tuple[_Crowd, ...]:
        """Return those that an open connection is counted in; none for a closed one."""
        if self._open.get(connection.descriptor) is not connection:
            return ()
        return self._all, self._clients[connection.client]

    def _make_room(self, crowd: _Crowd) -> bool:
        """Drop the connection that gives way; return whether there is one."""
        chosen = crowd.first_to_go(self._clock())
        if chosen is None:
            return False
        self._drop(chosen)
        return True

    def _drop(self, connection: Connection) -> None:
        self._forget(connection)
        self._closing.add(connection)
        connection.drop()

    def _on_close(self, connection: Connection) -> None:
        self._closing.discard(connection)
        self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        for crowd in self._crowds_of(connection):
            crowd.remove(connection)
            if not crowd and crowd is not self._all:
                del self._clients[connection.client]
        if self._open.get(connection.descriptor) is connection:
            del self._open[connection.descriptor]


class Listener(socket.socket):
    """A listening socket whose `accept` hands out counted connections; the event loop calls it.

    Args:
        family: Address family.
        connections: Counts them.
    """

    def __init__(self, family: socket.AddressFamily, connections: Connections) -> None:
        # The event loop turns Nagle's algorithm off only where the protocol is named; with it, the second part of an
        # answer waits some 40 ms for the client's delayed acknowledgement of the first.
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._connections = connections
        self._sweeping = False

    def listen(self, backlog: int = _BACKLOG) -> None:
        """Listen; the event loop's backlog, which is also what it accepts in one turn, is not the system's."""
        super().listen(_BACKLOG)

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection that there is room for.

        Raises:
            BlockingIOError: None is there now, as for any non-blocking socket; the event loop asks again.
        """
        # Closing takes a turn of the event loop, which would otherwise accept all that wait in one turn.
        if self._connections.are_closing:
            raise BlockingIOError
        accepted, address = super().accept()
        connection = self._connections.admit(accepted, address[0])
        if connection is None:
            raise BlockingIOError
        if not self._sweeping:
            self._sweep()
        return connection, address

    def _sweep(self) -> None:
        """Drop overdue connections, now and every second while there are connections."""
        self._connections.sweep()
        self._sweeping = len(self._connections) > 0
        if self._sweeping:
            asyncio.get_running_loop().call_later(_SWEEP_SECONDS, self._sweep)


def listen(host: str, port: int, connections: Connections) -> Listener:
    """Return a listening socket, for `uvicorn.Server.run`.

    Raises:
        OSError: The address cannot be listened on.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = Listener(family, connections)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def raise_file_limit() -> int:
    """Let this process open as many files as the system allows it; return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # Some systems name a limit and allow less.
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _MOST_FILES if soft == resource.RLIM_INFINITY else soft
