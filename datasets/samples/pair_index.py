"""The part of the index that answers questions about pairs of a barcode and a code."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.pair import KnownCode, Pair
from datasets.samples.tables import EVENT_TABLE, IN_ORDER, LIVE_PAIR_TABLE, pair_in

_BATCH = 500
_LIVE = sa.select(EVENT_TABLE).join(LIVE_PAIR_TABLE, LIVE_PAIR_TABLE.c.id == EVENT_TABLE.c.id)


class PairIndex:
    """Live pairs, by number or by reading. Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find(self, prediction_id: str, gtin: str) -> Pair | None:
        """The live pair of a reading and a number."""
        query = _LIVE.where(LIVE_PAIR_TABLE.c.prediction_id == prediction_id, LIVE_PAIR_TABLE.c.gtin == gtin)
        with database_errors(), self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return pair_in(row) if row is not None else None

    def holds(self, prediction_id: str) -> bool:
        """Whether a reading has a live pair."""
        query = sa.select(LIVE_PAIR_TABLE.c.id).where(LIVE_PAIR_TABLE.c.prediction_id == prediction_id)
        with database_errors(), self._engine.connect() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def codes_of(self, gtin: str) -> tuple[KnownCode, ...]:
        """The codes confirmed for a number, the one that was confirmed last first."""
        query = _LIVE.where(LIVE_PAIR_TABLE.c.gtin == gtin)
        with database_errors(), self._engine.connect() as connection:
            rows = connection.execute(query.order_by(*(part.desc() for part in IN_ORDER))).mappings().all()
        by_code: dict[str, list[Pair]] = {}
        for row in rows:
            pair = pair_in(row)
            by_code.setdefault(pair.code, []).append(pair)
        return tuple(
            KnownCode(
                code=code,
                confirmations=len(pairs),
                clients=len({pair.client for pair in pairs}),
                last=pairs[0].at,
            )
            for code, pairs in by_code.items()
        )

    def all(self) -> Iterator[Pair]:
        """All live pairs, in the order in which they came."""
        query = _LIVE.order_by(*IN_ORDER)
        with (
            database_errors(),
            self._engine.connect() as connection,
            connection.execution_options(yield_per=_BATCH).execute(query) as rows,
        ):
            for row in rows.mappings():
                yield pair_in(row)
