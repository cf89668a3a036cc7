"""The part of the index that remembers what buckets have confirmed: names of events and segments, by bucket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.live_rows import insert_or_ignore, parts, without
from datasets.samples.tables import REPLICA_TABLE


class ReplicaIndex:
    """Names of what was sent. Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def sent(self, url: str) -> set[str]:
        """Names of the events and segments that this bucket has confirmed."""
        with database_errors(), self._engine.connect() as connection:
            return set(connection.scalars(sa.select(REPLICA_TABLE.c.name).where(REPLICA_TABLE.c.url == url)))

    def has_sent(self, url: str) -> bool:
        """Whether this bucket has confirmed anything."""
        query = sa.select(REPLICA_TABLE.c.name).where(REPLICA_TABLE.c.url == url).limit(1)
        with database_errors(), self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def unsent(self, url: str, names: Iterable[str]) -> list[str]:
        """Those of some events and segments that this bucket has not confirmed by their names, in the order given."""
        query = sa.select(REPLICA_TABLE.c.name).where(REPLICA_TABLE.c.url == url)
        with database_errors(), self._engine.connect() as connection:
            return without(connection, names, query, REPLICA_TABLE.c.name)

    def forget(self, url: str, names: Iterable[str]) -> None:
        """Forget that this bucket has confirmed these events: those of a segment that it has confirmed."""
        for some in parts(list(names)):
            with database_errors(), self._engine.begin() as connection:
                connection.execute(
                    REPLICA_TABLE.delete().where(REPLICA_TABLE.c.url == url, REPLICA_TABLE.c.name.in_(some))
                )

    def note(self, url: str, names: Sequence[str]) -> None:
        """Remember that this bucket has confirmed these events and carried out their removals."""
        if not names:
            return
        with database_errors(), self._engine.begin() as connection:
            connection.execute(
                insert_or_ignore(connection, REPLICA_TABLE), [{"url": url, "name": name} for name in names]
            )

    def replace(self, url: str, names: Sequence[str]) -> None:
        """Remember that this bucket has confirmed these events and no others."""
        with database_errors(), self._engine.begin() as connection:
            connection.execute(REPLICA_TABLE.delete().where(REPLICA_TABLE.c.url == url))
            for some in parts(names):
                rows = [{"url": url, "name": name} for name in some]
                connection.execute(insert_or_ignore(connection, REPLICA_TABLE), rows)
