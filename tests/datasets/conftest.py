from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from datasets.objects.bucket import BucketObjects
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore


@pytest.fixture(params=["folder", "bucket"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    """An empty folder, and an empty bucket that lists its names in pages of two."""
    if request.param == "folder":
        yield FolderObjects(tmp_path / "objects")
        return
    request.getfixturevalue("gcs").page_size = 2
    bucket = BucketObjects("gs://tags/shop")
    yield bucket
    bucket.close()
