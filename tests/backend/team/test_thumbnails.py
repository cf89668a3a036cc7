from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from backend.team.thumbnails import Thumbnails, make_thumbnail
from datasets.errors import CropError
from datasets.samples.crop import make_crop
from tests.datasets.patterns import pattern


def digests_in(folder: Path) -> set[str]:
    return {path.name.split("-")[0] for path in folder.rglob("*.webp")}


@pytest.mark.parametrize(
    ("size", "expected"), [((600, 100), (240, 40)), ((100, 600), (20, 120)), ((60, 15), (60, 15)), ((1, 900), (1, 120))]
)
def test_a_thumbnail_fits_its_box_and_enlarges_nothing(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert Image.open(io.BytesIO(make_thumbnail(pattern(1, size), 240))).size == expected


def test_a_thumbnail_is_made_once_and_again_when_its_file_is_cut_off(tmp_path: Path) -> None:
    crop, reads = make_crop(pattern(1)), list[str]()

    def read(digest: str) -> bytes:
        reads.append(digest)
        return crop.png

    thumbnails = Thumbnails(tmp_path / "small")
    first = thumbnails.get(crop.digest, 240, read)
    assert thumbnails.get(crop.digest, 240, read) == first
    assert reads == [crop.digest]
    (path,) = tmp_path.rglob("*.webp")
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(first[:-3])
    assert thumbnails.get(crop.digest, 240, read) == first
    assert len(reads) == 2


def test_a_disk_without_room_and_a_folder_that_cannot_be_cost_no_answer(tmp_path: Path) -> None:
    crop = make_crop(pattern(1))
    full = Thumbnails(tmp_path / "full", least_free=1 << 60)
    assert full.get(crop.digest, 240, lambda digest: crop.png)
    assert digests_in(tmp_path) == set()
    (tmp_path / "file").write_bytes(b"")
    assert Thumbnails(tmp_path / "file").get(crop.digest, 240, lambda digest: crop.png)


def test_a_damaged_crop_has_no_thumbnail(tmp_path: Path) -> None:
    with pytest.raises(CropError):
        Thumbnails(tmp_path).get("ab" * 32, 240, lambda digest: b"no picture")
    assert digests_in(tmp_path) == set()


def test_thumbnails_of_crops_that_are_gone_are_swept_away(tmp_path: Path) -> None:
    crops = [make_crop(pattern(number)) for number in range(20)]
    thumbnails = Thumbnails(tmp_path)
    for crop in crops:
        thumbnails.get(crop.digest, 240, lambda digest, crop=crop: crop.png)
        thumbnails.get(crop.digest, 480, lambda digest, crop=crop: crop.png)
    kept = {crop.digest for crop in crops[:12]}
    for _ in range(256):
        thumbnails.sweep(lambda digests: kept.intersection(digests))
    assert digests_in(tmp_path) == kept
