"""Carries out in a spool the deletions that other backends on the same database have written into the index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from datasets.objects.names import crop_name
from datasets.samples.backlog import Backlog
from datasets.samples.index import SampleIndex
from datasets.samples.journal import Journal
from datasets.samples.spool import Spool

_AT_ONCE = 20_000  # ids of events that are looked through in one statement


@dataclass(frozen=True)
class Removals:
    """What tombstones that this process had not seen before are about."""

    predictions: frozenset[str]  # ids of the predictions whose labels were taken back
    crops: frozenset[str]  # digests of those of their crops that no label needs any more


class RemovalWatch:
    """Finds new tombstones in the index. For one thread at a time.

    Events get their places in the index one transaction after the other, so that none comes in before one that was
    seen. The first look goes through all tombstones that there are: one may have been written while nothing ran here.

    Args:
        spool: whose copies of crops are removed.
        index: shared with other backends.
        journal: writes the spool's events.
    """

    def __init__(self, spool: Spool, index: SampleIndex, journal: Journal) -> None:
        self._spool, self._index, self._journal = spool, index, journal
        self._seen = 0

    def look(self) -> Removals:
        """Remove the crops that new tombstones are about and no label needs; return what they are about.

        Raises:
            IndexUnavailableError: the database does not answer; the next look goes on from here.
            StoreError: a crop cannot be removed.
        """
        tombstones = self._journal.current_index().tombstones
        last = tombstones.last_place()
        if last < self._seen:  # the index was made anew
            self._seen = 0
        predictions, crops = set[str](), set[str]()
        while self._seen < last:
            upto = min(self._seen + _AT_ONCE, last)
            found = tombstones.about(self._seen + 1, upto)
            predictions.update(prediction for prediction, _ in found if prediction is not None)
            crops.update(remove_buried(self._spool, self._index, {digest for _, digest in found if digest is not None}))
            self._seen = upto
        return Removals(frozenset(predictions), frozenset(crops))


def remove_buried(spool: Spool, index: SampleIndex, digests: Iterable[str]) -> set[str]:
    """Remove a spool's copies of the crops of which every label is known to be buried; return their digests.

    Raises:
        IndexUnavailableError: the database does not answer.
        StoreError: a crop cannot be removed.
    """
    some = sorted(set(digests))
    if not some:
        return set()
    with spool.exclusive():
        # Another backend may have rebuilt the shared database without the labels that only this spool holds.
        for events in Backlog(spool, index).batches():
            index.add(events)
        buried = {digest for digest in some if index.is_buried(digest)}
        for digest in buried:
            spool.objects.delete(crop_name(digest))
    return buried
