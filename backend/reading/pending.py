"""Predictions that wait for the shopper's verdict: in memory only, for minutes, within bounds."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from PIL import Image

from backend.reading.photos import Region, cut_crop
from ocr_model.reading.image import ImageLimits
from ocr_model.reading.prediction import Prediction

_ID_BYTES = 18
_BYTES_PER_PIXEL = 3
# A crop's pixels are kept if they take at most one 64th of the room, even where the upload would take less.
_PIXELS_SHARE = 64


@dataclass(frozen=True)
class PendingCrop:
    """A crop as its pixels, or as the upload that it is cut out of."""

    image: Image.Image | None  # the crop itself, or None
    upload: bytes | None  # the uploaded file, or None
    region: Region  # where the crop lies in the upload

    @property
    def size(self) -> int:
        """Bytes of memory that it takes."""
        if self.image is not None:
            return _pixel_bytes(self.image)
        return len(self.upload or b"")

    def cut(self, limits: ImageLimits) -> Image.Image:
        """Return the crop; an upload is decoded again."""
        if self.image is not None:
            return self.image
        return cut_crop(self.upload or b"", self.region, limits).image


@dataclass(frozen=True)
class PendingPrediction:
    """A prediction without a verdict yet."""

    id: str  # cannot be guessed; the id alone entitles to label the prediction
    prediction: Prediction
    crop: PendingCrop
    expires_at: datetime  # when it is forgotten at the latest, with a time zone
    deadline: float  # the same on the monotonic clock, in seconds


class PendingPredictions:
    """The predictions that wait. For the event loop only (no lock).

    Args:
        seconds: How long each is remembered.
        count: How many are remembered; the oldest goes first.
        size: Bytes of crops that are remembered; the oldest goes first.
        clock: Seconds from any start, never running backwards.
        now: The time of day, with its zone.
    """

    def __init__(
        self,
        *,
        seconds: float,
        count: int,
        size: int,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._seconds = seconds
        self._most = count
        self._most_bytes = size
        self._clock = clock
        self._now = now
        self._entries: OrderedDict[str, PendingPrediction] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        self._forget_expired()
        return len(self._entries)

    @property
    def used_bytes(self) -> int:
        """Bytes of crops that are remembered."""
        self._forget_expired()
        return self._bytes

    def add(self, prediction: Prediction, image: Image.Image, upload: bytes, region: Region) -> PendingPrediction:
        """Remember a prediction under a new id.

        Pixels are kept unless they would crowd out other crops, so that neither the label nor the challenger decodes
        the upload again. A crop larger than all the room there is is not remembered: its label has to carry the
        picture again.

        Args:
            prediction: The reading.
            image: The crop that it was read from.
            upload: The file that the crop was cut out of.
            region: Where the crop lies in the upload.
        """
        is_affordable = _pixel_bytes(image) <= max(len(upload), self._most_bytes // _PIXELS_SHARE)
        crop = PendingCrop(image, None, region) if is_affordable else PendingCrop(None, upload, region)
        entry = PendingPrediction(
            id=secrets.token_urlsafe(_ID_BYTES),
            prediction=prediction,
            crop=crop,
            expires_at=self._now() + timedelta(seconds=self._seconds),
            deadline=self._clock() + self._seconds,
        )
        self._forget_expired()
        if crop.size <= self._most_bytes:
            self._entries[entry.id] = entry
            self._bytes += crop.size
            while len(self._entries) > self._most or self._bytes > self._most_bytes:
                self.forget(next(iter(self._entries)))
        return entry

    def get(self, prediction_id: str) -> PendingPrediction | None:
        """Return a prediction, or None when it is unknown or forgotten."""
        self._forget_expired()
        return self._entries.get(prediction_id)

    def forget(self, prediction_id: str) -> None:
        """Forget a prediction now."""
        entry = self._entries.pop(prediction_id, None)
        if entry is not None:
            self._bytes -= entry.crop.size

    def _forget_expired(self) -> None:
        # All live equally long, so the oldest expire first.
        now = self._clock()
        while self._entries:
            oldest = next(iter(self._entries.values()))
            if oldest.deadline > now:
                return
            self.forget(oldest.id)


def _pixel_bytes(image: Image.Image) -> int:
    return image.width * image.height * _BYTES_PER_PIXEL
