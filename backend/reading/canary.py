"""A canary: a challenger answers a share of requests, and is taken back by itself when it does worse than the champion.

Which requests it answers is decided by their ids. The challenger is compared with the champion over the same time, by
the share of its labels that shoppers have corrected, and by the share of its readings that failed. When one of them is
surely more than a band above the champion's, the champion answers all requests at once, and the watch writes that into
the store, for all backends. A reading that fails is done again by the champion, so no shopper pays for it.
"""

from __future__ import annotations

import copy
import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeVar

from PIL import Image
from prometheus_client import CollectorRegistry, Counter

from backend.http.problems import Problem
from backend.http.work_queue import NoAnswerError
from backend.reading.band import Share, leaves_band
from backend.reading.model import Reader
from datasets.reason import Reason
from ocr_model.errors import ImageError
from ocr_model.reading.prediction import ModelInfo, Prediction

if TYPE_CHECKING:
    from datasets.models.shadow import ShadowRecord

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

Side = Literal["champion", "challenger"]
Why = Literal["corrections", "failures"]

_PARTS = 1 << 32  # that ids are spread over


class CanaryMetrics:
    """Counts of canaries for Prometheus, over all challengers so far."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.readings = Counter(
            "tags_canary_readings", "Readings while a canary runs.", ("side", "outcome"), registry=registry
        )
        # A verdict that the shopper changes counts again.
        self.labels = Counter(
            "tags_canary_labels", "Verdicts while a canary runs.", ("side", "verdict"), registry=registry
        )
        self.returns = Counter("tags_canary_returns", "Canaries taken back.", ("why",), registry=registry)


@dataclass
class SideTally:
    """What became of one side's readings on this backend since the challenger began."""

    read: int = 0
    failed: int = 0
    confirmed: int = 0  # labels, the corrected ones among them; without those of unreadable crops
    corrected: int = 0

    @property
    def corrections(self) -> Share:
        """Corrected labels among the confirmed ones."""
        return Share(self.corrected, self.confirmed)

    @property
    def failures(self) -> Share:
        """Failed readings among all."""
        return Share(self.failed, self.read)


@dataclass
class CanaryTally:
    """Both sides over the same time."""

    champion_info: ModelInfo | None = None  # None before the first reading
    champion: SideTally = field(default_factory=SideTally)
    challenger: SideTally = field(default_factory=SideTally)

    def side(self, side: Side) -> SideTally:
        """One of both."""
        return self.champion if side == "champion" else self.challenger


@dataclass(frozen=True)
class Returned:
    """A challenger that was taken back."""

    record: ShadowRecord
    info: ModelInfo
    why: Why
    reason: Reason
    tally: CanaryTally  # as it was then
    at: datetime


@dataclass(frozen=True)
class _Challenger:
    record: ShadowRecord
    reader: Reader
    since: datetime


class Canary:
    """Shares requests out between champion and challenger. Its methods may be called by any thread, and never wait.

    Args:
        metrics: Counts for Prometheus.
        share: Of requests, 0..1, that a challenger answers.
        band: By how much, 0..1, its corrections or failures may be above the champion's.
        remembered: Labels that a shopper may still change; the oldest is forgotten first.
    """

    def __init__(self, metrics: CanaryMetrics, *, share: float, band: float, remembered: int) -> None:
        self._metrics = metrics
        self.share, self.band = share, band
        self._remembered = remembered
        self._lock = threading.Lock()
        self._followed: ShadowRecord | None = None
        self._challenger: _Challenger | None = None
        self._returned: Returned | None = None
        self._tally = CanaryTally()
        self._verdicts: OrderedDict[str, tuple[Side, bool]] = OrderedDict()  # side, and whether it was corrected

    @property
    def record(self) -> ShadowRecord | None:
        """The entry of the store that is followed, also after its challenger was taken back; None without one."""
        return self._followed

    @property
    def info(self) -> ModelInfo | None:
        """Name and version of the challenger that answers; None while there is none."""
        challenger = self._challenger
        return None if challenger is None else challenger.reader.info

    @property
    def since(self) -> datetime | None:
        """When it began to answer here."""
        challenger = self._challenger
        return None if challenger is None else challenger.since

    @property
    def returned(self) -> Returned | None:
        """The last challenger that was taken back here, until another one begins."""
        return self._returned

    @property
    def tally(self) -> CanaryTally:
        """How both do."""
        with self._lock:
            return copy.deepcopy(self._tally)

    def begin(self, reader: Reader, record: ShadowRecord) -> None:
        """Let this challenger answer from now on, and count anew."""
        with self._lock:
            self._followed, self._returned = record, None
            self._challenger = _Challenger(record, reader, datetime.now(UTC))
            self._start_anew(None)

    def stop(self) -> None:
        """Let the champion answer all requests. Doing it twice does no harm."""
        with self._lock:
            self._followed = self._challenger = None
            self._start_anew(None)

    def reader_for(self, champion: Reader, request_id: str | None) -> Reader:
        """Who reads for a request.

        Args:
            champion: Who reads without a canary.
            request_id: Names the request; the same one always gets the same side. None gets the champion.
        """
        challenger = self._challenger
        if challenger is None or self.share == 0.0:
            return champion
        info = champion.info
        with self._lock:
            if self._tally.champion_info != info:
                self._start_anew(info)  # another champion: the counts are of another pair
        if request_id is None or _part(request_id) >= self.share * _PARTS:
            return _CountedReader(self, "champion", champion, None)
        return _CountedReader(self, "challenger", challenger.reader, champion)

    def confirm(self, prediction_id: str, model: ModelInfo, is_corrected: bool | None) -> None:
        """Count a verdict; a later one on the same prediction takes its place.

        Args:
            prediction_id: The prediction that it is about.
            model: Who read it.
            is_corrected: Whether the shopper corrected the text; None for an unreadable crop, which says nothing.
        """
        with self._lock:
            self._forget(prediction_id)
            challenger, champion = self._challenger, self._tally.champion_info
            if challenger is None or is_corrected is None or model not in (champion, challenger.reader.info):
                return
            side: Side = "challenger" if model == challenger.reader.info else "champion"
            self._verdicts[prediction_id] = (side, is_corrected)
            if len(self._verdicts) > self._remembered:
                self._verdicts.popitem(last=False)
            self._add_verdict(side, is_corrected, 1)
            self._metrics.labels.labels(side, "corrected" if is_corrected else "accepted").inc()
            self._judge(challenger)

    def forget(self, prediction_id: str) -> None:
        """Take a verdict back."""
        with self._lock:
            self._forget(prediction_id)

    def count(self, side: Side, reader: Reader, readings: int, *, failed: bool) -> None:
        """Count readings of one side; those of a challenger that answers no more are left out."""
        self._metrics.readings.labels(side, "failed" if failed else "read").inc(readings)
        with self._lock:
            challenger = self._challenger
            if challenger is None:
                return
            known = challenger.reader.info if side == "challenger" else self._tally.champion_info
            if reader.info != known:
                return
            tally = self._tally.side(side)
            tally.read += readings
            tally.failed += readings if failed else 0
            if failed:
                self._judge(challenger)

    # -- with the lock held -----------------------------------------------------------------------------

    def _start_anew(self, champion: ModelInfo | None) -> None:
        self._tally = CanaryTally(champion)
        self._verdicts.clear()

    def _forget(self, prediction_id: str) -> None:
        before = self._verdicts.pop(prediction_id, None)
        if before is not None:
            self._add_verdict(*before, -1)

    def _add_verdict(self, side: Side, is_corrected: bool, count: int) -> None:
        tally = self._tally.side(side)
        tally.confirmed += count
        tally.corrected += count if is_corrected else 0

    def _judge(self, challenger: _Challenger) -> None:
        """Take the challenger back if it has left the band."""
        ours, theirs = self._tally.challenger, self._tally.champion
        if leaves_band(ours.failures, theirs.failures, self.band):
            why: Why = "failures"
        elif leaves_band(ours.corrections, theirs.corrections, self.band):
            why = "corrections"
        else:
            return
        reason = _reason(why, self._tally)
        info = challenger.reader.info
        self._returned = Returned(challenger.record, info, why, reason, copy.deepcopy(self._tally), datetime.now(UTC))
        self._challenger = None
        self._metrics.returns.labels(why).inc()
        _LOG.error("the challenger %s %s is taken back, because of its %s: %s", info.name, info.version, why, reason)


class _CountedReader:
    """One side as a reader, whose readings are counted; a challenger's that fail are done again by the champion."""

    def __init__(self, canary: Canary, side: Side, reader: Reader, otherwise: Reader | None) -> None:
        self._canary, self._side, self._reader, self._otherwise = canary, side, reader, otherwise

    @property
    def info(self) -> ModelInfo:
        """See `Reader.info`."""
        return self._reader.info

    def read(self, image: Image.Image, /) -> Prediction:
        """See `Reader.read`."""
        return self._try(lambda reader: reader.read(image), 1)

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        """See `Reader.read_batch`."""
        return self._try(lambda reader: reader.read_batch(images, find_turn=find_turn), len(images))

    def for_many_lines(self) -> Reader:
        """See `Reader.for_many_lines`."""
        return self._like(lambda reader: reader.for_many_lines())

    def at_a_glance(self) -> Reader:
        """See `Reader.at_a_glance`."""
        return self._like(lambda reader: reader.at_a_glance())

    def _like(self, way: Callable[[Reader], Reader]) -> Reader:
        otherwise = None if self._otherwise is None else way(self._otherwise)
        return _CountedReader(self._canary, self._side, way(self._reader), otherwise)

    def _try(self, job: Callable[[Reader], T], readings: int) -> T:
        try:
            result = job(self._reader)
        except Exception as error:
            if isinstance(error, ImageError | Problem) and not isinstance(error, NoAnswerError):
                raise  # the picture's fault, or nobody's
            self._canary.count(self._side, self._reader, readings, failed=True)
            if self._otherwise is None:
                raise
            _LOG.warning("the challenger failed, so the champion reads: %s", type(error).__name__)
            return job(self._otherwise)
        self._canary.count(self._side, self._reader, readings, failed=False)
        return result


def _part(request_id: str) -> int:
    return int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:4], "big")


def _reason(why: Why, tally: CanaryTally) -> Reason:
    names = ("corrected", "confirmed") if why == "corrections" else ("failed", "read")
    sides: tuple[Side, ...] = ("challenger", "champion")
    values = {f"{side}_{name}": getattr(tally.side(side), name) for side in sides for name in names}
    return Reason(kind=f"canary_{why}", values=values)
