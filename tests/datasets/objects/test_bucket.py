from __future__ import annotations

import io
import time
from collections.abc import Iterator

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import BucketUnavailableError, ObjectConflictError, StoreError
from datasets.objects.bucket import BucketObjects
from datasets.objects.names import crop_name
from datasets.samples.crop import make_crop
from datasets.samples.genuine import place
from tests.datasets.making import picture


@pytest.fixture
def objects(gcs: GcsServer) -> Iterator[BucketObjects]:
    bucket = BucketObjects("gs://tags/shop", timeout=20.0, deadline=60.0)
    yield bucket
    bucket.close()


def test_names_in_the_bucket_carry_the_prefix(objects: BucketObjects, gcs: GcsServer) -> None:
    objects.put("events/a.json", b"{}")
    assert gcs.names("tags") == ["shop/events/a.json"]
    assert gcs.objects["tags"]["shop/events/a.json"].content_type == "application/json"
    assert objects.url == "gs://tags/shop"


@pytest.mark.parametrize("url", ["gs://", "http://tags", "gs://tags/../x", "gs://tags/a//b", "tags"])
def test_wrong_urls(url: str) -> None:
    with pytest.raises(StoreError):
        BucketObjects(url)


def test_own_write_with_a_lost_answer_is_a_success(objects: BucketObjects, gcs: GcsServer) -> None:
    gcs.faults.lose_answer = 1
    objects.put("events/a.json", b"mine")
    uploads = [path for method, path in gcs.requests if method == "POST"]
    assert len(uploads) == 2  # the second one met the first one's object
    assert gcs.data("tags", "shop/events/a.json") == b"mine"


def test_somebody_elses_object_is_a_conflict(objects: BucketObjects, gcs: GcsServer) -> None:
    gcs.overwrite("tags", "shop/events/a.json", b"theirs")
    with pytest.raises(ObjectConflictError):
        objects.put("events/a.json", b"mine")


def test_same_pixels_of_another_encoder_are_equal_and_damage_is_replaced(
    objects: BucketObjects, gcs: GcsServer
) -> None:
    crop = make_crop(picture(1))
    name = crop_name(crop.digest)
    buffer = io.BytesIO()
    picture(1).save(buffer, "PNG", compress_level=0)
    gcs.overwrite("tags", f"shop/{name}", buffer.getvalue())
    assert not place(objects, name, crop.png)
    assert gcs.data("tags", f"shop/{name}") == buffer.getvalue()
    gcs.overwrite("tags", f"shop/{name}", b"rotten")
    assert place(objects, name, crop.png)
    assert gcs.data("tags", f"shop/{name}") == crop.png


def test_a_short_failure_is_ridden_out(objects: BucketObjects, gcs: GcsServer) -> None:
    gcs.faults.unavailable = 1
    assert objects.put("events/a.json", b"mine")


@pytest.mark.parametrize("fault", ["unavailable", "hang"])
def test_a_long_failure_ends_in_time(gcs: GcsServer, fault: str) -> None:
    objects = BucketObjects("gs://tags", timeout=0.3, deadline=0.5)
    setattr(gcs.faults, fault, -1)
    for call in (
        lambda: objects.put("events/a.json", b"mine"),
        lambda: objects.get("events/a.json"),
        lambda: objects.holds("events/a.json"),
        lambda: list(objects.names("events/")),
        lambda: objects.delete("events/a.json"),
    ):
        started = time.monotonic()
        with pytest.raises(BucketUnavailableError, match="gs://tags"):
            call()
        assert time.monotonic() - started < 5
    objects.close()


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with GcsServer() as server:
        url = server.url
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
    objects = BucketObjects("gs://tags", timeout=0.3, deadline=0.2)
    with pytest.raises(BucketUnavailableError):
        objects.put("events/a.json", b"mine")
    objects.close()


def test_missing_bucket_is_named(gcs: GcsServer) -> None:
    objects = BucketObjects("gs://other", timeout=20.0, deadline=0.2)
    with pytest.raises(BucketUnavailableError, match="does not exist: other"):
        objects.put("events/a.json", b"mine")
    objects.close()
