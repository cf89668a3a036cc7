"""The journal: the label events of a spool, and the index that follows them.

An event counts once it is on the disk. The index may lag behind, because its database was away or a process was
killed; missing events are added before the next query.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator

from datasets.errors import IndexUnavailableError, StoreError
from datasets.objects.names import CROPS, crop_digest, crop_name
from datasets.samples.crop import Crop
from datasets.samples.event import Event, needed_crops, sample_of
from datasets.samples.genuine import place
from datasets.samples.index import SampleIndex
from datasets.samples.sample import Label, Sample
from datasets.samples.spool import Spool

_LOG = logging.getLogger(__name__)


class Journal:
    """Writes labels and tombstones to a spool, and keeps its index and its crops in step with them.

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

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other threads and processes of this spool from writing or removing at the same time."""
        with self._spool.exclusive():
            yield

    def current_index(self) -> SampleIndex:
        """The index, once it knows all events that this process wrote.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        if self._behind:
            self.catch_up()
        return self._index

    def catch_up(self) -> None:
        """Take in the events of the spool that the index lacks, of other processes too.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        missing = self._spool.event_names() - self._index.event_names()
        self._index.add(self._spool.read_all(missing))
        self._spool.witness(self._index.last_stamp())
        self._behind = False

    def label_before(self, prediction_id: str, digest: str) -> Sample | None:
        """The live label of a prediction; a label of this crop that is written next comes after it.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        index = self.current_index()
        self._come_after(prediction_id=prediction_id, digest=digest)
        return index.find(prediction_id)

    def write_label(self, label: Label, crop: Crop) -> Sample:
        """Write a crop and its label; both are on the disk when this returns, or neither.

        Raises:
            StoreFullError: the disk is full.
            StoreError: the disk failed in another way.
        """
        created = place(self._spool.objects, crop_name(crop.digest), crop.png)
        try:
            event = self._spool.append(
                "label",
                prediction_id=label.prediction_id,
                sample=crop.digest,
                label=label,
                width=crop.width,
                height=crop.height,
            )
        except StoreError:
            if created:
                self._spool.objects.delete(crop_name(crop.digest))
            raise
        return sample_of(event, self._take_in(event))

    def bury(self, *, prediction_id: str | None = None, digest: str | None = None) -> None:
        """Write a tombstone for a prediction or a crop, and remove the crops that no label needs any more.

        Raises:
            IndexUnavailableError: the database does not answer.
            StoreFullError: the disk is full; nothing has changed.
        """
        self._come_after(prediction_id=prediction_id, digest=digest)
        tombstone = self._spool.append("deleted", prediction_id=prediction_id, sample=digest)
        self._take_in(tombstone)
        for buried in self._index.crops_of(tombstone):
            if not self._index.is_needed(buried):
                self._spool.objects.delete(crop_name(buried))

    def rebuild_index(self) -> int:
        """Fill the index from the spool alone. Returns the number of events.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        with self._spool.exclusive():
            events = self._spool.read_all(self._spool.event_names())
            self._index.replace(events)
            self._behind = False
        return len(events)

    def sweep(self) -> None:
        """Remove crops that no label needs, left by a process killed between crop and event, or within an undo.

        The events themselves decide, not the index. If an event cannot be read, no crop is removed: the event might
        need it.
        """
        with self._spool.exclusive():
            names = {name for name in self._spool.objects.names(CROPS) if crop_digest(name) is not None}
            suspects = names - {crop_name(digest) for digest in self._index.needed_crops()}
            if not suspects:
                return
            try:
                events = [self._spool.read(name) for name in self._spool.event_names()]
            except StoreError:
                return
            for name in suspects - {crop_name(digest) for digest in needed_crops(events)}:
                self._spool.objects.delete(name)

    def _come_after(self, *, prediction_id: str | None = None, digest: str | None = None) -> None:
        """Make the next event come after all known events about a prediction or a crop.

        Another process or machine may have written those, with a clock that is ahead of this one.
        """
        self._spool.witness(self._index.last_stamp_about(prediction_id, digest))

    def _take_in(self, event: Event) -> str:
        """Pass an event that is on the disk to the index and the uploader, whose failures must not reach the caller.

        Returns:
            The event's name.
        """
        name = event.name
        try:
            self._index.add([event])
        except IndexUnavailableError as error:
            self._behind = True
            _LOG.warning("%s is kept, but not in the index yet: %s", name, error)
        if self._announce is not None:
            self._announce(name, event.stored_at.timestamp())
        return name
