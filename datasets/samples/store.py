"""The sample store: confirmed crops and their labels, safe before the shopper sees "saved".

Truth is objects in a local spool (`names.py` lists their names). A database indexes them; a bucket, if there
is one, receives a copy in the background. Either may be lost and is rebuilt.
"""

from __future__ import annotations

import contextlib
import time
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
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore
from datasets.objects.names import crop_name, is_digest
from datasets.objects.store_domain import settle_domain
from datasets.samples.bucket_copy import BucketCopy
from datasets.samples.crop import Crop, make_crop
from datasets.samples.event_objects import EventObjects
from datasets.samples.genuine import place
from datasets.samples.index import SampleIndex
from datasets.samples.index_keeper import IndexKeeper
from datasets.samples.journal import Journal
from datasets.samples.kept_crops import KeptCrops
from datasets.samples.kept_marks import KeptMarks
from datasets.samples.kept_pairs import KeptPairs
from datasets.samples.kept_samples import KeptSamples
from datasets.samples.needless_crops import finish_work, sweep
from datasets.samples.places import open_objects
from datasets.samples.removals import RemovalWatch
from datasets.samples.review import SECOND_LOOKS, UNPROVEN
from datasets.samples.room import FREE_BYTES
from datasets.samples.sample import Counts, Label, Sample, check_author, checked_label
from datasets.samples.sealing import Sealer, SealPolicy
from datasets.samples.sealing_thread import SealingThread
from datasets.samples.spool import Spool
from datasets.samples.upkeep import Upkeep
from datasets.samples.uploader import UploadPolicy
from ocr_model.domains.domain import Domain
from ocr_model.domains.tags import TAGS


class SampleStore(KeptSamples):
    """Keeps confirmed crops with their labels. Safe to use from several threads and processes at once.

    Made by `SampleStore.open`; a context manager that closes itself.
    """

    def __init__(
        self,
        spool: Spool,
        index: SampleIndex,
        replica: ObjectStore | None,
        policy: UploadPolicy,
        seal_policy: SealPolicy,
        *,
        domain: Domain,
        clock: Clock,
    ) -> None:
        self.domain = domain  # what its crops show, and when two of its texts are the same
        self._spool = spool
        self._index = index
        self._replica = replica
        self.bucket = BucketCopy(spool, index, replica, policy, clock=clock)
        self._keeper = IndexKeeper(spool, index)
        journal = Journal(spool, index, self._keeper, self.bucket.announce)
        super().__init__(journal, KeptCrops([spool.objects] if replica is None else [spool.objects, replica]))
        self.upkeep = Upkeep(spool, index, self._keeper, self.bucket, replica)
        self.sealer = Sealer(spool, index, replica.url if replica is not None else None, clock=clock)
        self._sealing = SealingThread(self.sealer, seal_policy)
        self.pairs = KeptPairs(self._journal)
        self.marks = KeptMarks(self._journal)
        self.removals = RemovalWatch(spool, index, self._journal)

    @classmethod
    def open(
        cls,
        spool: Path,
        *,
        storage_url: str | None = None,
        database: str | None = None,
        domain: Domain = TAGS,
        upload: bool = True,
        policy: UploadPolicy | None = None,
        seal_policy: SealPolicy | None = None,
        least_free: int = FREE_BYTES,
        clock: Clock = time.time,
    ) -> Self:
        """Open the store, make missing folders, and finish the work of killed processes.

        Args:
            spool: folder of this machine where everything is kept first.
            storage_url: `gs://bucket/prefix` or `s3://bucket/prefix` (or `file:///folder`, say of a file server)
                that receives a copy; None keeps everything in the spool alone.
            database: SQLAlchemy URL of the index; None is SQLite inside the spool. Each domain has an index of its own
                there.
            domain: what the store is of; an empty one becomes so.
            upload: whether threads send to `storage_url` and seal old events in the background; reading needs none.
            policy: the uploader's delays and time limits.
            seal_policy: what is sealed, and when by itself.
            least_free: bytes that labels leave free on the spool's disk; a label beyond is refused.
            clock: seconds since 1970.

        Raises:
            StoreFullError: the disk is so full that nothing can be written.
            DomainError: spool or bucket is of another domain. That an unreachable bucket is, is found with its first
                use, before anything is sent to it.
            StoreError: the folder cannot be used, or `storage_url` is of no known kind.
            IndexUnavailableError: the database cannot be reached.
        """
        policy = policy or UploadPolicy()
        local = FolderObjects(spool)
        settle_domain(local, domain)
        replica = open_objects(storage_url, policy, domain) if storage_url else None
        if replica is not None and next(iter(EventObjects(local).names()), None) is None:
            with contextlib.suppress(BucketUnavailableError):
                replica.settled()  # a new spool learns at once that it has the wrong bucket
        opened = Spool(spool, least_free=least_free, clock=clock)
        try:
            index = (
                SampleIndex(database, domain)
                if database
                else SampleIndex.beside(spool, domain, is_shared=opened.is_shared)
            )
            store = cls(opened, index, replica, policy, seal_policy or SealPolicy(), domain=domain, clock=clock)
            try:
                if store._keeper.catch_up():
                    sweep(opened, index)
                finish_work(opened, store._keeper)
                if upload:
                    store._sealing.start()
                    store.bucket.start()
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

    def keep(self, image: Image.Image | Crop, label: Label, *, expected: str | None = None, by: str = "") -> Sample:
        """Keep a confirmed crop and its label; both are on the disk when this returns.

        The same status and text for the same prediction again change nothing and return the kept sample. Another
        status or text supersedes it, and so does the first second look (see verdict.py). An unproven label supersedes
        unproven ones only; any other label supersedes it. Who names the `expected` label has seen it, so there nothing
        but an equal label changes nothing.

        Args:
            image: the crop, upright, of any mode; only its RGB pixels are kept. A `Crop` is kept as it is.
            label: texts as typed or as read; they are normalised here.
            expected: object name of the event that must still be the prediction's last.
            by: who of the team says it; "" for a shopper.

        Raises:
            LabelMovedError: another event is the last, or the label was taken back; nothing is kept.
            LabelProvenError: an unproven label would take the place of another one; nothing is kept.
            IndexUnavailableError: `expected` is given or the label is unproven, and the database does not answer.
            LabelError: the label contradicts itself or is out of range.
            CropError: the picture cannot be kept.
            StoreFullError: the disk is full; nothing is kept.
            StoreError: the disk failed in another way; nothing is kept.
        """
        label = checked_label(label, self.domain)
        check_author(by)
        crop = image if isinstance(image, Crop) else make_crop(image)
        is_unproven = label.source == UNPROVEN
        with self._journal.exclusive():
            must_know = expected is not None or is_unproven
            present = self._journal.label_before(label.prediction_id, crop.digest, must_know=must_know)
            if expected is not None and (present is None or present.event != expected):
                raise LabelMovedError("the label has changed since it was looked at")
            if present is not None and _says_nothing_new(label, present.label, is_seen=expected is not None):
                if present.digest == crop.digest:
                    # Replaces a crop that was lost or damaged since.
                    place(self._spool.objects, crop_name(crop.digest), crop.png)
                return present
            if is_unproven and present is not None and present.label.source != UNPROVEN:
                raise LabelProvenError("the prediction has a label already, and an unproven one cannot replace it")
            self.marks.follow(present, crop.digest, by)
            return self._journal.write_label(label, crop, by=by)

    def restore(self, earlier: Sample, *, expected: str, by: str) -> Sample:
        """Bring an earlier label of a prediction back exactly as it was; it is on the disk when this returns.

        Args:
            earlier: the label with its crop.
            expected: object name of the event that must still be the prediction's last.
            by: who of the team brings it back.

        Raises:
            LabelMovedError: another event is the last, or the label was taken back; nothing has changed.
            UnknownSampleError: the crop is gone.
            IndexUnavailableError: the database does not answer.
            StoreError: as in `keep` and `crop`.
        """
        check_author(by)
        crop = make_crop(self.crop(earlier.digest))
        with self._journal.exclusive():
            present = self._journal.label_before(earlier.label.prediction_id, crop.digest, must_know=True)
            if present is None or present.event != expected:
                raise LabelMovedError("the label has changed since it was looked at")
            self.marks.follow(present, crop.digest, by)
            return self._journal.write_label(earlier.label, crop, by=by, restores=earlier.decided)

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
            self.bucket.pull()
        with self._journal.exclusive():
            if look_in_bucket:
                self._keeper.catch_up()  # the uploader may have fetched an event that the index does not hold yet
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

    def counts(self) -> Counts:
        """How much is kept, and how far the bucket lags behind.

        Raises:
            IndexUnavailableError: the database does not answer; `bucket.queue` still does.
        """
        by_status, crops, pairs = self._journal.current_index().count()
        queue = self.bucket.queue()
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

    def close(self) -> None:
        """Stop sending and close files and connections. Unsent events are sent after the next `open`."""
        # A thread that still waits for the bucket is a daemon and ends after that call; closing its connections now
        # would only make it log an error.
        is_over = self._sealing.stop(timeout=5.0)
        if self.bucket.close() and is_over:
            if self._replica is not None:
                self._replica.close()
            self._index.close()
        self._spool.close()


def _says_nothing_new(label: Label, present: Label, *, is_seen: bool) -> bool:
    if is_seen:
        return label == present
    if (label.status, label.text) != (present.status, present.text):
        return False
    if present.source == UNPROVEN:
        return label.source == UNPROVEN
    return label.source not in SECOND_LOOKS or label.source == present.source
