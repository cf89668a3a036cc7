"""The feature vectors of one model: two files with a row for each crop, its digest and its vector in float16.

Rows are appended and keep their numbers. The vectors of new rows are on the disk before their digests are, so that a
digest always has its vector. A row whose crop is gone is blanked: no digest, and no length. Files with many blank rows
are written anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.objects.folder import disk_errors, make_folder, open_own, sync_file

Halves = NDArray[np.float16]
Rows = NDArray[np.int64]

DIGEST_BYTES = 32
_AT_ONCE = 8192  # rows that are read into memory together
_MOST_BLANK = 0.1  # share of blank rows from which files are written anew


class FeatureFiles:
    """The files of one model's vectors. One process writes at a time (`making.py` holds a lock); any number read.

    Args:
        folder: where they are; made by the first `append`.
        size: numbers of a vector.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size
        self._crops, self._vectors = folder / "crops", folder / "vectors"

    @property
    def stamp(self) -> tuple[int, int]:
        """Changes whenever rows were appended or the files written anew."""
        try:
            found = self._crops.stat()
        except OSError:
            return (0, 0)
        return found.st_ino, found.st_size

    def __len__(self) -> int:
        return self.stamp[1] // DIGEST_BYTES

    def crops(self) -> NDArray[np.void]:
        """The digests of all rows, as they stand in the file: (N,) of 32 bytes; zeros in blank rows."""
        rows = len(self)
        if rows == 0:
            return np.empty(0, f"V{DIGEST_BYTES}")
        return np.fromfile(self._crops, f"V{DIGEST_BYTES}", count=rows)

    def vectors(self) -> Halves:
        """The vectors of all rows, mapped into memory for reading: (N, `size`)."""
        rows = len(self)
        if rows == 0:
            return np.empty((0, self.size), np.float16)
        mapped: Halves = np.memmap(self._vectors, np.float16, "r", shape=(rows, self.size))
        return mapped

    def read_blocks(self, rows: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """The vectors of the first `rows` rows as `blocks` gives them, which do not stay in this process."""
        for first in range(0, rows, _AT_ONCE):
            count = min(_AT_ONCE, rows - first)
            read = np.fromfile(self._vectors, np.float16, count * self.size, offset=2 * first * self.size)
            yield first, read.reshape(count, self.size).astype(np.float32)

    def read_vector(self, row: int) -> NDArray[np.float32]:
        """The vector of a row, (`size`,)."""
        return np.fromfile(self._vectors, np.float16, self.size, offset=2 * row * self.size).astype(np.float32)

    def append(self, digests: Sequence[str], vectors: NDArray[np.floating]) -> None:
        """Add rows; they are on the disk when this returns.

        Args:
            digests: name the crops.
            vectors: (N, `size`), of length 1.

        Raises:
            StoreError: they cannot be written.
        """
        if not digests:
            return
        with disk_errors(f"cannot write features to {self.folder}"):
            make_folder(self.folder)
            rows = len(self)
            # What a process left that was killed between the two files is overwritten.
            _write_at(self._vectors, rows * self.size * 2, vectors.astype(np.float16).tobytes())
            _write_at(self._crops, rows * DIGEST_BYTES, b"".join(map(bytes.fromhex, digests)))

    def blank(self, rows: Rows) -> None:
        """Forget the crops of these rows.

        Raises:
            StoreError: the files cannot be written.
        """
        with disk_errors(f"cannot write features to {self.folder}"):
            for path, width in ((self._crops, DIGEST_BYTES), (self._vectors, 2 * self.size)):
                descriptor = open_own(path)
                try:
                    for row in rows.tolist():
                        os.pwrite(descriptor, bytes(width), row * width)
                    sync_file(descriptor)
                finally:
                    os.close(descriptor)

    def compact(self) -> bool:
        """Write the files anew without blank rows if there are many; returns whether rows have other numbers now.

        Raises:
            StoreError: they cannot be written.
        """
        crops = self.crops()
        kept = np.flatnonzero(~is_blank(crops))
        if len(kept) >= (1 - _MOST_BLANK) * len(crops):
            return False
        vectors = self.vectors()
        parts = [path.with_name(path.name + ".part") for path in (self._crops, self._vectors)]
        with disk_errors(f"cannot write features to {self.folder}"):
            parts[0].write_bytes(crops[kept].tobytes())
            with parts[1].open("wb") as file:
                for first in range(0, len(kept), _AT_ONCE):
                    file.write(vectors[kept[first : first + _AT_ONCE]].tobytes())
            # Killed in between, the digests would name wrong vectors: without digests there are no rows.
            self._crops.unlink()
            parts[1].replace(self._vectors)
            parts[0].replace(self._crops)
        return True


def is_blank(crops: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which rows have no crop any more."""
    parts = np.ascontiguousarray(crops).view(np.uint64).reshape(-1, DIGEST_BYTES // 8)
    return np.logical_not(parts.any(axis=1))


def row_of(crops: NDArray[np.void], digest: str) -> int | None:
    """The row of a crop; None if it has none."""
    parts = np.ascontiguousarray(crops).view(np.uint64).reshape(-1, DIGEST_BYTES // 8)
    wanted = np.frombuffer(bytes.fromhex(digest), np.uint64)
    for row in np.flatnonzero(parts[:, 0] == wanted[0]).tolist():
        if (parts[row] == wanted).all():
            return int(row)
    return None


def digest_at(crops: NDArray[np.void], row: int) -> str:
    """The digest of a row, hexadecimal."""
    return bytes(crops[row].tobytes()).hex()


def blocks(vectors: Halves, first: int = 0, last: int | None = None) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The rows from `first` to before `last` as float32, a few thousand at a time, with the number of the first."""
    end = len(vectors) if last is None else last
    for start in range(first, end, _AT_ONCE):
        yield start, np.asarray(vectors[start : min(start + _AT_ONCE, end)], np.float32)


def _write_at(path: Path, place: int, data: bytes) -> None:
    descriptor = open_own(path)
    try:
        os.ftruncate(descriptor, place)
        with os.fdopen(os.dup(descriptor), "r+b") as file:
            file.seek(place)
            file.write(data)
        sync_file(descriptor)
    finally:
        os.close(descriptor)
