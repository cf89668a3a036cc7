"""Which labels hold a part of a text, in SQLite: an index of all three letters in a row (trigrams).

SQLite keeps it up in the transaction that changes the live labels. It takes some labels too many: those with the same
trigrams elsewhere. https://www.sqlite.org/fts5.html#the_trigram_tokenizer
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import sqlalchemy as sa

from datasets.samples.tables import LIVE_TABLE

INDEXED: Mapping[str, str] = {"text": "live_text", "read_text": "live_read_text"}  # columns, with their indexes
_LETTERS = 3


@functools.cache
def has_trigrams() -> bool:
    """Whether this SQLite can make such an index: since 3.34, and where it is compiled in."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE found USING fts5(text, tokenize = 'trigram')")
        except sqlite3.OperationalError:
            return False
    return True


def has_part(column: str, part: str) -> sa.ColumnElement[bool] | None:
    """Condition on a live label that has all trigrams of a part of its text; None where the index cannot tell.

    Args:
        column: of the table of live labels.
        part: of the text in it.
    """
    if column not in INDEXED or not is_indexed(part):
        return None
    trigrams = {part[at : at + _LETTERS].replace('"', '""') for at in range(len(part) - _LETTERS + 1)}
    wanted = " AND ".join(f'"{trigram}"' for trigram in sorted(trigrams))
    found = sa.table(INDEXED[column], sa.column("rowid", sa.Integer))
    match = sa.literal_column(INDEXED[column]).bool_op("MATCH")(sa.literal(wanted, sa.Text))
    return LIVE_TABLE.c.id.in_(sa.select(found.c.rowid).where(match))


def is_indexed(part: str) -> bool:
    """Whether the index leads to texts with this part."""
    return len(part) >= _LETTERS and has_trigrams()


def make_anew(connection: sa.Connection) -> None:
    """Make the index from the live labels. To be called within a transaction."""
    if connection.dialect.name == "sqlite" and has_trigrams():
        for name in INDEXED.values():
            connection.exec_driver_sql(f"INSERT INTO {name}({name}) VALUES ('rebuild')")  # noqa: S608 - names from here


def stop(connection: sa.Connection) -> None:
    """Keep the index up no longer, because it is made anew at the end. To be called within a transaction."""
    if connection.dialect.name == "sqlite":
        for name in INDEXED.values():
            for when in ("insert", "delete", "update"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}_{when}")


def go_on(connection: sa.Connection) -> None:
    """Make the index anew and keep it up. To be called within a transaction."""
    if connection.dialect.name == "sqlite" and has_trigrams():
        make_anew(connection)
        _keep_up(connection)


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
    if connection.dialect.name == "sqlite" and has_trigrams():
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
