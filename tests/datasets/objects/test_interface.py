"""What every `ObjectStore` must do: the same tests for the folder and, over real connections, the buckets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from datasets.errors import ObjectConflictError, ObjectDamagedError, ObjectError, ObjectMissingError
from datasets.objects import limits
from datasets.objects.bucket import BucketObjects
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore, checked_name
from datasets.objects.limits import SMALL_BYTES
from datasets.objects.s3 import S3Objects


@pytest.fixture(params=["folder", "bucket", "bucket with prefix", "S3", "S3 with prefix"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "folder":
        yield FolderObjects(tmp_path)
        return
    if request.param.startswith("S3"):
        request.getfixturevalue("s3").page_size = 3
        yield S3Objects("s3://tags" if request.param == "S3" else "s3://tags/some/prefix")
        return
    server = request.getfixturevalue("gcs")
    server.page_size = 3
    bucket = BucketObjects("gs://tags" if request.param == "bucket" else "gs://tags/some/prefix")
    yield bucket
    bucket.close()


def test_put_get_holds_delete(objects: ObjectStore) -> None:
    assert not objects.holds("crops/ab/x.png")
    assert objects.put("crops/ab/x.png", b"\r\n--pixels--\r\n\x00\xff")
    assert objects.holds("crops/ab/x.png")
    assert objects.get("crops/ab/x.png") == b"\r\n--pixels--\r\n\x00\xff"
    assert objects.delete("crops/ab/x.png")
    assert not objects.delete("crops/ab/x.png")
    assert not objects.holds("crops/ab/x.png")
    with pytest.raises(ObjectMissingError):
        objects.get("crops/ab/x.png")


def test_many_are_removed_together_and_those_that_are_gone_do_not_matter(objects: ObjectStore) -> None:
    names = [f"events/{number}.json" for number in range(12)]
    for name in names:
        objects.put(name, b"x")
    objects.delete(names[3])
    objects.delete_all(names[:11])
    assert list(objects.names("events/")) == names[11:]
    objects.delete_all([])
    objects.delete_all(["crops/none.png"])


def test_put_never_overwrites(objects: ObjectStore) -> None:
    assert objects.put("events/a.json", b"first")
    assert not objects.put("events/a.json", b"first")
    with pytest.raises(ObjectConflictError):
        objects.put("events/a.json", b"second")
    assert objects.get("events/a.json") == b"first"


def test_of_many_creators_one_wins(objects: ObjectStore) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(8)

    def create(number: int) -> None:
        barrier.wait()
        try:
            outcomes.append("created" if objects.put("versions/v1.0.json", b"%d" % number) else "same")
        except ObjectConflictError:
            outcomes.append("refused")

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["created"] + ["refused"] * 7


def test_names_and_folders_over_several_pages(objects: ObjectStore) -> None:
    names = [f"events/{writer}/{number:04d}.json" for writer in ("aa", "bb", "b") for number in range(5)]
    for name in names:
        objects.put(name, name.encode())
    objects.put("crops/aa/x.png", b"x")
    assert list(objects.names("events/")) == sorted(names)
    assert list(objects.names("events/aa/", "events/aa/0003")) == ["events/aa/0003.json", "events/aa/0004.json"]
    assert list(objects.names("events/", "events/bb/0003")) == ["events/bb/0003.json", "events/bb/0004.json"]
    assert list(objects.folders("events/")) == ["events/aa/", "events/b/", "events/bb/"]
    assert list(objects.names("versions/")) == []
    assert list(objects.folders("versions/")) == []


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a\\b", "a/", "A", "a b", ".x", "a\n"])
def test_names_that_lead_elsewhere(name: str) -> None:
    with pytest.raises(ObjectError):
        checked_name(name)


def test_an_object_that_is_too_large_for_its_kind_is_not_read(
    objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ObjectDamagedError, match="more than 65536 bytes"):
        objects.put("events/a.json", bytes(SMALL_BYTES + 1))
    assert not objects.holds("events/a.json")
    objects.put("events/b.json", bytes(SMALL_BYTES))
    assert len(objects.get("events/b.json")) == SMALL_BYTES
    monkeypatch.setattr(limits, "SMALL_BYTES", 100)  # as if another program had written it
    with pytest.raises(ObjectDamagedError, match="more than 100 bytes"):
        objects.get("events/b.json")
    assert objects.put("events/empty.json", b"")
    assert objects.get("events/empty.json") == b""
