"""The rows: those of the original, and those that vary one size."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")


from benchmarks.model_table.filling import shard_folder
from benchmarks.model_table.rows import size_rows, table_rows
from ocr_model.training.architecture import NetworkConfig


def test_the_sizes_vary_one_thing_at_a_time() -> None:
    rows = size_rows("tags-1")
    assert len({row.slug for row in rows}) == len(rows)
    assert sum(row.network.line_width == 128 for row in rows) == 4
    assert all(128 in (row.network.width, row.network.line_width) for row in rows)
    served = NetworkConfig()
    assert any((row.network.width, row.network.line_width) == (served.width, served.line_width) for row in rows)


def test_the_rows_are_those_of_the_original() -> None:
    rows = table_rows("tags-1")
    assert [row.published for row in rows] == [63.9, 77.3, 85.6, 82.5, 73.1, 63.5, 66.7, 75.7, 68.0]
    assert len({row.slug for row in rows}) == len(rows)
    assert [row.letters_and_digits for row in rows].count(True) == 1
    assert [row.recipe for row in rows[6:]] == ["v1.0", "v2.0", "v2.1"]
    assert {row.network for row in rows[6:]} == {rows[4].network}
    assert len({shard_folder(Path("run"), row) for row in rows}) == 4
