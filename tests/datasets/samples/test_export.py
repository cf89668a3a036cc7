from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PIL import Image

from datasets.errors import CropError, StoreError
from datasets.samples.export import COLUMNS, PAIR_COLUMNS, export_samples
from datasets.samples.store import SampleStore
from ocr_model.labelled_folder import read_labels
from tests.datasets.making import label, pair, picture


def test_export_writes_pictures_and_a_table(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        first = store.keep(picture(1), label("p", 'SN "5"', status="corrected"))
        second = store.keep(picture(2), label("q", status="unreadable", turn=1))
        store.keep(picture(3), label("r"))
        store.undo("r")
        assert export_samples(store, tmp_path / "out" / "plain") == (2, 0)
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


def test_an_export_is_a_labelled_folder(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        texts = {
            store.keep(picture(number), label(str(number), text, status="corrected")).digest: text
            for number, text in enumerate(("CW2288-111", "-111", "+1", 'SN"5"', '"5"', "'A", "=A1", "'=1", '"=1', "@A"))
        }
        store.keep(picture(20), label("unread", "", status="unreadable"))
        store.keep(picture(21), label("empty", ""))
        export_samples(store, tmp_path / "out")
    for line in (tmp_path / "out" / "labels.tsv").read_text(encoding="utf-8").splitlines():
        assert not [cell for cell in line.split("\t") if cell[:1] in set('=+-@"')]  # a formula of a spreadsheet
    labels = read_labels(tmp_path / "out")
    assert {Path(one.file).stem: one.text for one in labels if one.text} == texts
    assert [one.picture().size for one in labels if not one.text] == [picture(21).size]


def test_no_text_is_a_formula_and_our_tools_read_it_back(tmp_path: Path) -> None:
    texts = ["=CMD|'/CCALC'!A0", '=HYPERLINK("HTTP://X")', "+A1", "-1", "@A", '"=1', "'=1", "'A", "CW2288-111"]
    with SampleStore.open(tmp_path / "spool") as store:
        for number, text in enumerate(texts):
            store.keep(picture(number), label(f"-p{number}", text, status="corrected", client="=A1", read_text="+1"))
        export_samples(store, tmp_path / "out")
    assert [one.text for one in read_labels(tmp_path / "out")] == texts
    for line in (tmp_path / "out" / "labels.tsv").read_text(encoding="utf-8").splitlines():
        assert not [cell for cell in line.split("\t") if cell[:1] in set('=+-@"')]


def test_a_damaged_crop_is_not_exported(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        sample = store.keep(picture(1), label("p"))
        (tmp_path / "spool" / sample.crop).write_bytes(b"rotten")
        with pytest.raises(CropError):
            export_samples(store, tmp_path / "out")


def test_pairs_have_a_table_of_their_own(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        store.keep(picture(1), label("p"))
        store.pairs.keep(pair("p", gtin="036000291452", client="=A1"))
        store.pairs.keep(pair("q"))
        store.undo("q")
        assert export_samples(store, tmp_path / "out") == (1, 1)
    lines = (tmp_path / "out" / "pairs.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "\t".join(PAIR_COLUMNS)
    assert lines[1:] == ["0036000291452\tCW2288-111\tp\t'=A1\t2026-05-04T12:30:00+00:00\tapp"]
