from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import ChampionMovedError
from datasets.models.audit import find_model_problems
from datasets.models.champions import Champions
from datasets.models.registry import ModelRegistry
from datasets.models.shadow import ShadowHistory
from datasets.models.share import share_champions
from datasets.objects.bucket import BucketObjects
from datasets.objects.folder import FolderObjects
from tests.datasets.making import register_models


def test_a_bucket_takes_over_the_history_of_the_spool(gcs: GcsServer, tmp_path: Path) -> None:
    spool, bucket = FolderObjects(tmp_path / "spool"), BucketObjects("gs://tags")
    champions = Champions(spool)
    a, b = register_models(champions.registry, tmp_path, "a", "b")
    champions.promote(a, expected=None, by="me", reason="")
    champions.promote(b, expected=1, by="me", reason="")
    ShadowHistory(spool).set(a, "me", "")
    assert share_champions(spool, bucket) == 2
    assert share_champions(spool, bucket) == 0
    assert Champions(bucket).history() == champions.history()
    assert ShadowHistory(bucket).current() == ShadowHistory(spool).current()
    assert list(find_model_problems(bucket)) == []
    other = FolderObjects(tmp_path / "other")
    Champions(other).promote(ModelRegistry(other).register(tmp_path / "a"), expected=None, by="you", reason="")
    with pytest.raises(ChampionMovedError, match="history of its own"):
        share_champions(other, bucket)
    bucket.close()
