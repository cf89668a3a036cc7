"""The part of the index that answers searches: pages of live labels, and how many there are.

Whether a filter passes many labels or few is estimated from a random sample. One that passes many is answered by
looking at label after label in the order asked for, which soon fills a page; one that passes few by the index of its
rarest part (see plan.py).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from datasets.samples.database_errors import database_errors
from datasets.samples.engine import asking_of_all
from datasets.samples.live_rows import parts
from datasets.samples.mark_index import tagged
from datasets.samples.marks import tag_of_project
from datasets.samples.sample import LABEL_STATUSES, LabelStatus, Sample
from datasets.samples.search.fields import MEASURED
from datasets.samples.search.filters import All, Filter
from datasets.samples.search.plan import FEW, Plan, Planner, estimate
from datasets.samples.search.sql import FilterSql, in_projects, plus
from datasets.samples.seen_index import SeenIndex
from datasets.samples.sight import Sight
from datasets.samples.tables import (
    EVENT_TABLE,
    LIVE_MARK_TABLE,
    LIVE_TABLE,
    PROJECTS_TABLE,
    TALLY_TABLE,
    projects_in,
    sample_in,
)

Order = Literal[
    "newest",
    "oldest",
    "surest",
    "least sure",
    "most doubtful",
    "sharpest",
    "least sharp",
    "brightest",
    "darkest",
    "most contrast",
    "least contrast",
]
_SORTED: Mapping[Order, tuple[str, bool]] = {  # column, and whether its largest values come first
    "newest": ("at", True),
    "oldest": ("at", False),
    "surest": ("read_confidence", True),
    "least sure": ("read_confidence", False),
    "most doubtful": ("doubt", True),
    "sharpest": ("sharpness", True),
    "least sharp": ("sharpness", False),
    "brightest": ("light", True),
    "darkest": ("light", False),
    "most contrast": ("contrast", True),
    "least contrast": ("contrast", False),
}
ORDERS: tuple[Order, ...] = tuple(_SORTED)

_SECONDS = 0.2  # after which labels are no longer counted one by one
_SECONDS_IN_ORDER = 0.06  # that labels are looked at in the order asked for, at least, before this is given up
_WAITING = 4  # times as long as that at most, where SQLite has waited for the disk or for other programs
_STREAMED = 5000  # rows that are fetched together
_STEPS = 2000  # of SQLite's machine between two looks at the clock


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the labels that a search has found."""

    samples: tuple[Sample, ...]
    after: str | None  # where the next page begins: object name of the last label's event; None on the last page


@dataclass(frozen=True, slots=True)
class Number:
    """How many labels a search finds."""

    labels: int
    is_exact: bool  # else an estimate


@dataclass(frozen=True, slots=True)
class Traits:
    """What colours a crop on a map."""

    text: str  # the line
    status: LabelStatus
    brand: str  # the first whose format fits the line, in lower case; "" if there is none
    confidence: float  # of the reading
    model: str  # name and version


class SearchIndex(SeenIndex):
    """Live labels by filter. Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
    """

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__(engine)
        self._planner = Planner()

    def page(self, wanted: Filter, *, size: int, order: Order = "newest", after: str | None = None) -> Page:
        """Some of the labels that a filter takes.

        Args:
            wanted: the filter.
            size: most labels of a page.
            order: by the time of confirmation, the confidence of the reading, the doubt about the label, or a measure
                of the crop; the latter leaves out crops that are not measured yet.
            after: `Page.after` of the page before; one that is not known begins anew.
        """
        field, _ = _SORTED[order]
        wanted = self._bounded(wanted)
        with database_errors(), self._engine.connect() as connection:
            total = _total(connection)
            plan = self._planner.page(connection, wanted, total=total, size=size)
            last = self._key_of(connection, field, after)
            ids = self._ids(connection, wanted, size, order, last, plan)
            rows = connection.execute(sa.select(EVENT_TABLE).where(EVENT_TABLE.c.id.in_(ids[:size]))).mappings()
            by_id = {row["id"]: sample_in(row) for row in tagged(connection, rows.all())}
        samples = tuple(_as_seen(by_id[found], self._sight) for found in ids[:size])
        return Page(samples, samples[-1].event if len(ids) > size else None)

    def live_among(self, digests: Iterable[str]) -> set[str]:
        """Those of these crops that have a live label."""
        found = set[str]()
        with database_errors(), self._engine.connect() as connection:
            for some in parts(sorted(set(digests))):
                query = sa.select(LIVE_TABLE.c.sample).where(LIVE_TABLE.c.sample.in_(some), *self._is_seen())
                found.update(connection.scalars(query))
        return found

    def traits(self, digests: Iterable[str]) -> dict[str, Traits]:
        """What the last label of each of these crops says, in short; crops without a label are left out."""
        names = ("sample", "text", "status", "brands", "read_confidence", "model_name", "model_version")
        columns = [LIVE_TABLE.c[name] for name in names]
        found: dict[str, Traits] = {}
        with database_errors(), self._engine.connect() as connection:
            for some in parts(sorted(set(digests))):
                query = sa.select(*columns).where(LIVE_TABLE.c.sample.in_(some), *self._is_seen())
                rows = connection.execute(query.order_by(LIVE_TABLE.c.stamp, LIVE_TABLE.c.id))
                for sample, text, status, brands, confidence, name, version in rows:
                    brand = brands.strip("|").split("|")[0]
                    found[sample] = Traits(text, status, brand, confidence, f"{name} {version}")
        return found

    def count(self, wanted: Filter) -> Number:
        """How many labels a filter takes: counted, or estimated where counting would take long."""
        wanted = self._bounded(wanted)
        with database_errors(), self._engine.connect() as connection:
            total = _total(connection)
            if isinstance(wanted, All):
                return Number(total, is_exact=True)
            plan = self._planner.count(connection, wanted, total=total)
            condition = self._sql(None, plan.lead).condition(wanted)
            query = sa.select(sa.func.count()).select_from(LIVE_TABLE).where(condition)
            if total <= FEW:
                return Number(connection.scalar(query) or 0, is_exact=True)
            with contextlib.suppress(_TookTooLongError), _limited(connection, _SECONDS):
                return Number(connection.scalar(query) or 0, is_exact=True)
            return Number(round(total * estimate(connection, wanted, total).share), is_exact=False)

    def totals(self) -> tuple[dict[LabelStatus, int], int]:
        """Live labels by status, and the number of different crops that they point at."""
        by_status = sa.select(LIVE_TABLE.c.status, sa.func.count()).where(*self._is_seen()).group_by("status")
        # PostgreSQL sorts all of them for a count of distinct ones, but not for the distinct ones.
        different = sa.select(LIVE_TABLE.c.sample).where(*self._is_seen()).distinct()
        crops = sa.select(sa.func.count()).select_from(different.subquery())
        with database_errors(), self._engine.connect() as connection, asking_of_all(connection):
            found = {status: int(number) for status, number in connection.execute(by_status)}
            return {status: found.get(status, 0) for status in LABEL_STATUSES}, connection.scalar(crops) or 0

    def projects(self) -> set[str]:
        """The projects that crops belong to, and some to which none belongs any more."""
        with database_errors(), self._engine.connect() as connection:
            return set().union(*map(projects_in, connection.scalars(sa.select(PROJECTS_TABLE.c.projects))))

    def crops_not_seen(self) -> Iterator[str]:
        """Digests of the crops that the sight leaves out, sorted; those of projects whether they have a label or not.

        A crop joins a project before it has a label, so what this finds changes with marks alone.
        """
        if (sight := self._sight) is None:
            return
        tags, marks = [tag_of_project(project) for project in sight.projects], LIVE_MARK_TABLE.c
        is_seen_through = sa.case((marks.name.in_(tags), 1), else_=0)
        query = (
            sa.select(marks.sample)
            .where(marks.is_tag.is_(True), marks.name.startswith(tag_of_project(""), autoescape=True))
            .group_by(marks.sample)
            .having(sa.func.max(is_seen_through) == 0)
            .order_by(marks.sample)
        )
        if not sight.others:
            seen = in_projects(LIVE_TABLE.c.projects, sight.values, self._engine.dialect.name)
            query = sa.select(LIVE_TABLE.c.sample).where(sa.not_(seen)).distinct().order_by(LIVE_TABLE.c.sample)
        with database_errors(), self._engine.connect() as connection:
            yield from connection.execution_options(yield_per=_STREAMED).scalars(query)

    def _bounded(self, wanted: Filter) -> Filter:
        return wanted if self._sight is None else self._sight.bounded(wanted)

    def _ids(
        self,
        connection: sa.Connection,
        wanted: Filter,
        size: int,
        order: Order,
        last: Sequence[Any] | None,
        plan: Plan,
    ) -> list[int]:
        """Numbers of the labels of a page, and of the next one."""
        field, is_downward = _SORTED[order]
        column = field if plan.in_order else None
        condition = self._sql(column, plan.lead).condition(wanted)
        key: list[sa.ColumnElement[Any]] = [LIVE_TABLE.c[field], LIVE_TABLE.c.id]
        beyond = [] if last is None else [_beyond(key, last, is_downward=is_downward)]
        if field in MEASURED:
            beyond.append(LIVE_TABLE.c[field].is_not(None))
        if column is None and connection.dialect.name == "postgresql":
            # PostgreSQL takes a third of all labels for those with a part of a text, and would walk along the order.
            columns = [part.label(f"key_{place}") for place, part in enumerate(key)]
            found = sa.select(*columns).where(condition, *beyond).cte("found").prefix_with("MATERIALIZED")
            key = list(found.c)
            query = sa.select(found.c.key_1)
        else:
            if column is None:
                # Apart from the order, so that an index alone says which rows they are; then no order leads the way.
                condition = LIVE_TABLE.c.id.in_(sa.select(LIVE_TABLE.c.id.label("id")).where(condition))
                key = [plus(key[0]), key[1]]
            query = sa.select(LIVE_TABLE.c.id).where(condition, *beyond)
        query = query.order_by(*(part.desc() if is_downward else part for part in key)).limit(size + 1)
        if plan.otherwise is None:
            return list(connection.scalars(query))
        # Labels that pass may all lie far down in this order, which no sample tells.
        with (
            contextlib.suppress(_TookTooLongError),
            _limited(connection, max(plan.seconds, _SECONDS_IN_ORDER), waiting=_WAITING),
        ):
            return list(connection.scalars(query))
        return self._ids(connection, wanted, size, order, last, plan.otherwise)

    def _sql(self, order: str | None, lead: Filter | None) -> FilterSql:
        return FilterSql(self._engine.dialect.name, order, lead)

    @staticmethod
    def _key_of(connection: sa.Connection, field: str, event: str | None) -> Sequence[Any] | None:
        if event is None:
            return None
        query = sa.select(EVENT_TABLE.c[field], EVENT_TABLE.c.id).where(EVENT_TABLE.c.name == event)
        found = connection.execute(query).first()
        return None if found is None or found[0] is None else found


def _as_seen(sample: Sample, sight: Sight | None) -> Sample:
    return sample if sight is None else sight.of(sample)


class _TookTooLongError(Exception):
    """A query has taken longer than it may."""


def _total(connection: sa.Connection) -> int:
    labels = connection.execute(sa.select(*(TALLY_TABLE.c[status] for status in LABEL_STATUSES))).one()
    return int(sum(labels))


def _beyond(key: Sequence[Any], last: Sequence[Any], *, is_downward: bool) -> sa.ColumnElement[bool]:
    bound = sa.tuple_(*(sa.literal(value, part.type) for part, value in zip(key, last, strict=True)))
    place: Any = sa.tuple_(*key)
    found: sa.ColumnElement[bool] = place < bound if is_downward else place > bound
    return found


@contextlib.contextmanager
def _limited(connection: sa.Connection, seconds: float, *, waiting: int = 1) -> Iterator[None]:
    """Have the database give up a query after a while.

    Args:
        connection: of the index.
        seconds: that a query may take: where SQLite may wait, of this thread's own work.
        waiting: times `seconds` that SQLite may take in all. A query that was given up is begun in another way, which
            on a busy machine would only add to what it has to do.

    Raises:
        _TookTooLongError: it did.
    """
    until, own = time.monotonic() + seconds * waiting, time.thread_time() + seconds
    is_sqlite = connection.dialect.name == "sqlite"
    driver: Any = connection.connection.driver_connection

    def is_over() -> bool:
        return time.monotonic() > until or (waiting > 1 and time.thread_time() > own)

    if is_sqlite:
        driver.set_progress_handler(is_over, _STEPS)
    else:
        until = time.monotonic() + seconds
        connection.execute(sa.text(f"SET LOCAL statement_timeout = {round(1000 * seconds)}"))
    try:
        yield
        if not is_sqlite:
            connection.execute(sa.text("SET LOCAL statement_timeout = DEFAULT"))
            # PostgreSQL tells a time that ran out at the very end of a statement in the next one: in this one.
            connection.execute(sa.text("SELECT 1"))
    except OperationalError as error:
        if not is_over():
            raise
        connection.rollback()
        raise _TookTooLongError from error
    finally:
        if is_sqlite:
            driver.set_progress_handler(None, 0)
