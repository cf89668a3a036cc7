"""Takes events into the index and keeps its rows of live labels and pairs, and their numbers, right.

An event can change only what its own predictions have: for each of these the live rows are derived anew from the
events. So it costs the same however many others there are, and the order in which events come in does not matter.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from datasets.samples.engine import asking_of_all
from datasets.samples.event import Event
from datasets.samples.marks import project_in, rows_of
from datasets.samples.quality_index import qualities_in
from datasets.samples.sample import LABEL_STATUSES
from datasets.samples.search.fields import MEASURED
from datasets.samples.tables import (
    ACTION_TABLE,
    BRANDS_TABLE,
    EVENT_TABLE,
    LIVE_MARK_TABLE,
    LIVE_PAIR_TABLE,
    LIVE_TABLE,
    MARK_TABLE,
    PROJECTS_TABLE,
    TALLY_TABLE,
    is_buried,
    is_live,
    is_live_pair,
    live_marks,
    projects_text,
    row_of,
)
from ocr_model.domains.domain import Domain

T = TypeVar("T")

AT_ONCE = 500  # values in one statement


def take_in(connection: sa.Connection, events: Sequence[Event], domain: Domain) -> None:
    """Add events; known events change nothing. To be called within a transaction, and is its first statement."""
    lock(connection)
    before = connection.scalar(sa.select(sa.func.max(EVENT_TABLE.c.id))) or 0
    insert_events(connection, events, domain)
    columns = (EVENT_TABLE.c[name] for name in ("id", "kind", "stamp", "prediction_id", "sample"))
    new = connection.execute(sa.select(*columns).where(EVENT_TABLE.c.id > before)).all()
    if not new:
        return
    changes = {"events": len(new)}
    _derive(connection, *_touched(connection, new), changes)
    derive_marks(connection, _marked(connection, new))
    last_stamp = max(row.stamp for row in new)
    count(connection, changes, last_stamp)


def insert_events(
    connection: sa.Connection, events: Sequence[Event], domain: Domain, *, is_measured: bool = True
) -> None:
    """Add events, but derive nothing from them; known events change nothing.

    Args:
        connection: of the index.
        events: what is added.
        domain: of the store.
        is_measured: whether the crop of any event in the index may be measured.
    """
    rows = [row_of(event, domain) for event in events]
    crops = [str(row["sample"]) for row in rows if row["kind"] == "label"]
    known, projects = qualities_in(connection, crops if is_measured else []), _projects_of(connection, crops)
    rows = [
        row | known.get(str(row["sample"]), {}) | {"projects": projects_text(projects.get(str(row["sample"]), ()))}
        if row["kind"] == "label"
        else row
        for row in rows
    ]
    _note_projects(connection, {str(row["projects"]) for row in rows if row["projects"] is not None})
    for part in parts(rows):
        connection.execute(insert_or_ignore(connection, EVENT_TABLE), part)
    if brands := sorted({str(row["brands"]) for row in rows if row["brands"] is not None}):
        connection.execute(insert_or_ignore(connection, BRANDS_TABLE), [{"brands": text} for text in brands])
    marked = {event.name: event.marks for event in events if event.marks is not None}
    for names in parts(sorted(marked)):
        query = sa.select(EVENT_TABLE.c.id, EVENT_TABLE.c.name).where(EVENT_TABLE.c.name.in_(names))
        for number, name in connection.execute(query).all():
            marks = marked[name]
            action = {"id": number, "action": marks.action, "undoes": marks.undoes, "author": marks.by}
            connection.execute(insert_or_ignore(connection, ACTION_TABLE), action)
            for said in parts(rows_of(marks)):
                connection.execute(insert_or_ignore(connection, MARK_TABLE), [{"id": number, **row} for row in said])


def derive_marks(connection: sa.Connection, samples: Iterable[str]) -> None:
    """Derive anew what these crops are marked with. To be called within a transaction."""
    columns = [column.name for column in LIVE_MARK_TABLE.c]
    for some in parts(sorted(set(samples))):
        connection.execute(LIVE_MARK_TABLE.delete().where(LIVE_MARK_TABLE.c.sample.in_(some)))
        connection.execute(LIVE_MARK_TABLE.insert().from_select(columns, live_marks(some)))
        _derive_projects(connection, some)


def _derive_projects(connection: sa.Connection, samples: Sequence[str]) -> None:
    """Write to the labels of at most 500 crops which projects these belong to."""
    projects = _projects_of(connection, samples)
    labels = sa.and_(EVENT_TABLE.c.kind == "label", EVENT_TABLE.c.sample.in_(samples))
    query = sa.select(EVENT_TABLE.c.sample, EVENT_TABLE.c.projects).where(labels).distinct()
    wrong = {
        sample: now
        for sample, written in connection.execute(query)
        if (now := projects_text(projects.get(sample, ()))) != written
    }
    if not wrong:
        return
    _note_projects(connection, set(wrong.values()))
    for now in sorted(set(wrong.values())):
        crops = sorted(sample for sample, right in wrong.items() if right == now)
        for table in (EVENT_TABLE, LIVE_TABLE):
            is_label = (EVENT_TABLE.c.kind == "label",) if table is EVENT_TABLE else ()
            connection.execute(table.update().where(table.c.sample.in_(crops), *is_label).values(projects=now))


def _projects_of(connection: sa.Connection, samples: Sequence[str]) -> dict[str, list[str]]:
    """The projects that crops belong to, by digest; crops of none are left out."""
    found: dict[str, list[str]] = {}
    for some in parts(sorted(set(samples))):
        about = sa.and_(LIVE_MARK_TABLE.c.sample.in_(some), LIVE_MARK_TABLE.c.is_tag.is_(True))
        for sample, tag in connection.execute(sa.select(LIVE_MARK_TABLE.c.sample, LIVE_MARK_TABLE.c.name).where(about)):
            if (project := project_in(tag)) is not None:
                found.setdefault(sample, []).append(project)
    return found


def _note_projects(connection: sa.Connection, sets: set[str]) -> None:
    if sets:
        connection.execute(insert_or_ignore(connection, PROJECTS_TABLE), [{"projects": text} for text in sorted(sets)])


def marked_crops(connection: sa.Connection) -> list[str]:
    """Digests of all crops that were ever marked."""
    return list(connection.scalars(sa.union(sa.select(MARK_TABLE.c.sample), sa.select(LIVE_MARK_TABLE.c.sample))))


def derive_all(connection: sa.Connection, first: int, last: int) -> None:
    """Derive the live rows of all events with these ids, but no numbers. To be called within a transaction."""
    lock(connection)
    chosen = EVENT_TABLE.c.id.between(first, last)
    connection.execute(EVENT_TABLE.update().where(chosen, is_buried()).values(buried=True))
    for live, condition in ((LIVE_TABLE, is_live()), (LIVE_PAIR_TABLE, is_live_pair())):
        columns = [column.name for column in live.c]
        found = sa.select(*(EVENT_TABLE.c[name] for name in columns)).where(chosen, condition)
        connection.execute(live.delete().where(live.c.id.between(first, last)))
        connection.execute(live.insert().from_select(columns, found))


def take_out(connection: sa.Connection, names: Sequence[str]) -> None:
    """Remove events that there are not. To be called within a transaction.

    Args:
        connection: of the index.
        names: object names of at most 500 events.
    """
    lock(connection)
    gone = EVENT_TABLE.c.name.in_(names)
    columns = (EVENT_TABLE.c[name] for name in ("id", "kind", "prediction_id", "sample"))
    old = connection.execute(sa.select(*columns).where(gone)).all()
    if not old:
        return
    labels, pairs = _touched(connection, old)
    crops = _marked(connection, old)
    for table in (MARK_TABLE, ACTION_TABLE):
        connection.execute(table.delete().where(table.c.id.in_([row.id for row in old])))
    connection.execute(EVENT_TABLE.delete().where(gone))
    changes = {"events": -len(old)}
    _derive(connection, labels, pairs, changes)
    derive_marks(connection, crops)
    count(connection, changes, connection.scalar(sa.select(sa.func.max(EVENT_TABLE.c.stamp))) or 0)


def renew(connection: sa.Connection, names: Sequence[str], events: Sequence[Event], domain: Domain) -> None:
    """Make the rows of these events as they should be. To be called within a transaction.

    Args:
        connection: of the index.
        names: object names of at most 500 events.
        events: those of them that can be read.
        domain: of the store.
    """
    derived = {"id", "buried", "projects", *MEASURED}
    found = {
        row["name"]: {name: value for name, value in row.items() if name not in derived}
        for row in connection.execute(sa.select(EVENT_TABLE).where(EVENT_TABLE.c.name.in_(names))).mappings()
    }
    rows = {event.name: row_of(event, domain) for event in events}
    right = {event: {name: value for name, value in row.items() if name not in derived} for event, row in rows.items()}
    # What an event says about crops stands in other tables, so it is written anew.
    marked = {event.name for event in events if event.marks is not None}
    if wrong := [name for name in found if found[name] != right.get(name) or name in marked]:
        take_out(connection, wrong)
    if missing := [event for event in events if event.name not in found or event.name in wrong]:
        take_in(connection, missing, domain)


def mend(connection: sa.Connection, first: int, last: int) -> None:
    """Derive the live rows anew wherever they are not what follows from the events with these ids.

    To be called within a transaction.
    """
    lock(connection)
    changes: dict[str, int] = {}
    for live, condition in ((LIVE_TABLE, is_live()), (LIVE_PAIR_TABLE, is_live_pair())):
        values = [live.c[column.name].is_distinct_from(EVENT_TABLE.c[column.name]) for column in live.c]
        is_wrong = sa.or_(
            EVENT_TABLE.c.buried != is_buried(),
            condition != live.c.id.is_not(None),
            sa.and_(live.c.id.is_not(None), sa.or_(*values)),
        )
        query = (
            sa.select(EVENT_TABLE.c.prediction_id)
            .select_from(EVENT_TABLE.outerjoin(live, live.c.id == EVENT_TABLE.c.id))
            .where(EVENT_TABLE.c.id.between(first, last), EVENT_TABLE.c.kind.in_(("label", "pair")), is_wrong)
        )
        wrong = sorted(set(connection.scalars(query)))
        orphan = ~sa.exists().where(EVENT_TABLE.c.id == live.c.id)
        connection.execute(live.delete().where(live.c.id.between(first, last), orphan))
        _derive(connection, wrong, wrong, changes)


def count_anew(connection: sa.Connection) -> None:
    """Count all rows. To be called within a transaction."""
    lock(connection)
    by_status = sa.select(LIVE_TABLE.c.status, sa.func.count()).group_by(LIVE_TABLE.c.status)
    found = {str(status): int(number) for status, number in connection.execute(by_status)}
    different = sa.select(LIVE_TABLE.c.sample).distinct().subquery()
    totals = {
        "events": sa.select(sa.func.count()).select_from(EVENT_TABLE),
        "crops": sa.select(sa.func.count()).select_from(different),
        "pairs": sa.select(sa.func.count()).select_from(LIVE_PAIR_TABLE),
        "last_stamp": sa.select(sa.func.max(EVENT_TABLE.c.stamp)),
    }
    with asking_of_all(connection):
        values = {name: connection.scalar(query) or 0 for name, query in totals.items()}
    connection.execute(TALLY_TABLE.update().values(values | {name: found.get(name, 0) for name in LABEL_STATUSES}))


def count(connection: sa.Connection, changes: Mapping[str, int], last_stamp: int) -> None:
    """Add to the numbers in `tally`."""
    tally = TALLY_TABLE.c
    later = sa.case((tally.last_stamp > last_stamp, tally.last_stamp), else_=last_stamp)
    added = {name: tally[name] + number for name, number in changes.items() if number}
    connection.execute(TALLY_TABLE.update().values(added | {"last_stamp": later}))


def insert_or_ignore(connection: sa.Connection, table: sa.Table) -> sa.Executable:
    """A statement that adds rows, but for those that are there."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def lock(connection: sa.Connection) -> None:
    """Keep other connections from changing the index until the transaction ends.

    Of two that took in events of one prediction at once, neither would see the other's.
    """
    connection.execute(TALLY_TABLE.update().values(events=TALLY_TABLE.c.events))


def _touched(connection: sa.Connection, rows: Sequence[sa.Row[tuple[object, ...]]]) -> tuple[list[str], list[str]]:
    """The predictions whose live label, and those whose live pairs, such events may change."""
    labels, pairs, erased = set[str](), set[str](), set[str]()
    for row in rows:
        if row.kind == "deleted" and row.sample is not None:
            erased.add(row.sample)
        elif row.prediction_id is not None:
            if row.kind != "pair":
                labels.add(row.prediction_id)
            if row.kind != "label":
                pairs.add(row.prediction_id)
    for part in parts(sorted(erased)):
        query = sa.select(EVENT_TABLE.c.prediction_id).where(
            EVENT_TABLE.c.sample.in_(part), EVENT_TABLE.c.kind == "label"
        )
        labels.update(connection.scalars(query))
    return sorted(labels), sorted(pairs)


def _marked(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> set[str]:
    """The crops whose marks such events may change."""
    crops = {str(row.sample) for row in rows if row.kind == "deleted" and row.sample is not None}
    undone = ACTION_TABLE.alias("undone")
    for some in parts([row.id for row in rows if row.kind == "marks"]):
        crops.update(connection.scalars(sa.select(MARK_TABLE.c.sample).where(MARK_TABLE.c.id.in_(some))))
        query = (
            sa.select(MARK_TABLE.c.sample)
            .join(undone, undone.c.id == MARK_TABLE.c.id)
            .join(ACTION_TABLE, ACTION_TABLE.c.undoes == undone.c.action)
            .where(ACTION_TABLE.c.id.in_(some))
        )
        crops.update(connection.scalars(query))
    return crops


def _derive(connection: sa.Connection, labels: list[str], pairs: list[str], changes: dict[str, int]) -> None:
    """Derive the live rows of these predictions from the events; add up by how much the numbers change."""
    buried = is_buried()
    for part in parts(sorted({*labels, *pairs})):
        wrong = sa.and_(EVENT_TABLE.c.prediction_id.in_(part), EVENT_TABLE.c.buried != buried)
        connection.execute(EVENT_TABLE.update().where(wrong).values(buried=sa.not_(EVENT_TABLE.c.buried)))
    for part in parts(labels):
        about = EVENT_TABLE.c.prediction_id.in_(part)
        crops = list(connection.scalars(sa.select(EVENT_TABLE.c.sample).where(about, EVENT_TABLE.c.kind == "label")))
        _count_live(connection, part, crops, changes, -1)
        connection.execute(LIVE_TABLE.delete().where(LIVE_TABLE.c.prediction_id.in_(part)))
        columns = [column.name for column in LIVE_TABLE.c]
        chosen = sa.select(*(EVENT_TABLE.c[name] for name in columns)).where(about, is_live())
        connection.execute(LIVE_TABLE.insert().from_select(columns, chosen))
        _count_live(connection, part, crops, changes, 1)
    for part in parts(pairs):
        about = EVENT_TABLE.c.prediction_id.in_(part)
        _count_pairs(connection, part, changes, -1)
        connection.execute(LIVE_PAIR_TABLE.delete().where(LIVE_PAIR_TABLE.c.prediction_id.in_(part)))
        columns = [column.name for column in LIVE_PAIR_TABLE.c]
        chosen = sa.select(*(EVENT_TABLE.c[name] for name in columns)).where(about, is_live_pair())
        connection.execute(LIVE_PAIR_TABLE.insert().from_select(columns, chosen))
        _count_pairs(connection, part, changes, 1)


def _count_pairs(connection: sa.Connection, predictions: Sequence[str], changes: dict[str, int], sign: int) -> None:
    about = LIVE_PAIR_TABLE.c.prediction_id.in_(predictions)
    number = connection.scalar(sa.select(sa.func.count()).select_from(LIVE_PAIR_TABLE).where(about)) or 0
    changes["pairs"] = changes.get("pairs", 0) + sign * number


def _count_live(
    connection: sa.Connection, predictions: Sequence[str], crops: Sequence[str], changes: dict[str, int], sign: int
) -> None:
    about = LIVE_TABLE.c.prediction_id.in_(predictions)
    by_status = sa.select(LIVE_TABLE.c.status, sa.func.count()).where(about).group_by(LIVE_TABLE.c.status)
    for status, number in connection.execute(by_status):
        changes[status] = changes.get(status, 0) + sign * number
    for part in parts(sorted(set(crops))):
        query = sa.select(sa.func.count(LIVE_TABLE.c.sample.distinct())).where(LIVE_TABLE.c.sample.in_(part))
        changes["crops"] = changes.get("crops", 0) + sign * (connection.scalar(query) or 0)


def parts(values: Sequence[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """The values in parts that fit into one statement, or of another size."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def without(
    connection: sa.Connection, names: Iterable[str], query: sa.Select[Any], column: sa.ColumnElement[str]
) -> list[str]:
    """The names that a query does not find in a column, in the order given."""
    lacking, remaining = list[str](), iter(names)
    while some := list(itertools.islice(remaining, AT_ONCE)):
        found = set(connection.scalars(query.where(column.in_(some))))
        lacking += [name for name in some if name not in found]
    return lacking
