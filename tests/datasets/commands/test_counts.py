from __future__ import annotations

import json
from pathlib import Path

import pytest

from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from tests.datasets.command_line import run
from tests.datasets.making import pair


def test_counts(tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "spool", "counts", "--json") == 0
    assert json.loads(capsys.readouterr().out)["kept"] == 3
    assert run(tmp_path / "spool", "counts") == 0
    assert "kept\t3\n" in capsys.readouterr().out


def test_pairs_are_counted_and_exported(
    tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]
) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        store.pairs.keep(pair("p1"))
    assert run(tmp_path / "spool", "counts") == 0
    assert "pairs\t1\n" in capsys.readouterr().out
    assert run(tmp_path / "spool", "reindex") == 0
    assert capsys.readouterr().out == "4 events, 3 live labels on 3 crops, 1 pair, 0 unsent\n"
    assert run(tmp_path / "spool", "export", str(tmp_path / "out")) == 0
    assert "1 pairs of a barcode and a code written to" in capsys.readouterr().out


def test_reindex_and_export(tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/other.sqlite3"
    assert run(tmp_path / "spool", "reindex", DATABASE_URL=url) == 0
    assert capsys.readouterr().out == "3 events, 3 live labels on 3 crops, 0 pairs, 0 unsent\n"
    assert run(tmp_path / "spool", "export", str(tmp_path / "out")) == 0
    assert len(list((tmp_path / "out").glob("*.png"))) == 3
    assert run(tmp_path / "spool", "export", str(tmp_path / "out")) == 1
    assert "not empty" in capsys.readouterr().err
