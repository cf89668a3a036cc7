from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from datasets.exports import parquet as parquet_module
from datasets.exports.parquet import FeatureReader, parquet, write_parquet
from datasets.features.feature_folders import files_of
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture

TEXTS = ["=CW2288-111", "", "GW2871", "M990GL5"]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    with SampleStore.open(tmp_path / "spool") as store:
        for number, text in enumerate(TEXTS):
            status = "unreadable" if number == 1 else "corrected"
            store.keep(picture(number), label(f"p{number}", text, status=status, turn=number % 4))
    return tmp_path / "spool"


def test_rows_and_features_come_back(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_module, "_ROWS_AT_ONCE", 3)
    with SampleStore.open(spool) as store:
        samples = list(store.samples())
        vectors = np.eye(4, 8, dtype=np.float32)[:3]
        files_of(spool, "a" * 32, 8).append([sample.digest for sample in samples[:3]], vectors)
        whole = b"".join(parquet(iter(samples), FeatureReader(spool)))
    table = pq.read_table(io.BytesIO(whole))
    rows = table.to_pylist()
    assert [(row["text"], row["status"], row["turn"], row["sample"]) for row in rows] == [
        (sample.label.text, sample.label.status, sample.label.turn, sample.digest) for sample in samples
    ]
    assert [row["at"] for row in rows] == [sample.label.at for sample in samples]
    assert [row["features"] for row in rows] == [*vectors.tolist(), None]
    assert table.schema.metadata[b"encoder"].startswith(b"a" * 32)
    assert pq.ParquetFile(io.BytesIO(whole)).num_row_groups == 2


def test_a_store_without_features_and_one_without_labels_are_tables(spool: Path, tmp_path: Path) -> None:
    with SampleStore.open(spool) as store:
        assert write_parquet(store.samples(), FeatureReader(spool), tmp_path / "labels.parquet") == 4
        found = store.search.page(parse_filter("text = nothing"), size=5).samples
        empty = b"".join(parquet(found, FeatureReader(spool)))
    assert "features" not in pq.read_schema(tmp_path / "labels.parquet").names
    assert pq.read_table(io.BytesIO(empty)).num_rows == 0
