"""Labels as a file to download: a zip of crops with their table, or the table alone. Written while it is sent."""

from __future__ import annotations

import csv
import io
import itertools
import logging
import threading
import zipfile
from collections.abc import Iterator, Sequence
from typing import Final

from backend.http.work_queue import overloaded
from backend.team.selection import found
from datasets.errors import StoreError
from datasets.samples.export import COLUMNS, label_line
from datasets.samples.sample import Sample, label_doubt
from datasets.samples.search.filters import Filter
from datasets.samples.store import SampleStore
from ocr_model.codes.table import to_cell

_LOG = logging.getLogger(__name__)

MOST_CROPS: Final = 2000  # of a zip
MOST_BYTES: Final = 64 << 20  # of the crops of a zip
MOST_LINES: Final = 20_000  # of a table
_AT_ONCE: Final = 2  # downloads under way
_LINES_AT_ONCE: Final = 200
_MORE: Final = ("tags", "doubt", "sharpness", "light", "contrast")  # columns of a CSV beside those of `export`
LEFT_OUT: Final = "left-out.txt"


class TeamExports:
    """Downloads of a store, two at the same time. Safe to use from several threads.

    Args:
        store: Where confirmed samples are kept.
    """

    def __init__(self, store: SampleStore) -> None:
        self._store = store
        self._places = threading.BoundedSemaphore(_AT_ONCE)

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
        sink = _Sink()
        lines: list[Sequence[object]] = []
        left_out: list[str] = []
        written, size = set[str](), 0
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
            for sample in samples:
                name = f"{sample.digest}.png"
                if len(lines) >= MOST_CROPS or size >= MOST_BYTES:
                    left_out.append(f"... and further ones: a zip holds {MOST_CROPS} labels or {MOST_BYTES} bytes")
                    break
                if sample.digest not in written:
                    try:
                        png = self._store.crops.stored_bytes(sample.digest)
                    except StoreError as error:
                        _LOG.warning("a crop is left out of a download: %s", error)
                        left_out.append(name)
                        continue
                    archive.writestr(name, png)
                    written.add(sample.digest)
                    size += len(png)
                lines.append(label_line(name, sample))
                if part := sink.take():
                    yield part
            archive.writestr("labels.tsv", _written([COLUMNS, *lines], csv.excel_tab))
            if left_out:
                archive.writestr(LEFT_OUT, "\n".join([*left_out, ""]))
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


class _Sink(io.RawIOBase):
    """Takes what a zip consists of, to be sent at once; it cannot be gone back in."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """What was written since."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


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
