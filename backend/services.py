"""Everything that the routes work with; one instance per app, made by `create_app`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from backend.metrics import Metrics
from backend.model import ModelSlot, Reader
from backend.predictions import PendingPredictions
from backend.prices.breaker import GuardedProvider
from backend.prices.cache import CachedProvider
from backend.prices.catalogue import CatalogueProvider, ProductCatalogue
from backend.prices.lookup import PriceLookup
from backend.prices.naver import NaverShopping
from backend.problems import Problem
from backend.settings import Settings
from backend.work_queue import WorkQueue
from datasets.errors import StoreError
from ocr_model.errors import ModelError

if TYPE_CHECKING:
    from datasets.store import SampleStore

__all__ = ["Services", "make_services"]

logger = logging.getLogger("backend")

# Writing a crop is short; whoever confirms has seen the reading and must not be sent away lightly.
_KEEPING_WORKERS = 2
_KEEPING_WAITING = 64


@dataclass
class Services:
    """What an app works with.

    Attributes:
        settings: As validated at the start.
        metrics: This app's own.
        model: The recognizer, once it is loaded.
        reading: Threads that decode and read photos.
        keeping: Threads that write to the store.
        pending: Predictions that wait for a verdict.
        prices: What shoes cost.
        load_recognizer: Loads the recognizer; called once, in a thread.
        on_failure: Told in one line why the service can never become ready.
    """

    settings: Settings
    metrics: Metrics
    model: ModelSlot
    reading: WorkQueue
    keeping: WorkQueue
    pending: PendingPredictions
    prices: PriceLookup
    load_recognizer: Callable[[], Reader]
    on_failure: Callable[[str], None]
    _store: SampleStore | None = None
    _failures: list[str] = field(default_factory=list)

    @property
    def store(self) -> SampleStore:
        """Where confirmed samples are kept.

        Raises:
            Problem: 503, while the store is not open.
        """
        if self._store is None:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "not-ready",
                "The service is not ready",
                "; ".join(self._failures) or "The sample store is still being opened.",
            )
        return self._store

    @property
    def is_ready(self) -> bool:
        """Whether photos can be read and labels be kept."""
        return self.model.is_ready and self._store is not None

    @property
    def unsent(self) -> int:
        """Kept labels that the bucket does not have yet."""
        return 0 if self._store is None else self._store.queue().unsent

    async def start(self) -> None:
        """Load the recognizer and open the store, side by side, off the event loop."""
        await asyncio.gather(asyncio.to_thread(self._load_model), asyncio.to_thread(self._open_store))
        if self._failures:
            self.on_failure("; ".join(self._failures))

    async def stop(self) -> None:
        """End running jobs, then close what they work with."""
        await asyncio.to_thread(self.reading.close)
        await asyncio.to_thread(self.keeping.close)
        await self.prices.close()
        if self._store is not None:
            await asyncio.to_thread(self._store.close)

    def _load_model(self) -> None:
        try:
            self.model.put(self.load_recognizer())
        except ModelError as error:
            self._fail_model(str(error))
        except Exception:
            logger.exception("the model could not be loaded")
            self._fail_model("the model could not be loaded")

    def _fail_model(self, message: str) -> None:
        self.model.fail(message)
        self._failures.append(message)

    def _open_store(self) -> None:
        # Imported here because it takes a moment and nothing needs it before.
        from datasets.store import SampleStore

        settings = self.settings
        database = settings.database_url
        try:
            self._store = SampleStore.open(
                settings.spool,
                storage_url=settings.storage_url,
                database=database.get_secret_value() if database else None,
            )
        except (StoreError, OSError) as error:
            self._failures.append(f"the sample store at {settings.spool} could not be opened: {error}")
        except Exception:
            logger.exception("the sample store could not be opened")
            self._failures.append(f"the sample store at {settings.spool} could not be opened")


def make_services(
    settings: Settings,
    metrics: Metrics,
    load_recognizer: Callable[[], Reader],
    on_failure: Callable[[str], None],
) -> Services:
    """Put the services together; touches neither disk nor network."""
    naver = NaverShopping(
        settings.naver_client_id.get_secret_value() if settings.naver_client_id else None,
        settings.naver_client_secret.get_secret_value() if settings.naver_client_secret else None,
        base_url=settings.naver_base_url,
        exclude=settings.naver_exclude,
        seconds=settings.price_seconds,
        retries=settings.price_retries,
    )
    guarded = GuardedProvider(naver, failures=settings.price_breaker_failures, seconds=settings.price_breaker_seconds)
    # The cache stands before the breaker: what is remembered is answered while the service is left alone.
    cached = CachedProvider(guarded, seconds=settings.price_cache_seconds, entries=settings.price_cache_entries)
    services = Services(
        settings=settings,
        metrics=metrics,
        model=ModelSlot(),
        reading=WorkQueue("reading", workers=settings.reading_workers, waiting=settings.reading_queue),
        keeping=WorkQueue("keeping", workers=_KEEPING_WORKERS, waiting=_KEEPING_WAITING),
        pending=PendingPredictions(
            seconds=settings.pending_seconds, count=settings.pending_count, size=settings.pending_bytes
        ),
        prices=PriceLookup(
            [CatalogueProvider(ProductCatalogue(settings.catalogue)), cached],
            on_answer=lambda provider, outcome: metrics.price_answers.labels(provider, outcome).inc(),
        ),
        load_recognizer=load_recognizer,
        on_failure=on_failure,
    )
    metrics.watch("tags_ready", "1 when it can read and keep.", lambda: float(services.is_ready))
    metrics.watch("tags_reading_jobs", "Photos being read or waiting.", lambda: services.reading.jobs)
    metrics.watch("tags_pending_predictions", "Predictions without a verdict.", lambda: len(services.pending))
    metrics.watch("tags_pending_bytes", "Bytes of their crops.", lambda: services.pending.bytes)
    metrics.watch("tags_store_unsent", "Labels that the bucket does not have yet.", lambda: services.unsent)
    return services
