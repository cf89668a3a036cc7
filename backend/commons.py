"""What all domains of a process share: its threads, what decodes photos, the limits of clients, and who the team is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from backend.http.client_places import ClientPlaces
from backend.http.fair_semaphore import FairSemaphore
from backend.http.rate_limit import Allowances, TokenBuckets
from backend.http.team_access import TeamAccess, guess_buckets
from backend.http.work_queue import WorkQueue
from backend.metrics import Metrics
from backend.people.accounts import Accounts
from backend.people.attempts import Attempts
from backend.reading.decoding import PhotoDecoder
from backend.reading.photo_reading import PhotoReading
from backend.settings import Settings
from backend.shared.sharing import Sharing
from datasets.objects.clock import Clock

if TYPE_CHECKING:
    from ocr_model.tags.detection import LineDetector

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
# Unproven labels that an address may send at once, and per minute from then on.
_UNPROVEN_AT_ONCE = 20
_UNPROVEN_PER_MINUTE = 1.0


@dataclass(frozen=True)
class ReadingPlaces:
    """Room for crops where models compute elsewhere, and threads of this process only wait for them."""

    at_once: int  # being read
    waiting: int  # beyond those; what comes then is answered with 503


@dataclass
class Commons:
    """What the domains of a process share."""

    reading: WorkQueue  # threads that have photos decoded, and show and read them
    recognizing: FairSemaphore  # held by a thread while it reads
    photos: WorkQueue  # threads that read whole photos
    photo_places: ClientPlaces  # whole photos that each client may have under way
    photo_reading: PhotoReading
    decoder: PhotoDecoder
    requests: Allowances | None  # requests that each client may send; None: no limit
    unproven: Allowances  # labels that each client may send without a proof
    kept_bytes: Allowances | None  # bytes of crops that each client may have kept; None: no limit
    team_access: TeamAccess
    accounts: Accounts  # people who sign in
    asking: WorkQueue  # threads that answer the team

    def as_commons(self) -> Commons:
        """These values alone, for the services of another domain."""
        return Commons(**{field.name: getattr(self, field.name) for field in fields(Commons)})

    async def close_commons(self) -> None:
        """Let running jobs end."""
        for queue in (self.photos, self.reading, self.asking, self.accounts):
            await asyncio.to_thread(queue.close)


def make_commons(
    settings: Settings,
    metrics: Metrics,
    sharing: Sharing,
    load_detector: Callable[[int], LineDetector],
    clock: Clock,
    *,
    reading_places: ReadingPlaces | None = None,
) -> Commons:
    """Make what the domains share; touches neither disk nor network.

    Args:
        settings: Of the first domain.
        metrics: Of the first domain.
        sharing: Of the first domain; lends the limits that backends share.
        load_detector: Loads the detector of lines, for a number of threads per look.
        clock: Seconds since 1970.
        reading_places: For crops, where models compute elsewhere; None: as the settings say.
    """
    # Threads that wait while a large or an ordinary photo is decoded are taken from the queue, so that ordinary and
    # small photos have their own.
    places = reading_places or ReadingPlaces(settings.reading_workers, settings.reading_queue)
    large = min(_LARGE_PHOTOS, places.waiting)
    more = min(large + settings.reading_workers, places.waiting)
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
    recognizing = FairSemaphore(places.at_once)
    photo_workers, photos_waiting = min(_MOST_PHOTOS, (settings.reading_workers + 1) // 2), settings.reading_queue // 2
    photos = photo_workers + photos_waiting
    # Addresses are told apart for the limits only where there is a limit.
    photos_at_once = max(_LEAST_PHOTOS, photos // _SHARES_OF_PHOTOS) if settings.rate_per_minute > 0 else photos + 1
    accounts = Accounts(settings, clock, attempts=Attempts(make=sharing.allowances_with_refunds))
    return Commons(
        reading=WorkQueue(
            "reading",
            workers=places.at_once + more,
            waiting=places.waiting - more,
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
        requests=sharing.allowances("requests", TokenBuckets(settings.rate_per_minute, settings.rate_burst))
        if settings.rate_per_minute > 0
        else None,
        unproven=sharing.allowances("unproven", TokenBuckets(_UNPROVEN_PER_MINUTE, _UNPROVEN_AT_ONCE)),
        kept_bytes=sharing.allowances(
            "kept-bytes", TokenBuckets(settings.kept_bytes_per_hour / 60, settings.kept_bytes_per_hour)
        )
        if settings.kept_bytes_per_hour
        else None,
        team_access=TeamAccess(
            settings.team_token,
            guesses=sharing.allowances("team-token", guess_buckets()),
            on_refused=metrics.team_refused.inc,
            has_accounts=settings.public_url is not None,
        ),
        accounts=accounts,
        asking=WorkQueue("asking", workers=_ASKING_WORKERS, waiting=_ASKING_WAITING),
    )
