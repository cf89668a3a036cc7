"""The index: what the events say, in a database, to be asked quickly. It holds no truth of its own.

Two tables. `events` has one row for each event; which label is live follows from the order of events at the
time of asking, so it does not matter in which order, or how often, events come in. `replicas` remembers what
a bucket has confirmed. Losing either costs a `reindex`, never a label.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from datasets.errors import IndexUnavailableError
from datasets.samples.event import Event
from datasets.samples.sample import LABEL_STATUSES, Label, LabelStatus, Sample

_VERSION = 1  # raise it when a table changes: an index of another version is thrown away and rebuilt
_BATCH = 500
_CREATING = 7_233_061  # of the advisory lock under which PostgreSQL tables are made

_TABLES = sa.MetaData()
_ABOUT = sa.Table("store_index", _TABLES, sa.Column("version", sa.Integer, primary_key=True))
_EVENTS = sa.Table(
    "events",
    _TABLES,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("writer", sa.String(16), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("stamp", sa.BigInteger, nullable=False),
    sa.Column("stored_at", sa.String(40), nullable=False),
    sa.Column("prediction_id", sa.String(200)),
    sa.Column("sample", sa.String(64)),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("status", sa.String(16)),
    sa.Column("text", sa.Text),
    sa.Column("read_text", sa.Text),
    sa.Column("read_confidence", sa.Double),
    sa.Column("model_name", sa.Text),
    sa.Column("model_version", sa.Text),
    sa.Column("client", sa.Text),
    sa.Column("at", sa.String(40)),
    sa.Column("turn", sa.Integer),
    sa.Column("source", sa.Text),
    sa.Index("events_by_prediction", "prediction_id", "stamp", "writer", "sequence"),
    sa.Index("events_by_sample", "sample", "stamp"),
)
_REPLICAS = sa.Table(
    "replicas",
    _TABLES,
    sa.Column("url", sa.String(400), primary_key=True),
    sa.Column("name", sa.String(80), primary_key=True),
)

# Events are only ever added, so their number and the last one tell whether anything has changed.
_REVISION = sa.select(sa.func.count(), sa.func.max(_EVENTS.c.stamp)).select_from(_EVENTS)


def _place(events: Any) -> Any:
    """An event's place in the order of all events."""
    return sa.tuple_(events.c.stamp, events.c.writer, events.c.sequence)


def _unburied(events: Any) -> sa.ColumnElement[bool]:
    """No later tombstone for the label's prediction or crop."""
    stone = _EVENTS.alias("stone")
    later = sa.and_(stone.c.kind == "deleted", _place(stone) > _place(events))
    return sa.and_(
        ~sa.exists().where(stone.c.prediction_id == events.c.prediction_id, later),
        ~sa.exists().where(stone.c.sample == events.c.sample, later),
    )


def _live(events: Any) -> sa.ColumnElement[bool]:
    """The last word on its prediction, and not buried."""
    newer = _EVENTS.alias("newer")
    return sa.and_(
        events.c.kind == "label",
        ~sa.exists().where(newer.c.prediction_id == events.c.prediction_id, _place(newer) > _place(events)),
        _unburied(events),
    )


@contextlib.contextmanager
def _database_errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise IndexUnavailableError(f"the database does not answer: {reason}") from error


class SampleIndex:
    """Answers about samples, from a database.

    Args:
        url: SQLAlchemy URL. `postgres://` and `postgresql://` are served by psycopg 3.

    Raises:
        IndexUnavailableError: the database cannot be reached, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except (SQLAlchemyError, ValueError):  # their words may hold a part of the password
            raise IndexUnavailableError(
                "the URL of the database makes no sense; an @, : or / in a password is written %40, %3A or %2F"
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
        """Open the SQLite index of a spool; a damaged one is put aside and begun anew."""
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
        """Whether every page of a SQLite file can be read; other databases look after themselves.

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
        """Take in events; those known already change nothing."""
        rows = [_row(event) for event in events]
        if not rows:
            return
        with _database_errors(), self._engine.begin() as connection:
            for start in range(0, len(rows), _BATCH):
                connection.execute(self._insert_or_ignore(_EVENTS), rows[start : start + _BATCH])

    def replace(self, events: Iterable[Event]) -> None:
        """Hold these events and no others. Who asks meanwhile sees the old or the new, never a part."""
        rows = [_row(event) for event in events]
        self._counted = None
        with _database_errors(), self._engine.begin() as connection:
            connection.execute(_EVENTS.delete())
            for start in range(0, len(rows), _BATCH):
                connection.execute(self._insert_or_ignore(_EVENTS), rows[start : start + _BATCH])

    def event_names(self) -> set[str]:
        """Names of all events taken in."""
        with _database_errors(), self._engine.connect() as connection:
            return set(connection.scalars(sa.select(_EVENTS.c.name)))

    def last_stamp(self) -> int:
        """The latest place in the order of events; 0 if there are none."""
        with _database_errors(), self._engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.max(_EVENTS.c.stamp))) or 0

    def last_stamp_about(self, prediction_id: str | None = None, digest: str | None = None) -> int:
        """The latest place in their order of the events about a prediction or a crop; 0 if there are none."""
        abouts = [(_EVENTS.c.prediction_id, prediction_id), (_EVENTS.c.sample, digest)]
        queries = [sa.select(sa.func.max(_EVENTS.c.stamp)).where(column == one) for column, one in abouts if one]
        with _database_errors(), self._engine.connect() as connection:
            return max((connection.scalar(query) or 0 for query in queries), default=0)

    def find(self, prediction_id: str) -> Sample | None:
        """The live sample of a reading."""
        query = sa.select(_EVENTS).where(_EVENTS.c.prediction_id == prediction_id, _live(_EVENTS))
        with _database_errors(), self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return _sample(row) if row is not None else None

    def samples(self, digest: str | None = None) -> Iterator[Sample]:
        """Live samples in the order in which they came, or only those of one crop."""
        query = sa.select(_EVENTS).where(_live(_EVENTS))
        if digest is not None:
            query = query.where(_EVENTS.c.sample == digest)
        query = query.order_by(_EVENTS.c.stamp, _EVENTS.c.writer, _EVENTS.c.sequence)
        with _database_errors(), self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=_BATCH).execute(query).mappings()
            for row in rows:
                yield _sample(row)

    def is_needed(self, digest: str) -> bool:
        """Whether a label points at this crop that no tombstone buries (see `event.needed_crops`)."""
        query = sa.select(_EVENTS.c.name).where(
            _EVENTS.c.sample == digest, _EVENTS.c.kind == "label", _unburied(_EVENTS)
        )
        with _database_errors(), self._engine.connect() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def is_buried(self, digest: str) -> bool:
        """Whether labels pointed at this crop and tombstones bury all of them.

        Not the opposite of `is_needed`: of a crop without any event nothing is known, and nothing may be
        removed.
        """
        query = sa.select(_EVENTS.c.name).where(_EVENTS.c.sample == digest, _EVENTS.c.kind == "label")
        with _database_errors(), self._engine.connect() as connection:
            if connection.execute(query.limit(1)).first() is None:
                return False
        return not self.is_needed(digest)

    def needed_crops(self) -> set[str]:
        """Digests of all crops that must be there."""
        query = sa.select(_EVENTS.c.sample).where(_EVENTS.c.kind == "label", _unburied(_EVENTS)).distinct()
        with _database_errors(), self._engine.connect() as connection:
            return {str(digest) for digest in connection.scalars(query)}

    def crops_of(self, event: Event) -> list[str]:
        """Digests of the crops that a tombstone is about."""
        if event.sample is not None:
            return [event.sample]
        query = (
            sa.select(_EVENTS.c.sample)
            .where(_EVENTS.c.prediction_id == event.prediction_id, _EVENTS.c.sample.is_not(None))
            .distinct()
            .order_by(_EVENTS.c.sample)
        )
        with _database_errors(), self._engine.connect() as connection:
            return [str(digest) for digest in connection.scalars(query)]

    def crops_behind(self, name: str) -> list[str]:
        """Digests of the crops that an event is about, those of its prediction's other labels too."""
        about = sa.select(_EVENTS.c.prediction_id, _EVENTS.c.sample).where(_EVENTS.c.name == name).subquery()
        query = (
            sa.select(_EVENTS.c.sample)
            .where(
                _EVENTS.c.sample.is_not(None),
                sa.or_(_EVENTS.c.prediction_id == about.c.prediction_id, _EVENTS.c.sample == about.c.sample),
            )
            .distinct()
            .order_by(_EVENTS.c.sample)
        )
        with _database_errors(), self._engine.connect() as connection:
            return [str(digest) for digest in connection.scalars(query)]

    def count(self) -> tuple[dict[LabelStatus, int], int]:
        """Live labels by status, and the number of different crops that they point at."""
        # Counting looks at every label.
        live = sa.select(_EVENTS.c.status, _EVENTS.c.sample).where(_live(_EVENTS)).subquery()
        by_status = sa.select(live.c.status, sa.func.count()).group_by(live.c.status)
        crops = sa.select(sa.func.count(live.c.sample.distinct()))
        with _database_errors(), self._engine.connect() as connection:
            seen = tuple(connection.execute(_REVISION).one())
            counted = self._counted
            if counted is None or counted[0] != seen:
                found = {str(status): int(number) for status, number in connection.execute(by_status)}
                counted = (seen, found, connection.scalar(crops) or 0)
                self._counted = counted
        return {status: counted[1].get(status, 0) for status in LABEL_STATUSES}, counted[2]

    def revision(self) -> tuple[int, int]:
        """The number of events taken in, and the last one's place in their order."""
        with _database_errors(), self._engine.connect() as connection:
            number, last = connection.execute(_REVISION).one()
        return int(number), int(last or 0)

    def sent(self, url: str) -> set[str]:
        """Names of the events that this bucket has confirmed."""
        with _database_errors(), self._engine.connect() as connection:
            return set(connection.scalars(sa.select(_REPLICAS.c.name).where(_REPLICAS.c.url == url)))

    def mark_sent(self, url: str, names: Sequence[str]) -> None:
        """Remember that this bucket has confirmed these events, and what they ask for."""
        if not names:
            return
        with _database_errors(), self._engine.begin() as connection:
            connection.execute(self._insert_or_ignore(_REPLICAS), [{"url": url, "name": name} for name in names])

    def replace_sent(self, url: str, names: Sequence[str]) -> None:
        """Remember that this bucket has confirmed these events and no others."""
        with _database_errors(), self._engine.begin() as connection:
            connection.execute(_REPLICAS.delete().where(_REPLICAS.c.url == url))
            for start in range(0, len(names), _BATCH):
                rows = [{"url": url, "name": name} for name in names[start : start + _BATCH]]
                connection.execute(self._insert_or_ignore(_REPLICAS), rows)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _create_tables(self) -> None:
        """Make the tables where they are missing or of another version, even if several processes do so at once."""
        with _database_errors(), self._engine.begin() as connection:
            if sa.inspect(connection).has_table(_ABOUT.name) and self._version(connection) == _VERSION:
                return
        with _database_errors(), self._engine.connect() as connection:
            # One at a time, and nobody sees half of it. The driver begins no transaction before DDL by itself.
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATING)))
            if sa.inspect(connection).has_table(_ABOUT.name):
                if self._version(connection) == _VERSION:
                    return
                _TABLES.drop_all(connection)
            _TABLES.create_all(connection)
            connection.execute(_ABOUT.delete())
            connection.execute(_ABOUT.insert(), {"version": _VERSION})
            connection.commit()

    @staticmethod
    def _version(connection: sa.Connection) -> int | None:
        return connection.scalar(sa.select(_ABOUT.c.version))

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
    # WAL: readers do not wait for the writer. NORMAL: a power cut may cost the last rows, which opening
    # the store puts back from the spool.
    for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _row(event: Event) -> dict[str, object]:
    label = event.label
    return {
        "name": event.name,
        "kind": event.kind,
        "writer": event.writer,
        "sequence": event.sequence,
        "stamp": event.stamp,
        "stored_at": event.stored_at.isoformat(),
        "prediction_id": event.prediction_id,
        "sample": event.sample,
        "width": event.width,
        "height": event.height,
        "status": label.status if label else None,
        "text": label.text if label else None,
        "read_text": label.read_text if label else None,
        "read_confidence": label.read_confidence if label else None,
        "model_name": label.model_name if label else None,
        "model_version": label.model_version if label else None,
        "client": label.client if label else None,
        "at": label.at.isoformat() if label else None,
        "turn": label.turn if label else None,
        "source": label.source if label else None,
    }


def _sample(row: sa.RowMapping) -> Sample:
    label = Label(
        prediction_id=row["prediction_id"],
        status=cast(LabelStatus, row["status"]),
        text=row["text"],
        read_text=row["read_text"],
        read_confidence=row["read_confidence"],
        model_name=row["model_name"],
        model_version=row["model_version"],
        client=row["client"],
        at=datetime.fromisoformat(row["at"]),
        turn=row["turn"],
        source=row["source"],
    )
    return Sample(
        digest=row["sample"],
        label=label,
        width=row["width"],
        height=row["height"],
        event=row["name"],
        stamp=row["stamp"],
        stored_at=datetime.fromisoformat(row["stored_at"]),
    )
