from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from datasets.errors import CropError, UnknownSampleError
from datasets.objects.folder import FolderObjects
from datasets.samples.crop import make_crop
from datasets.samples.kept_crops import KeptCrops
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path) as opened:
        yield opened


def test_a_damaged_crop_is_not_handed_out(store: SampleStore, tmp_path: Path) -> None:
    sample, other = store.keep(picture(1), label("p")), store.keep(picture(2), label("q"))
    (tmp_path / sample.crop).write_bytes((tmp_path / other.crop).read_bytes())
    for hand_out in (store.crop, store.crops.whole):
        with pytest.raises(CropError, match=f"{sample.digest} is damaged: it shows other pixels"):
            hand_out(sample.digest)
    (tmp_path / sample.crop).unlink()
    (tmp_path / sample.crop).mkdir()  # what the disk cannot read is damaged, too
    with pytest.raises(CropError, match="is not a regular file"):
        store.crop(sample.digest)


def test_a_crop_comes_from_the_first_place_where_it_is_whole(tmp_path: Path) -> None:
    near, far = FolderObjects(tmp_path / "near"), FolderObjects(tmp_path / "far")
    crops, crop = KeptCrops([near, far]), make_crop(picture(1))
    name = f"crops/{crop.digest[:2]}/{crop.digest}.png"
    for read in (crops.whole, crops.stored_bytes):
        with pytest.raises(UnknownSampleError, match="there is no crop"):
            read(crop.digest)
        with pytest.raises(UnknownSampleError, match="there is no sample"):
            read("../secret")
    far.put(name, crop.png)
    assert crops.whole(crop.digest)[0] == crops.stored_bytes(crop.digest) == crop.png
    near.put(name, b"damaged")
    assert crops.whole(crop.digest)[0] == crop.png
    assert crops.stored_bytes(crop.digest) == b"damaged"
