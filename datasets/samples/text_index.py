"""Which labels hold a part of a text: an index of all three letters in a row (trigrams).

Both databases keep it up in the transaction that changes the live labels. SQLite's takes some labels too many: those
with the same trigrams elsewhere (https://www.sqlite.org/fts5.html#the_trigram_tokenizer). PostgreSQL's is of its
extension pg_trgm (https://www.postgresql.org/docs/current/pgtrgm.html), which whoever may create in the database may
add, and finds parts with three letters or digits in a row; without it all texts are looked at.
"""

from __future__ import annotations

import functools
import logging
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from datasets.samples.engine import asking_of_all
from datasets.samples.tables import LIVE_TABLE

_LOG = logging.getLogger(__name__)

INDEXED: Mapping[str, str] = {"text": "live_text", "read_text": "live_read_text"}  # columns, with their indexes
_LETTERS = 3
_IN_A_ROW = re.compile(f"[0-9A-Za-z]{{{_LETTERS}}}")  # of other characters pg_trgm notes nothing


@functools.cache
def has_trigrams() -> bool:
    """Whether this SQLite can make such an index: since 3.34, and where it is compiled in."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE found USING fts5(text, tokenize = 'trigram')")
        except sqlite3.OperationalError:
            return False
    return True


def has_part(column: str, part: str, dialect: str) -> sa.ColumnElement[bool] | None:
    """Condition on a live label that has all trigrams of a part of its text; None where the index cannot tell.

    Args:
        column: of the table of live labels.
        part: of the text in it.
        dialect: name of the database's dialect.
    """
    if column not in INDEXED or not is_indexed(part, dialect):
        return None
    if dialect != "sqlite":
        return LIVE_TABLE.c[column].contains(part, autoescape=True)
    trigrams = {part[at : at + _LETTERS].replace('"', '""') for at in range(len(part) - _LETTERS + 1)}
    wanted = " AND ".join(f'"{trigram}"' for trigram in sorted(trigrams))
    found = sa.table(INDEXED[column], sa.column("rowid", sa.Integer))
    match = sa.literal_column(INDEXED[column]).bool_op("MATCH")(sa.literal(wanted, sa.Text))
    return LIVE_TABLE.c.id.in_(sa.select(found.c.rowid).where(match))


def is_indexed(part: str, dialect: str) -> bool:
    """Whether the index leads to texts with this part.

    Args:
        part: of a text.
        dialect: name of the database's dialect.
    """
    if dialect != "sqlite":
        return _IN_A_ROW.search(part) is not None
    return len(part) >= _LETTERS and has_trigrams()


def make_anew(connection: sa.Connection) -> None:
    """Make the index from the live labels. To be called within a transaction."""
    if connection.dialect.name == "sqlite" and has_trigrams():
        for name in INDEXED.values():
            connection.exec_driver_sql(f"INSERT INTO {name}({name}) VALUES ('rebuild')")  # noqa: S608 - names from here


def stop(connection: sa.Connection) -> None:
    """Keep the index up no longer, because it is made anew at the end. To be called within a transaction."""
    for name in INDEXED.values():
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")
            continue
        for when in ("insert", "delete", "update"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}_{when}")


def go_on(connection: sa.Connection) -> None:
    """Make the index anew and keep it up. To be called within a transaction."""
    if connection.dialect.name != "sqlite":
        with asking_of_all(connection):
            _make_of_postgres(connection)
    elif has_trigrams():
        make_anew(connection)
        _keep_up(connection)


def _make_of_postgres(connection: sa.Connection) -> None:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DBAPIError as error:
        _LOG.warning("no index of parts of texts, which needs PostgreSQL's pg_trgm: %s", str(error.orig).strip())
        return
    # Each domain has a schema of its own; the extension is in one of them, or where the operator has put it.
    schema = connection.scalar(
        sa.text("SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm'")
    )
    for column, name in INDEXED.items():
        # Without fastupdate: a search would read what waits to be indexed, up to 4 MB of it, from the beginning.
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {name} ON live USING gin ({column} {schema}.gin_trgm_ops) "
            "WITH (fastupdate = off)"
        )


def _keep_up(connection: sa.Connection) -> None:
    for column, name in INDEXED.items():
        changed = f"OF id, {column}"
        new = f"INSERT INTO {name}(rowid, {column}) VALUES (new.id, new.{column})"  # noqa: S608 - names from here
        old = f"INSERT INTO {name}({name}, rowid, {column}) VALUES ('delete', old.id, old.{column})"  # noqa: S608
        for when, of, statement in (("insert", "", new), ("delete", "", old), ("update", changed, f"{old}; {new}")):
            connection.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {name}_{when} AFTER {when} {of} ON live BEGIN {statement}; END"
            )


def _create(_target: sa.Table, connection: sa.Connection, **_: Any) -> None:
    if connection.dialect.name != "sqlite":
        _make_of_postgres(connection)
    elif has_trigrams():
        for column, name in INDEXED.items():
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5({column}, content = 'live', "
                "content_rowid = 'id', tokenize = 'trigram case_sensitive 1', detail = 'none')"
            )
        _keep_up(connection)


def _drop(_target: sa.Table, connection: sa.Connection, **_: Any) -> None:
    if connection.dialect.name == "sqlite":
        stop(connection)
        for name in INDEXED.values():
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


sa.event.listen(LIVE_TABLE, "after_create", _create)
sa.event.listen(LIVE_TABLE, "before_drop", _drop)
