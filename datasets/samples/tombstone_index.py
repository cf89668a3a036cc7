"""The part of the index that knows which crops tombstones are about."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.live_rows import parts
from datasets.samples.tables import EVENT_TABLE


class TombstoneIndex:
    """Crops by their tombstones. Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def touched(self, digests: Iterable[str]) -> set[str]:
        """Those of these crops that a tombstone is about, or that had a label of a prediction that one is about.

        Whether a later label needs them does not matter: only these may be removed by somebody, now or earlier.
        """
        label, stone = EVENT_TABLE.alias("label"), EVENT_TABLE.alias("stone")
        found = set[str]()
        with database_errors(), self._engine.connect() as connection:
            for some in parts(sorted(set(digests))):
                direct = sa.select(stone.c.sample).where(stone.c.sample.in_(some), stone.c.kind == "deleted")
                by_prediction = (
                    sa.select(label.c.sample)
                    .join(stone, stone.c.prediction_id == label.c.prediction_id)
                    .where(label.c.sample.in_(some), label.c.kind == "label", stone.c.kind == "deleted")
                )
                found.update(connection.scalars(sa.union(direct, by_prediction)))
        return found
