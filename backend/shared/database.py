"""The database that backends share, behind threads, a time limit and a breaker: no reading waits for it for long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from backend.http.problems import Problem
from backend.http.work_queue import WorkQueue
from backend.shared.tables import create_tables
from datasets.errors import IndexUnavailableError
from datasets.samples.engine import open_engine

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

_WORKERS, _WAITING = 4, 64
# Failures in a row after which the database is left alone, and the pauses until it is tried: they double.
_FAILURES = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0
_SILENCE = 3.0  # seconds without a byte after which a connection is given up; a thread is busy until then
_STATEMENT_MILLISECONDS = 3000


class SharedUnavailableError(Exception):
    """The shared database does not answer in time."""


class SharedDatabase:
    """Runs short jobs in the database that backends share. For the event loop only (no lock).

    After some failures in a row, jobs fail at once, until a trial in the background, for which nobody waits, succeeds.

    Args:
        url: SQLAlchemy URL, of PostgreSQL.
        seconds: How long a job is waited for.
        clock: Seconds from any start, never running backwards.
    """

    def __init__(self, url: str, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._seconds, self._clock = url, seconds, clock
        self._queue = WorkQueue("shared", workers=_WORKERS, waiting=_WAITING)
        self._engine: sa.Engine | None = None
        self._quick: sa.Engine | None = None  # the same, each statement a transaction: one round trip
        self._failures = 0
        self._pause = _FIRST_PAUSE
        self._away_until: float | None = 0.0  # None: it answers
        self._trial: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def is_away(self) -> bool:
        """Whether jobs fail at once, for now."""
        return self._away_until is not None

    async def open(self) -> None:
        """Connect and make the tables; a failure is tried again later."""
        self.try_again()
        if self._trial is not None:
            await asyncio.wait([self._trial])

    async def run(self, job: Callable[[sa.Connection], T], *, seconds: float | None = None) -> T:
        """Do a job off the event loop; each of its statements is a transaction of its own.

        Args:
            job: Gets a connection.
            seconds: How long it is waited for, also while the database is left alone; None: as long as readings do.

        Raises:
            SharedUnavailableError: It does not answer in time. The job may be done all the same.
        """
        if self._away_until is not None:
            self.try_again()
            if seconds is None or self._quick is None:
                raise SharedUnavailableError("the shared database is away")
        try:
            async with asyncio.timeout(seconds or self._seconds):
                result = await self._queue.run(self._do, job)
        except (TimeoutError, SQLAlchemyError, IndexUnavailableError, Problem) as error:
            self._failed(error)
            raise SharedUnavailableError("the shared database does not answer") from error
        self._failures = 0
        return result

    async def close(self) -> None:
        """Let running jobs end, and disconnect."""
        self._closed = True
        if self._trial is not None:
            await asyncio.wait([self._trial])
        await asyncio.to_thread(self._queue.close)
        if self._engine is not None:
            await asyncio.to_thread(self._engine.dispose)

    def _do(self, job: Callable[[sa.Connection], T]) -> T:
        if self._quick is None:
            raise IndexUnavailableError("the shared database was never reached")
        with self._quick.connect() as connection:
            return job(connection)

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        if self._away_until is None and self._failures >= _FAILURES:
            self._leave(error)

    def _leave(self, error: Exception) -> None:
        if self._away_until is None or self._engine is None:
            # The driver's message names hosts, and never the password.
            reason = str(getattr(error, "orig", None) or error).splitlines()
            _LOG.warning(
                "readings and rates are not shared for now, the database does not answer: %s",
                reason[0] if reason else type(error).__name__,
            )
        self._away_until = self._clock() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def try_again(self) -> None:
        """Begin a trial in the background if one is due."""
        is_due = self._away_until is not None and self._clock() >= self._away_until
        if is_due and self._trial is None and not self._closed:
            self._trial = asyncio.get_running_loop().create_task(self._try())
            self._trial.add_done_callback(self._tried)

    def _tried(self, _: asyncio.Task[None]) -> None:
        self._trial = None

    async def _try(self) -> None:
        """Come back if the tables can be made and a question is answered as fast as readings need it."""
        try:
            await asyncio.to_thread(self._connect)
            async with asyncio.timeout(self._seconds):
                await asyncio.to_thread(self._ask)
        except (TimeoutError, SQLAlchemyError, IndexUnavailableError) as error:
            self._leave(error)
            return
        if self._away_until:
            _LOG.warning("readings and rates are shared again")
        self._away_until, self._failures, self._pause = None, 0, _FIRST_PAUSE

    def _connect(self) -> None:
        if self._engine is None:
            engine = open_engine(self._url, silence=_SILENCE)
            sa.event.listen(engine, "connect", _set_up)
            self._engine, self._quick = engine, engine.execution_options(isolation_level="AUTOCOMMIT")
        create_tables(self._engine)

    def _ask(self) -> None:
        self._do(lambda connection: connection.execute(sa.select(1)))


def _set_up(connection: object, _record: object) -> None:
    """Bound each statement; what is shared is of use for minutes, so no commit waits for the disk."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute(f"SET statement_timeout = {_STATEMENT_MILLISECONDS}")
    cursor.execute("SET synchronous_commit = off")
    cursor.close()
    connection.commit()  # type: ignore[attr-defined]
