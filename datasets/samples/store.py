"""The sample store: confirmed crops and their labels, safe before the shopper sees "saved".

Truth is objects in a local spool (`layout.py` lists their names). A database indexes them; a bucket, if there
is one, receives a copy in the background. Either may be lost and is rebuilt.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import math
import re
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image

from datasets.errors import (
    BucketUnavailableError,
    CropError,
    IndexUnavailableError,
    LabelError,
    LabelMovedError,
    ObjectMissingError,
    StoreError,
    UnknownSampleError,
)
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CROPS, crop_digest, crop_name, is_digest
from datasets.samples.audit import Problem, find_problems
from datasets.samples.crop import make_crop, open_crop, pixel_digest
from datasets.samples.event import Event, needed_crops
from datasets.samples.genuine import place
from datasets.samples.index import SampleIndex
from datasets.samples.places import open_objects
from datasets.samples.replication import Replication
from datasets.samples.review import SECOND_LOOKS
from datasets.samples.sample import LABEL_STATUSES, Counts, Label, Sample
from datasets.samples.spool import Spool
from datasets.samples.uploader import Queue, Uploader, UploadPolicy
from ocr_model.codes.text import label_text

_LOG = logging.getLogger(__name__)
_PRINTABLE = re.compile(r"[!-~]{1,128}\Z")
_LONGEST_TEXT = 200  # characters; a tag's line has 40 at most


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
        self._replication = Replication(spool, index, replica) if replica is not None else None
        self._uploader = Uploader(self._replication, policy, clock=clock) if self._replication is not None else None
        self._clock = clock
        self._index_behind = False
        self._uploading = False

    @classmethod
    def open(
        cls,
        spool: Path,
        *,
        storage_url: str | None = None,
        database: str | None = None,
        upload: bool = True,
        policy: UploadPolicy | None = None,
        clock: Clock = time.time,
    ) -> Self:
        """Open the store, make its folders where they are missing, and take up what a killed process left.

        Args:
            spool: folder of this machine where everything is kept first.
            storage_url: `gs://bucket/prefix` (or `file:///folder`, say of a file server) that receives a
                copy; None keeps everything in the spool alone.
            database: SQLAlchemy URL of the index; None is SQLite inside the spool.
            upload: whether a thread sends to `storage_url` in the background. A command that only looks says
                no.
            policy: how patient the uploader is.
            clock: seconds since 1970.

        Raises:
            StoreError: the folder cannot be used, or `storage_url` makes no sense.
            IndexUnavailableError: the database cannot be reached.
        """
        policy = policy or UploadPolicy()
        replica = open_objects(storage_url, policy) if storage_url else None
        opened = Spool(spool, clock=clock)
        try:
            index = SampleIndex(database) if database else SampleIndex.beside(spool)
        except StoreError:
            opened.close()
            raise
        store = cls(opened, index, replica, policy, clock=clock)
        try:
            store._catch_up()
            store._sweep()
            if upload and store._uploader is not None:
                store._uploader.start()
                store._uploading = True
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def writer(self) -> str:
        """The name under which this process writes events."""
        return self._spool.writer

    def keep(self, image: Image.Image, label: Label, *, expected: str | None = None) -> Sample:
        """Keep a confirmed crop and its label; both are on the disk when this returns.

        The same status and text for the same prediction again change nothing and return what is kept. Another
        status or text supersedes it, and so does the first second look (see verdict.py).

        Args:
            image: the crop, upright, of any mode; only its RGB pixels are kept.
            label: texts as typed or as read; they are normalised here.
            expected: object name of the event that must still be the last word on the prediction.

        Raises:
            LabelMovedError: it is another one, or the label was taken back; nothing is kept.
            IndexUnavailableError: `expected` is given, and the database that would tell does not answer.
            LabelError: the label makes no sense.
            CropError: the picture cannot be kept.
            StoreFullError: the disk is full; nothing is kept.
            StoreError: the disk failed in another way; nothing is kept.
        """
        label = checked_label(label)
        crop = make_crop(image)
        with self._spool.exclusive():
            present = self._find(label.prediction_id, crop.digest, must_know=expected is not None)
            if expected is not None and (present is None or present.event != expected):
                raise LabelMovedError("the label has changed since it was looked at")
            if present is not None and _says_nothing_new(label, present.label):
                if present.digest == crop.digest:
                    # Heals a crop that was lost or damaged since.
                    place(self._spool.objects, crop_name(crop.digest), crop.png)
                return present
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
            self._take_in(event)
        return Sample(
            digest=crop.digest,
            label=label,
            width=crop.width,
            height=crop.height,
            event=event.name,
            stamp=event.stamp,
            stored_at=event.stored_at,
        )

    def undo(self, prediction_id: str, *, look_in_bucket: bool = False) -> bool:
        """Take back what was kept for a prediction.

        A tombstone is written; every crop that no other label needs is removed here at once and from the
        bucket as soon as it answers. The label events stay as history: a line of text and random ids, without
        the picture.

        Args:
            prediction_id: of the prediction.
            look_in_bucket: fetch first what other backends have sent: one of them may have kept the label, and this
                spool not have heard of it yet. Takes as long as the bucket.

        Returns:
            False if nothing was kept for it, as far as is known here.

        Raises:
            BucketUnavailableError: the bucket was to be asked and does not answer; nothing has changed.
            IndexUnavailableError: the database does not answer, so it is not known what to remove.
            StoreFullError: the disk is full; nothing has changed.
        """
        if look_in_bucket:
            self.pull()
        with self._spool.exclusive():
            if look_in_bucket:
                self._catch_up()  # the uploader may have fetched an event just now and not taken it in yet
            else:
                self._catch_up_if_behind()
            if self._index.find(prediction_id) is None:
                return False
            self._come_after(prediction_id=prediction_id)
            self._bury(self._spool.append("deleted", prediction_id=prediction_id))
        return True

    def delete(self, digest: str) -> int:
        """Remove a sample for good: its crop here and in the bucket, and every label on it from what is live.

        Returns:
            How many live labels it had.

        Raises:
            UnknownSampleError: there is no such crop, or it is gone already.
            IndexUnavailableError: the database does not answer.
            StoreFullError: the disk is full; nothing has changed.
        """
        with self._spool.exclusive():
            self._catch_up_if_behind()
            if not is_digest(digest) or not self._index.is_needed(digest):
                raise UnknownSampleError(f"there is no sample {digest}")
            live = sum(1 for _ in self._index.samples(digest))
            self._come_after(digest=digest)
            self._bury(self._spool.append("deleted", sample=digest))
        return live

    def find(self, prediction_id: str) -> Sample | None:
        """The live sample of a prediction.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        self._catch_up_if_behind()
        return self._index.find(prediction_id)

    def samples(self) -> Iterator[Sample]:
        """All live samples, in the order in which they came.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        self._catch_up_if_behind()
        yield from self._index.samples()

    def crop(self, digest: str) -> Image.Image:
        """The picture of a sample: RGB, from the spool or else from the bucket.

        Raises:
            UnknownSampleError: it is in neither.
            CropError: what is there is damaged.
            BucketUnavailableError: it is not whole in the spool, and the bucket does not answer.
        """
        return self._whole(digest)[1]

    def whole_crop_bytes(self, digest: str) -> bytes:
        """The PNG of a sample that shows what its name says; errors as in `crop`."""
        return self._whole(digest)[0]

    def crop_bytes(self, digest: str) -> bytes:
        """The PNG of a sample as it is stored, unchecked.

        Raises:
            UnknownSampleError: it is neither in the spool nor in the bucket.
            BucketUnavailableError: it is not in the spool and the bucket does not answer.
        """
        if not is_digest(digest):
            raise UnknownSampleError(f"there is no sample {digest}")
        for objects in self._places():
            with contextlib.suppress(ObjectMissingError):
                return objects.get(crop_name(digest))
        raise UnknownSampleError(f"there is no crop {digest}")

    def crops_behind(self, event: str) -> list[str]:
        """Digests of the crops that an event is about, by what the database remembers of it.

        Of an event whose file is damaged nothing else tells. Empty for one that was never read here.

        Args:
            event: its object name.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        return self._index.crops_behind(event)

    def revision(self) -> tuple[int, int]:
        """Another value whenever `samples` may say something else; takes next to no time.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        self._catch_up_if_behind()
        return self._index.revision()

    def counts(self) -> Counts:
        """How much is kept, and how far the bucket lags behind.

        Raises:
            IndexUnavailableError: the database does not answer; `queue` still does.
        """
        self._catch_up_if_behind()
        by_status, crops = self._index.count()
        queue = self.queue()
        return Counts(
            kept=sum(by_status.values()),
            crops=crops,
            by_status=by_status,
            unsent=queue.unsent,
            oldest_unsent_seconds=queue.oldest_seconds,
            stuck=queue.stuck,
            last_error=queue.last_error,
        )

    def queue(self) -> Queue:
        """What is still to be sent. Needs no database while the uploader runs."""
        if self._uploader is None or self._replication is None:
            return Queue(0, 0.0, 0, None)
        if self._uploading:
            return self._uploader.queue()
        written = [self._spool.objects.written_at(name) for name in self._replication.unsent()]
        age = max(0.0, self._clock() - min(written)) if written else 0.0
        return Queue(len(written), age, 0, None)

    def flush(self, timeout: float) -> bool:
        """Wait until the bucket has everything. Returns False if it has not after `timeout` seconds."""
        return not self._uploading or self._uploader is None or self._uploader.flush(timeout)

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
        with self._spool.exclusive():
            events = self._spool.read_all(self._spool.event_names())
            self._index.replace(events)
            self._index_behind = False
        if self._replication is not None and unavailable is None:
            self._replication.reconcile()
        self._sweep()
        if unavailable is not None:
            raise unavailable
        return len(events)

    def verify(self) -> Iterator[Problem]:
        """Hash everything in spool and bucket again and name what is wrong; changes nothing.

        Raises:
            IndexUnavailableError: the database does not answer.
            BucketUnavailableError: the bucket does not answer.
        """
        yield from find_problems(
            self._spool, self._index, self._replication.replica if self._replication is not None else None
        )

    def close(self) -> None:
        """Stop sending and let go of files and connections. What is unsent is sent after the next `open`."""
        stopped = self._uploader is None or not self._uploading or self._uploader.stop(timeout=5.0)
        self._uploading = False
        if stopped:
            if self._replication is not None:
                self._replication.replica.close()
            self._index.close()
        # Else a thread still waits for the bucket. It is a daemon that ends after that call; to take
        # its connections away now would only make it fail louder.
        self._spool.close()

    def _whole(self, digest: str) -> tuple[bytes, Image.Image]:
        """The PNG and the picture of a sample, from the first place where it is whole."""
        if not is_digest(digest):
            raise UnknownSampleError(f"there is no sample {digest}")
        damage: StoreError | None = None
        for objects in self._places():
            try:
                data = objects.get(crop_name(digest))
                image = open_crop(data)
                if pixel_digest(image) != digest:
                    raise CropError("it shows other pixels than its name says")
                return data, image
            except ObjectMissingError:
                continue
            except BucketUnavailableError:
                raise
            except StoreError as error:  # the disk's errors among them: this one file cannot be read
                damage = damage or error
        if damage is not None:
            raise CropError(f"the crop {digest} is damaged: {damage}") from damage
        raise UnknownSampleError(f"there is no crop {digest}")

    def _places(self) -> list[ObjectStore]:
        return [self._spool.objects] + ([self._replication.replica] if self._replication is not None else [])

    def _find(self, prediction_id: str, digest: str, *, must_know: bool) -> Sample | None:
        """The live sample of a prediction, if the database says; what is appended next comes after it."""
        try:
            self._catch_up_if_behind()
            self._come_after(prediction_id=prediction_id, digest=digest)
            return self._index.find(prediction_id)
        except IndexUnavailableError as error:
            if must_know:
                raise
            # Then the label is written once more than needed, which is harmless: the last one counts.
            _LOG.warning("keeping without the index: %s", error)
            return None

    def _come_after(self, *, prediction_id: str | None = None, digest: str | None = None) -> None:
        """Let what is appended next come after all that is known about a prediction or a crop.

        Another process or machine may have written it, with a clock that is ahead of this one.
        """
        self._spool.witness(self._index.last_stamp_about(prediction_id, digest))

    def _take_in(self, event: Event) -> None:
        """Tell index and uploader of an event that is on the disk; neither may fail the caller now."""
        try:
            self._index.add([event])
        except IndexUnavailableError as error:
            self._index_behind = True
            _LOG.warning("%s is kept, but not in the index yet: %s", event.name, error)
        if self._uploading and self._uploader is not None:
            self._uploader.notify(event.name, event.stored_at.timestamp())

    def _bury(self, tombstone: Event) -> None:
        self._take_in(tombstone)
        for digest in self._index.crops_of(tombstone):
            if not self._index.is_needed(digest):
                self._spool.objects.delete(crop_name(digest))

    def _catch_up_if_behind(self) -> None:
        if self._index_behind:
            self._catch_up()

    def _catch_up(self) -> None:
        """Take in events that the index lacks: their process was killed, or the database was away."""
        missing = self._spool.event_names() - self._index.event_names()
        self._index.add(self._spool.read_all(missing))
        self._spool.witness(self._index.last_stamp())
        self._index_behind = False

    def _sweep(self) -> None:
        """Remove crops that no label needs: of a process killed between crop and event, or within an undo.

        Judged by the events themselves, not by the index. Stays its hand when one of them cannot be read:
        that one might need the crop.
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


def _says_nothing_new(label: Label, present: Label) -> bool:
    if (label.status, label.text) != (present.status, present.text):
        return False
    return label.source not in SECOND_LOOKS or label.source == present.source


def checked_label(label: Label) -> Label:
    """Normalise a label's texts and check that it makes sense.

    Raises:
        LabelError: unknown status, correction without text, id that is not plain, time without zone, and the
            like.
    """
    if label.status not in LABEL_STATUSES:
        raise LabelError(f"unknown status {label.status!r}; there are {', '.join(LABEL_STATUSES)}")
    if not _PRINTABLE.match(label.prediction_id):
        raise LabelError("a prediction id has 1 to 128 printable ASCII characters without spaces")
    text = "" if label.status == "unreadable" else label_text(label.text)
    read_text = label_text(label.read_text)
    if label.status == "corrected" and not text:
        raise LabelError("a correction needs a text")
    for value in (text, read_text, label.model_name, label.model_version, label.client, label.source):
        if len(value) > _LONGEST_TEXT or not value.isprintable():
            raise LabelError(f"text of a label must be printable and at most {_LONGEST_TEXT} characters long")
    if not (math.isfinite(label.read_confidence) and 0.0 <= label.read_confidence <= 1.0):
        raise LabelError(f"a confidence lies between 0 and 1, not {label.read_confidence}")
    if label.turn not in (0, 1, 2, 3):
        raise LabelError(f"a turn is 0, 1, 2 or 3 quarters, not {label.turn}")
    if label.at.tzinfo is None:
        raise LabelError("the time of a label needs a time zone")
    return dataclasses.replace(label, text=text, read_text=read_text, at=label.at.astimezone(UTC))
