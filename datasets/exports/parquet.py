"""Parquet: a table of labels with what is known of their crops, and the features that crops are compared by."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from datasets.exports.sink import Sink
from datasets.features.feature_files import FeatureFiles
from datasets.features.feature_folders import present_files
from datasets.features.live_labels import places_among
from datasets.samples.export import COLUMNS, label_line
from datasets.samples.sample import Sample, label_doubt

_ROWS_AT_ONCE: Final = 1000  # of a row group
_TEXTS: Final = pa.list_(pa.string())
_FIELDS: Final = (
    *((name, pa.string()) for name in COLUMNS if name not in ("read_confidence", "turn", "at")),
    ("read_confidence", pa.float64()),
    ("turn", pa.int8()),
    ("at", pa.timestamp("us", "UTC")),
    ("sample", pa.string()),
    ("width", pa.int32()),
    ("height", pa.int32()),
    ("tags", _TEXTS),
    ("metadata", pa.map_(pa.string(), pa.string())),
    ("doubt", pa.float64()),
    ("sharpness", pa.float64()),
    ("light", pa.float64()),
    ("contrast", pa.float64()),
)


class FeatureReader:
    """Reads the features of crops as they are on the disk when it is made.

    Args:
        spool: folder of the store.
    """

    def __init__(self, spool: Path) -> None:
        self._files: FeatureFiles | None = present_files(spool)
        self._crops = np.empty(0, "V32") if self._files is None else self._files.crops()

    @property
    def encoder(self) -> str:
        """Name of the encoder whose features they are; "" if there are none."""
        return "" if self._files is None else self._files.folder.name

    @property
    def size(self) -> int:
        """Numbers of a vector; 0 if there are none."""
        return 0 if self._files is None else self._files.size

    def vectors(self, digests: Iterable[str]) -> list[NDArray[np.float32] | None]:
        """The features of some crops, each (`size`,), of length 1; None for a crop without."""
        wanted = np.frombuffer(b"".join(map(bytes.fromhex, digests)), "V32")
        if self._files is None:
            return [None] * len(wanted)
        rows = places_among(wanted, self._crops)
        return [None if row < 0 else self._files.read_vector(row) for row in rows.tolist()]


def parquet(samples: Iterable[Sample], features: FeatureReader) -> Iterator[bytes]:
    """A Parquet file with a row for each label, bit by bit: those of a row group are in memory together.

    The column `features` is there if crops have any; `encoder` in the file's metadata names what made them.
    """
    schema = pa.schema(_FIELDS)
    if features.size:
        column = pa.field("features", pa.list_(pa.float32(), features.size))
        schema = schema.append(column).with_metadata({"encoder": features.encoder})
    sink, remaining = Sink(), iter(samples)
    with pq.ParquetWriter(pa.PythonFile(sink, "w"), schema, compression="zstd") as writer:
        while some := list(itertools.islice(remaining, _ROWS_AT_ONCE)):
            writer.write_table(_table(some, features, schema))
            yield sink.take()
    yield sink.take()


def write_parquet(samples: Iterable[Sample], features: FeatureReader, path: Path) -> int:
    """Write a Parquet file.

    Returns:
        The number of labels written.

    Raises:
        OSError: it cannot be written, or is there.
    """
    count = 0

    def counted() -> Iterator[Sample]:
        nonlocal count
        for sample in samples:
            count += 1
            yield sample

    with path.open("xb") as file:
        file.writelines(parquet(counted(), features))
    return count


def _table(samples: list[Sample], features: FeatureReader, schema: pa.Schema) -> pa.Table:
    rows = list(map(_row, samples))
    columns = [[row[field.name] for row in rows] for field in schema if field.name != "features"]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=False)]
    if features.size:
        vectors = features.vectors(sample.digest for sample in samples)
        arrays.append(pa.array(vectors, schema.field("features").type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _row(sample: Sample) -> dict[str, object]:
    values: dict[str, object] = dict(zip(COLUMNS, label_line(f"{sample.digest}.png", sample), strict=True))
    quality = sample.quality
    return values | {
        "at": sample.label.at,
        "sample": sample.digest,
        "width": sample.width,
        "height": sample.height,
        "tags": sorted(sample.tags),
        "metadata": sorted(sample.metadata),
        "doubt": label_doubt(sample.label),
        "sharpness": None if quality is None else quality.sharpness,
        "light": None if quality is None else float(quality.light),
        "contrast": None if quality is None else quality.contrast,
    }
