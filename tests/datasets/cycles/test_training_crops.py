from __future__ import annotations

import csv
from pathlib import Path

import pytest

from datasets.cycles.training_crops import respace, write_training_crops
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.version import Rules, Version
from ocr_model.codes.text import CHARSET
from tests.datasets.patterns import code, keep, keep_all
from tests.ocr_model.conftest import write_attention_model


@pytest.mark.parametrize(
    ("label", "reading", "spaced"),
    [
        ("SN117504COLOR:BLK", "SN 117504 COLOR:BLK", "SN 117504 COLOR:BLK"),
        ("SN117504COLOR:BLK", "SN 117S04 COLOR:BLK", "SN 117504 COLOR:BLK"),
        ("CW2288-111", "CW2288 111", "CW2288-111"),  # the reading's space stands where the label has a dash
        ("ARTCP9448", "", "ARTCP9448"),
        ("ARTCP9448", "XYZ QQQ", "ARTCP9448"),
        ("", "A B", ""),
        ("AB", " A B ", "A B"),
    ],
)
def test_a_label_takes_over_the_spaces_that_are_seen(label: str, reading: str, spaced: str) -> None:
    assert respace(label, reading) == spaced
    assert respace(label, reading).replace(" ", "") == label


@pytest.fixture
def version(tmp_path: Path) -> Version:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(5))
        keep(store, 5, '"A1"')  # quotes are no characters of ours
        keep(store, 6, "1234567890123456789")
        everything = VersionRequest(filters=(parse_filter("all"),), rules=Rules(evaluation_share=0.0))
        return create_version(store, places, "v1.0", everything)


def labels(folder: Path) -> set[str]:
    with (folder / "labels.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert all((folder / row["file"]).is_file() for row in rows)
    return {row["text"] for row in rows}


def test_what_cannot_be_learned_is_left_out_and_counted(tmp_path: Path, version: Version) -> None:
    model = write_attention_model(tmp_path / "model", max_length=12, charset=CHARSET)
    entries = version.manifest.on("training")
    damaged, removed = entries[0].digest, entries[1].digest
    (tmp_path / "spool" / "crops" / damaged[:2] / f"{damaged}.png").write_bytes(b"no picture")
    with SampleStore.open(tmp_path / "spool") as store:
        done = write_training_crops(store, entries, model, tmp_path / "out", buried=frozenset({removed}))
        again = write_training_crops(store, entries, model, tmp_path / "out", buried=frozenset({removed}))
    assert done == again
    learnable = {code(at) for at in range(5)} - {entries[0].text, entries[1].text}
    assert labels(tmp_path / "out") == learnable
    assert done.count == len(learnable)
    assert done.removed == 1
    assert [one.samples for one in done.damaged] == [(damaged,)]
    assert done.unlearnable == 2 - len({entries[0].text, entries[1].text} - {code(at) for at in range(5)})


def test_a_crop_that_was_removed_meanwhile_is_taken_out(tmp_path: Path, version: Version) -> None:
    model = write_attention_model(tmp_path / "model", max_length=24, charset=CHARSET)
    entries = [entry for entry in version.manifest.on("training") if entry.text == code(0) or entry.text == code(1)]
    with SampleStore.open(tmp_path / "spool") as store:
        write_training_crops(store, entries, model, tmp_path / "out", buried=frozenset())
        assert labels(tmp_path / "out") == {code(0), code(1)}
        write_training_crops(store, entries, model, tmp_path / "out", buried=frozenset({entries[0].digest}))
    assert labels(tmp_path / "out") == {entries[1].text}
    assert not (tmp_path / "out" / f"{entries[0].digest}.png").exists()
