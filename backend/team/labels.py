"""The team's view of confirmed labels: how many there are, how they change over time, and which wait for a look.

Statistics over all labels are computed once for each revision of the store. Of many labels they may be older:
they take a twentieth of the time at most, so that a page that is looked at while labels come keeps no processor busy.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

from backend.team.bodies import LabelsBody, PeriodBody, QueueBody
from backend.team.explorer import found_body
from backend.team.review_bodies import ReviewBody, ReviewItemBody
from datasets.samples.review import UNPROVEN
from datasets.samples.sample import Sample
from datasets.samples.seen_store import SeenStore
from datasets.samples.verdict import Waiting, find_waiting

# Fewest labels in a row per point of a curve, and most points of a curve.
_BLOCK = 50
_MOST_POINTS = 60

_MANY = 20_000  # labels from which on statistics are reused for a while
_PAUSE = 20  # times as long as they took


@dataclass(frozen=True)
class _Statistics:
    """Statistics over all live labels, at one revision of the store; curves leave unproven labels out."""

    revision: tuple[int, int]
    fresh_until: float  # by the monotonic clock: they are not computed anew before, whatever the revision
    days: list[PeriodBody]
    blocks: list[PeriodBody]
    block: int
    waiting: tuple[Waiting, ...]


class TeamLabels:
    """The labels of a store. For one thread at a time.

    Args:
        store: Where confirmed samples are kept, as somebody sees it.
    """

    def __init__(self, store: SeenStore) -> None:
        self._store = store
        self._known: _Statistics | None = None

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
            waiting=len(statistics.waiting),
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
        statistics = self._statistics()
        if statistics.revision == self._store.revision():
            waiting = statistics.waiting[:most]
            return ReviewBody(waiting=len(statistics.waiting), items=list(map(review_item, waiting)))
        # What was decided on since must not wait on the page; and it waits again where that was undone.
        now, settled = list[Waiting](), 0
        for picture in statistics.waiting:
            if len(now) == most:
                break
            found = find_waiting(self._store.past.labels_of(picture.digest)) if self._has_moved(picture) else (picture,)
            now += found
            settled += not found
        return ReviewBody(waiting=len(statistics.waiting) - settled, items=list(map(review_item, now)))

    def _has_moved(self, picture: Waiting) -> bool:
        live = {sample.event for sample in self._store.past.labels_of(picture.digest)}
        return not live.issuperset(sample.event for sample in picture.labels)

    def _statistics(self) -> _Statistics:
        revision = self._store.revision()
        known = self._known
        if known is None or (known.revision != revision and time.monotonic() > known.fresh_until):
            began = time.monotonic()
            samples = list(self._store.samples())
            proven = [sample for sample in samples if sample.label.source != UNPROVEN]
            by_time = sorted(proven, key=lambda sample: sample.label.at)
            block = _BLOCK * max(1, -(-len(proven) // (_BLOCK * _MOST_POINTS)))
            waiting, days = find_waiting(samples), _days(by_time)
            took = time.monotonic() - began
            known = self._known = _Statistics(
                revision=revision,
                fresh_until=time.monotonic() + (_PAUSE * took if len(samples) > _MANY else 0.0),
                days=days,
                blocks=[_period(by_time[at : at + block]) for at in range(0, len(by_time), block)],
                block=block,
                waiting=waiting,
            )
        return known


def _days(by_time: Sequence[Sample]) -> list[PeriodBody]:
    return [_period(list(group)) for _, group in itertools.groupby(by_time, key=lambda sample: sample.label.at.date())]


def _period(samples: Sequence[Sample]) -> PeriodBody:
    labels = [sample.label for sample in samples]
    return PeriodBody(
        start=labels[0].at,
        end=labels[-1].at,
        labels=len(labels),
        corrected=sum(label.status == "corrected" for label in labels),
        unreadable=sum(label.status == "unreadable" for label in labels),
        confidence=min(1.0, sum(label.read_confidence for label in labels) / len(labels)),
    )


def review_item(waiting: Waiting) -> ReviewItemBody:
    """A picture that waits as it is answered."""
    return ReviewItemBody(
        sample=waiting.digest,
        reasons=[doubt.reason for doubt in waiting.doubts],
        labels=[found_body(label, None) for label in waiting.labels],
    )
