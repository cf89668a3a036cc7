"""The journal: what is written to a spool, each event after those that are known about the same thing.

An event counts once it is on the disk. The index follows it; see index_keeper.py.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence

from datasets.errors import IndexUnavailableError, StoreError, StoreFullError
from datasets.objects.names import crop_name
from datasets.objects.spans import span
from datasets.samples.crop import Crop
from datasets.samples.event import Event, sample_of
from datasets.samples.genuine import place
from datasets.samples.index import SampleIndex
from datasets.samples.index_keeper import IndexKeeper
from datasets.samples.marks import Marks
from datasets.samples.pair import Pair
from datasets.samples.sample import Label, Sample
from datasets.samples.spool import Spool
from datasets.samples.unsorted import set_apart, sorting

_LOG = logging.getLogger(__name__)


class Journal:
    """Writes labels, pairs, marks and tombstones to a spool, and removes the crops that a tombstone buries.

    Args:
        spool: spool of the events and crops.
        index: follows the events.
        keeper: adds them to it.
        announce: called with the name of each new event and when it was written, seconds since 1970.
    """

    def __init__(
        self, spool: Spool, index: SampleIndex, keeper: IndexKeeper, announce: Callable[[str, float], None]
    ) -> None:
        self._spool = spool
        self._index = index
        self._keeper = keeper
        self._announce = announce
        self._after = 0  # stamp that the next event comes after, see `_come_after`
        self._holder: int | None = None  # thread that keeps others from writing, see `exclusive`
        self._is_unsorted = True  # whether crops may be set apart, see unsorted.py

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other threads and processes of this spool from writing or removing at the same time."""
        with self._spool.exclusive():
            self._after, self._holder = 0, threading.get_ident()
            try:
                yield
            finally:
                self._holder = None

    def current_index(self) -> SampleIndex:
        """The index, once it knows all events that this process wrote, and no crop is set apart.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        index = self._keeper.current()
        if self._is_unsorted:
            self._sort()
        return index

    def label_before(self, prediction_id: str, digest: str, *, must_know: bool) -> Sample | None:
        """The live label of a prediction; a label of this crop that is written next comes after it.

        Args:
            prediction_id: id of the prediction.
            digest: of the crop.
            must_know: whether an index that does not answer is an error; else it counts as one without the label.

        Raises:
            IndexUnavailableError: the database does not answer, and `must_know`.
        """
        try:
            with self._keeper.unless_away():
                index = self.current_index()
                self._come_after(prediction_id=prediction_id, digest=digest)
                return index.find(prediction_id)
        except IndexUnavailableError as error:
            if must_know:
                raise
            # The label may then be written once more than needed, which is harmless: the last one counts.
            _LOG.warning("keeping a label without the index: %s", error)
            if self._keeper.has_projects:
                self.write_marks([set_apart(digest)], after=0)
                self._is_unsorted = True
            return None

    def pair_before(self, prediction_id: str, gtin: str) -> Pair | None:
        """The live pair of a prediction and a number; a pair that is written next comes after it.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        with self._keeper.unless_away():
            index = self.current_index()
            self._come_after(prediction_id=prediction_id)
            return index.pairs.find(prediction_id, gtin)

    def write_pair(self, pair: Pair) -> None:
        """Write a pair; it is on the disk when this returns.

        Raises:
            StoreFullError: the disk is full, or would be nearly so.
            StoreError: the disk failed in another way.
        """
        self._spool.room.check(0)
        self._take_in(self._spool.append("pair", prediction_id=pair.prediction_id, pair=pair, after=self._after))

    def write_marks(self, changes: Sequence[Marks], *, after: int) -> None:
        """Write changes of tags and metadata; they are on the disk when this returns.

        Args:
            changes: each becomes an event.
            after: stamp of the events that they come after.

        Raises:
            StoreFullError: the disk is full, or would be nearly so.
            StoreError: the disk failed in another way.
        """
        self._spool.room.check(0)
        self._spool.witness(after)
        for marks in changes:
            self._take_in(self._spool.append("marks", marks=marks, after=after))

    def write_label(self, label: Label, crop: Crop, *, by: str = "", restores: int | None = None) -> Sample:
        """Write a crop and its label; both are on the disk when this returns, or neither.

        Args:
            label: normalised.
            crop: its crop.
            by: who of the team says it.
            restores: stamp of the label that it brings back.

        Raises:
            StoreFullError: the disk is full, or would be nearly so.
            StoreError: the disk failed in another way.
        """
        self._spool.room.check(len(crop.png))
        is_noted, created = not self._spool.objects.holds(crop_name(crop.digest)), False
        if is_noted:
            self._spool.unfinished.begin([crop.digest])
        try:
            with span("spool write", {"bytes": len(crop.png)}):
                created = place(self._spool.objects, crop_name(crop.digest), crop.png)
                event = self._spool.append(
                    "label",
                    prediction_id=label.prediction_id,
                    sample=crop.digest,
                    label=label,
                    width=crop.width,
                    height=crop.height,
                    by=by,
                    restores=restores,
                    after=self._after,
                )
        except StoreError:
            if created:
                self._spool.objects.delete(crop_name(crop.digest))
            self._spool.unfinished.end([crop.digest])
            raise
        if is_noted:
            self._spool.unfinished.end([crop.digest])
        return sample_of(event, self._take_in(event))

    def bury(self, *, prediction_id: str | None = None, digest: str | None = None) -> None:
        """Write a tombstone for a prediction or a crop, and remove the crops that no label needs any more.

        Raises:
            IndexUnavailableError: the database does not answer.
            StoreFullError: the disk is full; nothing has changed.
        """
        self._come_after(prediction_id=prediction_id, digest=digest)
        with self._spool.room.for_removal():
            crops = self._index.crops_about(prediction_id, digest)
            self._spool.unfinished.begin(crops)
            try:
                tombstone = self._spool.append("deleted", prediction_id=prediction_id, sample=digest, after=self._after)
            except StoreError:
                self._spool.unfinished.end(crops)
                raise
            self._take_in(tombstone)
            for buried in crops:
                if not self._index.is_needed(buried):
                    self._spool.objects.delete(crop_name(buried))
            if not self._keeper.is_behind:  # else the index does not know the tombstone, and needs the crops still
                self._spool.unfinished.end(crops)

    def _sort(self) -> None:
        """Take the crops that are set apart where they belong; see unsorted.py."""
        is_held = self._holder == threading.get_ident()
        with contextlib.nullcontext() if is_held else self._spool.exclusive():
            try:
                for marks, after in sorting(self._index):
                    self.write_marks([marks], after=after)
                    if self._keeper.is_behind:
                        raise IndexUnavailableError("the database did not answer a moment ago")
            except StoreFullError as error:
                _LOG.warning("crops stay set apart: %s", error)  # until there is room
                return
            self._is_unsorted = False

    def _come_after(self, *, prediction_id: str | None = None, digest: str | None = None) -> None:
        """Make the next event come after all known events about a prediction or a crop.

        Another process or machine may have written those, with a clock that is ahead of this one.
        """
        self._after = self._index.last_stamp_about(prediction_id, digest)
        self._spool.witness(self._after)

    def _take_in(self, event: Event) -> str:
        """Pass an event that is on the disk to the index and the uploader; return its name."""
        self._keeper.take_in(event)
        if self._announce is not None:
            self._announce(event.name, event.stored_at.timestamp())
        return event.name
