from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from benchmarks.drivers.s3_server import S3Server
from datasets.errors import BucketUnavailableError, ObjectConflictError, StoreError
from datasets.objects.s3 import S3Objects
from datasets.samples.places import open_objects
from datasets.samples.store import SampleStore
from datasets.samples.uploader import UploadPolicy
from tests.datasets.making import label, picture


def test_names_in_the_bucket_carry_the_prefix(s3: S3Server) -> None:
    objects = S3Objects("s3://tags/shop")
    objects.put("events/a.json", b"{}")
    assert s3.objects["tags"] == {"shop/events/a.json": b"{}"}
    assert objects.url == "s3://tags/shop"
    assert list(objects.folders("")) == ["events/"]


@pytest.mark.parametrize("url", ["s3://", "http://tags", "s3://tags/../x", "s3://tags/a//b", "tags"])
def test_wrong_urls(url: str) -> None:
    with pytest.raises(StoreError):
        S3Objects(url)


def test_somebody_elses_object_is_a_conflict(s3: S3Server) -> None:
    s3.objects["tags"]["shop/events/a.json"] = b"theirs"
    objects = S3Objects("s3://tags/shop")
    with pytest.raises(ObjectConflictError):
        objects.put("events/a.json", b"mine")
    assert objects.get("events/a.json") == b"theirs"


def test_a_missing_bucket_is_named(s3: S3Server) -> None:
    with pytest.raises(BucketUnavailableError, match="s3://other"):
        S3Objects("s3://other", timeout=20.0, deadline=0.2).put("events/a.json", b"mine")


def test_a_silent_bucket_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        for name, value in {"ENDPOINT_URL": f"http://{host}:{port}", "ALLOW_HTTP": "true", "REGION": "x"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        objects = S3Objects("s3://tags", timeout=0.3, deadline=0.5)
        for call in (
            lambda: objects.put("events/a.json", b"mine"),
            lambda: objects.get("events/a.json"),
            lambda: objects.holds("events/a.json"),
            lambda: list(objects.names("events/")),
            lambda: objects.delete("events/a.json"),
        ):
            started = time.monotonic()
            with pytest.raises(BucketUnavailableError, match="s3://tags"):
                call()
            assert time.monotonic() - started < 10


def test_labels_reach_the_bucket_and_a_new_machine(s3: S3Server, tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool", storage_url="s3://tags/shop") as store:
        kept = [store.keep(picture(number), label(f"p{number}")) for number in range(3)]
        assert store.bucket.flush(120)
    with SampleStore.open(tmp_path / "new", storage_url="s3://tags/shop", upload=False) as store:
        store.bucket.pull()
        assert {sample.digest for sample in store.samples()} == {sample.digest for sample in kept}
        assert [store.crop(sample.digest) for sample in store.samples()]
    assert open_objects("s3://tags/shop", UploadPolicy()).url == "s3://tags/shop"
