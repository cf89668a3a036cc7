"""Everything that the routes work with; one instance per app, made by `create_app`."""

from __future__ import annotations

import asyncio
import importlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from backend.http.problems import Problem
from backend.http.team_access import TeamAccess
from backend.http.work_queue import WorkQueue
from backend.metrics import Metrics
from backend.prices.breaker import GuardedProvider
from backend.prices.cache import CachedProvider
from backend.prices.lookup import PriceLookup
from backend.prices.naver import NaverShopping
from backend.prices.product_catalogue import CatalogueProvider, ProductCatalogue
from backend.reading.champion_watch import ChampionWatch
from backend.reading.model import ModelSlot, Reader
from backend.reading.pending import PendingPredictions
from backend.reading.shadow import Shadow
from backend.settings import Settings
from datasets.errors import BucketUnavailableError, StoreError
from datasets.objects.clock import Clock
from datasets.samples.places import Places
from datasets.samples.uploader import UploadPolicy
from ocr_model.errors import ModelError

if TYPE_CHECKING:
    from backend.team.overview import TeamData
    from datasets.samples.store import SampleStore

__all__ = ["Services", "make_services"]

logger = logging.getLogger("backend")

# Writing a crop is short; whoever confirms has seen the reading and must not be sent away lightly.
_KEEPING_WORKERS = 2
_KEEPING_WAITING = 64
# What the team asks may read much and wait for a bucket; it must not hold up shoppers.
_ASKING_WORKERS = 2
_ASKING_WAITING = 16
# Who deletes a label that is not known here waits for the bucket, no longer than this, and holds up no other shopper.
_LOOKING_WORKERS = 2
_LOOKING_WAITING = 16
_BUCKET_SECONDS = 8.0
# How patient the looks at the champion are, in seconds. The next one comes soon.
_LOOKING = UploadPolicy(timeout=5.0, deadline=5.0)


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
        shadow: The challenger that reads beside the recognizer, if there is one.
        watch: Puts the store's champion into `model`, and its challenger into `shadow`.
        team_access: Who may ask what the team may ask.
        asking: Threads that answer the team.
        looking: Threads that look into the bucket for a shopper.
        clock: Seconds since 1970, for the times that are kept.
        on_failure: Told in one line why the service can never become ready.
    """

    settings: Settings
    metrics: Metrics
    model: ModelSlot
    reading: WorkQueue
    keeping: WorkQueue
    pending: PendingPredictions
    prices: PriceLookup
    shadow: Shadow
    watch: ChampionWatch
    team_access: TeamAccess
    asking: WorkQueue
    looking: WorkQueue
    clock: Clock
    on_failure: Callable[[str], None]
    _store: SampleStore | None = None
    _failures: list[str] = field(default_factory=list)
    _team: TeamData | None = None
    _team_lock: threading.Lock = field(default_factory=threading.Lock)

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

    @property
    def team(self) -> TeamData:
        """What the team sees; takes a moment the first time.

        Raises:
            Problem: 503, while the store is not open.
        """
        # Imported here: few backends are ever asked, and it needs everything about versions and cycles.
        from backend.team.overview import TeamData

        with self._team_lock:
            if self._team is None:
                settings = self.settings
                places = Places.open(settings.spool, settings.storage_url, policy=_LOOKING)
                self._team = TeamData(self.store, places, clock=self.clock)
            return self._team

    async def undo(self, prediction_id: str) -> bool:
        """Take back what was kept for a prediction, here or by another backend that has sent it to the same bucket.

        Returns:
            False when nothing was kept.

        Raises:
            Problem: 503, when nothing is known of it here and the bucket does not answer in time: another backend may
                have kept it.
            StoreError: What is here cannot be taken back.
        """
        store = self.store
        if await self.keeping.run(store.undo, prediction_id):
            return True
        if self.settings.storage_url is None:
            return False
        try:
            async with asyncio.timeout(_BUCKET_SECONDS):
                return await self.looking.run(store.undo, prediction_id, look_in_bucket=True)
        except (BucketUnavailableError, TimeoutError) as error:
            logger.warning("a label to be deleted is not known here, and the bucket was not asked: %s", error)
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "bucket-unavailable",
                "The bucket does not answer",
                "This backend knows of no label of this prediction, but another one may have kept it, and the bucket "
                "that would tell does not answer. Please try again.",
                headers={"Retry-After": "10"},
            ) from error

    async def start(self) -> None:
        """Open the store and load the recognizer, off the event loop."""
        # The store first: it knows who the champion is. Beside it ONNX Runtime, which takes long to import.
        importing = asyncio.to_thread(importlib.import_module, "ocr_model.reading.recognizer")
        # What fails there fails again while the model is loaded, and is told then.
        await asyncio.gather(asyncio.to_thread(self._open_store), importing, return_exceptions=True)
        await self._load_model()
        if self._failures:
            self.on_failure("; ".join(self._failures))

    async def stop(self) -> None:
        """End running jobs, then close what they work with."""
        await self.watch.close()
        await asyncio.to_thread(self.reading.close)
        await asyncio.to_thread(self.keeping.close)
        await asyncio.to_thread(self.asking.close)
        await asyncio.to_thread(self.looking.close)
        if self._team is not None:
            await asyncio.to_thread(self._team.close)
        await asyncio.to_thread(self.shadow.close)
        await self.prices.close()
        if self._store is not None:
            await asyncio.to_thread(self._store.close)

    async def _load_model(self) -> None:
        try:
            await self.watch.start(follow=self._store is not None)
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
        from datasets.samples.store import SampleStore

        settings = self.settings
        database = settings.database_url
        try:
            self._store = SampleStore.open(
                settings.spool,
                storage_url=settings.storage_url,
                database=database.get_secret_value() if database else None,
                clock=self.clock,
            )
        except (StoreError, OSError) as error:
            self._failures.append(f"the sample store at {settings.spool} could not be opened: {error}")
        except Exception:
            logger.exception("the sample store could not be opened")
            self._failures.append(f"the sample store at {settings.spool} could not be opened")


def make_services(
    settings: Settings,
    metrics: Metrics,
    load_recognizer: Callable[[Path | None, int], Reader],
    on_failure: Callable[[str], None],
    clock: Clock = time.time,
) -> Services:
    """Put the services together; touches neither disk nor network.

    Args:
        settings: Validated settings.
        metrics: Where everything is counted.
        load_recognizer: Loads the model in a folder (None: the one that ships), for so many threads a reading.
        on_failure: Told in one line why the service can never become ready.
        clock: Seconds since 1970, for the times that are kept.
    """
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
    slot = ModelSlot()
    shadow = Shadow(
        metrics.shadow,
        limits=settings.image_limits,
        waiting=settings.shadow_queue,
        remembered=settings.pending_count,
    )
    watch = ChampionWatch(
        slot,
        shadow,
        load=lambda folder: load_recognizer(folder or settings.model_dir, settings.model_threads),
        # One thread: those that a session starts beside it would not be of low priority for certain.
        load_challenger=lambda folder: load_recognizer(folder, 1),
        open_places=lambda: Places.open(settings.spool, settings.storage_url, policy=_LOOKING),
        cache=settings.model_cache,
        seconds=settings.champion_poll_seconds,
        on_failure=lambda kind: metrics.champion_failures.labels(kind).inc(),
    )
    services = Services(
        settings=settings,
        metrics=metrics,
        model=slot,
        reading=WorkQueue("reading", workers=settings.reading_workers, waiting=settings.reading_queue),
        keeping=WorkQueue("keeping", workers=_KEEPING_WORKERS, waiting=_KEEPING_WAITING),
        pending=PendingPredictions(
            seconds=settings.pending_seconds, count=settings.pending_count, size=settings.pending_bytes
        ),
        prices=PriceLookup(
            [CatalogueProvider(ProductCatalogue(settings.catalogue)), cached],
            on_answer=lambda provider, outcome: metrics.price_answers.labels(provider, outcome).inc(),
        ),
        shadow=shadow,
        watch=watch,
        team_access=TeamAccess(settings.team_token, settings.trusted_proxies, on_refused=metrics.team_refused.inc),
        asking=WorkQueue("asking", workers=_ASKING_WORKERS, waiting=_ASKING_WAITING),
        looking=WorkQueue("looking", workers=_LOOKING_WORKERS, waiting=_LOOKING_WAITING),
        clock=clock,
        on_failure=on_failure,
    )
    metrics.watch("tags_ready", "1 when it can read and keep.", lambda: float(services.is_ready))
    metrics.watch("tags_reading_jobs", "Photos being read or waiting.", lambda: services.reading.jobs)
    metrics.watch("tags_pending_predictions", "Predictions without a verdict.", lambda: len(services.pending))
    metrics.watch("tags_pending_bytes", "Bytes of their crops.", lambda: services.pending.bytes)
    metrics.watch("tags_store_unsent", "Labels that the bucket does not have yet.", lambda: services.unsent)
    metrics.watch("tags_champion_number", "Number of the champion that serves; 0 is the shipped model.", watch.number)
    metrics.watch("tags_champion_behind", "1 while the store names another champion.", lambda: float(watch.is_behind))
    metrics.watch("tags_shadow_jobs", "Crops being read by the challenger or waiting.", lambda: shadow.jobs)
    return services
