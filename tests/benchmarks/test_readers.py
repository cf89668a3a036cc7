"""The compared readers: ours reads one crop and many alike; a peer that is not installed is named."""

import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.readers import Reader, ReaderMissingError, ours, rapidocr, tesseract
from ocr_model.errors import ModelError
from tests.ocr_model.conftest import write_attention_model


def test_our_reader_reads_crops_alone_and_in_batches(tmp_path: Path) -> None:
    reader = ours(1, write_attention_model(tmp_path / "model"))
    crops = [Image.new("RGB", (60, 20), colour) for colour in ("black", "white")]
    readings = [reader.read(crop) for crop in crops]
    assert all(0.0 <= reading.confidence <= 1.0 for reading in readings)
    assert reader.read_many is not None and reader.read_turned is None
    assert reader.read_many(crops) == [reading.text for reading in readings]
    assert reader.megabytes == sum(file.stat().st_size for file in reader.files) / 1e6 > 0


def test_a_model_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        ours(1, tmp_path)


@pytest.mark.parametrize(("make", "package"), [(rapidocr, "rapidocr"), (tesseract, "tesserocr")])
def test_a_peer_that_is_not_installed_is_named(make: object, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ReaderMissingError, match=f"{package} is not installed"):
        make(1)


def test_the_size_is_that_of_all_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"x" * 500_000)
    reader = Reader("some", lambda crop: None, (tmp_path / "a", tmp_path / "b"))
    assert reader.megabytes == 1.0
