"""The journal: the events of a spool, and the index that follows them.

An event counts once it is on the disk. The index may lag behind, because its database was away or a process was
killed; missing events are added before the next query.
"""

from __future__ import annotations

import bisect
import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from datasets.errors import IndexUnavailableError, StoreError, StoreFullError
from datasets.objects.names import CROPS, crop_digest, crop_name
from datasets.objects.spans import span
from datasets.samples.backlog import AT_ONCE, Backlog, events_in, progress
from datasets.samples.crop import Crop
from datasets.samples.event import Event, needed_crops, sample_of
from datasets.samples.filling import MANY
from datasets.samples.genuine import place
from datasets.samples.index import SampleIndex
from datasets.samples.live_rows import parts
from datasets.samples.marks import Marks, project_in
from datasets.samples.pair import Pair
from datasets.samples.sample import Label, Sample
from datasets.samples.sorted_names import missing_names
from datasets.samples.spool import Spool
from datasets.samples.unsorted import set_apart, sorting

_LOG = logging.getLogger(__name__)

# Labels are kept without the index for so many seconds after it has not answered: each would wait for it, one by one.
# An index that is silent, and does not refuse at once, is left alone for longer: twice as long as it was waited for.
_AWAY_SECONDS = 1.0
_AWAY_SHARE = 2.0
# Between two looks whether there are projects, while none is known.
_LOOKED_SECONDS = 1.0


class Journal:
    """Writes labels, pairs and tombstones to a spool, and keeps its index and its crops in step with them.

    Args:
        spool: spool of the events and crops.
        index: follows the events.
        announce: called with the name of each new event and when it was written, seconds since 1970.
    """

    def __init__(self, spool: Spool, index: SampleIndex, announce: Callable[[str, float], None] | None = None) -> None:
        self._spool = spool
        self._index = index
        self._announce = announce
        self._behind = False  # whether the index is known to lack an event of this process
        self._away_until = 0.0  # by the monotonic clock; labels do not ask the index before
        self._after = 0  # stamp that the next event comes after, see `_come_after`
        self._holder: int | None = None  # thread that keeps others from writing, see `exclusive`
        self._projects_at = -math.inf  # when it was last looked whether there are projects, by the monotonic clock
        self._has_projects = False
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
        """The index, once it knows all events that this process wrote.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        if self._behind:
            self.catch_up()
        if self._is_unsorted:
            self._sort()
        self._look_for_projects()
        return self._index

    def catch_up(self) -> bool:
        """Take in the events of the spool that the index lacks, of other processes too.

        Returns:
            Whether the index was empty, or a filling of it was not finished.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        backlog, known = Backlog(self._spool, self._index), self._index.revision()[0]
        is_new = known == 0 or self._index.is_filling()
        if self._index.is_filling() or backlog.count > max(MANY, 2 * known):
            self._index.fill(backlog.batches())
        else:
            for events in backlog.batches():
                self._index.add(events)
        self._spool.witness(self._index.last_stamp())
        self._behind, self._away_until = False, 0.0
        self._look_for_projects()
        return is_new

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
            with self._unless_away() as index:
                self._come_after(prediction_id=prediction_id, digest=digest)
                return index.find(prediction_id)
        except IndexUnavailableError as error:
            if must_know:
                raise
            # The label may then be written once more than needed, which is harmless: the last one counts.
            _LOG.warning("keeping a label without the index: %s", error)
            if self._has_projects:
                self.write_marks([set_apart(digest)], after=0)
                self._is_unsorted = True
            return None

    def pair_before(self, prediction_id: str, gtin: str) -> Pair | None:
        """The live pair of a prediction and a number; a pair that is written next comes after it.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        with self._unless_away() as index:
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
        self._has_projects = self._has_projects or any(map(project_in, (tag for it in changes for tag in it.give)))
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
            if not self._behind:  # else the index does not know the tombstone, and needs the crops still
                self._spool.unfinished.end(crops)

    def rebuild_index(self) -> int:
        """Make the index hold what the spool alone says. Returns the number of events.

        Events are read anew in batches, each of which counts at once; after an interruption the next call goes on
        behind the last one. Labels may be written meanwhile.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        if self._index.revision()[0] == 0 or self._index.is_filling():
            self.catch_up()  # which reads everything
        done, count, stored = self._index.rebuilt_to(), 0, self._spool.events
        expected = sum(1 for _ in stored.loose()) + sum(map(events_in, stored.segments()))
        with progress(expected, "reindex") as bar:
            for portion in stored.portions():
                for names in parts(portion, AT_ONCE):
                    count += len(names)
                    bar.update(len(names))
                    if new := names[bisect.bisect_right(names, done) :]:
                        events = self._spool.read_all(new)
                        self._index.renew(new, events)
                        count -= len(new) - len(events)
        candidates = list(missing_names(self._index.names_in_order(), stored.names()))
        # An event that was written while these lists were compared is in both.
        self._index.finish_rebuild([name for name in candidates if not stored.holds(name)])
        unreadable = stored.unreadable()
        self._index.segments.replace([name for name in stored.segments() if name not in unreadable])
        self._behind = False
        return count

    def finish_work(self) -> None:
        """Remove the crops that a killed process was at work on and that no label needs.

        To be called when the index has caught up. If an event cannot be read, no crop is removed: it might need it.
        """
        with self._spool.exclusive():
            if not (crops := self._spool.unfinished.crops()):
                return
            self.catch_up()  # another process may have written a label meanwhile
            if not self._spool.left_out():
                for digest in crops:
                    if not self._index.is_needed(digest):
                        self._spool.objects.delete(crop_name(digest))
                self._spool.unfinished.clear()

    def sweep(self) -> None:
        """Remove all crops that no label needs, wherever they come from.

        The events themselves decide, not the index. If an event cannot be read, no crop is removed: the event might
        need it.
        """
        with self._spool.exclusive():
            names = (name for name in self._spool.objects.names(CROPS) if crop_digest(name) is not None)
            suspects = set(missing_names(names, map(crop_name, self._index.needed_crops())))
            if not suspects:
                return
            try:
                events = [self._spool.read(name) for name in self._spool.events.names()]
            except StoreError:
                return
            if self._spool.events.unreadable():
                return
            for name in suspects - {crop_name(digest) for digest in needed_crops(events)}:
                self._spool.objects.delete(name)

    def _look_for_projects(self) -> None:
        """Remember whether crops belong to projects, for labels that come while the database is away."""
        if not self._has_projects and time.monotonic() - self._projects_at > _LOOKED_SECONDS:
            self._has_projects = bool(self._index.search.projects())
            self._projects_at = time.monotonic()

    def _sort(self) -> None:
        """Take the crops that are set apart where they belong; see unsorted.py."""
        is_held = self._holder == threading.get_ident()
        with contextlib.nullcontext() if is_held else self._spool.exclusive():
            try:
                for marks, after in sorting(self._index):
                    self.write_marks([marks], after=after)
                    if self._behind:
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

    @contextlib.contextmanager
    def _unless_away(self) -> Iterator[SampleIndex]:
        """The index, for a label or a pair that can be written without it and must not wait for it again and again."""
        if time.monotonic() < self._away_until:
            raise IndexUnavailableError("the database did not answer a moment ago")
        began = time.monotonic()
        try:
            yield self.current_index()
        except IndexUnavailableError:
            self._lose_index(began)
            raise

    def _lose_index(self, began: float) -> None:
        """Note that the index has not answered a question that was asked at a time of the monotonic clock."""
        self._behind = True
        now = time.monotonic()
        self._away_until = now + max(_AWAY_SECONDS, _AWAY_SHARE * (now - began))

    def _take_in(self, event: Event) -> str:
        """Pass an event that is on the disk to the index and the uploader, whose failures must not reach the caller.

        Returns:
            The event's name.
        """
        name, began = event.name, time.monotonic()
        try:
            # An index that lacks earlier events takes them in together, when it answers again.
            if not self._behind:
                with span("index"):
                    self._index.add([event])
        except IndexUnavailableError as error:
            self._lose_index(began)
            _LOG.warning("%s is kept, but not in the index yet: %s", name, error)
        if self._announce is not None:
            self._announce(name, event.stored_at.timestamp())
        return name
