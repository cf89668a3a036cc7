from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PIL import Image

from datasets.errors import CropError, StoreError
from datasets.samples.export import COLUMNS, export_samples
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


def test_export_writes_pictures_and_a_table(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        first = store.keep(picture(1), label("p", 'SN "5"', status="corrected"))
        second = store.keep(picture(2), label("q", status="unreadable", turn=1))
        store.keep(picture(3), label("r"))
        store.undo("r")
        assert export_samples(store, tmp_path / "out" / "plain") == 2
        with pytest.raises(StoreError, match="not empty"):
            export_samples(store, tmp_path / "out")
    lines = (tmp_path / "out/plain/labels.tsv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["file"], row["text"], row["status"], row["turn"]) for row in rows] == [
        (f"{first.digest}.png", 'SN"5"', "corrected", "0"),
        (f"{second.digest}.png", "", "unreadable", "1"),
    ]
    assert sorted(path.suffix for path in (tmp_path / "out/plain").iterdir()) == [".png", ".png", ".tsv"]
    with Image.open(tmp_path / "out/plain" / rows[0]["file"]) as image:
        assert image.tobytes() == picture(1).tobytes()


def test_a_damaged_crop_is_not_exported(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        sample = store.keep(picture(1), label("p"))
        (tmp_path / "spool" / sample.crop).write_bytes(b"rotten")
        with pytest.raises(CropError):
            export_samples(store, tmp_path / "out")
