"""The test server itself: what it promises is what the other tests rest on."""

from __future__ import annotations

import threading

import pytest
from google.api_core.exceptions import BadRequest, NotFound, PreconditionFailed
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from benchmarks.drivers.gcs_server import GcsServer


@pytest.fixture
def bucket(gcs: GcsServer) -> storage.Bucket:
    return storage.Client(project="p", credentials=AnonymousCredentials()).bucket("tags")


def test_of_sixteen_racing_creators_one_wins(bucket: storage.Bucket) -> None:
    won: list[int] = []
    lost: list[int] = []

    def create(number: int) -> None:
        try:
            bucket.blob("pointer").upload_from_string(b"%d" % number, if_generation_match=0, retry=None)
            won.append(number)
        except PreconditionFailed:
            lost.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 15)
    assert bucket.blob("pointer").download_as_bytes() == b"%d" % won[0]


def test_compare_and_set_and_conditional_delete(bucket: storage.Bucket) -> None:
    blob = bucket.blob("pointer")
    blob.upload_from_string(b"one")
    first = blob.generation
    bucket.blob("pointer").upload_from_string(b"two", if_generation_match=first)
    with pytest.raises(PreconditionFailed):
        bucket.blob("pointer").upload_from_string(b"three", if_generation_match=first)
    with pytest.raises(PreconditionFailed):
        bucket.blob("pointer").delete(if_generation_match=first)
    assert bucket.blob("pointer").download_as_bytes() == b"two"


def test_resumable_upload(bucket: storage.Bucket) -> None:
    data = bytes(range(256)) * 3000
    blob = bucket.blob("large", chunk_size=256 * 1024)
    blob.upload_from_string(data, if_generation_match=0, checksum="crc32c")
    assert bucket.blob("large").download_as_bytes() == data
    with pytest.raises(PreconditionFailed):
        bucket.blob("large", chunk_size=256 * 1024).upload_from_string(data, if_generation_match=0)


def test_wrong_checksum_is_refused(bucket: storage.Bucket) -> None:
    blob = bucket.blob("x")
    blob.md5_hash = "AAAAAAAAAAAAAAAAAAAAAA=="
    with pytest.raises(BadRequest, match="md5Hash"):
        blob.upload_from_string(b"data", checksum=None)


def test_missing_bucket_and_object(gcs: GcsServer, bucket: storage.Bucket) -> None:
    with pytest.raises(NotFound):
        bucket.blob("none").download_as_bytes()
    with pytest.raises(NotFound):
        bucket.client.bucket("other").blob("x").upload_from_string(b"x")
    assert bucket.get_blob("none") is None
