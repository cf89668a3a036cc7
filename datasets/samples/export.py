"""Writes live samples and pairs as a plain folder, for people and for other programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from datasets.errors import StoreError
from datasets.samples.pair import Pair
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from ocr_model.codes.table import to_cell

COLUMNS = (
    "file",
    "text",
    "status",
    "read_text",
    "read_confidence",
    "model_name",
    "model_version",
    "prediction_id",
    "client",
    "at",
    "turn",
    "source",
)
PAIR_COLUMNS = ("gtin", "code", "prediction_id", "client", "at", "source")


def export_samples(store: SampleStore, folder: Path) -> tuple[int, int]:
    """Write `labels.tsv` (tab separated, one line for each live label, see `COLUMNS`) and the crops.

    Where there are pairs of a barcode and a code, `pairs.tsv` has one line for each live pair, see `PAIR_COLUMNS`.

    A text that a spreadsheet would take for a formula has an apostrophe before it (see `ocr_model.codes.table`).

    A crop with two labels has two lines. The text of an unreadable one is empty; its `status` tells it from a
    tag without text.

    Args:
        store: the store of the samples.
        folder: made if missing; must be empty.

    Returns:
        The number of labels and that of pairs written.

    Raises:
        StoreError: the folder is not empty or cannot be written; or a crop is missing or damaged.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise StoreError(f"{folder} is not empty")
        labels = _write_table(folder / "labels.tsv", COLUMNS, _label_lines(store, folder))
        pairs = list(map(_pair_line, store.pairs.all()))
        if pairs:
            _write_table(folder / "pairs.tsv", PAIR_COLUMNS, pairs)
    except OSError as error:
        raise StoreError(f"cannot export to {folder}: {error}") from error
    return labels, len(pairs)


def _write_table(path: Path, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> int:
    """Write a table. Returns the number of its lines without the first."""
    count = 0
    with path.open("x", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        table.writerow(columns)
        for line in lines:
            table.writerow([to_cell(value) if isinstance(value, str) else value for value in line])
            count += 1
    return count


def _label_lines(store: SampleStore, folder: Path) -> Iterator[Sequence[object]]:
    """The line of each live label, once its crop is written."""
    for sample in store.samples():
        name = f"{sample.digest}.png"
        (folder / name).write_bytes(store.crops.whole(sample.digest)[0])
        yield label_line(name, sample)


def _pair_line(pair: Pair) -> Sequence[object]:
    return pair.gtin, pair.code, pair.prediction_id, pair.client, pair.at.isoformat(), pair.source


def label_line(name: str, sample: Sample) -> tuple[object, ...]:
    """The values of a label, one for each of `COLUMNS`; `name` is that of the file of its crop."""
    label = sample.label
    return (
        name,
        label.text,
        label.status,
        label.read_text,
        label.read_confidence,
        label.model_name,
        label.model_version,
        label.prediction_id,
        label.client,
        label.at.isoformat(),
        label.turn,
        label.source,
    )
