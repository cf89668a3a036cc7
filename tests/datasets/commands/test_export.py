from __future__ import annotations

from pathlib import Path

import lmdb
import pyarrow.parquet as pq
import pytest

from datasets.objects.names import crop_name
from datasets.samples.sample import Sample
from tests.datasets.command_line import run


def test_each_format_is_written(tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    spool = tmp_path / "spool"
    for form, labels in (("parquet", 3), ("webdataset", 3), ("lmdb", 3)):
        assert run(spool, "export", str(tmp_path / form), "--as", form) == 0
        assert capsys.readouterr().out == f"{labels} labels written to {tmp_path / form}\n"
        assert run(spool, "export", str(tmp_path / form), "--as", form) == 1
        assert "not empty" in capsys.readouterr().err
    assert pq.read_table(tmp_path / "parquet" / "labels.parquet").num_rows == 3
    assert [path.name for path in (tmp_path / "webdataset").iterdir()] == ["shard-000000.tar"]
    with lmdb.open(str(tmp_path / "lmdb"), readonly=True, lock=False) as found, found.begin() as reading:
        assert reading.get(b"num-samples") == b"3"


def test_a_search_is_exported(tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    wanted = f'crop = "{samples[0].digest}"'
    assert run(tmp_path / "spool", "export", str(tmp_path / "out"), "--as", "parquet", "--where", wanted) == 0
    assert pq.read_table(tmp_path / "out" / "labels.parquet").column("sample").to_pylist() == [samples[0].digest]
    assert run(tmp_path / "spool", "export", str(tmp_path / "all"), "--where", wanted) == 1
    assert "a plain folder holds all" in capsys.readouterr().err


def test_a_missing_crop_is_told(tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "spool" / crop_name(samples[0].digest)).unlink()
    assert run(tmp_path / "spool", "export", str(tmp_path / "out"), "--as", "webdataset") == 1
    told = capsys.readouterr()
    assert told.out == f"2 labels written to {tmp_path / 'out'}\n"
    assert f"left out: {samples[0].digest}.png" in told.err
