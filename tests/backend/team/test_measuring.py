"""Crops are measured beside everything else, those that were there and those that come."""

from __future__ import annotations

import time
from pathlib import Path

from backend.team.measuring import PictureMeasuring
from datasets.samples.store import SampleStore
from tests.datasets.making import label
from tests.datasets.patterns import pattern

SECONDS = 60


def wait_until_measured(store: SampleStore) -> None:
    deadline = time.monotonic() + SECONDS
    while store.qualities.unmeasured(0, 1):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_crops_are_measured_when_they_are_there_and_when_they_come(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        for number in range(5):
            store.keep(pattern(number), label(f"p{number}"))
        measuring = PictureMeasuring(store)
        measuring.start()
        try:
            wait_until_measured(store)
            store.keep(pattern(7), label("p7"))
            measuring.wake()
            wait_until_measured(store)
        finally:
            measuring.close()
        assert all(sample.quality is not None for sample in store.samples())
