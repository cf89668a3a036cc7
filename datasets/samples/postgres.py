"""Connections to PostgreSQL that give up on a server that has fallen silent.

libpq waits for an answer as long as the network does. Keeping a label waits for the index, and goes on without it once
the index has failed; so a silent index has to fail soon.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa

T = TypeVar("T")

SILENCE = 10.0  # seconds
# By default PostgreSQL expects a disk whose head moves, and reads a million rows rather than look ten thousand up.
_SET_UP = "SET random_page_cost = 1.1"
_ARGUMENTS: dict[str, Any] = {"connect_timeout": 3}  # seconds; the URL's own arguments take precedence


def make_engine(url: sa.URL, silence: float | None = None) -> sa.Engine:
    """An engine whose calls fail with OperationalError after some seconds without a byte from the server.

    Args:
        url: URL of the dialect `postgresql+psycopg`.
        silence: the seconds; None: `SILENCE`.
    """
    engine = sa.create_engine(url, pool_pre_ping=True)

    @sa.event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: list[Any], settings: dict[str, Any]) -> Any:
        connection = _Connection.connect(*arguments, **(_ARGUMENTS | settings))
        if silence is not None:
            connection.silence = silence
        return connection

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: psycopg.Connection[Any], _record: object) -> None:
        connection.execute(_SET_UP)
        connection.commit()

    return engine


class _Connection(psycopg.Connection[Any]):
    silence = SILENCE

    def wait(self, gen: Generator[Any, Any, T], *arguments: Any, **more: Any) -> T:
        """Wait for a round trip; see psycopg.Connection.wait."""
        try:
            return super().wait(_until_silent(gen, self.silence), *arguments, **more)
        except _SilentError as error:
            self.pgconn.finish()  # its state is unknown; the pool makes another
            raise psycopg.OperationalError(f"no answer for {self.silence:g} s") from error


class _SilentError(Exception):
    """The server has been silent for too long."""


def _until_silent(gen: Generator[Any, Any, T], seconds: float) -> Generator[Any, Any, T]:
    """Run the steps of the protocol until the server is silent for too long."""
    try:
        wanted, last = next(gen), time.monotonic()
        while True:
            ready = yield wanted
            if ready:
                last = time.monotonic()
            elif time.monotonic() - last > seconds:
                gen.close()
                raise _SilentError
            wanted = gen.send(ready)
    except StopIteration as end:
        result: T = end.value
        return result
