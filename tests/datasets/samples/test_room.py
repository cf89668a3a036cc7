"""A disk that is full: a small file system of the test's own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from datasets.errors import StoreFullError
from datasets.samples.room import RESERVE_BYTES, Room
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture

MEBIBYTE = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True)
    if made.returncode:
        pytest.skip("needs the right to mount a file system (root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """Fill the disk with a file of another program, but for so many bytes."""
    other = disk / "other"
    descriptor = os.open(other, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while (free := Room(disk).free()) > leave:
        os.write(descriptor, b"x" * min(MEBIBYTE, free - leave))
    os.close(descriptor)
    return other


def test_labels_leave_room_on_the_disk(disk: Path) -> None:
    with SampleStore.open(disk / "spool", least_free=8 * MEBIBYTE) as store:
        kept = store.keep(picture(1), label("p1"))
        fill(disk, leave=8 * MEBIBYTE - 4096)
        with pytest.raises(StoreFullError):
            store.keep(picture(2), label("p2"))
        assert Room(disk).free() > 7 * MEBIBYTE
        assert list(store.samples()) == [kept]
        assert store.undo("p1")  # deletes go on
        (disk / "other").unlink()
        store.keep(picture(2), label("p2"))
        assert list(store.upkeep.verify()) == []


def test_a_full_disk_is_made_free_by_deletes(disk: Path) -> None:
    with SampleStore.open(disk / "spool", least_free=MEBIBYTE) as store:
        samples = [store.keep(picture(number, (600, 400)), label(f"p{number}")) for number in range(4)]
        other = fill(disk)
        assert Room(disk).free() == 0
        with pytest.raises(StoreFullError):
            store.keep(picture(9), label("p9"))
        assert store.undo("p0")
        assert not (disk / "spool" / samples[0].crop).exists()
    other.unlink()
    with SampleStore.open(disk / "spool", least_free=MEBIBYTE) as store:
        assert (disk / "spool" / "local" / "reserve").stat().st_size == RESERVE_BYTES  # made again
    fill(disk)
    # As `datasets delete` does it, on a disk that is full when the store is opened.
    with SampleStore.open(disk / "spool", least_free=MEBIBYTE) as store:
        assert store.delete(samples[1].digest) == 1
        assert not (disk / "spool" / samples[1].crop).exists()
        assert {sample.label.prediction_id for sample in store.samples()} == {"p2", "p3"}
        assert list(store.upkeep.verify()) == []


def test_without_any_room_the_store_says_that_the_disk_is_full(disk: Path) -> None:
    fill(disk)
    with pytest.raises(StoreFullError):
        SampleStore.open(disk / "spool")
    open_files = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(StoreFullError):
            SampleStore.open(disk / "spool")
    assert len(list(Path("/proc/self/fd").iterdir())) == open_files
    assert list((disk / "spool" / "local" / "writers").iterdir()) == []
    (disk / "other").unlink()
    with SampleStore.open(disk / "spool", least_free=MEBIBYTE) as store:
        store.keep(picture(1), label("p1"))


def test_the_reserve_is_not_made_where_room_is_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(tmp_path, least_free=MEBIBYTE)
    monkeypatch.setattr(Room, "free", lambda _: RESERVE_BYTES)
    room.prepare()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(Room, "free", lambda _: 2 * RESERVE_BYTES)
    room.prepare()
    (reserve,) = tmp_path.iterdir()
    assert (reserve.stat().st_size, reserve.stat().st_mode & 0o077) == (RESERVE_BYTES, 0)
    monkeypatch.setattr(Room, "free", lambda _: 0)
    room.prepare()
    assert list(tmp_path.iterdir()) == []
