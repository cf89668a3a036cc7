from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from datasets.features.feature_files import is_blank
from datasets.features.feature_folders import features_folder, files_of, neighbours_of, present_files, survey_of
from datasets.features.making import Made, make_features
from datasets.features.projection import CropMap, map_file
from datasets.samples.store import SampleStore
from ocr_model.errors import ModelError
from ocr_model.reading.features import FeatureEncoder
from tests.datasets.making import label, picture
from tests.datasets.patterns import pattern


class GreyEncoder:
    """Makes vectors of eight grey values, and remembers of how many crops."""

    def __init__(self, name: str = "a" * 32, most: int | None = None) -> None:
        self.name, self.size, self.most = name, 8, most
        self.made = 0

    def encode(self, images: Sequence[Image.Image]) -> np.ndarray:
        if self.most is not None and self.made >= self.most:
            raise ModelError("stopped")
        self.made += len(images)
        found = np.stack([np.asarray(image.convert("L").resize((4, 2)), np.float32).ravel() + 1 for image in images])
        return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    with SampleStore.open(tmp_path / "spool") as store:
        for number in range(70):
            store.keep(picture(number), label(f"p{number}"))
    return tmp_path / "spool"


def make(spool: Path, encoder: GreyEncoder, **options: bool) -> Made:
    with SampleStore.open(spool) as store:
        return make_features(store, spool, encoder, with_umap=False, **options)


def test_all_is_made_once(spool: Path) -> None:
    encoder = GreyEncoder()
    seen: list[tuple[str, int, int]] = []
    with SampleStore.open(spool) as store:
        made = make_features(store, spool, encoder, lambda *told: seen.append(told), with_umap=False)
    assert made == Made(crops=70, new=70, gone=0, unreadable=0)
    assert [stage for stage, done, total in seen if done == total] == ["features", "neighbours", "lists", "map"]
    files = present_files(spool)
    assert files is not None
    assert len(neighbours_of(files)) == len(files) == 70
    found = survey_of(files)
    assert found is not None
    assert found.crops == 70
    assert CropMap.load(map_file(files.folder, "pca")) is not None
    assert make(spool, encoder) == Made(crops=70, new=0, gone=0, unreadable=0)
    assert encoder.made == 70


def test_what_was_stopped_goes_on(spool: Path) -> None:
    with pytest.raises(ModelError):
        make(spool, GreyEncoder(most=64))
    encoder = GreyEncoder()
    assert make(spool, encoder) == Made(crops=70, new=6, gone=0, unreadable=0)
    assert encoder.made == 6


def test_features_of_crops_that_are_taken_back_are_removed(spool: Path) -> None:
    make(spool, GreyEncoder())
    with SampleStore.open(spool) as store:
        for number in range(3):
            assert store.undo(f"p{number}")
    assert make(spool, GreyEncoder()) == Made(crops=67, new=0, gone=3, unreadable=0)
    files = files_of(spool, "a" * 32, 8)
    assert is_blank(files.crops()).sum() == 3
    with SampleStore.open(spool) as store:
        for number in range(3, 10):
            assert store.undo(f"p{number}")
    assert make(spool, GreyEncoder()).gone == 7
    assert (len(files), len(neighbours_of(files))) == (60, 60)


def test_a_crop_that_cannot_be_read_has_none_and_is_tried_again(spool: Path) -> None:
    with SampleStore.open(spool) as store:
        kept = store.keep(pattern(1), label("more"))
    path = spool / kept.crop
    data = path.read_bytes()
    path.write_bytes(data[:50])
    assert make(spool, GreyEncoder()) == Made(crops=70, new=70, gone=0, unreadable=1)
    path.write_bytes(data)
    assert make(spool, GreyEncoder()) == Made(crops=71, new=1, gone=0, unreadable=0)


def test_another_model_has_its_own_and_the_one_before_stays_for_a_rollback(spool: Path) -> None:
    make(spool, GreyEncoder())
    with pytest.raises(ModelError):
        make(spool, GreyEncoder("b" * 32, most=64))
    present = present_files(spool)
    assert present is not None
    assert present.folder.name.startswith("aaa")  # it knows more crops
    make(spool, GreyEncoder("b" * 32))
    make(spool, GreyEncoder("c" * 32))
    assert len(list(features_folder(spool).iterdir())) == 2


def test_without_crops_there_is_nothing(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool"):
        pass
    assert make(tmp_path / "spool", GreyEncoder()) == Made(0, 0, 0, 0)
    assert present_files(tmp_path / "spool") is None


def test_the_shipped_encoder_finds_the_same_picture_in_another_light() -> None:
    encoder = FeatureEncoder.open()
    crop = pattern(3)
    found = encoder.encode([crop, crop.point(lambda value: int(value * 0.95)), pattern(8)])
    assert found.shape == (3, encoder.size)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-3)
    assert found[0] @ found[1] > found[0] @ found[2]
    assert encoder.name == FeatureEncoder.open().name
