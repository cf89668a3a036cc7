"""The index: a database built from the events, for quick queries. It holds no truth of its own.

Losing it costs a `reindex`, never a label.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from datasets.errors import IndexUnavailableError
from datasets.samples.event import Event
from datasets.samples.sample import LABEL_STATUSES, LabelStatus, Sample
from datasets.samples.tables import (
    ABOUT_TABLE,
    EVENT_TABLE,
    REPLICA_TABLE,
    REVISION,
    TABLES,
    VERSION,
    is_live,
    is_unburied,
    row_of,
    sample_in,
)

_BATCH = 500
_BUSY_SECONDS = 10.0  # that a connection waits for another one to finish writing
_CREATING = 7_233_061  # key of the advisory lock under which PostgreSQL tables are made


@contextlib.contextmanager
def _database_errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise IndexUnavailableError(f"the database does not answer: {reason}") from error


class SampleIndex:
    """The database that answers questions about samples.

    Args:
        url: SQLAlchemy URL. `postgres://` and `postgresql://` are served by psycopg 3.

    Raises:
        IndexUnavailableError: the database cannot be reached, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except (SQLAlchemyError, ValueError):  # the driver's message may hold a part of the password
            raise IndexUnavailableError(
                "the URL of the database cannot be parsed; an @, : or / in a password is written %40, %3A or %2F"
            ) from None
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise IndexUnavailableError(f"the index works on sqlite and postgresql, not on {parsed.drivername!r}")
        try:
            self._engine = _make_engine(parsed)
        except ImportError as error:
            raise IndexUnavailableError(f"the database driver is not installed: {error}") from error
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _set_up_sqlite)
        self._counted: tuple[tuple[object, ...], dict[str, int], int] | None = None  # the last answer of count()
        try:
            self._create_tables()
        except IndexUnavailableError:
            self._engine.dispose()
            raise

    @classmethod
    def beside(cls, spool: Path) -> SampleIndex:
        """Open the SQLite index of a spool; a damaged index is put aside and begun anew."""
        path = spool.resolve() / "local" / "index.sqlite3"
        url = sa.URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)
        try:
            index = cls(url)
        except IndexUnavailableError as error:
            cause = getattr(error.__cause__, "orig", None)
            if "not a database" not in str(cause) and "malformed" not in str(cause):
                raise
        else:
            if index.is_sound():
                return index
            index.close()
        path.replace(path.with_suffix(".damaged"))
        for leftover in ("-wal", "-shm"):
            path.with_name(path.name + leftover).unlink(missing_ok=True)
        return cls(url)

    def is_sound(self) -> bool:
        """Whether every page of a SQLite file can be read; other databases check themselves.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        if self._engine.dialect.name != "sqlite":
            return True
        try:
            with self._engine.connect() as connection:
                return str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) == "ok"
        except SQLAlchemyError as error:
            if "malformed" in str(error):
                return False
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise IndexUnavailableError(f"the database does not answer: {reason}") from error

    def add(self, events: Iterable[Event]) -> None:
        """Add events; known events change nothing."""
        rows = [row_of(event) for event in events]
        if not rows:
            return
        with _database_errors(), self._engine.begin() as connection:
            for start in range(0, len(rows), _BATCH):
                connection.execute(self._insert_or_ignore(EVENT_TABLE), rows[start : start + _BATCH])

    def replace(self, events: Iterable[Event]) -> None:
        """Hold these events and no others. A concurrent query sees the old or the new events, never a mixture."""
        rows = [row_of(event) for event in events]
        self._counted = None
        with _database_errors(), self._engine.begin() as connection:
            connection.execute(EVENT_TABLE.delete())
            for start in range(0, len(rows), _BATCH):
                connection.execute(self._insert_or_ignore(EVENT_TABLE), rows[start : start + _BATCH])

    def event_names(self) -> set[str]:
        """Names of all events taken in."""
        with _database_errors(), self._engine.connect() as connection:
            return set(connection.scalars(sa.select(EVENT_TABLE.c.name)))

    def holds(self, name: str) -> bool:
        """Whether this event was taken in."""
        with _database_errors(), self._engine.connect() as connection:
            return connection.scalar(sa.select(EVENT_TABLE.c.name).where(EVENT_TABLE.c.name == name)) is not None

    def last_stamp(self) -> int:
        """The latest place in the order of events; 0 if there are none."""
        with _database_errors(), self._engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.max(EVENT_TABLE.c.stamp))) or 0

    def last_stamp_about(self, prediction_id: str | None = None, digest: str | None = None) -> int:
        """The latest place in their order of the events about a prediction or a crop; 0 if there are none."""
        abouts = [(EVENT_TABLE.c.prediction_id, prediction_id), (EVENT_TABLE.c.sample, digest)]
        queries = [
            sa.select(sa.func.max(EVENT_TABLE.c.stamp)).where(column == value) for column, value in abouts if value
        ]
        with _database_errors(), self._engine.connect() as connection:
            return max((connection.scalar(query) or 0 for query in queries), default=0)

    def find(self, prediction_id: str) -> Sample | None:
        """The live sample of a reading."""
        query = sa.select(EVENT_TABLE).where(EVENT_TABLE.c.prediction_id == prediction_id, is_live())
        with _database_errors(), self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return sample_in(row) if row is not None else None

    def samples(self, digest: str | None = None) -> Iterator[Sample]:
        """Live samples in the order in which they came, or only those of one crop."""
        query = sa.select(EVENT_TABLE).where(is_live())
        if digest is not None:
            query = query.where(EVENT_TABLE.c.sample == digest)
        query = query.order_by(EVENT_TABLE.c.stamp, EVENT_TABLE.c.writer, EVENT_TABLE.c.sequence)
        with _database_errors(), self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=_BATCH).execute(query).mappings()
            for row in rows:
                yield sample_in(row)

    def is_needed(self, digest: str) -> bool:
        """Whether a label points at this crop that no tombstone buries (see `event.needed_crops`)."""
        query = sa.select(EVENT_TABLE.c.name).where(
            EVENT_TABLE.c.sample == digest, EVENT_TABLE.c.kind == "label", is_unburied()
        )
        with _database_errors(), self._engine.connect() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def is_buried(self, digest: str) -> bool:
        """Whether labels pointed at this crop and tombstones bury all of them.

        Not the opposite of `is_needed`: a crop without any event is neither, and must not be removed.
        """
        query = sa.select(EVENT_TABLE.c.name).where(EVENT_TABLE.c.sample == digest, EVENT_TABLE.c.kind == "label")
        with _database_errors(), self._engine.connect() as connection:
            if connection.execute(query.limit(1)).first() is None:
                return False
        return not self.is_needed(digest)

    def needed_crops(self) -> set[str]:
        """Digests of all crops that labels need."""
        query = sa.select(EVENT_TABLE.c.sample).where(EVENT_TABLE.c.kind == "label", is_unburied()).distinct()
        with _database_errors(), self._engine.connect() as connection:
            return {str(digest) for digest in connection.scalars(query)}

    def crops_of(self, event: Event) -> list[str]:
        """Digests of the crops that a tombstone is about."""
        if event.sample is not None:
            return [event.sample]
        query = (
            sa.select(EVENT_TABLE.c.sample)
            .where(EVENT_TABLE.c.prediction_id == event.prediction_id, EVENT_TABLE.c.sample.is_not(None))
            .distinct()
            .order_by(EVENT_TABLE.c.sample)
        )
        with _database_errors(), self._engine.connect() as connection:
            return [str(digest) for digest in connection.scalars(query)]

    def crops_behind(self, name: str) -> list[str]:
        """Digests of the crops that an event is about, including those of its prediction's other labels."""
        about = (
            sa.select(EVENT_TABLE.c.prediction_id, EVENT_TABLE.c.sample).where(EVENT_TABLE.c.name == name).subquery()
        )
        query = (
            sa.select(EVENT_TABLE.c.sample)
            .where(
                EVENT_TABLE.c.sample.is_not(None),
                sa.or_(EVENT_TABLE.c.prediction_id == about.c.prediction_id, EVENT_TABLE.c.sample == about.c.sample),
            )
            .distinct()
            .order_by(EVENT_TABLE.c.sample)
        )
        with _database_errors(), self._engine.connect() as connection:
            return [str(digest) for digest in connection.scalars(query)]

    def count(self) -> tuple[dict[LabelStatus, int], int]:
        """Live labels by status, and the number of different crops that they point at."""
        # Counting reads every row, so the last answer is reused until the events change.
        live = sa.select(EVENT_TABLE.c.status, EVENT_TABLE.c.sample).where(is_live()).subquery()
        by_status = sa.select(live.c.status, sa.func.count()).group_by(live.c.status)
        crops = sa.select(sa.func.count(live.c.sample.distinct()))
        with _database_errors(), self._engine.connect() as connection:
            seen = tuple(connection.execute(REVISION).one())
            counted = self._counted
            if counted is None or counted[0] != seen:
                found = {str(status): int(number) for status, number in connection.execute(by_status)}
                counted = (seen, found, connection.scalar(crops) or 0)
                self._counted = counted
        return {status: counted[1].get(status, 0) for status in LABEL_STATUSES}, counted[2]

    def revision(self) -> tuple[int, int]:
        """The number of events taken in, and the last one's place in their order."""
        with _database_errors(), self._engine.connect() as connection:
            number, last = connection.execute(REVISION).one()
        return int(number), int(last or 0)

    def sent(self, url: str) -> set[str]:
        """Names of the events that this bucket has confirmed."""
        with _database_errors(), self._engine.connect() as connection:
            return set(connection.scalars(sa.select(REPLICA_TABLE.c.name).where(REPLICA_TABLE.c.url == url)))

    def mark_sent(self, url: str, names: Sequence[str]) -> None:
        """Remember that this bucket has confirmed these events and carried out their removals."""
        if not names:
            return
        with _database_errors(), self._engine.begin() as connection:
            connection.execute(self._insert_or_ignore(REPLICA_TABLE), [{"url": url, "name": name} for name in names])

    def replace_sent(self, url: str, names: Sequence[str]) -> None:
        """Remember that this bucket has confirmed these events and no others."""
        with _database_errors(), self._engine.begin() as connection:
            connection.execute(REPLICA_TABLE.delete().where(REPLICA_TABLE.c.url == url))
            for start in range(0, len(names), _BATCH):
                rows = [{"url": url, "name": name} for name in names[start : start + _BATCH]]
                connection.execute(self._insert_or_ignore(REPLICA_TABLE), rows)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _create_tables(self) -> None:
        """Make the tables where they are missing or of another version, even if several processes do so at once."""
        with _database_errors(), self._engine.begin() as connection:
            if sa.inspect(connection).has_table(ABOUT_TABLE.name) and self._version(connection) == VERSION:
                return
        with _database_errors(), self._engine.connect() as connection:
            # One process at a time, in one transaction, which the driver does not begin before DDL by itself.
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATING)))
            if sa.inspect(connection).has_table(ABOUT_TABLE.name):
                if self._version(connection) == VERSION:
                    return
                TABLES.drop_all(connection)
            TABLES.create_all(connection)
            connection.execute(ABOUT_TABLE.delete())
            connection.execute(ABOUT_TABLE.insert(), {"version": VERSION})
            connection.commit()

    @staticmethod
    def _version(connection: sa.Connection) -> int | None:
        return connection.scalar(sa.select(ABOUT_TABLE.c.version))

    def _insert_or_ignore(self, table: sa.Table) -> sa.Executable:
        if self._engine.dialect.name == "sqlite":
            return sqlite.insert(table).on_conflict_do_nothing()
        return postgresql.insert(table).on_conflict_do_nothing()


def _make_engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "sqlite":
        return sa.create_engine(url)
    from datasets.samples.postgres import make_engine  # needs the driver

    return make_engine(url)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {round(1000 * _BUSY_SECONDS)}")
    # WAL: readers do not wait for the writer. Of several connections that set it on a new file SQLite refuses all but
    # one at once, whatever the timeout (https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY").
    until = time.monotonic() + _BUSY_SECONDS
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
    cursor.close()
