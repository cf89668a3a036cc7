"""The team's view of confirmed labels: how many there are, how they change over time, and which wait for a look.

Statistics over all labels are computed once for each revision of the store. Of many labels they may be older:
they take a twentieth of the time at most, so that a page that is looked at while labels come keeps no processor busy.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from backend.team.bodies import LabelsBody, PeriodBody, QueueBody
from backend.team.explorer import found_body
from backend.team.review_bodies import ReviewBody, ReviewItemBody
from datasets.samples.live_rows import parts
from datasets.samples.period_index import Period
from datasets.samples.seen_store import SeenStore
from datasets.samples.verdict import Waiting, WaitingCrops, find_waiting, waiting_crops
from ocr_model.domains.domain import Domain

# Fewest labels in a row per point of a curve, and most points of a curve.
_BLOCK = 50
_MOST_POINTS = 60

_MANY = 20_000  # labels from which on statistics are reused for a while
_PAUSE = 20  # times as long as they took
_READ_AT_ONCE = 100  # pictures whose labels are read together


@dataclass(frozen=True)
class _Statistics:
    """Statistics over all live labels, at one revision of the store; curves leave unproven labels out."""

    revision: tuple[int, int]
    fresh_until: float  # by the monotonic clock: they are not computed anew before, whatever the revision
    days: list[PeriodBody]
    blocks: list[PeriodBody]
    block: int
    waiting: WaitingCrops


class TeamLabels:
    """The labels of a store. Safe to use from several threads; those that count wait for each other.

    Args:
        store: Where confirmed samples are kept, as somebody sees it.
    """

    def __init__(self, store: SeenStore) -> None:
        self._store = store
        self._known: _Statistics | None = None
        self._counting = threading.Lock()

    def counts(self) -> LabelsBody:
        """All labels, counted.

        Raises:
            StoreError: The index does not answer.
        """
        (by_status, crops), statistics = self._store.totals(), self._statistics()
        return LabelsBody(
            kept=sum(by_status.values()),
            crops=crops,
            by_status=dict(by_status.items()),
            waiting=len(statistics.waiting.digests),
            days=statistics.days,
            blocks=statistics.blocks,
            block=statistics.block,
        )

    def queue(self) -> QueueBody:
        """Events and crops that the bucket does not have yet."""
        return QueueBody.model_validate(self._store.everything.bucket.queue(), from_attributes=True)

    def review(self, most: int) -> ReviewBody:
        """The number of pictures that wait for a second look, and at most `most` of them.

        Raises:
            StoreError: The index does not answer.
        """
        waiting = self._statistics().waiting
        # What was decided on since must not wait on the page; and it waits again where that was undone.
        now, settled = list[Waiting](), 0
        for some in parts(waiting.digests, _READ_AT_ONCE):
            if len(now) == most:
                break
            found = find_waiting(self._store.doubts.labels(some), clients=waiting.clients)
            by_crop = {picture.digest: picture for picture in found}
            for digest in some:
                if len(now) == most:
                    break
                if digest in by_crop:
                    now.append(by_crop[digest])
                else:
                    settled += 1
        return ReviewBody(
            waiting=len(waiting.digests) - settled, items=[review_item(picture, self._store.domain) for picture in now]
        )

    def _statistics(self) -> _Statistics:
        with self._counting:
            return self._counted()

    def _counted(self) -> _Statistics:
        revision = self._store.revision()
        known = self._known
        if known is None or (known.revision != revision and time.monotonic() > known.fresh_until):
            began = time.monotonic()
            periods = self._store.periods
            proven = periods.proven()
            block = _BLOCK * max(1, -(-proven // (_BLOCK * _MOST_POINTS)))
            days, blocks = periods.count(block)
            waiting = waiting_crops(self._store.doubts)
            took = time.monotonic() - began
            known = self._known = _Statistics(
                revision=revision,
                fresh_until=time.monotonic() + (_PAUSE * took if proven > _MANY else 0.0),
                days=list(map(_period, days)),
                blocks=list(map(_period, blocks)),
                block=block,
                waiting=waiting,
            )
        return known


def _period(period: Period) -> PeriodBody:
    return PeriodBody.model_validate(period, from_attributes=True)


def review_item(waiting: Waiting, domain: Domain) -> ReviewItemBody:
    """A picture of a store of the domain that waits, as it is answered."""
    return ReviewItemBody(
        sample=waiting.digest,
        reasons=[doubt.reason for doubt in waiting.doubts],
        labels=[found_body(label, domain, None) for label in waiting.labels],
    )
