"""Fills an index that holds next to nothing with many events: first all events, then what follows from them.

Taken in one after the other, a million events change pages all over some twenty B-trees a million times. Here the
trees are made at the end, each at once. Batches count as soon as they are committed, and a filling that was
interrupted goes on with the events that are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from datasets.samples import text_index
from datasets.samples.database_errors import database_errors
from datasets.samples.engine import asking_of_all
from datasets.samples.event import Event
from datasets.samples.live_rows import count_anew, derive_all, derive_marks, insert_events, marked_crops
from datasets.samples.tables import (
    ABOUT_TABLE,
    BRANDS_TABLE,
    EVENT_TABLE,
    LIVE_MARK_TABLE,
    LIVE_TABLE,
    PROJECTS_TABLE,
)
from ocr_model.domains.domain import Domain

MANY = 20_000  # events from which on filling is worth its while
_DERIVED_AT_ONCE = 20_000  # ids
_DERIVED_BY_POSTGRES = 4_000  # ids: it must not be silent for as long as a statement about more of them may take


def is_filling(engine: sa.Engine) -> bool:
    """Whether a filling was begun and not finished."""
    with database_errors(), engine.connect() as connection:
        return bool(connection.scalar(sa.select(ABOUT_TABLE.c.is_filling)))


def fill(engine: sa.Engine, batches: Iterable[Sequence[Event]], domain: Domain) -> None:
    """Take in events and derive everything from all events.

    Args:
        engine: of the index.
        batches: the events; each batch is committed by itself.
        domain: of the store.
    """
    # PostgreSQL keeps up with its indexes, and making one would silence it for longer than is waited for.
    indexes = sorted((*EVENT_TABLE.indexes, *LIVE_TABLE.indexes), key=lambda index: str(index.name))
    if engine.dialect.name != "sqlite":
        indexes = []
    with database_errors(), engine.begin() as connection:
        connection.execute(ABOUT_TABLE.update().values(is_filling=True))
        text_index.stop(connection)
        measured = sa.select(EVENT_TABLE.c.id).where(EVENT_TABLE.c.sharpness.is_not(None)).limit(1)
        is_measured = connection.execute(measured).first() is not None
        for index in indexes:
            # Measures are looked up by crop for each batch: without an index all events would be read each time.
            if index.name != "events_by_sample" or not is_measured:
                index.drop(connection, checkfirst=True)
    for events in batches:
        with database_errors(), engine.begin() as connection:
            insert_events(connection, events, domain, is_measured=is_measured)
    for index in indexes:
        if index.table is EVENT_TABLE:
            _make(engine, index)
    at_once = _DERIVED_AT_ONCE
    if engine.dialect.name != "sqlite":
        # A table that has grown since its statistics were made is compared with itself row by row.
        analyze(engine, EVENT_TABLE)
        at_once = _DERIVED_BY_POSTGRES
    with database_errors(), engine.connect() as connection:
        last = connection.scalar(sa.select(sa.func.max(EVENT_TABLE.c.id))) or 0
    for first in range(0, last + 1, at_once):
        with database_errors(), engine.begin() as connection:
            derive_all(connection, first, first + at_once - 1)
    for index in indexes:
        if index.table is LIVE_TABLE:
            _make(engine, index)
    with database_errors(), engine.begin() as connection:
        text_index.go_on(connection)
        derive_marks(connection, marked_crops(connection))
        count_anew(connection)
        connection.execute(ABOUT_TABLE.update().values(is_filling=False))
    analyze(engine)


def analyze(engine: sa.Engine, table: sa.Table = LIVE_TABLE) -> None:
    """Let the database learn how a table's values are distributed, which shows it the best way to few of them."""
    # Nothing tells PostgreSQL by itself about tables of a few rows, of which it then expects a thousand.
    small = () if engine.dialect.name == "sqlite" else (BRANDS_TABLE, PROJECTS_TABLE, LIVE_MARK_TABLE)
    with database_errors(), engine.begin() as connection, asking_of_all(connection):
        for each in (table, *small):
            connection.exec_driver_sql(f"ANALYZE {each.name}")


def _make(engine: sa.Engine, index: sa.Index) -> None:
    with database_errors(), engine.begin() as connection:
        index.create(connection, checkfirst=True)
