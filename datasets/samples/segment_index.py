"""The part of the index that remembers which segments were taken in, so that opening a store reads only new ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.live_rows import insert_or_ignore, parts
from datasets.samples.tables import SEGMENT_TABLE


class SegmentIndex:
    """Names of segments. Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def taken_in(self) -> set[str]:
        """Names of the segments whose events the index holds, as far as they can be read."""
        with database_errors(), self._engine.connect() as connection:
            return set(connection.scalars(sa.select(SEGMENT_TABLE.c.name)))

    def note(self, names: Iterable[str]) -> None:
        """Remember that the index holds the events of these segments."""
        if rows := [{"name": name} for name in names]:
            with database_errors(), self._engine.begin() as connection:
                connection.execute(insert_or_ignore(connection, SEGMENT_TABLE), rows)

    def replace(self, names: Sequence[str]) -> None:
        """Remember that the index holds the events of these segments and of no others."""
        with database_errors(), self._engine.begin() as connection:
            connection.execute(SEGMENT_TABLE.delete())
            for some in parts(names):
                connection.execute(insert_or_ignore(connection, SEGMENT_TABLE), [{"name": name} for name in some])
