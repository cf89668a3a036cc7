"""The index: a database built from the events, for quick queries. It holds no truth of its own.

Losing it costs a `reindex`, never a label.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from datasets.errors import IndexUnavailableError
from datasets.samples import text_index
from datasets.samples.database_errors import database_errors
from datasets.samples.domain_engine import open_domain_engine
from datasets.samples.doubt_index import DoubtIndex
from datasets.samples.event import Event
from datasets.samples.filling import analyze, fill, is_filling
from datasets.samples.index_file import IndexFile, is_damage, is_sound
from datasets.samples.live_rows import (
    AT_ONCE,
    count_anew,
    derive_marks,
    marked_crops,
    mend,
    parts,
    renew,
    take_in,
    take_out,
    without,
)
from datasets.samples.mark_index import MarkIndex, tagged
from datasets.samples.pair_index import PairIndex
from datasets.samples.past_labels import PastLabels
from datasets.samples.period_index import PeriodIndex
from datasets.samples.quality_index import QualityIndex
from datasets.samples.replica_index import ReplicaIndex
from datasets.samples.sample import LABEL_STATUSES, LabelStatus, Sample
from datasets.samples.search.completion import Completions
from datasets.samples.search.search_index import SearchIndex
from datasets.samples.segment_index import SegmentIndex
from datasets.samples.tables import (
    ABOUT_TABLE,
    EVENT_TABLE,
    IN_ORDER,
    LIVE_TABLE,
    TABLES,
    TALLY_TABLE,
    index_version,
    sample_in,
)
from datasets.samples.tombstone_index import TombstoneIndex
from ocr_model.domains.domain import Domain
from ocr_model.domains.tags import TAGS

_IS_NEEDING = (EVENT_TABLE.c.kind == "label", EVENT_TABLE.c.buried.is_(False))
_CREATING = 7_233_061  # key of the advisory lock under which PostgreSQL tables are made
_MENDED_AT_ONCE = 20_000  # ids; a statement about all of them would silence PostgreSQL for longer than is waited for


class SampleIndex:
    """The database that answers questions about samples.

    Args:
        url: SQLAlchemy URL. `postgres://` and `postgresql://` are served by psycopg 3.
        domain: of the store; each has an index of its own at this URL.
        is_own_file: whether the URL is of a SQLite file that no other domain has.

    Raises:
        IndexUnavailableError: the database cannot be reached, or its driver is not installed.
    """

    def __init__(self, url: str | sa.URL, domain: Domain = TAGS, *, is_own_file: bool = False) -> None:
        self._engine = open_domain_engine(url, domain, is_own_file=is_own_file)
        self._domain, self._version_wanted = domain, index_version(domain)
        self._file: IndexFile | None = None
        self.pairs = PairIndex(self._engine)
        self.marks = MarkIndex(self._engine)
        self.search = SearchIndex(self._engine)
        self.past = PastLabels(self._engine)
        self.segments = SegmentIndex(self._engine)
        self.replicas = ReplicaIndex(self._engine)
        self.tombstones = TombstoneIndex(self._engine)
        self.qualities = QualityIndex(self._engine)
        self.completions = Completions(self._engine, domain)
        self.doubts = DoubtIndex(self._engine)
        self.periods = PeriodIndex(self._engine)
        try:
            self._create_tables()
        except IndexUnavailableError:
            self._engine.dispose()
            raise

    @classmethod
    def beside(cls, spool: Path, domain: Domain = TAGS, *, is_shared: bool = False) -> SampleIndex:
        """Open the SQLite index of a spool; a damaged index is put aside and begun anew.

        Args:
            spool: folder of the store.
            domain: of the store.
            is_shared: whether other processes work on the spool.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        file = IndexFile(spool, is_shared=is_shared)
        try:
            index = cls(file.url, domain, is_own_file=True)
        except IndexUnavailableError as error:
            if not is_damage(getattr(error.__cause__, "orig", None)):
                raise
        else:
            if not file.needs_check or index.is_sound():
                return index._watched(file)
            index.close()
        file.put_aside()
        return cls(file.url, domain, is_own_file=True)._watched(file)

    def is_sound(self) -> bool:
        """Whether every page of a SQLite file can be read; other databases check themselves.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        is_whole = is_sound(self._engine)
        if not is_whole and self._file is not None:
            self._file.suspect()
        return is_whole

    def add(self, events: Iterable[Event]) -> None:
        """Add events; known events change nothing."""
        if some := list(events):
            with database_errors(), self._engine.begin() as connection:
                take_in(connection, some, self._domain)

    def fill(self, batches: Iterable[Sequence[Event]]) -> None:
        """Add many events to an index that holds few; the numbers and the live labels follow at the end.

        Args:
            batches: the events.
        """
        fill(self._engine, batches, self._domain)

    def is_filling(self) -> bool:
        """Whether `fill` was begun and not finished: what it has left is to be filled in the same way."""
        return is_filling(self._engine)

    def renew(self, names: Sequence[str], events: Iterable[Event]) -> None:
        """Read events anew: put right what is wrong about them, and note how far an unfinished rebuild has come.

        A concurrent query sees these events all as they were, or all as they are now.

        Args:
            names: object names of some events, sorted.
            events: those of them that can be read.
        """
        found = {event.name: event for event in events}
        with database_errors(), self._engine.begin() as connection:
            for some in parts(names):
                renew(connection, some, [found[name] for name in some if name in found], self._domain)
            connection.execute(ABOUT_TABLE.update().values(rebuilt_to=names[-1]))

    def rebuilt_to(self) -> str:
        """Object name of the last event that an unfinished rebuild has read; "" if there is none."""
        with database_errors(), self._engine.connect() as connection:
            return connection.scalar(sa.select(ABOUT_TABLE.c.rebuilt_to)) or ""

    def finish_rebuild(self, gone: Sequence[str]) -> None:
        """Take events out that there are not, and check all that was derived from events.

        Args:
            gone: object names.
        """
        for names in parts(gone):
            with database_errors(), self._engine.begin() as connection:
                take_out(connection, names)
        with database_errors(), self._engine.connect() as connection:
            last = max(
                connection.scalar(sa.select(sa.func.max(table.c.id))) or 0 for table in (EVENT_TABLE, LIVE_TABLE)
            )
        for first in range(0, last + 1, _MENDED_AT_ONCE):
            with database_errors(), self._engine.begin() as connection:
                mend(connection, first, first + _MENDED_AT_ONCE - 1)
        with database_errors(), self._engine.begin() as connection:
            derive_marks(connection, marked_crops(connection))
            count_anew(connection)
            connection.execute(ABOUT_TABLE.update().values(rebuilt_to=None))
        with database_errors(), self._engine.begin() as connection:
            text_index.make_anew(connection)
        analyze(self._engine)

    def event_names(self) -> set[str]:
        """Names of all events taken in."""
        with database_errors(), self._engine.connect() as connection:
            return set(connection.scalars(sa.select(EVENT_TABLE.c.name)))

    def names_in_order(self) -> Iterator[str]:
        """Names of all events taken in, sorted."""
        query = sa.select(EVENT_TABLE.c.name).order_by(EVENT_TABLE.c.name)
        yield from self._stream(query)

    def holds(self, name: str) -> bool:
        """Whether this event was taken in."""
        with database_errors(), self._engine.connect() as connection:
            return connection.scalar(sa.select(EVENT_TABLE.c.name).where(EVENT_TABLE.c.name == name)) is not None

    def lacking(self, names: Iterable[str]) -> list[str]:
        """Those of some events that were not taken in, in the order given."""
        with database_errors(), self._engine.connect() as connection:
            return without(connection, names, sa.select(EVENT_TABLE.c.name), EVENT_TABLE.c.name)

    def last_stamp(self) -> int:
        """The latest place in the order of events; 0 if there are none."""
        with database_errors(), self._engine.connect() as connection:
            return connection.scalar(sa.select(TALLY_TABLE.c.last_stamp)) or 0

    def last_stamp_about(self, prediction_id: str | None = None, digest: str | None = None) -> int:
        """The latest place in their order of the events about a prediction or a crop; 0 if there are none."""
        abouts = [(EVENT_TABLE.c.prediction_id, prediction_id), (EVENT_TABLE.c.sample, digest)]
        queries = [
            sa.select(sa.func.max(EVENT_TABLE.c.stamp)).where(column == value) for column, value in abouts if value
        ]
        with database_errors(), self._engine.connect() as connection:
            return max((connection.scalar(query) or 0 for query in queries), default=0)

    def find(self, prediction_id: str) -> Sample | None:
        """The live sample of a reading."""
        query = _live_events().where(LIVE_TABLE.c.prediction_id == prediction_id)
        with database_errors(), self._engine.connect() as connection:
            rows = tagged(connection, connection.execute(query.limit(1)).mappings().all())
        return sample_in(rows[0]) if rows else None

    def samples(self, digest: str | None = None) -> Iterator[Sample]:
        """Live samples in the order in which they came, or only those of one crop."""
        query = _live_events().order_by(LIVE_TABLE.c.stamp, *IN_ORDER[1:])
        if digest is not None:
            query = query.where(LIVE_TABLE.c.sample == digest)
        with (
            database_errors(),
            self._engine.connect() as connection,
            self._engine.connect() as beside,
            connection.execution_options(yield_per=AT_ONCE).execute(query) as rows,  # closed also when nobody reads on
        ):
            for some in rows.mappings().partitions():
                yield from map(sample_in, tagged(beside, some))

    def is_needed(self, digest: str) -> bool:
        """Whether a label points at this crop that no tombstone buries (see `event.needed_crops`)."""
        query = sa.select(EVENT_TABLE.c.id).where(EVENT_TABLE.c.sample == digest, *_IS_NEEDING)
        with database_errors(), self._engine.connect() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def is_buried(self, digest: str) -> bool:
        """Whether labels pointed at this crop and tombstones bury all of them.

        Not the opposite of `is_needed`: a crop without any event is neither, and must not be removed.
        """
        query = sa.select(EVENT_TABLE.c.name).where(EVENT_TABLE.c.sample == digest, EVENT_TABLE.c.kind == "label")
        with database_errors(), self._engine.connect() as connection:
            if connection.execute(query.limit(1)).first() is None:
                return False
        return not self.is_needed(digest)

    def needed_crops(self) -> Iterator[str]:
        """Digests of all crops that labels need, sorted."""
        query = sa.select(EVENT_TABLE.c.sample).where(*_IS_NEEDING).distinct().order_by(EVENT_TABLE.c.sample)
        yield from self._stream(query)

    def crops_of(self, event: Event) -> list[str]:
        """Digests of the crops that a tombstone is about."""
        return self.crops_about(event.prediction_id, event.sample)

    def crops_about(self, prediction_id: str | None, digest: str | None) -> list[str]:
        """Digests of the crops of a prediction, or of this crop."""
        if digest is not None:
            return [digest]
        query = (
            sa.select(EVENT_TABLE.c.sample)
            .where(EVENT_TABLE.c.prediction_id == prediction_id, EVENT_TABLE.c.sample.is_not(None))
            .distinct()
            .order_by(EVENT_TABLE.c.sample)
        )
        with database_errors(), self._engine.connect() as connection:
            return [str(digest) for digest in connection.scalars(query)]

    def count(self) -> tuple[dict[LabelStatus, int], int, int]:
        """Live labels by status, the number of different crops that they point at, and that of live pairs."""
        with database_errors(), self._engine.connect() as connection:
            tally = connection.execute(sa.select(TALLY_TABLE)).mappings().one()
        return {status: int(tally[status]) for status in LABEL_STATUSES}, int(tally["crops"]), int(tally["pairs"])

    def revision(self) -> tuple[int, int]:
        """The number of events taken in, and the last one's place in their order."""
        with database_errors(), self._engine.connect() as connection:
            number, last = connection.execute(sa.select(TALLY_TABLE.c.events, TALLY_TABLE.c.last_stamp)).one()
        return int(number), int(last)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _watched(self, file: IndexFile) -> SampleIndex:
        """This index, whose file is checked again when a query meets damage."""
        file.watch(self._engine)
        self._file = file
        return self

    def _stream(self, query: sa.Select[Any]) -> Iterator[str]:
        """The names that a query finds, a few at a time."""
        with (
            database_errors(),
            self._engine.connect() as connection,
            connection.execution_options(yield_per=AT_ONCE).execute(query) as rows,
        ):
            yield from rows.scalars()

    def _create_tables(self) -> None:
        """Make the tables where they are missing or of another version, even if several processes do so at once."""
        with database_errors(), self._engine.begin() as connection:
            if sa.inspect(connection).has_table(ABOUT_TABLE.name) and self._version(connection) == self._version_wanted:
                return
        with database_errors(), self._engine.connect() as connection:
            # One process at a time, in one transaction, which the driver does not begin before DDL by itself.
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATING)))
            if sa.inspect(connection).has_table(ABOUT_TABLE.name):
                if self._version(connection) == self._version_wanted:
                    return
                TABLES.drop_all(connection)
            TABLES.create_all(connection)
            connection.execute(ABOUT_TABLE.delete())
            connection.execute(ABOUT_TABLE.insert(), {"version": self._version_wanted, "is_filling": False})
            connection.execute(TALLY_TABLE.delete())
            connection.execute(TALLY_TABLE.insert(), {column.name: 0 for column in TALLY_TABLE.c})
            connection.commit()

    @staticmethod
    def _version(connection: sa.Connection) -> int | None:
        return connection.scalar(sa.select(ABOUT_TABLE.c.version))


def _live_events() -> sa.Select[Any]:
    """The events of live labels."""
    return sa.select(EVENT_TABLE).join(LIVE_TABLE, LIVE_TABLE.c.id == EVENT_TABLE.c.id)
