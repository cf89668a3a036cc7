from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer, wait_until
from datasets.errors import IndexUnavailableError
from datasets.samples.index import SampleIndex
from datasets.samples.sealing import SealPolicy
from datasets.samples.store import SampleStore
from tests.datasets.making import HASTY, label, picture

AT_ONCE = SealPolicy(events=2, rest=0.0, first_pause=0.01, pause=0.01)


def test_an_open_store_seals_by_itself_and_goes_on_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[str] = []
    lacking = SampleIndex.lacking

    def away_once(index: SampleIndex, names: list[str]) -> list[str]:
        if not failed:
            failed.append("once")
            raise IndexUnavailableError("the database does not answer")
        return lacking(index, names)

    with SampleStore.open(tmp_path, seal_policy=AT_ONCE) as store:
        monkeypatch.setattr(SampleIndex, "lacking", away_once)
        for number in range(5):
            store.keep(picture(number), label(f"p{number}"))
        assert wait_until(lambda: len(list((tmp_path / "events").glob("*/*"))) == 1, seconds=60)
        assert failed
        assert store.counts().kept == 5
        assert list(store.upkeep.verify()) == []


def test_with_a_bucket_segments_are_sent_by_themselves(tmp_path: Path, gcs: GcsServer) -> None:
    with SampleStore.open(tmp_path, storage_url="gs://tags/shop", policy=HASTY, seal_policy=AT_ONCE) as store:
        for number in range(5):
            store.keep(picture(number), label(f"p{number}"))
        assert wait_until(lambda: len(gcs.names("tags", "shop/events/")) == 1, seconds=60)
        assert store.bucket.flush(60)
        assert len(gcs.names("tags", "shop/segments/")) == 2
        assert store.counts().kept == 5
    with SampleStore.open(tmp_path, storage_url="gs://tags/shop", policy=HASTY, upload=False) as store:
        assert list(store.upkeep.verify()) == []


def test_a_store_that_is_only_read_seals_nothing(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path, upload=False, seal_policy=AT_ONCE) as store:
        for number in range(3):
            store.keep(picture(number), label(f"p{number}"))
        assert store._sealing.stop(60)
        assert not (tmp_path / "segments").exists()
