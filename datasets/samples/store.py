"""The sample store: confirmed crops and their labels, safe before the shopper sees "saved".

Truth is objects in a local spool (`names.py` lists their names). A database indexes them; a bucket, if there
is one, receives a copy in the background. Either may be lost and is rebuilt.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image

from datasets.errors import (
    BucketUnavailableError,
    IndexUnavailableError,
    LabelMovedError,
    LabelProvenError,
    StoreFullError,
    UnknownSampleError,
)
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import crop_name, is_digest
from datasets.samples.audit import Problem, find_problems
from datasets.samples.crop import Crop, make_crop
from datasets.samples.genuine import place
from datasets.samples.index import SampleIndex
from datasets.samples.journal import Journal
from datasets.samples.kept_crops import KeptCrops
from datasets.samples.kept_marks import KeptMarks
from datasets.samples.kept_pairs import KeptPairs
from datasets.samples.places import open_objects
from datasets.samples.quality_index import QualityIndex
from datasets.samples.replication import Replication
from datasets.samples.review import SECOND_LOOKS, UNPROVEN
from datasets.samples.room import FREE_BYTES
from datasets.samples.sample import Counts, Label, Sample, checked_label
from datasets.samples.search.completion import Completions
from datasets.samples.search.search_index import SearchIndex
from datasets.samples.spool import Spool
from datasets.samples.uploader import Queue, Uploader, UploadPolicy

_LOG = logging.getLogger(__name__)


class SampleStore:
    """Keeps confirmed crops with their labels. Safe to use from several threads and processes at once.

    Made by `SampleStore.open`; a context manager that closes itself.
    """

    def __init__(
        self,
        spool: Spool,
        index: SampleIndex,
        replica: ObjectStore | None,
        policy: UploadPolicy,
        *,
        clock: Clock,
    ) -> None:
        self._spool = spool
        self._index = index
        self._replica = replica
        self.crops = KeptCrops([spool.objects] if replica is None else [spool.objects, replica])
        self._replication = Replication(spool, index, replica) if replica is not None else None
        self._uploader = Uploader(self._replication, policy, clock=clock) if self._replication is not None else None
        self._journal = Journal(spool, index, self._uploader.notify if self._uploader is not None else None)
        self.pairs = KeptPairs(self._journal)
        self.marks = KeptMarks(self._journal)

    @classmethod
    def open(
        cls,
        spool: Path,
        *,
        storage_url: str | None = None,
        database: str | None = None,
        upload: bool = True,
        policy: UploadPolicy | None = None,
        least_free: int = FREE_BYTES,
        clock: Clock = time.time,
    ) -> Self:
        """Open the store, make missing folders, and finish the work of killed processes.

        Args:
            spool: folder of this machine where everything is kept first.
            storage_url: `gs://bucket/prefix` (or `file:///folder`, say of a file server) that receives a
                copy; None keeps everything in the spool alone.
            database: SQLAlchemy URL of the index; None is SQLite inside the spool.
            upload: whether a thread sends to `storage_url` in the background; reading needs none.
            policy: the uploader's delays and time limits.
            least_free: bytes that labels leave free on the spool's disk; a label beyond is refused.
            clock: seconds since 1970.

        Raises:
            StoreFullError: the disk is so full that nothing can be written.
            StoreError: the folder cannot be used, or `storage_url` is of no known kind.
            IndexUnavailableError: the database cannot be reached.
        """
        policy = policy or UploadPolicy()
        replica = open_objects(storage_url, policy) if storage_url else None
        opened = Spool(spool, least_free=least_free, clock=clock)
        try:
            index = SampleIndex(database) if database else SampleIndex.beside(spool)
            store = cls(opened, index, replica, policy, clock=clock)
            try:
                store._journal.catch_up()
                store._journal.sweep()
                if upload and store._uploader is not None:
                    store._uploader.start()
            except BaseException:
                store.close()
                raise
        except IndexUnavailableError as error:
            opened.close()
            if database is None and opened.room.is_short():  # the index lies beside the labels
                raise StoreFullError(f"cannot open the index of {spool}: the disk is full") from error
            raise
        except BaseException:
            opened.close()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def keep(self, image: Image.Image | Crop, label: Label, *, expected: str | None = None) -> Sample:
        """Keep a confirmed crop and its label; both are on the disk when this returns.

        The same status and text for the same prediction again change nothing and return the kept sample. Another
        status or text supersedes it, and so does the first second look (see verdict.py). An unproven label supersedes
        unproven ones only; any other label supersedes it.

        Args:
            image: the crop, upright, of any mode; only its RGB pixels are kept. A `Crop` is kept as it is.
            label: texts as typed or as read; they are normalised here.
            expected: object name of the event that must still be the prediction's last.

        Raises:
            LabelMovedError: another event is the last, or the label was taken back; nothing is kept.
            LabelProvenError: an unproven label would take the place of another one; nothing is kept.
            IndexUnavailableError: `expected` is given or the label is unproven, and the database does not answer.
            LabelError: the label contradicts itself or is out of range.
            CropError: the picture cannot be kept.
            StoreFullError: the disk is full; nothing is kept.
            StoreError: the disk failed in another way; nothing is kept.
        """
        label = checked_label(label)
        crop = image if isinstance(image, Crop) else make_crop(image)
        is_unproven = label.source == UNPROVEN
        with self._journal.exclusive():
            must_know = expected is not None or is_unproven
            present = self._label_before(label.prediction_id, crop.digest, must_know=must_know)
            if expected is not None and (present is None or present.event != expected):
                raise LabelMovedError("the label has changed since it was looked at")
            if present is not None and _says_nothing_new(label, present.label):
                if present.digest == crop.digest:
                    # Replaces a crop that was lost or damaged since.
                    place(self._spool.objects, crop_name(crop.digest), crop.png)
                return present
            if is_unproven and present is not None and present.label.source != UNPROVEN:
                raise LabelProvenError("the prediction has a label already, and an unproven one cannot replace it")
            return self._journal.write_label(label, crop)

    def undo(self, prediction_id: str, *, look_in_bucket: bool = False) -> bool:
        """Take back the label and the pairs of a prediction.

        A tombstone is written; every crop that no other label needs is removed here at once and from the
        bucket as soon as it answers. The label events stay as history: a line of text and random ids, without
        the picture.

        Args:
            prediction_id: id of the prediction.
            look_in_bucket: fetch first what other backends have sent: one of them may have kept the label unknown to
                this spool. Takes as long as the bucket does.

        Returns:
            False if neither label nor pair is known here.

        Raises:
            BucketUnavailableError: `look_in_bucket`, and the bucket does not answer; nothing has changed.
            IndexUnavailableError: the database does not answer, so it is not known what to remove.
            StoreFullError: the disk is full; nothing has changed.
        """
        if look_in_bucket:
            self.pull()
        with self._journal.exclusive():
            if look_in_bucket:
                self._journal.catch_up()  # the uploader may have fetched an event that the index does not hold yet
            index = self._journal.current_index()
            if index.find(prediction_id) is None and not index.pairs.holds(prediction_id):
                return False
            self._journal.bury(prediction_id=prediction_id)
        return True

    def delete(self, digest: str) -> int:
        """Remove a sample for good: its crop here and in the bucket, and every live label on it.

        Returns:
            The number of its live labels.

        Raises:
            UnknownSampleError: there is no such crop, or it is gone already.
            IndexUnavailableError: the database does not answer.
            StoreFullError: the disk is full; nothing has changed.
        """
        with self._journal.exclusive():
            index = self._journal.current_index()
            if not is_digest(digest) or not index.is_needed(digest):
                raise UnknownSampleError(f"there is no sample {digest}")
            live = sum(1 for _ in index.samples(digest))
            self._journal.bury(digest=digest)
        return live

    def find(self, prediction_id: str) -> Sample | None:
        """The live sample of a prediction.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        return self._journal.current_index().find(prediction_id)

    def samples(self) -> Iterator[Sample]:
        """All live samples, in the order in which they came.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        yield from self._journal.current_index().samples()

    @property
    def search(self) -> SearchIndex:
        """Searches live labels by filter.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        return self._journal.current_index().search

    @property
    def completions(self) -> Completions:
        """How unfinished searches can go on; raises as `search` does."""
        return self._journal.current_index().completions

    @property
    def qualities(self) -> QualityIndex:
        """How well crops can be seen, as far as it is measured (see measuring.py); raises as `search` does."""
        return self._journal.current_index().qualities

    def crop(self, digest: str) -> Image.Image:
        """The picture of a sample: RGB, from the spool or else from the bucket.

        Raises:
            UnknownSampleError: the crop is in neither.
            CropError: every copy is damaged.
            BucketUnavailableError: it is not whole in the spool, and the bucket does not answer.
        """
        return self.crops.whole(digest)[1]

    def crops_behind(self, event: str) -> list[str]:
        """Digests of the crops that an event is about, from the database.

        Needed for an event whose file is damaged. Empty for an event that was never read here.

        Args:
            event: object name of the event.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        return self._index.crops_behind(event)

    def revision(self) -> tuple[int, int]:
        """A value that differs whenever `samples` may differ; takes next to no time.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        return self._journal.current_index().revision()

    def counts(self) -> Counts:
        """How much is kept, and how far the bucket lags behind.

        Raises:
            IndexUnavailableError: the database does not answer; `queue` still does.
        """
        by_status, crops, pairs = self._journal.current_index().count()
        queue = self.queue()
        return Counts(
            kept=sum(by_status.values()),
            crops=crops,
            pairs=pairs,
            by_status=by_status,
            unsent=queue.unsent,
            oldest_unsent_seconds=queue.oldest_seconds,
            stuck=queue.stuck,
            last_error=queue.last_error,
        )

    def queue(self) -> Queue:
        """Events that are still to be sent. Needs no database while the uploader runs."""
        return self._uploader.queue() if self._uploader is not None else Queue(0, 0.0, 0, None)

    def set_aside(self) -> dict[str, str]:
        """Events that do not count because they are wrong or damaged, in spool or bucket, with the reasons, by name.

        As far as they were met since the store was opened; `verify` looks at everything.
        """
        there = self._replication.set_aside() if self._replication is not None else {}
        return there | self._spool.left_out()

    def flush(self, timeout: float) -> bool:
        """Wait until the bucket has everything. Returns False if it has not after `timeout` seconds."""
        return self._uploader is None or self._uploader.flush(timeout)

    def pull(self) -> int:
        """Fetch what other backends have sent to the bucket, now. Returns the number of new events.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        return self._replication.pull() if self._replication is not None else 0

    def reindex(self) -> int:
        """Rebuild the database from spool and bucket alone. Returns the number of events.

        Raises:
            IndexUnavailableError: the database does not answer.
            BucketUnavailableError: the bucket does not answer; the database then holds what the spool has.
        """
        unavailable = None
        if self._replication is not None:
            try:
                self._replication.pull()
            except BucketUnavailableError as error:
                unavailable = error
        events = self._journal.rebuild_index()
        if self._replication is not None and unavailable is None:
            self._replication.reconcile()
        if self._uploader is not None:
            self._uploader.look_around()
        self._journal.sweep()
        if unavailable is not None:
            raise unavailable
        return events

    def verify(self) -> Iterator[Problem]:
        """Hash everything in spool and bucket again and name every fault; changes nothing.

        Raises:
            IndexUnavailableError: the database does not answer.
            BucketUnavailableError: the bucket does not answer.
        """
        yield from find_problems(self._spool, self._index, self._replica)

    def close(self) -> None:
        """Stop sending and close files and connections. Unsent events are sent after the next `open`."""
        # A thread that still waits for the bucket is a daemon and ends after that call; closing its connections now
        # would only make it log an error.
        if self._uploader is None or self._uploader.stop(timeout=5.0):
            if self._replica is not None:
                self._replica.close()
            self._index.close()
        self._spool.close()

    def _label_before(self, prediction_id: str, digest: str, *, must_know: bool) -> Sample | None:
        """The live label of a prediction, if the database answers."""
        try:
            return self._journal.label_before(prediction_id, digest)
        except IndexUnavailableError as error:
            if must_know:
                raise
            # The label may then be written once more than needed, which is harmless: the last one counts.
            _LOG.warning("keeping a label without the index: %s", error)
            return None


def _says_nothing_new(label: Label, present: Label) -> bool:
    if (label.status, label.text) != (present.status, present.text):
        return False
    if present.source == UNPROVEN:
        return label.source == UNPROVEN
    return label.source not in SECOND_LOOKS or label.source == present.source
