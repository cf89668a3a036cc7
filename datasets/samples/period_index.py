"""The part of the index that answers how labels have changed over time: counted by day, and so many in a row."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.engine import asking_of_all
from datasets.samples.review import UNPROVEN
from datasets.samples.seen_index import SeenIndex
from datasets.samples.tables import LIVE_TABLE, time_of

_DAY = 86_400_000_000  # microseconds
_DAYS_BEFORE = 719_163  # before 1970, so that no label's day is negative: databases round to zero


@dataclass(frozen=True, slots=True)
class Period:
    """The live labels of a while, those left out that nothing shows to be about a reading of this service."""

    start: datetime  # of the first label
    end: datetime  # of the last one
    labels: int
    corrected: int
    unreadable: int
    confidence: float  # of the readings, 0 to 1: the mean


class PeriodIndex(SeenIndex):
    """Counts live labels over time. Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
    """

    def proven(self) -> int:
        """How many labels there are, without unproven ones."""
        number = sa.select(sa.func.count()).select_from(LIVE_TABLE).where(*self._is_seen())
        with database_errors(), self._engine.connect() as connection, asking_of_all(connection):
            unproven = connection.scalar(number.where(LIVE_TABLE.c.source == UNPROVEN)) or 0
            return (connection.scalar(number) or 0) - unproven

    def count(self, block: int) -> tuple[list[Period], list[Period]]:
        """Count labels by their day (UTC), and by so many in a row; both in the order of time.

        Args:
            block: labels in a row.
        """
        live = LIVE_TABLE.c
        place = sa.func.row_number().over(order_by=(live.at, live.stamp, live.id)) - 1
        columns = (live.at, live.status, live.read_confidence)
        in_order = sa.select(*columns, place.label("place")).where(live.source != UNPROVEN, *self._is_seen())
        found = in_order.subquery().c
        day, number = (found.at + _DAYS_BEFORE * _DAY) // _DAY, found.place // block
        query = sa.select(
            day,
            number,
            sa.func.min(found.at),
            sa.func.max(found.at),
            sa.func.count(),
            sa.func.sum(sa.case((found.status == "corrected", 1), else_=0)),
            sa.func.sum(sa.case((found.status == "unreadable", 1), else_=0)),
            sa.func.sum(found.read_confidence),
        ).group_by(day, number)
        with database_errors(), self._engine.connect() as connection, asking_of_all(connection):
            rows = [tuple(row) for row in connection.execute(query)]
        return _merged(rows, lambda row: row[0]), _merged(rows, lambda row: row[1])


def _merged(rows: Iterable[Sequence[int | float]], key: Callable[[Sequence[int | float]], Hashable]) -> list[Period]:
    """Periods of the rows with one key each, in the order of time."""
    by_key: dict[Hashable, list[Sequence[int | float]]] = {}
    for row in rows:
        by_key.setdefault(key(row), []).append(row)
    periods = []
    for some in by_key.values():
        labels = sum(int(row[4]) for row in some)
        period = Period(
            start=time_of(min(int(row[2]) for row in some)),
            end=time_of(max(int(row[3]) for row in some)),
            labels=labels,
            corrected=sum(int(row[5]) for row in some),
            unreadable=sum(int(row[6]) for row in some),
            confidence=min(1.0, sum(float(row[7]) for row in some) / labels),
        )
        periods.append((int(min(int(row[1]) for row in some)), period))
    return [period for _, period in sorted(periods, key=lambda found: (found[1].start, found[0]))]
