from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from datasets.features.feature_files import blocks
from datasets.features.neighbours import NEIGHBOURS, NONE, NeighbourTable, grow, nearest

ROWS, SIZE = 1500, 12


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    """Unit vectors; row 7 is blank."""
    found = np.random.default_rng(1).normal(size=(ROWS, SIZE)).astype(np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    found[7] = 0.0
    return found.astype(np.float16)


@pytest.fixture(scope="module")
def cosines(vectors: np.ndarray) -> np.ndarray:
    """All with all; -2 for a row with itself and for the blank one."""
    exact = vectors.astype(np.float32)
    found = exact @ exact.T
    np.fill_diagonal(found, -2.0)
    found[7], found[:, 7] = -2.0, -2.0
    return found


@pytest.mark.parametrize("steps", [(ROWS,), (3, 700, ROWS), (1024, 1025, ROWS)])
def test_the_table_holds_the_nearest_whether_it_grows_at_once_or_in_steps(
    vectors: np.ndarray, cosines: np.ndarray, steps: tuple[int, ...]
) -> None:
    table = NeighbourTable.empty()
    for last in steps:
        seen = list[int]()
        table = grow(table, vectors, last, seen.append)
        assert sum(seen) == last
    best = -np.sort(-cosines, axis=1)[:, :NEIGHBOURS]
    np.testing.assert_allclose(np.delete(table.cosines, 7, 0), np.delete(best, 7, 0), atol=1e-5)
    some = np.delete(np.arange(ROWS), 7)
    np.testing.assert_allclose(
        np.take_along_axis(cosines, table.rows.astype(np.int64), axis=1)[some], table.cosines[some], atol=1e-5
    )
    assert 7 not in table.rows[some]
    assert set(table.rows[7].tolist()) == {NONE}


def test_a_table_of_few_rows_has_places_without_neighbours(vectors: np.ndarray) -> None:
    table = grow(NeighbourTable.empty(), vectors, 3)
    assert (table.rows == NONE).sum(axis=1).tolist() == [NEIGHBOURS - 2] * 3


def test_a_table_is_read_as_it_was_written_and_a_damaged_one_is_empty(vectors: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "table.npz"
    assert len(NeighbourTable.load(path)) == 0
    table = grow(NeighbourTable.empty(), vectors, 40)
    table.save(path)
    again = NeighbourTable.load(path)
    assert (again.rows == table.rows).all()
    path.write_bytes(path.read_bytes()[:100])
    assert len(NeighbourTable.load(path)) == 0


def test_the_nearest_of_one_come_in_order(vectors: np.ndarray, cosines: np.ndarray) -> None:
    rows, found = nearest(blocks(vectors), vectors[5], 6)
    assert rows[0] == 5
    assert rows[1:] == np.argsort(-cosines[5])[:5].tolist()
    assert found[1:] == sorted(found[1:], reverse=True)
    assert nearest(blocks(vectors[:0]), vectors[5], 6) == ([], [])
    assert len(nearest(blocks(vectors[:3]), vectors[5], 6)[0]) == 3
