from __future__ import annotations

import hashlib
import io

import pytest

from datasets.objects.interface import ObjectStore
from datasets.objects.names import crop_name, model_file_name
from datasets.samples.crop import make_crop
from datasets.samples.genuine import is_genuine, place
from tests.datasets.making import picture
from tests.datasets.samples.test_event import EVENT

CROP = make_crop(picture(1))
MODEL = model_file_name(hashlib.sha256(b"{}").hexdigest(), "model.json")


@pytest.mark.parametrize(
    ("name", "data"), [(crop_name(CROP.digest), CROP.png), (EVENT.name, EVENT.to_bytes()), (MODEL, b"{}")]
)
def test_crops_events_and_models_prove_themselves(name: str, data: bytes) -> None:
    assert is_genuine(name, data)
    assert not is_genuine(name, data[:-1])
    assert not is_genuine(f"other/{name}", data)


def test_damaged_bytes_are_replaced_and_other_bytes_of_the_same_pixels_are_left_alone(objects: ObjectStore) -> None:
    name = crop_name(CROP.digest)
    objects.put(name, b"damaged")
    assert place(objects, name, CROP.png)
    assert objects.get(name) == CROP.png
    assert not place(objects, name, CROP.png)
    objects.delete(name)
    buffer = io.BytesIO()
    picture(1).save(buffer, "PNG", compress_level=0)
    objects.put(name, buffer.getvalue())
    assert not place(objects, name, CROP.png)
    assert objects.get(name) == buffer.getvalue() != CROP.png
