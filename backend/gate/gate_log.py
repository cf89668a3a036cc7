"""The log of passages in a database. Every method may wait for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from backend.gate.tables import KEPT, PASSAGES, VEHICLES
from backend.gate.visits import Seen, Visit, next_direction, visits_of
from ocr_model.plates.passages import Direction

_SAME_SECONDS: Final = 20.0  # within which the same plate at the same camera is the same passage
_MOST: Final = 50_000  # rows that are paired to visits
_DAY: Final = 86_400.0


class UnknownPassageError(LookupError):
    """No passage has that id, or it is kept no longer."""


@dataclass(frozen=True)
class LoggedPassage:
    """A passage as it is kept."""

    id: str
    text: str
    at: float  # seconds since 1970
    direction: Direction
    camera: str
    read_text: str
    confidence: float
    frames: int
    agreeing: int
    model_name: str = ""
    model_version: str = ""
    checked_by: str = ""
    vehicle: str | None = None  # name of the known vehicle; None: it is unknown


@dataclass(frozen=True)
class NewPassage:
    """A passage that is to be kept."""

    text: str
    at: float
    direction: Direction | None  # None: the other way than before
    camera: str
    confidence: float
    frames: int
    agreeing: int
    model_name: str
    model_version: str
    cut_out: bytes  # PNG


@dataclass(frozen=True)
class Vehicle:
    """A vehicle that is known."""

    text: str
    name: str
    added_by: str
    added_at: float


class GateLog:
    """Passages and known vehicles.

    Args:
        engine: From `open_gate`.
        clock: Seconds since 1970.
        days: For how long a passage is kept.
    """

    def __init__(self, engine: sa.Engine, clock: Callable[[], float], days: float) -> None:
        self._engine, self._clock, self._days = engine, clock, days

    def add(self, passage: NewPassage) -> LoggedPassage:
        """Keep a passage; the same plate at the same camera a moment ago is the same passage, and the surer stays."""
        self.forget_old()
        with self._engine.begin() as connection:
            before = self._last(connection, passage.text)
            if before is not None and before.camera == passage.camera and passage.at - before.at < _SAME_SECONDS:
                if passage.confidence > before.confidence:
                    changes = {"confidence": passage.confidence, "cut_out": passage.cut_out}
                    connection.execute(PASSAGES.update().where(PASSAGES.c.id == before.id).values(changes))
                return before
            direction = passage.direction or next_direction(None if before is None else before.direction)
            row = {
                "id": uuid.uuid4().hex,
                "text": passage.text,
                "at": passage.at,
                "direction": direction,
                "camera": passage.camera,
                "read_text": passage.text,
                "confidence": passage.confidence,
                "frames": passage.frames,
                "agreeing": passage.agreeing,
                "model_name": passage.model_name,
                "model_version": passage.model_version,
                "checked_by": "",
                "cut_out": passage.cut_out,
            }
            connection.execute(PASSAGES.insert().values(row))
            name = connection.execute(sa.select(VEHICLES.c.name).where(VEHICLES.c.text == passage.text)).scalar()
        return _passage(row | {"vehicle": name})

    def passages(
        self, *, search: str = "", direction: str = "", unknown: bool = False, after: int = 0, size: int = 50
    ) -> tuple[list[LoggedPassage], int]:
        """Return passages, the latest first, and how many there are.

        Args:
            search: A part of the plate, or of the vehicle's name.
            direction: "in", "out" or "unknown"; "": all.
            unknown: Whether only vehicles are wanted that are not known.
            after: How many are passed over.
            size: How many are returned at most.
        """
        self.forget_old()
        wanted = _joined()
        conditions: list[sa.ColumnElement[bool]] = []
        if search:
            conditions.append(
                PASSAGES.c.text.contains(search, autoescape=True) | VEHICLES.c.name.contains(search, autoescape=True)
            )
        if direction:
            conditions.append(PASSAGES.c.direction == direction)
        if unknown:
            conditions.append(VEHICLES.c.text.is_(None))
        wanted = wanted.where(*conditions)
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(sa.func.count()).select_from(wanted.subquery())).scalar_one()
            rows = connection.execute(wanted.order_by(PASSAGES.c.at.desc()).offset(after).limit(size)).mappings()
            return [_passage(row) for row in rows], found

    def get(self, passage: str) -> LoggedPassage:
        """Return a passage.

        Raises:
            UnknownPassageError: There is none.
        """
        with self._engine.connect() as connection:
            row = connection.execute(_joined().where(PASSAGES.c.id == passage)).mappings().first()
        if row is None:
            raise UnknownPassageError(passage)
        return _passage(row)

    def cut_out(self, passage: str) -> bytes:
        """Return the picture of a passage's plate, PNG; raises as `get` does."""
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(PASSAGES.c.cut_out).where(PASSAGES.c.id == passage)).scalar()
        if found is None:
            raise UnknownPassageError(passage)
        return bytes(found)

    def check(self, passage: str, text: str, by: str, prediction_id: str) -> LoggedPassage:
        """Note that somebody has confirmed or corrected a plate; raises as `get` does."""
        known = self.get(passage)
        with self._engine.begin() as connection:
            changed = PASSAGES.update().where(PASSAGES.c.id == passage).values(text=text, checked_by=by or "-")
            connection.execute(changed)
            connection.execute(KEPT.delete().where(KEPT.c.prediction_id == prediction_id))
            connection.execute(KEPT.insert().values(prediction_id=prediction_id, text=text))
        return replace(self.get(passage), read_text=known.read_text)

    def visits(self) -> list[Visit]:
        """Return the visits of the days that are kept, the latest first."""
        self.forget_old()
        wanted = sa.select(PASSAGES.c.text, PASSAGES.c.at, PASSAGES.c.direction).order_by(PASSAGES.c.at.desc())
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.limit(_MOST)).all()
        visits = visits_of(Seen(text, at, direction) for text, at, direction in rows)
        return sorted(visits, key=lambda visit: max(visit.came or 0.0, visit.went or 0.0), reverse=True)

    def vehicles(self) -> list[Vehicle]:
        """Return the known vehicles, by plate."""
        with self._engine.connect() as connection:
            return [
                Vehicle(**row) for row in connection.execute(sa.select(VEHICLES).order_by(VEHICLES.c.text)).mappings()
            ]

    def know(self, text: str, name: str, by: str) -> Vehicle:
        """Make a vehicle known, or give it another name."""
        vehicle = Vehicle(text, name, by, self._clock())
        with self._engine.begin() as connection:
            connection.execute(VEHICLES.delete().where(VEHICLES.c.text == text))
            connection.execute(VEHICLES.insert().values(vars(vehicle)))
        return vehicle

    def forget(self, text: str) -> tuple[int, list[str]]:
        """Delete everything about a plate here; returns how many rows were deleted, and the labels of it to undo."""
        with self._engine.begin() as connection:
            mine = (PASSAGES.c.text == text) | (PASSAGES.c.read_text == text)
            deleted = connection.execute(PASSAGES.delete().where(mine)).rowcount
            kept = connection.execute(sa.select(KEPT.c.prediction_id).where(KEPT.c.text == text)).scalars().all()
            deleted += connection.execute(VEHICLES.delete().where(VEHICLES.c.text == text)).rowcount
        return deleted, list(kept)

    def is_undone(self, prediction_id: str) -> None:
        """Note that a label is no more in the store."""
        with self._engine.begin() as connection:
            connection.execute(KEPT.delete().where(KEPT.c.prediction_id == prediction_id))

    def forget_old(self) -> int:
        """Delete the passages that have been kept for long enough; returns how many."""
        with self._engine.begin() as connection:
            old = PASSAGES.c.at < self._clock() - self._days * _DAY
            return connection.execute(PASSAGES.delete().where(old)).rowcount

    def _last(self, connection: sa.Connection, text: str) -> LoggedPassage | None:
        wanted = _joined().where(PASSAGES.c.text == text).order_by(PASSAGES.c.at.desc()).limit(1)
        row = connection.execute(wanted).mappings().first()
        return None if row is None else _passage(row)


def _joined() -> sa.Select[Any]:
    columns = [column for column in PASSAGES.c if column.name != "cut_out"]
    join = PASSAGES.outerjoin(VEHICLES, PASSAGES.c.text == VEHICLES.c.text)
    return sa.select(*columns, VEHICLES.c.name.label("vehicle")).select_from(join)


def _passage(row: Mapping[Any, Any]) -> LoggedPassage:
    return LoggedPassage(**{name: row[name] for name in LoggedPassage.__dataclass_fields__})
