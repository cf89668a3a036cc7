"""What the services' present state is, in the metrics."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.services import Services


def show_state(services: Services) -> None:
    """Show the services' present state in the metrics."""
    show = services.metrics.watch
    show("tags_ready", "1 when it can read and keep.", lambda: float(services.is_complete))
    show("tags_pending_predictions", "Predictions without a verdict in this process.", lambda: len(services.pending))
    away = "1 while the database that backends share does not answer."
    show("tags_shared_away", away, lambda: float(services.sharing.is_away))
    show("tags_pending_bytes", "Bytes of their crops.", lambda: services.pending.used_bytes)
    show("tags_store_unsent", "Labels that the bucket does not have yet.", lambda: services.labels.unsent)
    oldest = "Age of the oldest of them, in seconds."
    show("tags_store_unsent_oldest_seconds", oldest, lambda: services.labels.oldest_unsent_seconds)
    stuck = "Labels of them whose sending fails for a reason of their own."
    show("tags_store_stuck", stuck, lambda: services.labels.stuck)
    number = "Number of the champion that serves; 0 is the shipped model."
    show("tags_champion_number", number, services.watch.number)
    behind = "1 while the store names another champion."
    show("tags_champion_behind", behind, lambda: float(services.watch.is_behind))
    answers = "1 while a canary answers a share of requests."
    show("tags_canary_answers", answers, lambda: float(services.canary.info is not None))
    show("tags_shadow_jobs", "Crops being read by the challenger or waiting.", lambda: services.shadow.jobs)
    if services.is_first:
        _show_process(services)


def _show_process(services: Services) -> None:
    """Show what all domains of the process share; shown by each of them, sums would count it several times."""
    show = services.metrics.watch
    show("tags_reading_jobs", "Photos being read or waiting.", lambda: services.reading.jobs)
    show("tags_photo_jobs", "Whole photos being read or waiting.", lambda: services.photos.jobs)
    spent = "Processor time of this process, without its decoding processes."
    services.metrics.count("tags_cpu_seconds", spent, time.process_time)
    price = "Price of a processor core for an hour, as it is set."
    show("tags_core_hour_price", price, lambda: services.settings.core_hour_price)
