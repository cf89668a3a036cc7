"""Feature vectors that come with an upload: `features.npy` with the names of files beside it, or `features.parquet`.

The rows of `features.npy` belong to the files that `features.txt` names, one a line, or else to the rows of the labels'
table beside it, in order. `features.parquet` has the columns `file` and `vector` (lists of numbers of equal length).
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from datasets.uploads.memory import at_most_more
from datasets.uploads.outcome import FaultError
from ocr_model.table_text import TableTextError, decode_table

VECTOR_FILES: Final = ("features.npy", "features.parquet")
NAME_LISTS: Final = ("features.txt",)
MOST_VECTOR_BYTES: Final = 256 << 20
LONGEST_VECTOR: Final = 4096
MOST_VECTORS: Final = 50_000  # of an upload
# Of memory that reading Parquet may take: what a file says of itself is a stranger's, and a kilobyte may unpack to
# gigabytes.
_PARQUET_BYTES: Final = 4 * MOST_VECTOR_BYTES
_KINDS: Final = frozenset("fiu")  # floats and integers


@dataclass(frozen=True, slots=True)
class NamedVectors:
    """Vectors, and the files that they belong to."""

    names: Sequence[str]  # "" where the file is not there
    rows: NDArray[Any]  # (N, size)


def read_vectors(data: bytes) -> NDArray[Any]:
    """The vectors of a NPY file: (N, size), of floats or integers.

    Raises:
        FaultError: "bad-features"; objects, which could call programs, are never read.
    """
    _check_size(data)
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"version {version} is not read")
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, is_columns, kind = read_header(stream)
    except Exception as error:  # whatever Python's parser raises: also MemoryError, RecursionError, TokenError
        raise FaultError("bad-features", f"this is no NPY file: {error}"[:300]) from error
    if kind.hasobject or kind.kind not in _KINDS or len(shape) != 2:
        raise FaultError("bad-features", f"an array (N, size) of numbers is wanted, not {shape} of {kind}"[:300])
    # The header is a stranger's: what it promises must be there before anything is made of it.
    if math.prod(shape) * kind.itemsize != len(data) - stream.tell():
        raise FaultError("bad-features", "the file is cut off, or longer than it says")
    _check_shape(shape)
    found = np.frombuffer(data, kind, offset=stream.tell())
    return found.reshape(shape, order="F" if is_columns else "C")


def read_names(data: bytes) -> list[str]:
    """The names of a list, one a line.

    Raises:
        FaultError: "bad-features": it is no text.
    """
    try:
        text = decode_table(data)
    except TableTextError as error:
        raise FaultError("bad-features", f"line {error.line}: {error}") from error
    if text.count("\n") > 2 * MOST_VECTORS:
        raise FaultError("bad-features", f"at most {MOST_VECTORS} files are named")
    return [line.strip().replace("\\", "/") for line in text.splitlines() if line.strip()]


def read_parquet(data: bytes) -> NamedVectors:
    """The vectors of a Parquet file with the columns `file` and `vector`.

    Raises:
        FaultError: "no-parquet": pyarrow is not installed; "bad-features".
    """
    _check_size(data)
    try:
        import pyarrow
        import pyarrow.compute as compute
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise FaultError("no-parquet", "reading Parquet needs the package pyarrow") from error
    try:
        with at_most_more(_PARQUET_BYTES):
            file = parquet.ParquetFile(pyarrow.BufferReader(data))
            about = file.metadata
            unpacked = sum(about.row_group(at).total_byte_size for at in range(about.num_row_groups))
            if about.num_rows > MOST_VECTORS or unpacked > MOST_VECTOR_BYTES:
                most = f"at most {MOST_VECTORS} vectors of {MOST_VECTOR_BYTES >> 20} MiB are taken"
                raise FaultError("bad-features", most)
            table = file.read(columns=["file", "vector"], use_threads=False)
            names, lists = table.column("file").to_pylist(), table.column("vector").combine_chunks()
            rows = _rows_of(lists, compute.list_value_length(lists).to_numpy(zero_copy_only=False))
    except MemoryError as error:
        raise FaultError("bad-features", "it unpacks to more than it says") from error
    except (pyarrow.ArrowException, AttributeError, KeyError, ValueError, OSError, TypeError) as error:
        raise FaultError("bad-features", f"no Parquet file with the columns file and vector: {error}"[:300]) from error
    if rows.ndim != 2 or rows.dtype.kind not in _KINDS:
        raise FaultError("bad-features", "the column vector must hold lists of numbers of equal length")
    _check_shape(rows.shape)
    return NamedVectors([str(name).replace("\\", "/") for name in names], rows)


def _rows_of(lists: Any, lengths: NDArray[Any]) -> NDArray[Any]:
    """The numbers of an Arrow array of lists: (N, size); of another shape where lists are missing or differ."""
    numbers = lists.flatten()
    if lists.null_count or numbers.null_count or len(lists) == 0 or len(numbers) == 0:
        return np.empty(0)
    size = len(numbers) // len(lists)
    return numbers.to_numpy(zero_copy_only=False).reshape(-1, size) if (lengths == size).all() else np.empty(0)


def _check_size(data: bytes) -> None:
    if len(data) > MOST_VECTOR_BYTES:
        raise FaultError("bad-features", f"a file of vectors has at most {MOST_VECTOR_BYTES >> 20} MiB")


def _check_shape(shape: Sequence[int]) -> None:
    if not (1 <= shape[1] <= LONGEST_VECTOR and shape[0] <= MOST_VECTORS):
        raise FaultError("bad-features", f"at most {MOST_VECTORS} vectors of 1 to {LONGEST_VECTOR} numbers are taken")
