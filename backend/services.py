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

from backend.commons import Commons, ReadingPlaces, make_commons
from backend.gate.gate import Gate
from backend.label_store import LabelStore
from backend.metrics import Metrics
from backend.prices.lookup import PriceLookup, make_lookup
from backend.prices.product_catalogue import ProductCatalogue
from backend.prices.tag_prices import TagPrices
from backend.reading.canary import Canary
from backend.reading.champion_watch import ChampionWatch
from backend.reading.memory import give_back_memory
from backend.reading.model import ModelSlot, Reader
from backend.reading.pending import PendingPrediction, PendingPredictions
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
from ocr_model.reading.model_description import check_domain

if TYPE_CHECKING:
    from backend.team.overview import TeamData
    from ocr_model.tags.detection import LineDetector

_LOG = logging.getLogger(__name__)

# Time limit of a look at the champion, in seconds; short, because the next look comes soon.
_LOOKING = UploadPolicy(timeout=5.0, deadline=5.0)


@dataclass
class Services(Commons):
    """What an app works with."""

    settings: Settings  # as validated at the start
    metrics: Metrics
    model: ModelSlot  # the recognizer, once it is loaded
    labels: LabelStore  # confirmed crops
    pending: PendingPredictions  # predictions that wait for a verdict in this process
    sharing: Sharing  # what several backends share: those that wait for a verdict, rates, deletions
    proofs: ReadingProofs  # of readings, for labels that come when the prediction is forgotten
    prices: PriceLookup
    tag_prices: TagPrices  # prices that shoppers have confirmed
    shadow: Shadow  # the challenger that reads beside the recognizer, if there is one
    canary: Canary  # the challenger that answers a share of requests, if there is one
    watch: ChampionWatch  # puts the store's champion into `model`, and its challengers into `shadow` and `canary`
    features: FeatureKeeper  # has features of crops made in the background
    project_models: ProjectModels  # those that projects name
    uploads: UploadKeeper  # has what the team brings in worked on
    gate: Gate  # the log of vehicles, where number plates are read
    clock: Clock  # seconds since 1970, for the times that are kept
    on_failure: Callable[[str], None]  # called with the reason, in one line, why the service can never read
    is_first: bool = True  # whether it is of the first domain, which closes what all share
    others: tuple[Services, ...] = ()  # of the further domains of this process
    _opening: asyncio.Task[None] | None = None  # opens the store again after a failure
    _team: TeamData | None = None
    _team_lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def domain(self) -> Domain:
        """What is read and kept here."""
        return self.settings.domain

    @property
    def is_complete(self) -> bool:
        """Whether photos can be read and labels be kept, where they are to be."""
        return self.model.is_ready and self.labels.is_settled

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
        if not self.labels.is_settled:
            self._opening = asyncio.create_task(self._open_again())
        message = await self._load_model()
        if message:
            self.on_failure(message)
        else:
            await asyncio.to_thread(self.photo_reading.load)  # while crops are read already
        self.features.start()
        self.uploads.start()
        self.sharing.start(self.labels.removals, self._forget)

    async def stop(self) -> None:
        """Let running jobs end, then close the store and the price providers."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        await self.sharing.close()
        await self.features.close()
        await self.uploads.close()
        await self.watch.close()
        if self.is_first:
            await self.close_commons()
        await asyncio.to_thread(self.gate.close)
        if self._team is not None:
            await asyncio.to_thread(self._team.close)
        await asyncio.to_thread(self.project_models.close)
        await asyncio.to_thread(self.shadow.close)
        if self.is_first:
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
    load_canary: Callable[[Path], Reader] | None,
    load_detector: Callable[[int], LineDetector],
    on_failure: Callable[[str], None],
    clock: Clock = time.time,
    *,
    reading_places: ReadingPlaces | None = None,
    first: Services | None = None,
) -> Services:
    """Put the services of a domain together; touches neither disk nor network.

    Args:
        settings: Validated settings.
        metrics: The service's metrics.
        load_recognizer: Loads the model in a folder (None: the shipped one), for a number of threads per reading.
        load_challenger: Loads the model in a folder for reading in shadow.
        load_canary: Loads the model in a folder for answering a share of requests; None loads it as the champion.
        load_detector: Loads the detector of lines, for a number of threads per look.
        on_failure: Called with the reason, in one line, why the service can never read.
        clock: Seconds since 1970, for the times that are kept.
        reading_places: For crops, where models compute elsewhere; None: as the settings say.
        first: Services of the first domain of this process, whose queues, rates and people all share.
    """
    slot = ModelSlot()
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
        domain=settings.domain,
    )
    canary = Canary(
        metrics.canary,
        share=settings.canary_share,
        band=settings.canary_band,
        remembered=settings.pending_count,
    )
    sharing = Sharing(settings, pending)
    commons = (
        make_commons(settings, metrics, sharing, load_detector, clock, reading_places=reading_places)
        if first is None
        else first.as_commons()
    )
    accounts = commons.accounts
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
        **vars(commons),
        labels=labels,
        pending=pending,
        sharing=sharing,
        proofs=ReadingProofs(settings.signing_key, settings.spool, clock=clock),
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
            load=lambda folder: load_recognizer(own_model(settings, folder), settings.model_threads),
            load_challenger=load_challenger,
            load_canary=load_canary,
            open_places=lambda: open_places(settings),
            cache=settings.model_cache,
            seconds=settings.champion_poll_seconds,
            domain=settings.domain,
            key=settings.signing_key,
            on_failure=lambda kind: metrics.champion_failures.labels(kind).inc(),
        ),
        features=FeatureKeeper(settings, labels, slot, has_people=accounts.has_people),
        project_models=project_models,
        uploads=UploadKeeper(settings, labels, slot, accounts=accounts, project_models=project_models),
        gate=Gate(settings, clock),
        clock=clock,
        on_failure=on_failure,
        is_first=first is None,
    )
    show_state(services)
    return services


def own_model(settings: Settings, folder: Path | None) -> Path | None:
    """The folder of a model, known to read this domain; None stands for the first model, and for the shipped one.

    Raises:
        ModelError: it reads another domain.
    """
    chosen = folder or settings.first_model
    if chosen is not None:
        check_domain(chosen, settings.domain)
    return chosen


def open_places(settings: Settings) -> Places:
    """Open the store for short looks at it."""
    return Places.open(
        settings.spool, settings.storage_url, domain=settings.domain, policy=_LOOKING, key=settings.signing_key
    )
