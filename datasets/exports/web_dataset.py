"""WebDataset: tar files in which the files of one label follow each other, of one name and of several endings.

https://github.com/webdataset/webdataset. `000000017.png` is the crop, `000000017.txt` its line in UTF-8, and
`000000017.json` all that is known of the label. Names that begin and end with `__` are skipped by its readers.
"""

from __future__ import annotations

import io
import itertools
import json
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from datasets.exports.crop_reader import CropReader
from datasets.exports.sink import Sink
from datasets.samples.export import COLUMNS, label_line
from datasets.samples.sample import Sample

LEFT_OUT: Final = "__left-out__"
LABELS_IN_SHARD: Final = 10_000


def web_dataset(samples: Iterable[Sample], reader: CropReader, first: int = 0) -> Iterator[bytes]:
    """One tar file, bit by bit; `__left-out__` names what is missing, if anything is.

    Args:
        samples: the labels.
        reader: of their crops.
        first: number of the first label.
    """
    sink, known = Sink(), len(reader.left_out)
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.GNU_FORMAT) as archive:
        for number, (sample, png) in enumerate(reader.read(samples), first):
            name = f"{number:09d}"
            for ending, data in (("png", png), ("txt", sample.label.text.encode()), ("json", _about(sample))):
                _add(archive, f"{name}.{ending}", data)
            if part := sink.take():
                yield part
        if missing := reader.left_out[known:]:
            _add(archive, LEFT_OUT, "\n".join([*missing, ""]).encode())
    yield sink.take()


def write_web_dataset(samples: Iterator[Sample], reader: CropReader, folder: Path, in_shard: int) -> int:
    """Write tar files `shard-000000.tar` and so on, of so many labels each.

    Args:
        samples: the labels.
        reader: of their crops.
        folder: is there.
        in_shard: labels of each file.

    Returns:
        The number of labels, with those that were left out.

    Raises:
        OSError: they cannot be written.
    """
    taken = 0
    while some := list(itertools.islice(samples, in_shard)):
        shard = taken // in_shard
        with (folder / f"shard-{shard:06d}.tar").open("xb") as file:
            file.writelines(web_dataset(some, reader, taken))
        taken += len(some)
    return taken


def _about(sample: Sample) -> bytes:
    values = dict(zip(COLUMNS, label_line(f"{sample.digest}.png", sample), strict=True))
    values |= {"tags": sorted(sample.tags), "metadata": dict(sorted(sample.metadata))}
    return json.dumps(values, ensure_ascii=False).encode()


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)  # without time and owner: the same labels give the same bytes
    entry.size, entry.mode = len(data), 0o644
    archive.addfile(entry, io.BytesIO(data))
