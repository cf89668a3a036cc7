"""Connections that are held open and send little or nothing."""

from __future__ import annotations

import resource
import socket
from contextlib import suppress
from typing import ClassVar

from benchmarks.attack.attack import NO_ANSWER, Attack, Target
from benchmarks.attack.victim import Limits

_OPEN_FILES = 1024  # of the backend, a usual limit
_ADDRESS = "127.0.2.1"
_OPENED_AT_ONCE = 25  # in place of those that the backend has closed: 100 a second
_SETTLING = 3.0  # seconds
_SPARE = 200  # files that the attacker needs beside its connections


class _HeldConnections(Attack):
    connections: ClassVar[int]
    beginning: ClassVar[bytes] = b""  # sent at once
    drip: ClassVar[bytes] = b""  # sent again and again
    pause = 0.25
    limits = Limits(open_files=_OPEN_FILES)

    def prepare(self) -> None:
        """Raise this process' own limit of open files, if it is too low."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        needed = self.connections + _SPARE
        if soft < needed:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(needed, hard), hard))

    def begin(self, target: Target) -> None:
        """Open all connections, and give the backend time to take them."""
        self._held: list[socket.socket] = []
        self._fill(target, self.connections)
        target.stop.wait(_SETTLING)

    def run(self, target: Target, number: int) -> None:
        """Hold the connections, and open new ones for those that the backend closes, some at a time."""
        try:
            while not target.stop.wait(self.pause):
                self._held = [connection for connection in self._held if self._is_held(connection, target)]
                self._fill(target, _OPENED_AT_ONCE)
        finally:
            for connection in self._held:
                connection.close()
            target.count("held at the end", len(self._held))

    def _fill(self, target: Target, most: int) -> None:
        """Open missing connections, until one is refused."""
        for _ in range(min(most, self.connections - len(self._held))):
            connection = self._open(target)
            if connection is None:
                break
            self._held.append(connection)

    def _open(self, target: Target) -> socket.socket | None:
        try:
            connection = socket.create_connection(
                ("127.0.0.1", target.victim.port), timeout=1.0, source_address=(_ADDRESS, 0)
            )
            connection.setblocking(False)
            if self.beginning:
                connection.send(self.beginning)
        except OSError:
            target.count(NO_ANSWER)
            return None
        return connection

    def _is_held(self, connection: socket.socket, target: Target) -> bool:
        """Send a drop and look whether the connection is still open; one that is not is closed here, too."""
        with suppress(BlockingIOError):
            try:
                if self.drip:
                    connection.send(self.drip)
                said = connection.recv(4096)
            except BlockingIOError:
                raise
            except OSError:
                said = b""
            if said.startswith(b"HTTP/"):
                target.count(said.split()[1].decode())
            else:
                target.count("closed")
            connection.close()
            return False
        return True


class IdleConnections(_HeldConnections):
    """More connections than the backend may open files."""

    name = "idle-connections"
    title = "1,100 idle connections, 1,024 open files"
    connections = 1100


class DrippingHeaders(_HeldConnections):
    """Headers that never end."""

    name = "dripping-headers"
    title = "1,100 connections with headers that drip"
    connections = 1100
    beginning = b"GET /v1/model HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
    drip = b"a"


class SlowBodies(_HeldConnections):
    """Bodies that never end."""

    name = "slow-bodies"
    title = "1,100 connections with bodies that drip"
    connections = 1100
    beginning = (
        b"POST /v1/predictions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        b'--x\r\nContent-Disposition: form-data; name="image"\r\n\r\n'
    )
    drip = b"a"


CONNECTIONS: tuple[type[Attack], ...] = (IdleConnections, DrippingHeaders, SlowBodies)
