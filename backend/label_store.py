"""The store of confirmed crops, behind threads: labels are kept and taken back without holding up the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from PIL import Image

from backend.http.problems import Problem
from backend.http.work_queue import WorkQueue
from backend.settings import Settings
from datasets.errors import BucketUnavailableError, StoreError
from datasets.objects.clock import Clock
from datasets.samples.sample import Label, Sample

if TYPE_CHECKING:
    from datasets.samples.store import SampleStore

_LOG = logging.getLogger(__name__)

# Writing a crop is quick, so many may wait: a shopper's verdict should rarely be refused.
_KEEPING_WORKERS = 2
_KEEPING_WAITING = 64
# Undoing a label that this backend does not know waits for the bucket, in threads of its own and at most this long.
_LOOKING_WORKERS = 2
_LOOKING_WAITING = 16
_BUCKET_SECONDS = 8.0


class LabelStore:
    """Keeps confirmed crops with their labels.

    Args:
        settings: Names spool, bucket and index.
        clock: Seconds since 1970, for the times that are kept.
        on_change: Called with the status of a kept label, or "deleted" after an undo.
    """

    def __init__(self, settings: Settings, clock: Clock, on_change: Callable[[str], None]) -> None:
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self._keeping = WorkQueue("keeping", workers=_KEEPING_WORKERS, waiting=_KEEPING_WAITING)
        self._looking = WorkQueue("looking", workers=_LOOKING_WORKERS, waiting=_LOOKING_WAITING)
        self._samples: SampleStore | None = None
        self._failure: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether labels can be kept."""
        return self._samples is not None

    @property
    def failure(self) -> str | None:
        """Why the store could not be opened, in one line; None unless opening has failed."""
        return self._failure

    @property
    def unsent(self) -> int:
        """Kept labels that the bucket does not have yet."""
        return 0 if self._samples is None else self._samples.queue().unsent

    @property
    def samples(self) -> SampleStore:
        """The open store.

        Raises:
            Problem: 503, while it is not open.
        """
        if self._samples is None:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "not-ready",
                "The service is not ready",
                self._failure or "The sample store is still being opened.",
            )
        return self._samples

    def open(self) -> None:
        """Open the store; blocks. A failure is noted, not raised."""
        # Imported here because the import is slow and nothing needs it before.
        from datasets.samples.store import SampleStore

        settings = self._settings
        database = settings.database_url
        try:
            self._samples = SampleStore.open(
                settings.spool,
                storage_url=settings.storage_url,
                database=database.get_secret_value() if database else None,
                clock=self._clock,
            )
        except (StoreError, OSError) as error:
            self._failure = f"the sample store at {settings.spool} could not be opened: {error}"
        except Exception:
            _LOG.exception("the sample store could not be opened")
            self._failure = f"the sample store at {settings.spool} could not be opened"

    def close(self) -> None:
        """Let running jobs end, then close the store; blocks."""
        self._keeping.close()
        self._looking.close()
        if self._samples is not None:
            self._samples.close()

    async def keep(self, crop: Image.Image, label: Label) -> Sample:
        """Keep a crop with its label; both are on the disk when this returns. The same verdict twice is one label.

        Raises:
            Problem: 503, while the store is not open or too many labels wait.
            StoreError: Nothing of the label was kept.
        """
        sample = await self._keeping.run(self.samples.keep, crop, label)
        if sample.label.at == label.at:  # An older time: the same verdict was kept before.
            self._on_change(label.status)
        return sample

    async def undo(self, prediction_id: str) -> bool:
        """Take back a prediction's label, kept here or by another backend that has sent it to the same bucket.

        Returns:
            False when no label was kept.

        Raises:
            Problem: 503, when this backend knows no label and the bucket does not answer in time: another backend may
                have kept one.
            StoreError: The label cannot be taken back.
        """
        is_undone = await self._keeping.run(self.samples.undo, prediction_id)
        if not is_undone and self._settings.storage_url is not None:
            is_undone = await self._undo_in_bucket(prediction_id)
        if is_undone:
            self._on_change("deleted")
        return is_undone

    async def _undo_in_bucket(self, prediction_id: str) -> bool:
        try:
            async with asyncio.timeout(_BUCKET_SECONDS):
                return await self._looking.run(self.samples.undo, prediction_id, look_in_bucket=True)
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
