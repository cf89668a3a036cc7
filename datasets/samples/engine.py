"""Connections to the index's database: SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from datasets.errors import IndexUnavailableError

# That a connection waits for another one to finish writing: a shopper waits as well, and a label needs no index.
BUSY_SECONDS = 1.0
_SETTING_UP_SECONDS = 10.0  # that the first connections to a new file wait for each other
_LONG_SILENCE = 300.0  # seconds that PostgreSQL may be silent about all labels: no label waits for such an answer
_ROOM = "64MB"  # for sorting there: with its own 4 MB it would sort a million labels on the disk
_CACHE_KIB = 32_768  # of a connection; SQLite's own 2 MB are read anew for every look into a million rows


def parse_url(url: str | sa.URL) -> sa.URL:
    """Take the URL of a database apart.

    Raises:
        IndexUnavailableError: it cannot be parsed.
    """
    try:
        return make_url(url)
    except (SQLAlchemyError, ValueError):  # the driver's message may hold a part of the password
        raise IndexUnavailableError(
            "the URL of the database cannot be parsed; an @, : or / in a password is written %40, %3A or %2F"
        ) from None


def open_engine(url: str | sa.URL, *, silence: float | None = None) -> sa.Engine:
    """An engine for the database.

    Args:
        url: SQLAlchemy URL. `postgres://` and `postgresql://` are served by psycopg 3.
        silence: seconds without a byte from PostgreSQL after which a call fails; None: as for the index.

    Raises:
        IndexUnavailableError: the URL cannot be used, or its driver is not installed.
    """
    parsed = parse_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise IndexUnavailableError(f"the index works on sqlite and postgresql, not on {parsed.drivername!r}")
    try:
        engine = _make_engine(parsed, silence)
    except ImportError as error:
        raise IndexUnavailableError(f"the database driver is not installed: {error}") from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _set_up_sqlite)
    return engine


@contextmanager
def asking_of_all(connection: sa.Connection) -> Iterator[None]:
    """Let questions be about all labels, which take long: until the block ends PostgreSQL is waited for, and has room.

    Args:
        connection: of the index, within a transaction. One of SQLite stays as it is.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection  # of postgres.py
    usual = driver.silence
    connection.exec_driver_sql(f"SET LOCAL work_mem = '{_ROOM}'")
    driver.silence = _LONG_SILENCE
    try:
        yield
    finally:
        driver.silence = usual


def _make_engine(url: sa.URL, silence: float | None) -> sa.Engine:
    if url.get_backend_name() == "sqlite":
        return sa.create_engine(url)
    from datasets.samples.postgres import make_engine  # needs the driver

    return make_engine(url, silence)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {round(1000 * BUSY_SECONDS)}")
    # WAL: readers do not wait for the writer. Of several connections that set it on a new file SQLite refuses all but
    # one at once, whatever the timeout (https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY").
    until = time.monotonic() + _SETTING_UP_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
    # NORMAL: a power cut may cost the last rows, which opening the store puts back from the spool.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    cursor.close()
