"""Predictions that wait for the shopper's verdict: in this process, for minutes, within bounds."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from PIL import Image

from ocr_model.reading.prediction import Prediction

_ID_BYTES = 18
_BYTES_PER_PIXEL = 3
_SHARE_OF_PHOTO = 8  # a photo's lines take an eighth of the room at most


@dataclass(frozen=True)
class PendingPrediction:
    """A prediction without a verdict yet."""

    id: str  # cannot be guessed; the id alone entitles to label the prediction
    prediction: Prediction
    crop: Image.Image  # what was read, RGB; nothing of the photo around it
    turn: int  # clockwise quarter turns that the request asked for
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

    def add(self, prediction: Prediction, crop: Image.Image, turn: int) -> PendingPrediction:
        """Remember a prediction under a new id; see `new` and `keep`."""
        entry = self.new(prediction, crop, turn)
        self.keep(entry)
        return entry

    def new(self, prediction: Prediction, crop: Image.Image, turn: int) -> PendingPrediction:
        """Give a prediction its id; any thread may. Nothing is remembered yet.

        Args:
            prediction: The reading.
            crop: The crop that it was read from, RGB.
            turn: Clockwise quarter turns that the request asked for.
        """
        return PendingPrediction(
            id=secrets.token_urlsafe(_ID_BYTES),
            prediction=prediction,
            crop=crop,
            turn=turn,
            expires_at=self._now() + timedelta(seconds=self._seconds),
            deadline=self._clock() + self._seconds,
        )

    def keep(self, entry: PendingPrediction) -> None:
        """Remember a prediction.

        A crop larger than all the room there is is not remembered: its label has to carry the picture again.
        """
        self._forget_expired()
        size = pixel_bytes(entry.crop)
        if size <= self._most_bytes:
            self._entries[entry.id] = entry
            self._bytes += size
            while len(self._entries) > self._most or self._bytes > self._most_bytes:
                self.forget(next(iter(self._entries)))

    def keep_some(self, entries: Sequence[PendingPrediction]) -> None:
        """Remember the lines of a photo, as far as a small part of the room allows: others wait for a verdict, too.

        Args:
            entries: The one that most likely gets a verdict first. The label of one that is left out has to carry the
                picture again.
        """
        kept = likeliest(entries, max(1, self._most // _SHARE_OF_PHOTO), self._most_bytes // _SHARE_OF_PHOTO)
        for entry in reversed(kept):  # the oldest is forgotten first
            self.keep(entry)

    def get(self, prediction_id: str) -> PendingPrediction | None:
        """Return a prediction, or None when it is unknown or forgotten."""
        self._forget_expired()
        return self._entries.get(prediction_id)

    def forget(self, prediction_id: str) -> None:
        """Forget a prediction now."""
        entry = self._entries.pop(prediction_id, None)
        if entry is not None:
            self._bytes -= pixel_bytes(entry.crop)

    def _forget_expired(self) -> None:
        # All live equally long, so the oldest expire first.
        now = self._clock()
        while self._entries:
            oldest = next(iter(self._entries.values()))
            if oldest.deadline > now:
                return
            self.forget(oldest.id)


def likeliest(entries: Sequence[PendingPrediction], count: int, size: int) -> list[PendingPrediction]:
    """Return the first predictions that a bounded room holds.

    Args:
        entries: The one that most likely gets a verdict first.
        count: Most predictions.
        size: Most bytes of crops.
    """
    kept: list[PendingPrediction] = []
    for entry in entries:
        size -= pixel_bytes(entry.crop)
        if len(kept) == count or size < 0:
            break
        kept.append(entry)
    return kept


def pixel_bytes(image: Image.Image) -> int:
    """Bytes of a crop's pixels."""
    return image.width * image.height * _BYTES_PER_PIXEL
