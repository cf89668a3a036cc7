"""The model table: rows that train, stop, go on, and end in one table with a plot."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

import numpy as np

from benchmarks.model_table import table
from benchmarks.model_table.plan import TablePlan
from benchmarks.model_table.rows import LETTERS_AND_DIGITS, Row
from ocr_model.training.architecture import NetworkConfig

TINY = NetworkConfig(width=32, blocks=(1, 1, 1, 1), hidden=32)
LETTERS = replace(TINY, charset=LETTERS_AND_DIGITS)


def command(run: Path, *extra: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    table.add_arguments(parser)
    sizes = ["--recipe", "v1.0", "--crops", "32", "--batch", "16", "--validation", "6", "--processes", "1"]
    return parser.parse_args(["--run", str(run), "--out", str(run / "docs" / "table"), *sizes, *extra])


@pytest.fixture
def two_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (Row("Attn", TINY, "v1.0", published=73.1), Row("Attn, letters and digits", LETTERS, "v1.0"))
    monkeypatch.setattr(table, "table_rows", lambda recipe: rows)
    monkeypatch.setattr(table, "render_shards", _shards)
    monkeypatch.delenv("REAL_CROPS", raising=False)


def _shards(plan: object, folder: Path, *, processes: int, stop_after: float) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shards.json").write_text(json.dumps({"crops": 32}))
    rng = np.random.default_rng(0)
    np.save(folder / "00000.npy", rng.integers(0, 255, (32, 64, 256), dtype=np.uint8))
    (folder / "00000.json").write_text(json.dumps([f"AB-{number}" for number in range(32)]))
    return True


@pytest.mark.usefixtures("two_rows")
def test_a_stopped_table_goes_on_and_ends_in_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert table.main(command(tmp_path, "--stop-after", "0")) == 0
    assert "0 of 2 rows are done" in capsys.readouterr().err
    assert table.main(command(tmp_path)) == 0
    found = json.loads((tmp_path / "table.json").read_text())
    assert [row["crops"] for row in found["rows"]] == [32, 32]
    assert all(row["milliseconds"] > 0 and row["float16_mb"] > 0 for row in found["rows"])
    assert found["rows"][0]["results"]["synthetic v1.0"]["crops"] == 6
    text = (tmp_path / "docs" / "table.md").read_text()
    assert "| Attn | v1.0 |" in text and "| 73.1 |" in text
    assert (tmp_path / "docs" / "table.png").stat().st_size > 1000
    # Finished rows stay as they are.
    before = (tmp_path / "rows" / "attn-v1.0" / "result.json").read_bytes()
    assert table.main(command(tmp_path)) == 0
    assert (tmp_path / "rows" / "attn-v1.0" / "result.json").read_bytes() == before


@pytest.mark.usefixtures("two_rows")
def test_other_settings_in_the_same_folder_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    TablePlan(crops=99).check(tmp_path)
    assert table.main(command(tmp_path)) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_sizes_are_drawn_against_their_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = replace(TINY, transformation="None", sequence="None", prediction="CTC")
    rows = (
        Row("128 channels, line 32 x 128", tiny, "v1.0"),
        Row("64 channels, line 32 x 128", replace(tiny, width=16), "v1.0"),
        Row("128 channels, line 32 x 64", replace(tiny, line_width=64), "v1.0"),
    )
    monkeypatch.setattr(table, "size_rows", lambda recipe: rows)
    monkeypatch.setattr(table, "render_shards", _shards)
    monkeypatch.setattr("benchmarks.model_table.rows.LONG", 3)
    monkeypatch.delenv("REAL_CROPS", raising=False)
    assert table.main(command(tmp_path, "--sizes")) == 0
    found = json.loads((tmp_path / "sizes.json").read_text())
    assert list(found["rows"][0]["results"]) == ["synthetic v1.0", "codes of 3 and more"]
    assert found["rows"][0]["results"]["codes of 3 and more"]["crops"] > 0
    assert (tmp_path / "docs" / "table.png").stat().st_size > 1000
