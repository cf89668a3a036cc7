"""What became of a label: all events about its prediction, the oldest first, out of the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.settings import Settings
from datasets.samples.database_errors import database_errors
from datasets.samples.engine import open_engine
from datasets.samples.mark_index import tagged
from datasets.samples.sample import Sample
from datasets.samples.tables import EVENT_TABLE, IN_ORDER, LIVE_TABLE, sample_in

_MOST_EVENTS = 200  # of one label
_MOST_OTHERS = 50  # labels of one crop


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event about a prediction or its crop."""

    name: str  # object name
    stored_at: datetime  # UTC, by the clock of the machine that wrote it
    sample: Sample | None  # of a label; None for a tombstone


class LabelHistory:
    """Reads events from the index, beside the store, which answers for live labels only.

    Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        url: SQLAlchemy URL of the index.
    """

    def __init__(self, url: str | sa.URL) -> None:
        self._engine = open_engine(url)

    @classmethod
    def of(cls, settings: Settings) -> LabelHistory:
        """The history in the index that the store of these settings uses."""
        if settings.database_url is not None:
            return cls(settings.database_url.get_secret_value())
        path = settings.spool.resolve() / "local" / "index.sqlite3"
        return cls(sa.URL.create("sqlite", database=str(path)))

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def events(self, prediction_id: str) -> Sequence[PastEvent]:
        """Labels of a prediction and tombstones about it or one of its crops, the oldest first; the last 200."""
        events = EVENT_TABLE
        crops = sa.select(events.c.sample).where(events.c.prediction_id == prediction_id, events.c.kind == "label")
        query = (
            sa.select(events)
            .where(
                events.c.kind.in_(("label", "deleted")),
                sa.or_(
                    events.c.prediction_id == prediction_id,
                    sa.and_(events.c.kind == "deleted", events.c.sample.in_(crops)),
                ),
            )
            .order_by(*(part.desc() for part in IN_ORDER))
            .limit(_MOST_EVENTS)
        )
        with database_errors(), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
            labels = tagged(connection, [row for row in rows if row["kind"] == "label"])
        samples = {sample.event: sample for sample in map(sample_in, labels)}
        return [
            PastEvent(row["name"], datetime.fromisoformat(row["stored_at"]), samples.get(row["name"]))
            for row in reversed(rows)
        ]

    def labels_of(self, digest: str) -> Sequence[Sample]:
        """Live labels of a crop, the latest first; at most 50."""
        query = (
            sa.select(EVENT_TABLE)
            .join(LIVE_TABLE, LIVE_TABLE.c.id == EVENT_TABLE.c.id)
            .where(LIVE_TABLE.c.sample == digest)
            .order_by(*(part.desc() for part in IN_ORDER))
            .limit(_MOST_OTHERS)
        )
        with database_errors(), self._engine.connect() as connection:
            return list(map(sample_in, tagged(connection, connection.execute(query).mappings().all())))
