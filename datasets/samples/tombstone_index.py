"""The part of the index that knows which crops tombstones are about."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.live_rows import parts
from datasets.samples.tables import EVENT_TABLE, LIVE_TABLE


class TombstoneIndex:
    """Crops by their tombstones. Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def last_place(self) -> int:
        """The place at which the index has taken in its last event; 0 if it has none."""
        with database_errors(), self._engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.max(EVENT_TABLE.c.id))) or 0

    def about(self, first: int, last: int) -> list[tuple[str | None, str | None]]:
        """The predictions and crops that the tombstones at these places of the index are about.

        Args:
            first: the first place.
            last: the last one, inclusive.

        Returns:
            Pairs; no prediction that has a label again.
        """
        label, stone = EVENT_TABLE.alias("label"), EVENT_TABLE.alias("stone")
        place = sa.and_(stone.c.kind == "deleted", stone.c.id.between(first, last))
        is_label = label.c.kind == "label"
        queries = [
            sa.select(stone.c.prediction_id, label.c.sample)
            .outerjoin(label, sa.and_(label.c.prediction_id == stone.c.prediction_id, is_label))
            .where(place, stone.c.prediction_id.is_not(None)),
            sa.select(label.c.prediction_id, stone.c.sample)
            .outerjoin(label, sa.and_(label.c.sample == stone.c.sample, is_label))
            .where(place, stone.c.sample.is_not(None)),
        ]
        with database_errors(), self._engine.connect() as connection:
            pairs = {(row[0], row[1]) for row in connection.execute(sa.union(*queries))}
            live = set[str]()
            for some in parts(sorted({prediction for prediction, _ in pairs if prediction is not None})):
                is_asked = LIVE_TABLE.c.prediction_id.in_(some)
                live.update(connection.scalars(sa.select(LIVE_TABLE.c.prediction_id).where(is_asked)))
        return [(None if prediction in live else prediction, digest) for prediction, digest in pairs]

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
