"""Reading in shadow: the challenger reads the crops that the champion has read, after the shopper has got the answer.

Its readings are compared and counted, and never shown. They run on one thread of low priority with a short queue; a
crop that finds the queue full is left out.
"""

from __future__ import annotations

import copy
import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, get_args

from PIL import Image
from prometheus_client import CollectorRegistry, Counter, Histogram

from backend.reading.model import Reader
from backend.reading.priority import lower_priority
from ocr_model.domains.domain import Domain
from ocr_model.domains.tags import TAGS
from ocr_model.reading.prediction import ModelInfo, Prediction

if TYPE_CHECKING:
    from datasets.models.shadow import ShadowRecord

_LOG = logging.getLogger(__name__)

Outcome = Literal["same", "different", "dropped", "failed"]
Right = Literal["both", "champion", "challenger", "neither"]

_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


class ShadowMetrics:
    """Counts of reading in shadow for Prometheus, over all challengers so far."""

    def __init__(self, registry: CollectorRegistry) -> None:
        # Outcomes: same or different text; dropped, because the queue was full; failed.
        self.readings = Counter("tags_shadow_readings", "Readings in shadow.", ("outcome",), registry=registry)
        self.confidence = Histogram(
            "tags_shadow_confidence",
            "Confidence on crops that champion and challenger have read.",
            ("reader",),
            buckets=_SHARES,
            registry=registry,
        )
        # A verdict that the shopper changes counts again.
        self.labels = Counter(
            "tags_shadow_labels", "Verdicts by which of both models was right.", ("right",), registry=registry
        )


@dataclass
class Tally:
    """How one challenger compares with one champion, on this backend since both read here."""

    champion: ModelInfo  # shoppers saw its answers
    readings: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(get_args(Outcome), 0))  # crops
    champion_confidence: float = 0.0  # sum of the champion's confidences over the crops that both have read
    challenger_confidence: float = 0.0  # sum of the challenger's over the same crops
    # Crops that both have read and a shopper has confirmed.
    right: dict[Right, int] = field(default_factory=lambda: dict.fromkeys(get_args(Right), 0))

    @property
    def compared(self) -> int:
        """Crops that both have read."""
        return self.readings["same"] + self.readings["different"]


@dataclass(frozen=True)
class _Challenger:
    reader: Reader
    record: ShadowRecord
    since: datetime


@dataclass(frozen=True)
class _Case:
    """One prediction that both read, or that has its verdict before the challenger has read."""

    champion: ModelInfo
    champion_text: str  # the champion's reading
    challenger_text: str | None = None  # the challenger's reading; None before there is one
    verdict: str | None = None  # the confirmed line; None before there is one
    right: Right | None = None  # which of them was right; None before that is known


class Shadow:
    """Reads with the challenger, if there is one. Its methods may be called by any thread, and never wait.

    Args:
        metrics: Counts for Prometheus.
        waiting: Crops that may wait for the challenger.
        remembered: Predictions whose verdict is still awaited; the oldest is forgotten first.
    """

    def __init__(self, metrics: ShadowMetrics, *, waiting: int, remembered: int, domain: Domain = TAGS) -> None:
        self._metrics = metrics
        self._domain = domain
        self._waiting = waiting
        self._remembered = remembered
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="shadow", initializer=lower_priority)
        self._lock = threading.Lock()
        self._jobs = 0
        self._challenger: _Challenger | None = None
        self._tally: Tally | None = None
        self._cases: OrderedDict[str, _Case] = OrderedDict()

    @property
    def record(self) -> ShadowRecord | None:
        """The entry of the store that names the challenger; None while there is none."""
        challenger = self._challenger
        return None if challenger is None else challenger.record

    @property
    def since(self) -> datetime | None:
        """When the challenger began to read here."""
        challenger = self._challenger
        return None if challenger is None else challenger.since

    @property
    def info(self) -> ModelInfo | None:
        """Name and version of the challenger."""
        challenger = self._challenger
        return None if challenger is None else challenger.reader.info

    @property
    def tally(self) -> Tally | None:
        """How the challenger compares with the champion of the latest reading; None before the first."""
        with self._lock:
            return copy.deepcopy(self._tally)

    @property
    def jobs(self) -> int:
        """Crops that are being read or wait."""
        return self._jobs

    def begin(self, reader: Reader, record: ShadowRecord) -> None:
        """Read with this challenger from now on, and count anew."""
        with self._lock:
            self._challenger = _Challenger(reader, record, datetime.now(UTC))
            self._start_anew(None)

    def stop(self) -> None:
        """Read with no challenger. Doing it twice does no harm."""
        with self._lock:
            self._challenger = None
            self._start_anew(None)

    def offer(self, prediction_id: str, crop: Image.Image, prediction: Prediction) -> None:
        """Have the challenger, if there is one with room in its queue, read a crop that the champion has read."""
        with self._lock:
            challenger = self._challenger
            if challenger is None:
                return
            if self._tally is None or self._tally.champion != prediction.model:
                # Another champion: the counts are of another pair, so they begin anew. A late reading of the former
                # champion makes them begin once more, which costs a few counts.
                self._start_anew(Tally(prediction.model))
            if self._jobs > self._waiting:
                self._count("dropped")
                return
            self._jobs += 1
            self._keep_case(prediction_id, _Case(prediction.model, prediction.text))
        try:
            future = self._executor.submit(self._read, challenger, prediction_id, crop, prediction)
        except RuntimeError:  # the queue is closed: the service ends
            with self._lock:
                self._jobs -= 1
            return
        future.add_done_callback(self._on_done)

    def confirm(self, prediction_id: str, text: str | None) -> None:
        """Count which of the two models was right.

        Args:
            prediction_id: The prediction that the verdict is about.
            text: The confirmed line; None for an unreadable crop, which says nothing about either.
        """
        with self._lock:
            case = self._cases.get(prediction_id)
            if case is not None:
                self._judge(prediction_id, replace(case, verdict=text))

    def forget(self, prediction_id: str) -> None:
        """Take a verdict back and forget the prediction."""
        with self._lock:
            case = self._cases.pop(prediction_id, None)
            if case is not None and case.right is not None and self._tally is not None:
                self._tally.right[case.right] -= 1

    def close(self) -> None:
        """Let the running reading end and drop waiting ones."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    # -- in the thread ----------------------------------------------------------------------------------

    def _read(self, challenger: _Challenger, prediction_id: str, crop: Image.Image, prediction: Prediction) -> None:
        try:
            reading = challenger.reader.read(crop)
        except Exception as error:
            _LOG.warning("the challenger %s failed on a crop: %s", challenger.record.model, type(error).__name__)
            with self._lock:
                if self._is_current(challenger, prediction):
                    self._count("failed")
            return
        is_same = self._domain.label(reading.text) == self._domain.label(prediction.text)
        with self._lock:
            if not self._is_current(challenger, prediction):
                return
            self._count("same" if is_same else "different")
            self._metrics.confidence.labels("champion").observe(prediction.confidence)
            self._metrics.confidence.labels("challenger").observe(reading.confidence)
            if self._tally is not None:
                self._tally.champion_confidence += prediction.confidence
                self._tally.challenger_confidence += reading.confidence
            case = self._cases.get(prediction_id)
            if case is not None:
                self._judge(prediction_id, replace(case, challenger_text=reading.text))

    def _on_done(self, future: Future[None]) -> None:
        with self._lock:
            self._jobs -= 1

    # -- with the lock held -----------------------------------------------------------------------------

    def _is_current(self, challenger: _Challenger, prediction: Prediction) -> bool:
        """Whether the counts are of this pair of models."""
        is_counted = self._tally is not None and self._tally.champion == prediction.model
        return self._challenger is challenger and is_counted

    def _start_anew(self, tally: Tally | None) -> None:
        self._tally = tally
        self._cases.clear()

    def _count(self, outcome: Outcome) -> None:
        self._metrics.readings.labels(outcome).inc()
        if self._tally is not None:
            self._tally.readings[outcome] += 1

    def _keep_case(self, prediction_id: str, case: _Case) -> None:
        self._cases[prediction_id] = case
        while len(self._cases) > self._remembered:
            self._cases.popitem(last=False)

    def _judge(self, prediction_id: str, case: _Case) -> None:
        """Keep the case as it is now, and count which model was right if that is known."""
        right = _right_reader(case, self._domain)
        if self._tally is not None and right != case.right:
            if case.right is not None:
                self._tally.right[case.right] -= 1
            if right is not None:
                self._tally.right[right] += 1
                self._metrics.labels.labels(right).inc()
        self._cases[prediction_id] = replace(case, right=right)


def _right_reader(case: _Case, domain: Domain) -> Right | None:
    """Compare by the domain's keys, like all measurements of accuracy."""
    if case.verdict is None or case.challenger_text is None:
        return None
    wanted = domain.key(case.verdict)
    champion, challenger = domain.key(case.champion_text) == wanted, domain.key(case.challenger_text) == wanted
    if champion:
        return "both" if challenger else "champion"
    return "challenger" if challenger else "neither"
