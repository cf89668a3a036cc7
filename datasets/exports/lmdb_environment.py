"""LMDB as the training of deep-text-recognition-benchmark reads it.

https://github.com/clovaai/deep-text-recognition-benchmark, `create_lmdb_dataset.py`: `image-000000001` is the PNG of
the first crop, `label-000000001` its line in UTF-8, and `num-samples` how many there are. Labels that were marked
unreadable have no line to train on and are left out.
"""

from __future__ import annotations

import itertools
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import lmdb

from datasets.errors import StoreError
from datasets.exports.crop_reader import CropReader
from datasets.exports.sink import Sink
from datasets.samples.sample import Sample

LEFT_OUT: Final = "left-out.txt"
_FOLDER: Final = "labels-lmdb"
_MOST_BYTES: Final = 1 << 40  # of the map; the file has only the pages that are written
_AT_ONCE: Final = 500  # labels of a transaction
_PART: Final = 1 << 18  # bytes


def write_lmdb(samples: Iterable[Sample], reader: CropReader, folder: Path) -> int:
    """Write an LMDB environment, `data.mdb` and `lock.mdb`.

    Args:
        samples: the labels.
        reader: of their crops.
        folder: of the environment; is there, and empty.

    Returns:
        The number of labels written.

    Raises:
        StoreError: it cannot be written.
    """
    pairs = reader.read(sample for sample in samples if sample.label.status != "unreadable")
    count = 0
    try:
        with lmdb.open(str(folder), map_size=_MOST_BYTES, sync=False, metasync=False) as environment:
            while some := list(itertools.islice(pairs, _AT_ONCE)):
                with environment.begin(write=True) as transaction:
                    for sample, png in some:
                        count += 1
                        transaction.put(f"image-{count:09d}".encode(), png)
                        transaction.put(f"label-{count:09d}".encode(), sample.label.text.encode())
            with environment.begin(write=True) as transaction:
                transaction.put(b"num-samples", str(count).encode())
            environment.sync(True)
    except lmdb.Error as error:
        raise StoreError(f"cannot write {folder}: {error}") from error
    return count


def zipped_lmdb(samples: Iterable[Sample], reader: CropReader) -> Iterator[bytes]:
    """A zip with the folder `labels-lmdb`, bit by bit; `left-out.txt` names what is missing, if anything is.

    The environment is first written to a temporary folder, for it cannot be written in order.

    Raises:
        StoreError: it cannot be written.
        OSError: likewise.
    """
    with tempfile.TemporaryDirectory() as folder:
        write_lmdb(samples, reader, Path(folder))
        sink = Sink()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            with (Path(folder) / "data.mdb").open("rb") as file, archive.open(f"{_FOLDER}/data.mdb", "w") as entry:
                while data := file.read(_PART):
                    entry.write(data)
                    if part := sink.take():
                        yield part
            if reader.left_out:
                archive.writestr(LEFT_OUT, "\n".join([*reader.left_out, ""]))
        yield sink.take()
