"""The crops that look most like each crop: found by comparing all with all, block by block, and kept as a table.

Comparing is exact: products of unit vectors, in blocks that fit a processor's cache. The table grows with the crops:
new ones are compared with all, old ones with the new ones only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.features.derived_file import load_arrays, save_arrays
from datasets.features.feature_files import Halves, blocks

NEIGHBOURS = 10  # of each crop that the table keeps
NONE = -1  # in place of a row, where there are fewer crops than that
_ROWS = 1024  # compared together with a block of others


@dataclass(frozen=True, slots=True)
class NeighbourTable:
    """The nearest rows of each row, the nearest first."""

    rows: NDArray[np.int32]  # (N, NEIGHBOURS); NONE where there are not so many
    cosines: NDArray[np.float32]  # (N, NEIGHBOURS); -2 where there are not so many

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def empty(cls) -> NeighbourTable:
        """The table of no rows."""
        return cls(np.empty((0, NEIGHBOURS), np.int32), np.empty((0, NEIGHBOURS), np.float32))

    @classmethod
    def load(cls, path: Path) -> NeighbourTable:
        """Read a table; one that is missing or damaged is empty."""
        found = load_arrays(path)
        if found.keys() != {"rows", "cosines"}:
            return cls.empty()
        table = cls(found["rows"], found["cosines"])
        return table if table.rows.shape == table.cosines.shape == (len(table.rows), NEIGHBOURS) else cls.empty()

    def save(self, path: Path) -> None:
        """Write the table whole or not at all.

        Raises:
            StoreError: it cannot be written.
        """
        save_arrays(path, rows=self.rows, cosines=self.cosines)


def nearest(
    vectors: Iterable[tuple[int, NDArray[np.float32]]], wanted: NDArray[np.floating], count: int
) -> tuple[list[int], list[float]]:
    """The rows that are most like a vector, the nearest first, with their cosines.

    Args:
        vectors: blocks of rows of length 1, with the number of the first; blank rows have no length, and are never
            found.
        wanted: (D,), of length 1.
        count: most rows.
    """
    query = wanted.astype(np.float32)
    products = [block @ query for _, block in vectors]
    if not products:
        return [], []
    cosines = np.concatenate(products)
    cosines[cosines == 0.0] = -2.0
    count = min(count, len(cosines))
    best = np.argpartition(-cosines, count - 1)[:count]
    best = best[np.argsort(-cosines[best], kind="stable")]
    best = best[cosines[best] > -2.0]
    return best.tolist(), cosines[best].tolist()


def grow(
    table: NeighbourTable, vectors: Halves, last: int, on_progress: Callable[[int], object] = lambda rows: None
) -> NeighbourTable:
    """The table of the rows before `last`.

    Args:
        table: that of fewer rows.
        vectors: (N, D), of length 1.
        last: as many rows the new table has.
        on_progress: called with how many rows more were compared; as many as `last` in all.
    """
    known = len(table)
    rows = np.full((last, NEIGHBOURS), NONE, np.int32)
    cosines = np.full((last, NEIGHBOURS), -2.0, np.float32)
    rows[:known], cosines[:known] = table.rows, table.cosines
    for first in range(0, last, _ROWS):
        end = min(first + _ROWS, last)
        some = np.asarray(vectors[first:end], np.float32)
        if first < known < end:  # both kinds in one block: the old ones have met all old ones
            rows[first:known], cosines[first:known] = NONE, -2.0
        for start, others in blocks(vectors, known if end <= known else 0, last):
            products = some @ others.T
            own = np.arange(max(first, start), min(end, start + len(others)))
            products[own - first, own - start] = -2.0
            products[products == 0.0] = -2.0  # blank rows
            _take(rows[first:end], cosines[first:end], products, start)
        on_progress(end - first)
    return NeighbourTable(rows, cosines)


def _take(rows: NDArray[np.int32], cosines: NDArray[np.float32], products: NDArray[np.float32], start: int) -> None:
    """Put those products into a table's rows that are greater than what is there; both are sorted, greatest first."""
    least = cosines[:, -1:]
    at, column = np.nonzero(products > least)
    if len(at) == 0:
        return
    counts = np.bincount(at, minlength=len(rows))
    most = int(counts.max())
    if most > 4 * NEIGHBOURS:  # many at first: only the best of them can stay
        found = np.argpartition(-products, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        better = np.take_along_axis(products, found, axis=1)
    else:
        place = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        found = np.zeros((len(rows), most), np.int64)
        better = np.full((len(rows), most), -2.0, np.float32)
        found[at, place], better[at, place] = column, products[at, column]
    joined = np.concatenate([cosines, better], axis=1)
    named = np.concatenate([rows, found.astype(np.int32) + np.int32(start)], axis=1)
    order = np.argsort(-joined, axis=1, kind="stable")[:, :NEIGHBOURS]
    cosines[:] = np.take_along_axis(joined, order, axis=1)
    rows[:] = np.where(cosines > -2.0, np.take_along_axis(named, order, axis=1), NONE)
