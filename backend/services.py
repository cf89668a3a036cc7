"""Everything that the routes work with; one instance per app, made by `create_app`."""

from __future__ import annotations

import asyncio
import importlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from backend.http.team_access import TeamAccess
from backend.http.work_queue import WorkQueue
from backend.label_store import LabelStore
from backend.metrics import Metrics
from backend.prices.lookup import PriceLookup, make_lookup
from backend.reading.champion_watch import ChampionWatch
from backend.reading.model import ModelSlot, Reader
from backend.reading.pending import PendingPredictions
from backend.reading.shadow import Shadow
from backend.settings import Settings
from datasets.objects.clock import Clock
from datasets.samples.places import Places
from datasets.samples.uploader import UploadPolicy
from ocr_model.errors import ModelError

if TYPE_CHECKING:
    from backend.team.overview import TeamData

_LOG = logging.getLogger(__name__)

# The team's requests may read much and wait for a bucket; they must not hold up shoppers.
_ASKING_WORKERS = 2
_ASKING_WAITING = 16
# Time limit of a look at the champion, in seconds; short, because the next look comes soon.
_LOOKING = UploadPolicy(timeout=5.0, deadline=5.0)


@dataclass
class Services:
    """What an app works with."""

    settings: Settings  # as validated at the start
    metrics: Metrics
    model: ModelSlot  # the recognizer, once it is loaded
    reading: WorkQueue  # threads that decode and read photos
    labels: LabelStore  # confirmed crops
    pending: PendingPredictions  # predictions that wait for a verdict
    prices: PriceLookup
    shadow: Shadow  # the challenger that reads beside the recognizer, if there is one
    watch: ChampionWatch  # puts the store's champion into `model`, and its challenger into `shadow`
    team_access: TeamAccess
    asking: WorkQueue  # threads that answer the team
    clock: Clock  # seconds since 1970, for the times that are kept
    on_failure: Callable[[str], None]  # called with the reason, in one line, why the service can never become ready
    _team: TeamData | None = None
    _team_lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_ready(self) -> bool:
        """Whether photos can be read and labels be kept."""
        return self.model.is_ready and self.labels.is_open

    @property
    def team(self) -> TeamData:
        """The team's view of data and models; the first call is slow.

        Raises:
            Problem: 503, while the store is not open.
        """
        # Imported here: it loads everything about versions and cycles, which few backends need.
        from backend.team.overview import TeamData

        with self._team_lock:
            if self._team is None:
                self._team = TeamData(self.labels.samples, _open_places(self.settings), clock=self.clock)
            return self._team

    async def start(self) -> None:
        """Open the store and load the recognizer, off the event loop."""
        # The store opens first, because it names the champion; ONNX Runtime, slow to import, loads beside it.
        importing = asyncio.to_thread(importlib.import_module, "ocr_model.reading.recognizer")
        # A failed import fails again when the model is loaded, and is reported there.
        await asyncio.gather(asyncio.to_thread(self.labels.open), importing, return_exceptions=True)
        failures = [self.labels.failure, await self._load_model()]
        message = "; ".join(failure for failure in failures if failure)
        if message:
            self.on_failure(message)

    async def stop(self) -> None:
        """Let running jobs end, then close the store and the price providers."""
        await self.watch.close()
        await asyncio.to_thread(self.reading.close)
        await asyncio.to_thread(self.asking.close)
        if self._team is not None:
            await asyncio.to_thread(self._team.close)
        await asyncio.to_thread(self.shadow.close)
        await self.prices.close()
        await asyncio.to_thread(self.labels.close)

    async def _load_model(self) -> str | None:
        """Load the model; return why it cannot be loaded, in one line."""
        try:
            await self.watch.start(follow=self.labels.is_open)
        except ModelError as error:
            message = str(error)
        except Exception:
            _LOG.exception("the model could not be loaded")
            message = "the model could not be loaded"
        else:
            return None
        self.model.fail(message)
        return message


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
        metrics: The service's metrics.
        load_recognizer: Loads the model in a folder (None: the shipped one), for a number of threads per reading.
        on_failure: Called with the reason, in one line, why the service can never become ready.
        clock: Seconds since 1970, for the times that are kept.
    """
    slot = ModelSlot()
    shadow = Shadow(
        metrics.shadow,
        limits=settings.image_limits,
        waiting=settings.shadow_queue,
        remembered=settings.pending_count,
    )
    services = Services(
        settings=settings,
        metrics=metrics,
        model=slot,
        reading=WorkQueue("reading", workers=settings.reading_workers, waiting=settings.reading_queue),
        labels=LabelStore(settings, clock, on_change=lambda status: metrics.labels.labels(status).inc()),
        pending=PendingPredictions(
            seconds=settings.pending_seconds, count=settings.pending_count, size=settings.pending_bytes
        ),
        prices=make_lookup(
            settings, on_answer=lambda provider, outcome: metrics.price_answers.labels(provider, outcome).inc()
        ),
        shadow=shadow,
        watch=ChampionWatch(
            slot,
            shadow,
            load=lambda folder: load_recognizer(folder or settings.model_dir, settings.model_threads),
            # One thread: threads that a session starts itself might not have low priority.
            load_challenger=lambda folder: load_recognizer(folder, 1),
            open_places=lambda: _open_places(settings),
            cache=settings.model_cache,
            seconds=settings.champion_poll_seconds,
            on_failure=lambda kind: metrics.champion_failures.labels(kind).inc(),
        ),
        team_access=TeamAccess(settings.team_token, on_refused=metrics.team_refused.inc),
        asking=WorkQueue("asking", workers=_ASKING_WORKERS, waiting=_ASKING_WAITING),
        clock=clock,
        on_failure=on_failure,
    )
    _watch(services)
    return services


def _open_places(settings: Settings) -> Places:
    return Places.open(settings.spool, settings.storage_url, policy=_LOOKING)


def _watch(services: Services) -> None:
    """Show the services' present state in the metrics."""
    show = services.metrics.watch
    show("tags_ready", "1 when it can read and keep.", lambda: float(services.is_ready))
    show("tags_reading_jobs", "Photos being read or waiting.", lambda: services.reading.jobs)
    show("tags_pending_predictions", "Predictions without a verdict.", lambda: len(services.pending))
    show("tags_pending_bytes", "Bytes of their crops.", lambda: services.pending.used_bytes)
    show("tags_store_unsent", "Labels that the bucket does not have yet.", lambda: services.labels.unsent)
    number = "Number of the champion that serves; 0 is the shipped model."
    show("tags_champion_number", number, services.watch.number)
    behind = "1 while the store names another champion."
    show("tags_champion_behind", behind, lambda: float(services.watch.is_behind))
    show("tags_shadow_jobs", "Crops being read by the challenger or waiting.", lambda: services.shadow.jobs)
