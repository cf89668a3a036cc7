"""Labels as a file to download: crops with their labels, or a table of labels. Written while it is sent."""

from __future__ import annotations

import csv
import io
import itertools
import threading
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from backend.http.work_queue import overloaded
from backend.team.selection import found
from datasets.exports.crop_reader import CropReader
from datasets.exports.sink import Sink
from datasets.exports.web_dataset import web_dataset
from datasets.samples.export import COLUMNS, label_line
from datasets.samples.sample import Sample, label_doubt
from datasets.samples.search.filters import Filter
from datasets.samples.seen_store import SeenStore
from ocr_model.codes.table import to_cell

MOST_CROPS: Final = 2000  # of a file with crops
MOST_BYTES: Final = 64 << 20  # of the crops of a file
MOST_LINES: Final = 20_000  # of a table
_AT_ONCE: Final = 2  # downloads under way
_LINES_AT_ONCE: Final = 200
_MORE: Final = ("tags", "doubt", "sharpness", "light", "contrast")  # columns of a CSV beside those of `export`
LEFT_OUT: Final = "left-out.txt"


class TeamExports:
    """Downloads of a store, two at the same time. Safe to use from several threads.

    Args:
        store: Where confirmed samples are kept, as somebody sees it.
        spool: Folder of the store.
        places: Taken by each download under way; None makes them.
    """

    def __init__(self, store: SeenStore, spool: Path, places: threading.BoundedSemaphore | None = None) -> None:
        self._store, self._spool = store, spool
        self._places = places or threading.BoundedSemaphore(_AT_ONCE)

    def seen_in(self, store: SeenStore) -> TeamExports:
        """The same downloads, of what somebody sees."""
        return TeamExports(store, self._spool, self._places)

    def zipped(self, wanted: Filter) -> Iterator[bytes]:
        """A zip with `labels.tsv` and the crops, PNG; bit by bit.

        It ends with the 2000th label or with 64 MiB of crops; `left-out.txt` says so, and names crops that cannot be
        read.

        Raises:
            Problem: 503, two others are under way.
            IndexUnavailableError: The index does not answer.
        """
        return self._begun(self._zipped(found(self._store.search, wanted, MOST_CROPS + 1)))

    def table(self, wanted: Filter) -> Iterator[bytes]:
        """A CSV with a line for each label, at most 20,000; bit by bit.

        Raises:
            Problem: 503, two others are under way.
            IndexUnavailableError: The index does not answer.
        """
        return self._begun(self._table(found(self._store.search, wanted, MOST_LINES)))

    def web_dataset(self, wanted: Filter) -> Iterator[bytes]:
        """A tar as WebDataset reads it, with the bounds of the zip; bit by bit.

        Raises:
            Problem: 503, two others are under way.
            IndexUnavailableError: The index does not answer.
        """
        return self._begun(web_dataset(found(self._store.search, wanted, MOST_CROPS + 1), self._reader()))

    def lmdb(self, wanted: Filter) -> Iterator[bytes]:
        """A zip with an LMDB environment, with the same bounds; bit by bit, once it is written.

        Raises:
            Problem: 503, two others are under way.
            StoreError: The index does not answer, or there is no room to write it.
        """
        from datasets.exports.lmdb_environment import zipped_lmdb

        return self._begun(zipped_lmdb(found(self._store.search, wanted, MOST_CROPS + 1), self._reader()))

    def parquet(self, wanted: Filter) -> Iterator[bytes]:
        """A Parquet file with a row for each label, at most 20,000, and the features of its crop; bit by bit.

        Raises:
            Problem: 503, two others are under way.
            IndexUnavailableError: The index does not answer.
        """
        from datasets.exports.parquet import FeatureReader, parquet  # 60 MB of memory, which few backends need

        return self._begun(parquet(found(self._store.search, wanted, MOST_LINES), FeatureReader(self._spool)))

    def _reader(self) -> CropReader:
        return CropReader(self._store.everything.crops, MOST_CROPS, MOST_BYTES)

    def _begun(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        """The parts, once the first one is there: what fails at once is told before the answer has begun."""
        turn = self._in_turn(parts)
        return itertools.chain([next(turn)], turn)

    def _in_turn(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        if not self._places.acquire(blocking=False):
            raise overloaded("Other downloads are under way.")
        try:
            yield from parts
        finally:
            self._places.release()

    def _zipped(self, samples: Iterator[Sample]) -> Iterator[bytes]:
        sink, reader = Sink(), self._reader()
        lines: list[Sequence[object]] = []
        written = set[str]()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
            for sample, png in reader.read(samples):
                name = f"{sample.digest}.png"
                if sample.digest not in written:
                    archive.writestr(name, png)
                    written.add(sample.digest)
                lines.append(label_line(name, sample))
                if part := sink.take():
                    yield part
            archive.writestr("labels.tsv", _written([COLUMNS, *lines], csv.excel_tab))
            if reader.left_out:
                archive.writestr(LEFT_OUT, "\n".join([*reader.left_out, ""]))
        yield sink.take()

    def _table(self, samples: Iterator[Sample]) -> Iterator[bytes]:
        # The mark tells spreadsheets that it is UTF-8.
        lines: list[Sequence[object]] = [(*COLUMNS, *_MORE)]
        mark = b"\xef\xbb\xbf"
        for sample in samples:
            lines.append((*label_line(f"{sample.digest}.png", sample), *_more_of(sample)))
            if len(lines) >= _LINES_AT_ONCE:
                yield mark + _written(lines, csv.excel)
                lines, mark = [], b""
        yield mark + _written(lines, csv.excel)


def _written(lines: Sequence[Sequence[object]], dialect: type[csv.Dialect]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, dialect, lineterminator="\n")
    for line in lines:
        table.writerow([to_cell(value) if isinstance(value, str) else value for value in line])
    return text.getvalue().encode()


def _more_of(sample: Sample) -> Sequence[object]:
    quality = sample.quality
    measures = ("", "", "") if quality is None else (quality.sharpness, quality.light, quality.contrast)
    return (", ".join(sorted(sample.tags)), label_doubt(sample.label), *measures)
