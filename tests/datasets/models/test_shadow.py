from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import BucketUnavailableError, UnknownModelError
from datasets.models.champions import Champions
from datasets.models.registry import ModelRegistry
from datasets.models.shadow import ShadowHistory
from datasets.objects.bucket import BucketObjects
from datasets.objects.interface import ObjectStore
from datasets.reason import Reason
from tests.datasets.making import at_once, register_models


@pytest.fixture
def shadow(objects: ObjectStore) -> ShadowHistory:
    return ShadowHistory(objects)


def test_the_last_word_on_the_shadow_counts(shadow: ShadowHistory, objects: ObjectStore, tmp_path: Path) -> None:
    [a] = register_models(ModelRegistry(objects), tmp_path, "a")
    assert shadow.set(a, "me", "try it").name == "a"
    record = shadow.current()
    assert record is not None
    assert (record.number, record.model, record.by, record.reason) == (
        1,
        a,
        Reason.words("me"),
        Reason.words("try it"),
    )
    shadow.set(None, "me", "enough")
    record = shadow.current()
    assert record is not None
    assert (record.number, record.model, record.name) == (2, None, None)
    records = at_once(6, lambda number: ShadowHistory(objects).set(a, f"{number}", ""))
    assert sorted(record.number for record in records) == list(range(3, 9))
    assert Champions(objects).current() is None


def test_an_unknown_model_does_not_read_in_shadow(shadow: ShadowHistory) -> None:
    for digest in ("0" * 64, "../../etc", ""):
        with pytest.raises(UnknownModelError):
            shadow.set(digest, "me", "")
    assert shadow.current() is None


def test_a_lost_answer_is_no_second_entry(gcs: GcsServer, tmp_path: Path) -> None:
    objects = BucketObjects("gs://tags", timeout=20.0, deadline=60.0)
    [a] = register_models(ModelRegistry(objects), tmp_path, "a")
    gcs.faults.lose_answer = 1
    ShadowHistory(objects).set(a, "me", "")
    assert gcs.names("tags", "shadow/") == ["shadow/00000001.json"]
    objects.close()


def test_the_bucket_away(gcs: GcsServer) -> None:
    objects = BucketObjects("gs://tags", timeout=20.0, deadline=0.1)
    gcs.faults.unavailable = -1
    with pytest.raises(BucketUnavailableError):
        ShadowHistory(objects).current()
    objects.close()
