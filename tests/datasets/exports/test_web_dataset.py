from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from datasets.exports.crop_reader import CropReader
from datasets.exports.web_dataset import LEFT_OUT, web_dataset, write_web_dataset
from datasets.objects.names import crop_name
from datasets.samples.crop import open_crop, pixel_digest
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    with SampleStore.open(tmp_path / "spool") as store:
        for number in range(5):
            store.keep(picture(number), label(f"p{number}", f"GW287{number}", status="corrected"))
    return tmp_path / "spool"


def members(tar: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        return {entry.name: archive.extractfile(entry).read() for entry in archive}


def test_each_label_is_three_files_that_follow_each_other(spool: Path) -> None:
    with SampleStore.open(spool) as store:
        samples = list(store.samples())
        tar = b"".join(web_dataset(samples, CropReader(store.crops)))
    found = members(tar)
    assert list(found)[:3] == ["000000000.png", "000000000.txt", "000000000.json"]
    assert len(found) == 15
    for number, sample in enumerate(samples):
        assert pixel_digest(open_crop(found[f"{number:09d}.png"])) == sample.digest
        assert found[f"{number:09d}.txt"].decode() == sample.label.text
        about = json.loads(found[f"{number:09d}.json"])
        assert (about["status"], about["prediction_id"]) == ("corrected", sample.label.prediction_id)


def test_shards_hold_so_many_labels_and_say_what_is_missing(spool: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with SampleStore.open(spool) as store:
        samples = list(store.samples())
        (spool / crop_name(samples[3].digest)).unlink()
        reader = CropReader(store.crops)
        assert write_web_dataset(iter(samples), reader, out, 2) == 5
    assert reader.left_out == [f"{samples[3].digest}.png"]
    shards = [members(path.read_bytes()) for path in sorted(out.iterdir())]
    assert [sum(name.endswith(".png") for name in shard) for shard in shards] == [2, 1, 1]
    assert [LEFT_OUT in shard for shard in shards] == [False, True, False]


def test_a_tar_ends_somewhere_and_says_so(spool: Path) -> None:
    with SampleStore.open(spool) as store:
        tar = members(b"".join(web_dataset(store.samples(), CropReader(store.crops, 2, 1 << 20))))
        small = members(b"".join(web_dataset(store.samples(), CropReader(store.crops, 100, 1))))
    assert [name for name in tar if name.endswith(".png")] == ["000000000.png", "000000001.png"]
    assert b"further" in tar[LEFT_OUT]
    assert len(small) == 4
