"""The store of confirmed crops, behind threads: labels are kept and taken back without holding up the event loop."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from PIL import Image

from backend.http.problems import Problem
from backend.http.work_queue import WorkQueue
from backend.settings import Settings
from backend.team.thumbnails import Thumbnails
from datasets.errors import BucketUnavailableError, IndexUnavailableError, StoreError, StoreFullError
from datasets.objects.clock import Clock
from datasets.objects.spans import span
from datasets.samples.crop import Crop, make_bounded_crop
from datasets.samples.pair import Pair
from datasets.samples.removals import Removals
from datasets.samples.sample import Label, Sample
from ocr_model.tags.retail_numbers import gtin_in
from ocr_model.tags.tag import Barcode

if TYPE_CHECKING:
    from backend.team.measuring import PictureMeasuring
    from datasets.samples.store import SampleStore
    from datasets.samples.uploader import Queue

_LOG = logging.getLogger(__name__)

# Writing a crop is quick, so many may wait: a shopper's verdict should rarely be refused.
_KEEPING_WORKERS = 2
_KEEPING_WAITING = 64
# Undoing a label that this backend does not know waits for the bucket, in threads of its own and at most this long.
_LOOKING_WORKERS = 2
_LOOKING_WAITING = 16
_BUCKET_SECONDS = 8.0
# Pauses before the store is opened again: they double up to the longest.
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0


class LabelStore:
    """Keeps confirmed crops with their labels.

    Args:
        settings: Names spool, bucket and index.
        clock: Seconds since 1970, for the times that are kept.
        on_change: Called with the status of a kept label, or "deleted" after an undo.
        on_begun: Called with the seconds that the keeping of a label has waited for a thread.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        on_change: Callable[[str], None],
        on_begun: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self._keeping = WorkQueue("keeping", workers=_KEEPING_WORKERS, waiting=_KEEPING_WAITING, on_begun=on_begun)
        self._looking = WorkQueue("looking", workers=_LOOKING_WORKERS, waiting=_LOOKING_WAITING)
        self.thumbnails = Thumbnails(settings.thumbnails, least_free=2 * settings.store_free_bytes)
        self._samples: SampleStore | None = None
        self._measuring: PictureMeasuring | None = None
        self._failure: str | None = None
        self._refusal: Problem | None = None
        self._opening = threading.Lock()
        self._closed = False

    @property
    def is_open(self) -> bool:
        """Whether labels can be kept."""
        return self._samples is not None

    @property
    def is_settled(self) -> bool:
        """Whether it is open, or not to be opened because the settings let this backend read alone."""
        return self.is_open or not self._settings.keeps_labels

    @property
    def failure(self) -> str | None:
        """Why the store could not be opened when it was tried last, in one line; None once it is open."""
        return self._failure

    @property
    def refusal(self) -> Problem | None:
        """The answer to labels while the store is not open; None before the first attempt, and once it is open."""
        return self._refusal

    @property
    def unsent(self) -> float:
        """Kept labels that the bucket does not have yet; not a number while that is not known."""
        queue = self._queue()
        return math.nan if queue is None else queue.unsent

    @property
    def oldest_unsent_seconds(self) -> float:
        """Age of the oldest of them; 0 if there is none, not a number while that is not known."""
        queue = self._queue()
        return math.nan if queue is None else queue.oldest_seconds

    @property
    def stuck(self) -> float:
        """Kept labels whose sending fails for a reason of their own; not a number while that is not known."""
        queue = self._queue()
        return math.nan if queue is None else queue.stuck

    def _queue(self) -> Queue | None:
        try:
            return None if self._samples is None else self._samples.bucket.queue()
        except StoreError:
            return None

    @property
    def samples(self) -> SampleStore:
        """The open store.

        Raises:
            Problem: 503, while it is not open, or not to be opened; 507, while the disk is too full to open it.
        """
        if self._samples is None:
            raise self._refusal or Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "not-ready",
                "The service is not ready",
                "The sample store is still being opened.",
                headers={"Retry-After": "1"},
            )
        return self._samples

    def removals(self) -> Removals:
        """Carry out what other backends have deleted; blocks. There is nothing to do where no labels are kept.

        Raises:
            Problem: 503, while the store is not open.
            StoreError: The database does not answer, or a crop cannot be removed.
        """
        if not self._settings.keeps_labels:
            return Removals(frozenset(), frozenset())
        return self.samples.removals.look()

    async def open_again(self) -> None:
        """Try to open the store until it is open, with growing pauses."""
        pause = _FIRST_PAUSE
        while not self.is_settled:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            await asyncio.to_thread(self.open)

    def open(self) -> None:
        """Open the store; blocks. A failure is noted and logged, not raised; the same one again is not logged."""
        with self._opening:
            if not self._settings.keeps_labels:
                self._refusal = _reads_alone()
            elif self._samples is None and not self._closed:
                self._open()

    def _open(self) -> None:
        # Imported here because the import is slow and nothing needs it before.
        from backend.team.measuring import PictureMeasuring
        from datasets.samples.store import SampleStore

        settings = self._settings
        database = settings.database_url
        try:
            self._samples = SampleStore.open(
                settings.spool,
                storage_url=settings.storage_url,
                database=database.get_secret_value() if database else None,
                domain=settings.domain,
                least_free=settings.store_free_bytes,
                clock=self._clock,
            )
        except (StoreError, OSError) as error:
            self._failed(f"the sample store at {settings.spool} could not be opened: {error}", _refusal(error))
        except Exception as error:
            message = f"the sample store at {settings.spool} could not be opened: {type(error).__name__}"
            self._failed(message, _refusal(error), unknown=error)
        else:
            if self._failure is not None:
                _LOG.warning("the sample store at %s is open again", settings.spool)
            self._failure = self._refusal = None
            self._measuring = PictureMeasuring(self._samples)
            self._measuring.start()

    def _failed(self, message: str, refusal: Problem, unknown: Exception | None = None) -> None:
        if message != self._failure:
            _LOG.error("%s; reading goes on, no label is kept, and it is tried again", message, exc_info=unknown)
        self._failure, self._refusal = message, refusal

    def close(self) -> None:
        """Let running jobs end, then close the store; blocks."""
        self._keeping.close()
        self._looking.close()
        with self._opening:
            self._closed = True
            if self._measuring is not None:
                self._measuring.close()
            if self._samples is not None:
                self._samples.close()

    async def prepare(self, image: Image.Image) -> Crop:
        """Return the crop as it is kept: its pixels as PNG, shrunk where they would take too many bytes.

        Raises:
            Problem: 503, when too many labels wait.
            CropError: The picture cannot be kept.
        """
        return await self._keeping.run(make_bounded_crop, image)

    async def keep(self, crop: Crop, label: Label) -> Sample:
        """Keep a crop with its label; both are on the disk when this returns. The same verdict twice is one label.

        Raises:
            Problem: 503, while the store is not open or too many labels wait.
            StoreError: Nothing of the label was kept.
        """
        with span("keep"):
            sample = await self._keeping.run(self.samples.keep, crop, label)
        if self._measuring is not None:
            self._measuring.wake()
        if sample.label.at == label.at:  # An older time: the same verdict was kept before.
            self._on_change(label.status)
        return sample

    async def pair(self, barcode: str, code: str, label: Label) -> str | None:
        """Keep a barcode with the code on the same tag; a failure is logged, because it must not cost the label.

        Args:
            barcode: Content of the barcode.
            code: The code that was confirmed.
            label: The label that confirms it.

        Returns:
            The retail number that is kept; None if the barcode has none, or it could not be kept.
        """
        number = gtin_in(barcode)
        if number is None:
            return None
        pair = Pair(number, code, label.prediction_id, label.client, label.at, label.source)
        try:
            await self._keeping.run(self.samples.pairs.keep, pair)
        except (StoreError, Problem) as error:
            _LOG.error("a barcode is not kept with its code: %s", error)
            return None
        return number

    def known_code(self, barcode: Barcode) -> str | None:
        """The code that most shoppers confirmed for a barcode, the latest of several; blocks.

        Returns:
            None where none is known, and while the store or its index does not answer.
        """
        number = gtin_in(barcode.text)
        if number is None or self._samples is None:
            return None
        try:
            known = self._samples.pairs.codes_of(number)
        except StoreError as error:
            _LOG.warning("no code is looked up for a barcode: %s", error)
            return None
        # The one that was confirmed last comes first, and stays first among equals.
        best = max(known, key=lambda code: (code.clients, code.confirmations), default=None)
        return None if best is None else best.code

    async def undo(self, prediction_id: str) -> bool:
        """Take back a prediction's label, kept here or by another backend that has sent it to the same bucket.

        Returns:
            False when no label was kept.

        Raises:
            Problem: 503, when this backend knows no label and the bucket does not answer in time: another backend may
                have kept one.
            StoreError: The label cannot be taken back.
        """
        is_undone = await self._keeping.run(self._undo, prediction_id)
        if not is_undone and self._settings.storage_url is not None:
            is_undone = await self._undo_in_bucket(prediction_id)
        if is_undone:
            self._on_change("deleted")
        return is_undone

    def _undo(self, prediction_id: str, *, look_in_bucket: bool = False) -> bool:
        """Take back a label, and the thumbnails of a crop that goes with it."""
        samples = self.samples
        sample = samples.find(prediction_id)
        is_undone = samples.undo(prediction_id, look_in_bucket=look_in_bucket)
        if sample is not None and not samples.search.live_among([sample.digest]):
            self.thumbnails.forget(sample.digest)
        return is_undone

    async def _undo_in_bucket(self, prediction_id: str) -> bool:
        try:
            async with asyncio.timeout(_BUCKET_SECONDS):
                return await self._looking.run(self._undo, prediction_id, look_in_bucket=True)
        except (BucketUnavailableError, TimeoutError) as error:
            _LOG.warning("a label to be deleted is not known here, and the bucket does not answer: %s", error)
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "bucket-unavailable",
                "The bucket does not answer",
                "This backend knows of no label of this prediction, but another one may have kept it, and the bucket "
                "that would tell does not answer. Please try again.",
                headers={"Retry-After": "10"},
            ) from error


def _reads_alone() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "keeps-no-labels",
        "This backend keeps no labels",
        "This backend reads photos alone (TAGS_KEEPS_LABELS); other backends of the service keep labels.",
    )


def _refusal(error: Exception) -> Problem:
    """The answer to labels while the store cannot be opened; the log has the addresses and folders."""
    headers = {"Retry-After": "10"}
    if isinstance(error, StoreFullError):
        return Problem(
            HTTPStatus.INSUFFICIENT_STORAGE,
            "store-full",
            "There is no room left",
            "The disk is full, so no label can be kept. Photos are read.",
            headers=headers,
        )
    if isinstance(error, IndexUnavailableError):
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "database-unavailable",
            "The database does not answer",
            "The database does not answer, so no label can be kept. Photos are read.",
            headers=headers,
        )
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "store-unavailable",
        "The sample store failed",
        "The sample store cannot be opened, so no label can be kept. Photos are read.",
        headers=headers,
    )
