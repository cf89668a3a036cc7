from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import StoreError
from datasets.samples.places import Places


def test_the_bucket_decides_where_there_is_one(tmp_path: Path) -> None:
    with Places.open(tmp_path / "spool") as places:
        assert places.authority is places.local
    with Places.open(tmp_path / "spool", (tmp_path / "shared folder").as_uri()) as places:
        assert places.authority is places.replica
        places.authority.put("versions/v1.json", b"1")
    assert (tmp_path / "shared folder" / "versions" / "v1.json").read_bytes() == b"1"
    with Places.open(tmp_path, "gs://tags/shop") as places:
        assert places.authority.url == "gs://tags/shop"
    with pytest.raises(StoreError, match="storage is written"):
        Places.open(tmp_path, "ftp://tags")
