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

from asgi_correlation_id import correlation_id

from backend.gate.gate import Gate
from backend.http.client_places import ClientPlaces
from backend.http.fair_semaphore import FairSemaphore
from backend.http.rate_limit import Allowances, TokenBuckets
from backend.http.team_access import TeamAccess, guess_buckets
from backend.http.work_queue import WorkQueue
from backend.label_store import LabelStore
from backend.metrics import Metrics
from backend.people.accounts import Accounts
from backend.people.attempts import Attempts
from backend.prices.lookup import PriceLookup, make_lookup
from backend.prices.product_catalogue import ProductCatalogue
from backend.prices.tag_prices import TagPrices
from backend.reading.canary import Canary
from backend.reading.champion_watch import ChampionWatch
from backend.reading.decoding import PhotoDecoder
from backend.reading.memory import give_back_memory
from backend.reading.model import ModelSlot, Reader
from backend.reading.pending import PendingPrediction, PendingPredictions
from backend.reading.photo_reading import PhotoReading
from backend.reading.project_models import ProjectModels
from backend.reading.proof import ReadingProofs
from backend.reading.shadow import Shadow
from backend.settings import Settings
from backend.shared.sharing import Sharing
from backend.state_metrics import show_state
from backend.team.feature_keeper import FeatureKeeper
from backend.team.upload_keeper import UploadKeeper
from datasets.objects.clock import Clock
from datasets.samples.places import Places
from datasets.samples.removals import Removals
from datasets.samples.uploader import UploadPolicy
from ocr_model.domains.domain import Domain
from ocr_model.errors import ModelError

if TYPE_CHECKING:
    from backend.team.overview import TeamData
    from ocr_model.tags.detection import LineDetector

_LOG = logging.getLogger(__name__)

# The team's requests may read much and wait for a bucket; they must not hold up shoppers.
_ASKING_WORKERS = 2
_ASKING_WAITING = 16
# Photos that take much memory or work, being decoded (one of them) or waiting for that.
_LARGE_PHOTOS = 4
# Whole photos being read: each keeps two processors busy, and takes two hundred megabytes.
_MOST_PHOTOS = 2
# Of the whole photos under way and waiting, a client has a third, but as many as the page of several photos sends.
_SHARES_OF_PHOTOS = 3
_LEAST_PHOTOS = 2
# Time limit of a look at the champion, in seconds; short, because the next look comes soon.
_LOOKING = UploadPolicy(timeout=5.0, deadline=5.0)
# Unproven labels that an address may send at once, and per minute from then on.
_UNPROVEN_AT_ONCE = 20
_UNPROVEN_PER_MINUTE = 1.0


@dataclass
class Services:
    """What an app works with."""

    settings: Settings  # as validated at the start
    metrics: Metrics
    model: ModelSlot  # the recognizer, once it is loaded
    reading: WorkQueue  # threads that have photos decoded, and show and read them
    recognizing: FairSemaphore  # held by a thread while it reads
    photos: WorkQueue  # threads that read whole photos
    photo_places: ClientPlaces  # whole photos that each client may have under way
    photo_reading: PhotoReading
    decoder: PhotoDecoder
    labels: LabelStore  # confirmed crops
    pending: PendingPredictions  # predictions that wait for a verdict in this process
    sharing: Sharing  # what several backends share: those that wait for a verdict, rates, deletions
    proofs: ReadingProofs  # of readings, for labels that come when the prediction is forgotten
    requests: Allowances | None  # requests that each client may send; None: no limit
    unproven: Allowances  # labels that each client may send without a proof
    kept_bytes: Allowances | None  # bytes of crops that each client may have kept; None: no limit
    prices: PriceLookup
    tag_prices: TagPrices  # prices that shoppers have confirmed
    shadow: Shadow  # the challenger that reads beside the recognizer, if there is one
    canary: Canary  # the challenger that answers a share of requests, if there is one
    watch: ChampionWatch  # puts the store's champion into `model`, and its challengers into `shadow` and `canary`
    features: FeatureKeeper  # has features of crops made in the background
    project_models: ProjectModels  # those that projects name
    uploads: UploadKeeper  # has what the team brings in worked on
    team_access: TeamAccess
    accounts: Accounts  # people who sign in
    gate: Gate  # the log of vehicles, where number plates are read
    asking: WorkQueue  # threads that answer the team
    clock: Clock  # seconds since 1970, for the times that are kept
    on_failure: Callable[[str], None]  # called with the reason, in one line, why the service can never read
    _opening: asyncio.Task[None] | None = None  # opens the store again after a failure
    _team: TeamData | None = None
    _team_lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def domain(self) -> Domain:
        """What is read and kept here."""
        return self.settings.domain

    @property
    def is_complete(self) -> bool:
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
                samples = self.labels.samples
                self._team = TeamData(
                    samples,
                    open_places(self.settings),
                    self.labels.thumbnails,
                    self.settings.spool,
                    least_free=self.settings.store_free_bytes,
                    clock=self.clock,
                )
            return self._team

    async def start(self) -> None:
        """Open the store and load the recognizer, off the event loop; a store that cannot be opened is tried again."""
        # The store opens first, because it names the champion; ONNX Runtime, slow to import, loads beside it.
        importing = asyncio.to_thread(importlib.import_module, "ocr_model.reading.recognizer")
        # A failed import fails again when the model is loaded, and is reported there.
        await asyncio.gather(
            asyncio.to_thread(self.labels.open), self.sharing.open(), importing, return_exceptions=True
        )
        await asyncio.to_thread(self.proofs.open)  # the spool may hold the key though the index does not answer
        if not self.labels.is_open:
            self._opening = asyncio.create_task(self._open_again())
        message = await self._load_model()
        if message:
            self.on_failure(message)
        else:
            await asyncio.to_thread(self.photo_reading.load)  # while crops are read already
        self.features.start()
        self.uploads.start()
        self.sharing.start(lambda: self.labels.samples.removals.look(), self._forget)

    async def stop(self) -> None:
        """Let running jobs end, then close the store and the price providers."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        await self.sharing.close()
        await self.features.close()
        await self.uploads.close()
        await self.watch.close()
        await asyncio.to_thread(self.photos.close)
        await asyncio.to_thread(self.reading.close)
        await asyncio.to_thread(self.asking.close)
        await asyncio.to_thread(self.accounts.close)
        await asyncio.to_thread(self.gate.close)
        if self._team is not None:
            await asyncio.to_thread(self._team.close)
        await asyncio.to_thread(self.project_models.close)
        await asyncio.to_thread(self.shadow.close)
        await asyncio.to_thread(self.decoder.close)
        await self.prices.close()
        await asyncio.to_thread(self.labels.close)

    async def _forget(self, removals: Removals) -> None:
        """Forget what another backend has deleted."""
        for prediction_id in removals.predictions:
            self.pending.forget(prediction_id)
            self.shadow.forget(prediction_id)
        for digest in removals.crops:
            await asyncio.to_thread(self.labels.thumbnails.forget, digest)
        await asyncio.to_thread(self.tag_prices.forget_all, removals.predictions)

    async def _open_again(self) -> None:
        """Open the store when it is back, and load the key of its proofs."""
        await self.labels.open_again()
        await asyncio.to_thread(self.proofs.open)

    def give_back_memory(self) -> None:
        """Return the memory of photos and crops to the system, unless other photos are being read and can use it."""
        if self.reading.jobs + self.photos.jobs == 0:
            give_back_memory()

    def reader_for_request(self) -> Reader:
        """Who reads for the present request: the champion, or a challenger that answers a share of requests.

        Raises:
            Problem: 503, while there is no recognizer.
        """
        return self.canary.reader_for(self.model.recognizer, correlation_id.get())

    def offer_to_shadow(self, pending: PendingPrediction) -> None:
        """Have the challenger in shadow read what the champion has read; a canary's readings are no measure for it."""
        if pending.prediction.model != self.canary.info:
            self.shadow.offer(pending.id, pending.crop, pending.prediction)

    async def _load_model(self) -> str | None:
        """Load the model; return why it cannot be loaded, in one line."""
        try:
            await self.watch.start()
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
    load_challenger: Callable[[Path], Reader],
    load_detector: Callable[[int], LineDetector],
    on_failure: Callable[[str], None],
    clock: Clock = time.time,
    *,
    readings_at_once: int | None = None,
) -> Services:
    """Put the services together; touches neither disk nor network.

    Args:
        settings: Validated settings.
        metrics: The service's metrics.
        load_recognizer: Loads the model in a folder (None: the shipped one), for a number of threads per reading.
        load_challenger: Loads the model in a folder for reading in shadow.
        load_detector: Loads the detector of lines, for a number of threads per look.
        on_failure: Called with the reason, in one line, why the service can never read.
        clock: Seconds since 1970, for the times that are kept.
        readings_at_once: Readings at the same moment; None: one per worker.
    """
    slot = ModelSlot()
    # Threads that wait while a large or an ordinary photo is decoded are taken from the queue, so that ordinary and
    # small photos have their own.
    large = min(_LARGE_PHOTOS, settings.reading_queue)
    more = min(large + settings.reading_workers, settings.reading_queue)
    decoder = PhotoDecoder(
        settings.image_limits,
        seconds=settings.decode_seconds,
        memory=settings.decode_bytes,
        workers=settings.reading_workers,
        large_waiting=max(0, large - 1),
        on_killed=lambda reason: metrics.decoders_killed.labels(reason).inc(),
        on_refused=metrics.overloaded.inc,
        on_computed=metrics.decoding_seconds.inc,
    )
    recognizing = FairSemaphore(readings_at_once or settings.reading_workers)
    photo_workers, photos_waiting = min(_MOST_PHOTOS, (settings.reading_workers + 1) // 2), settings.reading_queue // 2
    photos = photo_workers + photos_waiting
    # Addresses are told apart for the limits only where there is a limit.
    photos_at_once = max(_LEAST_PHOTOS, photos // _SHARES_OF_PHOTOS) if settings.rate_per_minute > 0 else photos + 1
    tag_prices = TagPrices(settings.catalogue)
    pending = PendingPredictions(
        seconds=settings.pending_seconds, count=settings.pending_count, size=settings.pending_bytes
    )
    for service, has_key in settings.price_services.items():
        metrics.price_services.labels(service).set(has_key)
    shadow = Shadow(
        metrics.shadow,
        waiting=settings.shadow_queue,
        remembered=settings.pending_count,
    )
    canary = Canary(
        metrics.canary,
        share=settings.canary_share,
        band=settings.canary_band,
        remembered=settings.pending_count,
    )
    sharing = Sharing(settings, pending)
    accounts = Accounts(settings, clock, attempts=Attempts(make=sharing.allowances_with_refunds))
    project_models = ProjectModels(
        lambda: open_places(settings),
        settings.model_cache,
        lambda folder: load_recognizer(folder, settings.model_threads),
        settings.signing_key,
    )
    labels = LabelStore(
        settings,
        clock,
        on_change=lambda status: metrics.labels.labels(status).inc(),
        on_begun=metrics.queue_seconds.labels("keeping").observe,
    )
    services = Services(
        settings=settings,
        metrics=metrics,
        model=slot,
        reading=WorkQueue(
            "reading",
            workers=settings.reading_workers + more,
            waiting=settings.reading_queue - more,
            on_refused=metrics.overloaded.inc,
            on_begun=metrics.queue_seconds.labels("reading").observe,
        ),
        recognizing=recognizing,
        photos=WorkQueue(
            "photos",
            workers=photo_workers,
            waiting=photos_waiting,
            on_refused=metrics.overloaded.inc,
            on_begun=metrics.queue_seconds.labels("photos").observe,
        ),
        photo_places=ClientPlaces(photos_at_once, on_refused=metrics.rate_limited.inc),
        photo_reading=PhotoReading(
            recognizing, lambda: load_detector(settings.model_threads), on_batch=metrics.batch_size.observe
        ),
        decoder=decoder,
        labels=labels,
        pending=pending,
        sharing=sharing,
        proofs=ReadingProofs(settings.store_key, settings.spool, clock=clock),
        requests=sharing.allowances("requests", TokenBuckets(settings.rate_per_minute, settings.rate_burst))
        if settings.rate_per_minute > 0
        else None,
        unproven=sharing.allowances("unproven", TokenBuckets(_UNPROVEN_PER_MINUTE, _UNPROVEN_AT_ONCE)),
        kept_bytes=sharing.allowances(
            "kept-bytes", TokenBuckets(settings.kept_bytes_per_hour / 60, settings.kept_bytes_per_hour)
        )
        if settings.kept_bytes_per_hour
        else None,
        prices=make_lookup(
            settings,
            catalogue=ProductCatalogue(settings.catalogue),
            tag_prices=tag_prices,
            on_answer=lambda provider, outcome: metrics.price_answers.labels(provider, outcome).inc(),
        ),
        tag_prices=tag_prices,
        shadow=shadow,
        canary=canary,
        watch=ChampionWatch(
            slot,
            shadow,
            canary,
            load=lambda folder: load_recognizer(folder or settings.model_dir, settings.model_threads),
            load_challenger=load_challenger,
            open_places=lambda: open_places(settings),
            cache=settings.model_cache,
            seconds=settings.champion_poll_seconds,
            key=settings.signing_key,
            on_failure=lambda kind: metrics.champion_failures.labels(kind).inc(),
        ),
        features=FeatureKeeper(settings, labels, slot, has_people=accounts.has_people),
        project_models=project_models,
        uploads=UploadKeeper(settings, labels, slot, accounts=accounts, project_models=project_models),
        team_access=TeamAccess(
            settings.team_token,
            guesses=sharing.allowances("team-token", guess_buckets()),
            on_refused=metrics.team_refused.inc,
            has_accounts=settings.public_url is not None,
        ),
        accounts=accounts,
        gate=Gate(settings, clock),
        asking=WorkQueue("asking", workers=_ASKING_WORKERS, waiting=_ASKING_WAITING),
        clock=clock,
        on_failure=on_failure,
    )
    show_state(services)
    return services


def open_places(settings: Settings) -> Places:
    """Open the store for short looks at it."""
    return Places.open(settings.spool, settings.storage_url, policy=_LOOKING, key=settings.signing_key)
