"""Predictions that wait for the shopper's verdict, where any backend finds them; see reading/pending.py."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

import sqlalchemy as sa
from PIL import Image
from pydantic import TypeAdapter

from backend.people.people import digest_of
from backend.reading.pending import PendingPrediction, PendingPredictions, likeliest, pixel_bytes
from backend.shared.database import SharedDatabase, SharedUnavailableError
from backend.shared.settings import SharedSettings
from backend.shared.tables import READINGS, now
from ocr_model.reading.prediction import Prediction

_MOST_BYTES: Final = 4 << 20  # of the crops of a request; a larger one takes long, and waits in this process alone
_MOST_LINES: Final = 64  # of a photo
_SHARE: Final = 16  # that so large a part of the room was written leads to a look at the bounds
_FORGETTING_SECONDS: Final = 8.0  # that a deletion waits
_READINGS: Final = TypeAdapter(Prediction)


class WaitingReadings:
    """The predictions that wait: in the shared database, or in this process while it is away or there is none.

    For the event loop only.

    Args:
        own: Those that wait in this process.
        database: Shared by several backends; None: there is none.
        seconds: How long each is remembered.
        settings: Bound what waits in the database.
    """

    def __init__(
        self, own: PendingPredictions, database: SharedDatabase | None, *, seconds: float, settings: SharedSettings
    ) -> None:
        self._own, self._database, self._seconds = own, database, seconds
        self._most, self._most_bytes = settings.shared_pending_count, settings.shared_pending_bytes
        self._written, self._written_bytes = 0, 0  # since the last look at the bounds

    async def keep(self, entry: PendingPrediction) -> None:
        """Remember a prediction; see `PendingPredictions.keep`."""
        if not await self._share([entry]):
            self._own.keep(entry)

    async def keep_some(self, entries: Sequence[PendingPrediction]) -> None:
        """Remember the lines of a photo; see `PendingPredictions.keep_some`."""
        shared = likeliest(entries, _MOST_LINES, min(_MOST_BYTES, self._most_bytes))
        if not await self._share(shared):
            self._own.keep_some(entries)

    async def get(self, prediction_id: str) -> PendingPrediction | None:
        """Return a prediction, or None when it is unknown or forgotten, or the database does not answer."""
        entry = self._own.get(prediction_id)
        if entry is not None or self._database is None:
            return entry
        try:
            return await self._database.run(partial(_find, prediction_id))
        except SharedUnavailableError:
            return None

    async def forget(self, prediction_id: str) -> None:
        """Forget a prediction now.

        Raises:
            SharedUnavailableError: The database does not answer, and may still hold it.
        """
        self._own.forget(prediction_id)
        if self._database is not None:
            await self._database.run(partial(_forget, prediction_id), seconds=_FORGETTING_SECONDS)

    async def tidy(self) -> None:
        """Delete what has expired in the database, and the oldest that is beyond the bounds."""
        if self._database is not None:
            self._written = self._written_bytes = 0
            await self._database.run(partial(_tidy, self._most, self._most_bytes), seconds=_FORGETTING_SECONDS)

    @property
    def is_tidy_due(self) -> bool:
        """Whether so much was written that the bounds may be passed."""
        return self._written * _SHARE >= self._most or self._written_bytes * _SHARE >= self._most_bytes

    async def _share(self, entries: Sequence[PendingPrediction]) -> bool:
        """Write predictions into the database; False if they are not there for certain."""
        size = sum(pixel_bytes(entry.crop) for entry in entries)
        if self._database is None or not entries or size > min(_MOST_BYTES, self._most_bytes):
            return False
        try:
            await self._database.run(partial(_keep, entries, self._seconds))
        except SharedUnavailableError:
            return False
        self._written += len(entries)
        self._written_bytes += size
        return True


def _keep(entries: Sequence[PendingPrediction], seconds: float, connection: sa.Connection) -> None:
    rows = [
        {
            "digest": digest_of(entry.id),
            "crop": entry.crop.tobytes(),
            "width": entry.crop.width,
            "height": entry.crop.height,
            "turn": entry.turn,
            "reading": _READINGS.dump_json(entry.prediction).decode(),
            "size": pixel_bytes(entry.crop),
            "expires_at": now() + seconds,
        }
        for entry in entries
    ]
    connection.execute(READINGS.insert().values(rows))


def _find(prediction_id: str, connection: sa.Connection) -> PendingPrediction | None:
    left = (READINGS.c.expires_at - now()).label("left")
    wanted = sa.select(READINGS, left).where(READINGS.c.digest == digest_of(prediction_id), left > 0)
    row = connection.execute(wanted).mappings().first()
    if row is None:
        return None
    return PendingPrediction(
        id=prediction_id,
        prediction=_READINGS.validate_json(row["reading"]),
        crop=Image.frombytes("RGB", (row["width"], row["height"]), row["crop"]),
        turn=row["turn"],
        expires_at=datetime.fromtimestamp(row["expires_at"], UTC),
        deadline=time.monotonic() + row["left"],
    )


def _forget(prediction_id: str, connection: sa.Connection) -> None:
    connection.execute(READINGS.delete().where(READINGS.c.digest == digest_of(prediction_id)))


def _tidy(most: int, most_bytes: int, connection: sa.Connection) -> None:
    connection.execute(READINGS.delete().where(READINGS.c.expires_at <= now()))
    count, size = connection.execute(sa.select(sa.func.count(), sa.func.sum(READINGS.c.size))).one()
    if count <= most and (size or 0) <= most_bytes:
        return
    order = (READINGS.c.expires_at.desc(), READINGS.c.digest)  # the newest first
    placed = sa.select(
        READINGS.c.digest,
        sa.func.row_number().over(order_by=order).label("place"),
        sa.func.sum(READINGS.c.size).over(order_by=order).label("bytes"),
    ).subquery()
    beyond = sa.select(placed.c.digest).where((placed.c.place > most) | (placed.c.bytes > most_bytes))
    connection.execute(READINGS.delete().where(READINGS.c.digest.in_(beyond)))
