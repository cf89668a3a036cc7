from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import lmdb
import pytest

from datasets.errors import StoreError
from datasets.exports import lmdb_environment
from datasets.exports.crop_reader import CropReader
from datasets.exports.lmdb_environment import write_lmdb, zipped_lmdb
from datasets.samples.crop import open_crop, pixel_digest
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    with SampleStore.open(tmp_path / "spool") as store:
        for number in range(7):
            store.keep(picture(number), label(f"p{number}", f"GW287{number}", status="corrected"))
        store.keep(picture(8), label("unread", "", status="unreadable"))
    return tmp_path / "spool"


def check(folder: Path, samples: Iterable[Sample]) -> None:
    """The environment holds these labels, found as deep-text-recognition-benchmark finds them."""
    wanted = [sample for sample in samples if sample.label.status != "unreadable"]
    with (
        lmdb.open(str(folder), readonly=True, lock=False, readahead=False, meminit=False) as environment,
        environment.begin() as transaction,
    ):
        assert int(transaction.get(b"num-samples")) == len(wanted)
        for index, sample in enumerate(wanted, 1):
            assert transaction.get(b"label-%09d" % index).decode("utf-8") == sample.label.text
            assert pixel_digest(open_crop(transaction.get(b"image-%09d" % index))) == sample.digest


def test_training_finds_images_and_labels(spool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lmdb_environment, "_AT_ONCE", 3)
    out = tmp_path / "out"
    out.mkdir()
    with SampleStore.open(spool) as store:
        samples = list(store.samples())
        assert write_lmdb(samples, CropReader(store.crops), out) == 7
    check(out, samples)
    assert (out / "data.mdb").stat().st_size < 1 << 20


def test_a_zip_holds_the_environment(spool: Path, tmp_path: Path) -> None:
    with SampleStore.open(spool) as store:
        samples = list(store.samples())
        whole = b"".join(zipped_lmdb(samples, CropReader(store.crops)))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "unzipped")
    check(tmp_path / "unzipped" / "labels-lmdb", samples)


def test_a_folder_that_is_not_there_is_an_error(spool: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with SampleStore.open(spool) as store, pytest.raises(StoreError, match="cannot write"):
        write_lmdb(store.samples(), CropReader(store.crops), tmp_path / "file")
