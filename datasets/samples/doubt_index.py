"""The part of the index that answers which crops may wait for a second look, without reading all labels.

It takes some crops too many: whether one waits is decided by `find_waiting`, of the labels of these crops alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.engine import asking_of_all
from datasets.samples.live_rows import parts
from datasets.samples.mark_index import tagged
from datasets.samples.review import ASKED, DROPPED, REVIEWED, SECOND_LOOKS, UNPROVEN, Judged, SuspicionRules
from datasets.samples.sample import Sample
from datasets.samples.seen_index import SeenIndex
from datasets.samples.tables import EVENT_TABLE, IN_ORDER, LIVE_MARK_TABLE, LIVE_TABLE, sample_in

_live = LIVE_TABLE.c
_IS_LOOKED_AT = _live.source.in_(sorted(SECOND_LOOKS))
# As `review._contradicts` says it.
_CONTRADICTS = sa.case(
    (_IS_LOOKED_AT, _live.source != REVIEWED),
    else_=sa.or_(_live.status == "unreadable", sa.and_(_live.status == "corrected", _live.text != _live.read_text)),
)


class DoubtIndex(SeenIndex):
    """Finds labels that may be wrong. Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
    """

    def clients(self, rules: SuspicionRules) -> Mapping[str, Judged]:
        """The clients that contradict so many sure readings that this makes them suspicious."""
        # No column by itself: looking up all labels in an index of clients takes several times as long.
        client = sa.func.coalesce(_live.client, "")
        is_judged = sa.and_(_live.source != UNPROVEN, _live.read_confidence > rules.sure, *self._is_seen())
        contradicting = (
            sa.select(client)
            .where(is_judged, client != "", _CONTRADICTS)
            .group_by(client)
            .having(sa.func.count() >= rules.client_contradictions)
        )
        found: dict[str, Judged] = {}
        with database_errors(), self._engine.connect() as connection, asking_of_all(connection):
            for some in parts(list(connection.scalars(contradicting))):
                numbers = sa.select(_live.client, sa.func.sum(sa.case((_CONTRADICTS, 1), else_=0)), sa.func.count())
                query = numbers.where(_live.client.in_(some), is_judged).group_by(_live.client)
                found |= {name: Judged(int(wrong), int(all_)) for name, wrong, all_ in connection.execute(query)}
        return {name: judged for name, judged in found.items() if judged.is_suspicious(rules)}

    def crops(self, rules: SuspicionRules, clients: Collection[str]) -> list[str]:
        """Digests of the crops that may wait, sorted.

        Args:
            rules: the rules of suspicion.
            clients: suspicious ones.
        """
        counts = _live.source.not_in((DROPPED, UNPROVEN))
        several = sa.select(_live.sample).group_by(_live.sample).having(sa.func.count() > 1)
        is_unreadable = sa.case((_live.status == "unreadable", 1), else_=0)
        is_new = sa.and_(_live.source != UNPROVEN, sa.not_(_IS_LOOKED_AT), _live.read_confidence > rules.sure)
        asked = sa.select(LIVE_MARK_TABLE.c.sample).where(
            LIVE_MARK_TABLE.c.is_tag.is_(True), LIVE_MARK_TABLE.c.name == ASKED
        )
        queries = [
            sa.select(_live.sample).where(_live.source == UNPROVEN),
            sa.select(_live.sample).where(is_new, _live.status == "corrected", _live.text != _live.read_text),
            sa.select(_live.sample).where(_live.sample.in_(asked)),
            sa.select(_live.sample)
            .where(_live.sample.in_(several), counts)
            .group_by(_live.sample)
            .having(
                sa.or_(
                    sa.func.min(_live.text) != sa.func.max(_live.text),
                    sa.func.min(is_unreadable) != sa.func.max(is_unreadable),
                )
            ),
            *(
                sa.select(_live.sample).where(_live.client.in_(some), is_new, _CONTRADICTS)
                for some in parts(sorted(clients))
            ),
        ]
        found = set[str]()
        with database_errors(), self._engine.connect() as connection, asking_of_all(connection):
            for query in queries:
                found.update(connection.scalars(query.where(*self._is_seen())))
        return sorted(found)

    def labels(self, digests: Iterable[str]) -> Iterator[Sample]:
        """All live labels of some crops, in the order in which they came."""
        labels: sa.Select[Any] = sa.select(EVENT_TABLE).join(LIVE_TABLE, LIVE_TABLE.c.id == EVENT_TABLE.c.id)
        with database_errors(), self._engine.connect() as connection:
            for some in parts(list(digests)):
                query = labels.where(LIVE_TABLE.c.sample.in_(some), *self._is_seen()).order_by(*IN_ORDER)
                found = map(sample_in, tagged(connection, connection.execute(query).mappings().all()))
                yield from found if self._sight is None else map(self._sight.of, found)
