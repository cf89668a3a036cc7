"""Writes live samples as a plain folder, for people and for other programs."""

from __future__ import annotations

import csv
from pathlib import Path

from datasets.errors import StoreError
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore

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


def export_samples(store: SampleStore, folder: Path) -> int:
    """Write `labels.tsv` (tab separated, one line for each live label, see `COLUMNS`) and the crops.

    A crop with two labels has two lines. The text of an unreadable one is empty; its `status` tells it from a
    tag without text.

    Args:
        store: the store of the samples.
        folder: made if missing; must be empty.

    Returns:
        The number of labels written.

    Raises:
        StoreError: the folder is not empty or cannot be written; or a crop is missing or damaged.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise StoreError(f"{folder} is not empty")
        count = 0
        with (folder / "labels.tsv").open("x", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
            table.writerow(COLUMNS)
            for sample in store.samples():
                name = f"{sample.digest}.png"
                (folder / name).write_bytes(store.crops.whole(sample.digest)[0])
                table.writerow(_line(name, sample))
                count += 1
    except OSError as error:
        raise StoreError(f"cannot export to {folder}: {error}") from error
    return count


def _line(name: str, sample: Sample) -> tuple[object, ...]:
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
