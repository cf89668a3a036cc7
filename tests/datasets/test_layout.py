from __future__ import annotations

import io
from pathlib import Path

from datasets.crop import make_crop
from datasets.folder import FolderObjects
from datasets.layout import crop_digest, crop_name, is_genuine, place, version_file_name, version_name
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
