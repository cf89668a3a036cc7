from __future__ import annotations

import io
from pathlib import Path

from datasets.objects.folder import FolderObjects
from datasets.objects.names import (
    crop_digest,
    crop_name,
    model_file_name,
    model_name,
    numbered_name,
    numbers,
    version_file_name,
    version_name,
)
from datasets.samples.crop import make_crop
from datasets.samples.genuine import is_genuine, place
from tests.datasets.making import picture


def test_crop_names() -> None:
    digest = make_crop(picture(1)).digest
    assert crop_name(digest) == f"crops/{digest[:2]}/{digest}.png"
    assert crop_digest(crop_name(digest)) == digest
    assert crop_digest(f"crops/zz/{digest}.png") is None


def test_crops_prove_themselves() -> None:
    crop = make_crop(picture(1))
    assert is_genuine(crop_name(crop.digest), crop.png)
    assert not is_genuine(crop_name(crop.digest), make_crop(picture(2)).png)
    assert not is_genuine(crop_name(crop.digest), b"")
    assert not is_genuine("something/else", crop.png)


def test_place_leaves_the_same_pixels_and_replaces_damage(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    crop = make_crop(picture(1))
    name = crop_name(crop.digest)
    assert place(objects, name, crop.png)
    assert not place(objects, name, crop.png)
    buffer = io.BytesIO()
    picture(1).save(buffer, "PNG", compress_level=0)
    assert not place(objects, name, buffer.getvalue())
    assert objects.get(name) == crop.png
    (tmp_path / name).write_bytes(b"rotten")
    assert place(objects, name, crop.png)
    assert objects.get(name) == crop.png


def test_version_names() -> None:
    assert version_file_name("v2.0") == "versions/v2.0.json"
    assert version_file_name("v2.0", "card.md") == "versions/v2.0/card.md"
    assert version_name("versions/v2.0.json") == "v2.0"
    assert version_name("versions/v2.0/card.json") is None
    assert version_name("cycles/v2.0.json") is None


def test_model_names() -> None:
    digest = "0a" * 32
    assert model_file_name(digest, "encoder.onnx") == f"models/{digest}/encoder.onnx"
    assert model_name(model_file_name(digest, "model.json")) == digest
    assert model_name(model_file_name(digest, "encoder.onnx")) is None
    assert model_name(f"models/{digest}/old/model.json") is None
    assert model_name("models/latest/model.json") is None


def test_numbers_of_a_history(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    assert numbers(objects, "champion/") == []
    for number in (2, 1, 10, 9):
        objects.put(numbered_name("champion/", number), b"")
    for name in ("champion/1.json", "champion/00000003.txt", "champion/old/00000004.json", "champions/00000005.json"):
        objects.put(name, b"")
    assert numbers(objects, "champion/") == [1, 2, 9, 10]
    assert numbers(objects, "champion/", 9) == [9, 10]
