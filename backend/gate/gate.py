"""The gate: frames of cameras become passages in the log, corrections become labels of the plates' store."""

from __future__ import annotations

import io
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.exc import SQLAlchemyError

from backend.gate.gate_log import GateLog, LoggedPassage, NewPassage
from backend.gate.tables import open_gate
from backend.http.problems import Problem
from backend.http.work_queue import WorkQueue
from backend.settings import Settings
from datasets.errors import StoreError
from datasets.objects.clock import Clock
from datasets.objects.folder import disk_errors
from datasets.samples.sample import Label
from ocr_model.plates.passages import Direction, Frame, Passage, PassageFinder, agree
from ocr_model.plates.plate import ReadPlate
from ocr_model.reading.prediction import ModelInfo
from ocr_model.tags.cutting import cut_line

if TYPE_CHECKING:
    from ocr_model.plates.plate_reader import PlateReader

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

_FILE: Final = "gate.sqlite3"
_OWNER_ONLY: Final = 0o600
_WORKERS, _WAITING = 2, 32
_STREAMS: Final = 16  # that are followed at a time; the one that was silent for longest ends
_CUT_OUTS: Final = 200  # of a stream's plates that are remembered until they have passed
SOURCE: Final = "gate"  # of labels


@dataclass
class _Stream:
    """A camera or a video that is followed."""

    finder: PassageFinder = field(default_factory=PassageFinder)
    frames: int = 0
    began_at: float = 0.0  # seconds since 1970 of the stream's beginning
    seconds: float = 0.0  # of the latest frame
    cut_outs: OrderedDict[tuple[int, str], bytes] = field(default_factory=OrderedDict)


@dataclass(frozen=True)
class FrameRequest:
    """How a frame is to be taken."""

    camera: str
    direction: str  # "in", "out": always so; "nearer-in", "nearer-out": by movement; "turns": other than before
    stream: str  # "": a photo by itself
    seconds: float  # of the frame in its stream
    is_last: bool
    at: float  # seconds since 1970 of the photo, or of the stream's beginning


class Gate:
    """Everything about the gate that the routes work with; opens the database when it is first needed.

    Args:
        settings: Name the database, and for how many days passages are kept.
        clock: Seconds since 1970.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._engine: sa.Engine | None = None
        self._lock, self._following = threading.Lock(), threading.Lock()
        self._queue = WorkQueue("gate", workers=_WORKERS, waiting=_WAITING)
        self._streams: OrderedDict[str, _Stream] = OrderedDict()

    async def run(self, job: Callable[[GateLog], T]) -> T:
        """Do a job with the log off the event loop.

        Raises:
            Problem: 503, while the database does not answer.
        """
        return await self._queue.run(self._guarded, job)

    def log(self) -> GateLog:
        """The log, for whoever may wait for the database.

        Raises:
            StoreError: The database cannot be opened.
            SQLAlchemyError: It does not answer.
        """
        return GateLog(self._open(), self._clock, self._settings.gate_days)

    def close(self) -> None:
        """Let running jobs end and close the database."""
        self._queue.close()
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def see(
        self, photo: Image.Image, request: FrameRequest, reader: PlateReader, model: ModelInfo
    ) -> tuple[tuple[ReadPlate, ...], list[LoggedPassage]]:
        """Read a frame, and keep the vehicles that have passed; blocks.

        A photo by itself counts at once; of a stream, plates on which several of its frames agree.
        """
        plates = reader.read_photo(photo)
        if not request.stream:
            alone = [agree([Frame(0.0, plate, 0)], least=1) for plate in plates]
            passed = [(passage, _png(photo, passage.best.plate), request.at) for passage in alone if passage]
        else:
            passed = self._follow(photo, request, plates)
        logged = [self._keep(passage, cut_out, at, request, model) for passage, cut_out, at in passed]
        return plates, logged

    def label(self, passage: LoggedPassage, text: str, prediction_id: str) -> Label:
        """The label that keeps a checked plate for training."""
        return Label(
            prediction_id=prediction_id,
            status="accepted" if text == passage.read_text else "corrected",
            text=text,
            read_text=passage.read_text,
            read_confidence=passage.confidence,
            model_name=passage.model_name,
            model_version=passage.model_version,
            client="",
            at=datetime.fromtimestamp(self._clock(), UTC),
            turn=0,
            source=SOURCE,
        )

    def _follow(
        self, photo: Image.Image, request: FrameRequest, plates: Sequence[ReadPlate]
    ) -> list[tuple[Passage, bytes, float]]:
        cut = [(plate.text, _png(photo, plate)) for plate in plates]
        with self._following:
            stream = self._streams.setdefault(request.stream, _Stream(began_at=request.at))
            self._streams.move_to_end(request.stream)
            while len(self._streams) > _STREAMS:
                self._streams.popitem(last=False)
            stream.frames += 1
            stream.seconds = max(stream.seconds, request.seconds)
            for text, data in cut:
                stream.cut_outs[stream.frames, text] = data
            passed = stream.finder.see(stream.seconds, plates, stream.frames)
            if request.is_last:
                passed += stream.finder.end()
                del self._streams[request.stream]
            told = [
                (passage, stream.cut_outs.get((passage.best.number, passage.best.plate.text), b""), passage.last)
                for passage in passed
            ]
            while len(stream.cut_outs) > _CUT_OUTS:
                stream.cut_outs.popitem(last=False)
            return [(passage, data, stream.began_at + last) for passage, data, last in told]

    def _keep(
        self, passage: Passage, cut_out: bytes, at: float, request: FrameRequest, model: ModelInfo
    ) -> LoggedPassage:
        new = NewPassage(
            text=passage.text,
            at=at,
            direction=_direction(passage, request.direction),
            camera=request.camera,
            confidence=passage.confidence,
            frames=passage.frames,
            agreeing=passage.agreeing,
            model_name=model.name,
            model_version=model.version,
            cut_out=cut_out,
        )
        return self._guarded(lambda log: log.add(new))

    def _open(self) -> sa.Engine:
        with self._lock:
            if self._engine is None:
                url = self._settings.database_url
                if url is not None:
                    self._engine = open_gate(url.get_secret_value())
                else:
                    file = self._settings.data_dir / _FILE
                    with disk_errors(f"cannot use {file}"):
                        file.parent.mkdir(parents=True, exist_ok=True)
                        file.touch(_OWNER_ONLY)  # plates are personal data
                        file.chmod(_OWNER_ONLY)
                    self._engine = open_gate(sa.URL.create("sqlite", database=str(file)))
            return self._engine

    def _guarded(self, job: Callable[[GateLog], T]) -> T:
        try:
            return job(self.log())
        except (SQLAlchemyError, StoreError) as error:
            # Without the statement and its values, which are people's plates.
            _LOG.error("the gate's log failed: %s", getattr(error, "orig", None) or type(error).__name__)
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "database-unavailable",
                "The gate's log does not answer",
                "Nothing can be logged or looked up now. Please try again.",
                headers={"Retry-After": "10"},
            ) from error


def _direction(passage: Passage, asked: str) -> Direction | None:
    """Which way a vehicle went; None: the other way than before."""
    if asked == "in":
        return "in"
    if asked == "out":
        return "out"
    if asked == "turns":
        return None
    return passage.direction("out" if asked == "nearer-in" else "in")


def _png(photo: Image.Image, plate: ReadPlate) -> bytes:
    data = io.BytesIO()
    cut_line(photo, plate.corners).convert("RGB").save(data, "PNG")
    return data.getvalue()
