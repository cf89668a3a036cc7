"""The part of the index that answers what became of a label: all events about its prediction, the oldest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.event import EventName
from datasets.samples.mark_index import tagged
from datasets.samples.sample import Sample
from datasets.samples.seen_index import SeenIndex
from datasets.samples.segment import NO_DIGEST
from datasets.samples.tables import EVENT_TABLE, IN_ORDER, LIVE_TABLE, MARK_TABLE, sample_in

_MOST_EVENTS = 200  # of one label
_MOST_OTHERS = 50  # labels of one crop


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event about a prediction or its crop."""

    name: str  # object name
    stored_at: datetime  # UTC, by the clock of the machine that wrote it
    sample: Sample | None  # of a label; None for a tombstone


class PastLabels(SeenIndex):
    """Labels of the past, and those beside a label. Its methods raise `IndexUnavailableError` when nothing answers.

    Args:
        engine: of the index.
    """

    def events(self, prediction_id: str) -> Sequence[PastEvent]:
        """Labels of a prediction and tombstones about it or one of its crops, the oldest first; the last 200."""
        events = EVENT_TABLE
        are_seen = [sa.or_(events.c.kind != "label", seen) for seen in self._is_seen(events)]
        crops = sa.select(events.c.sample).where(events.c.prediction_id == prediction_id, events.c.kind == "label")
        query = (
            sa.select(events)
            .where(
                events.c.kind.in_(("label", "deleted")),
                sa.or_(
                    events.c.prediction_id == prediction_id,
                    sa.and_(events.c.kind == "deleted", events.c.sample.in_(crops)),
                ),
                *are_seen,
            )
            .order_by(*(part.desc() for part in IN_ORDER))
            .limit(_MOST_EVENTS)
        )
        with database_errors(), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
            labels = tagged(connection, [row for row in rows if row["kind"] == "label"])
        samples = {sample.event: sample for sample in map(self._sample_in, labels)}
        return [
            PastEvent(row["name"], datetime.fromisoformat(row["stored_at"]), samples.get(row["name"]))
            for row in reversed(rows)
        ]

    def labels_of(self, digest: str) -> Sequence[Sample]:
        """Live labels of a crop, the latest first; at most 50."""
        query = (
            sa.select(EVENT_TABLE)
            .join(LIVE_TABLE, LIVE_TABLE.c.id == EVENT_TABLE.c.id)
            .where(LIVE_TABLE.c.sample == digest, *self._is_seen(LIVE_TABLE))
            .order_by(*(part.desc() for part in IN_ORDER))
            .limit(_MOST_OTHERS)
        )
        with database_errors(), self._engine.connect() as connection:
            return list(map(self._sample_in, tagged(connection, connection.execute(query).mappings().all())))

    def _sample_in(self, row: Mapping[str, Any]) -> Sample:
        sample = sample_in(row)
        return sample if self._sight is None else self._sight.of(sample)

    def crops_behind(self, event: str) -> list[str]:
        """Digests of the crops that an event is about, including those of its prediction's other labels.

        Needed for an event whose file is damaged. Empty for an event that was never read here.

        Args:
            event: object name of the event.
        """
        parsed, named = EventName.parse(event), EVENT_TABLE.c.name == event
        if parsed is not None and parsed.digest == NO_DIGEST:
            number = event.rpartition("-")[0]  # the next character after the dash is the dot
            named = sa.and_(EVENT_TABLE.c.name > f"{number}-", EVENT_TABLE.c.name < f"{number}.")
        about = (
            sa.select(EVENT_TABLE.c.id, EVENT_TABLE.c.prediction_id, EVENT_TABLE.c.sample)
            .where(named, EVENT_TABLE.c.kind != "pair")
            .subquery()
        )
        labelled = sa.select(EVENT_TABLE.c.sample).where(
            EVENT_TABLE.c.sample.is_not(None),
            sa.or_(EVENT_TABLE.c.prediction_id == about.c.prediction_id, EVENT_TABLE.c.sample == about.c.sample),
        )
        marked = sa.select(MARK_TABLE.c.sample).where(MARK_TABLE.c.id == about.c.id)
        with database_errors(), self._engine.connect() as connection:
            return sorted({str(digest) for query in (labelled, marked) for digest in connection.scalars(query)})
