"""The service's counts of its own work, for Prometheus. Every app has its own registry; labels take few values."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.reading.canary import CanaryMetrics
from backend.reading.shadow import ShadowMetrics

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0)
_LINES = (0, 1, 2, 5, 10, 20, 50, 100, 200)
# Values of the labels of counters that rates and shares are made of.
_KNOWN = {
    "readings": ("text", "no_text"),
    "photos": ("code", "lines", "nothing"),
    "labels": ("accepted", "corrected", "unreadable", "deleted"),
    "decoders_killed": ("deadline", "crash", "slow"),
}
_BATCHES = (1, 2, 4, 8, 16, 32, 64)
_SHARPNESS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


class Metrics:
    """The service's metrics, described where they are made."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("tags_requests", "Requests.", ("route", "method", "status"), registry=registry)
        self.request_seconds = Histogram(
            "tags_request_seconds", "Time to answer.", ("route",), buckets=_SECONDS, registry=registry
        )
        self.reading_seconds = Histogram(
            "tags_reading_seconds", "Time for the steps of a reading.", ("step",), buckets=_SECONDS, registry=registry
        )
        self.readings = Counter("tags_readings", "Readings, with text or without.", ("outcome",), registry=registry)
        self.confidence = Histogram(
            "tags_reading_confidence",
            "Confidence of readings with text; of a whole photo, that of the line shown first.",
            buckets=_SHARES,
            registry=registry,
        )
        self.second_opinions = Counter(
            "tags_second_opinions", "Readings that the second reader has taken part in.", registry=registry
        )
        self.sharpness = Histogram(
            "tags_reading_sharpness",
            "Sharpness of the crops read; see datasets/samples/picture_quality.py.",
            buckets=_SHARPNESS,
            registry=registry,
        )
        self.batch_size = Histogram(
            "tags_batch_size", "Crops that the recognizer reads in one go.", buckets=_BATCHES, registry=registry
        )
        self.queue_seconds = Histogram(
            "tags_queue_seconds",
            "Time that work waits for a thread: readings, whole photos, labels to be kept.",
            ("queue",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.decoding_seconds = Counter(
            "tags_decoding_cpu_seconds", "Processor time of the decoding processes.", registry=registry
        )
        self.photos = Counter(
            "tags_photos",
            "Whole photos read, by what was found: code, lines, nothing.",
            ("outcome",),
            registry=registry,
        )
        self.photo_lines = Histogram("tags_photo_lines", "Lines of a photo.", buckets=_LINES, registry=registry)
        self.photo_seconds = Histogram(
            "tags_photo_seconds", "Time for the steps of a photo.", ("step",), buckets=_SECONDS, registry=registry
        )
        self.labels = Counter(
            "tags_labels", "Labels kept, by status; labels taken back count as deleted.", ("status",), registry=registry
        )
        self.unproven = Counter(
            "tags_labels_unproven", "Labels kept although nothing shows their reading.", registry=registry
        )
        self.price_answers = Counter(
            "tags_price_answers", "Answers of price providers.", ("provider", "outcome"), registry=registry
        )
        self.price_services = Gauge(
            "tags_price_services", "1 where a price service has its key, else 0.", ("service",), registry=registry
        )
        self.rate_limited = Counter(
            "tags_rate_limited", "Requests refused because their client sent too many.", registry=registry
        )
        self.team_refused = Counter("tags_team_refused", "Requests with a wrong team token.", registry=registry)
        self.overloaded = Counter("tags_overloaded", "Photos refused because every reader was busy.", registry=registry)
        self.decoders_killed = Counter(
            "tags_decoders_killed",
            "Decoding processes that a picture has ended: by its crash, by the deadline, or slow and tried again.",
            ("reason",),
            registry=registry,
        )
        self.champion_failures = Counter(
            "tags_champion_failures",
            "Times that the store's champion or challenger could not be taken.",
            ("kind",),
            registry=registry,
        )
        self.shadow = ShadowMetrics(registry)
        self.canary = CanaryMetrics(registry)
        # Series that stand at 0 until they are counted: a sum or a share of what is missing is nothing, not 0.
        for counter, values in _KNOWN.items():
            for value in values:
                getattr(self, counter).labels(value)
        for why in ("corrections", "failures"):
            self.canary.returns.labels(why)

    def watch(self, name: str, description: str, value: Callable[[], float]) -> None:
        """Show a value as it is at each scrape."""
        Gauge(name, description, registry=self.registry).set_function(value)

    def count(self, name: str, description: str, value: Callable[[], float]) -> None:
        """Show a sum that only grows, as it is at each scrape."""
        self.registry.register(_Sum(name, description, value))

    def text(self, further: Mapping[str, Metrics] | None = None) -> bytes:
        """Return everything in Prometheus' text format.

        Args:
            further: Metrics of the further domains of this process, by name, which their samples have as `domain`.
        """
        return generate_latest(_Domains(self.registry, further) if further else self.registry)


class _Domains(Collector):
    """The metrics of all domains of a process, so that one scrape has them; those of the first have no label."""

    def __init__(self, first: Collector, further: Mapping[str, Metrics]) -> None:
        self._first, self._further = first, further

    def collect(self) -> Iterable[Metric]:
        """Return each metric, with the samples of all domains."""
        found = {metric.name: metric for metric in self._first.collect()}
        for domain, metrics in self._further.items():
            for metric in metrics.registry.collect():
                found[metric.name].samples += [
                    sample._replace(labels={**sample.labels, "domain": domain}) for sample in metric.samples
                ]
        return found.values()


class _Sum(Collector):
    """A counter that is kept elsewhere."""

    def __init__(self, name: str, description: str, value: Callable[[], float]) -> None:
        self._name, self._description, self._value = name, description, value

    def collect(self) -> Iterable[CounterMetricFamily]:
        """Return the counter, as it is now."""
        yield CounterMetricFamily(self._name, self._description, value=self._value())


class CountRequests:
    """ASGI middleware that counts and times requests by route pattern, never by address."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def watching_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watching_send)
        finally:
            route = getattr(scope.get("route"), "path", None) or "other"
            method = scope["method"] if scope["method"] in {"GET", "POST", "DELETE", "HEAD"} else "other"
            self._metrics.requests.labels(route, method, str(status)).inc()
            self._metrics.request_seconds.labels(route).observe(time.perf_counter() - started)
