from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from datasets.errors import ObjectConflictError, ObjectDamagedError, StoreError, StoreFullError
from datasets.objects import folder
from datasets.objects.folder import FolderObjects


def test_file_is_synced_before_its_name_and_its_folder_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = FolderObjects(tmp_path)
    happened: list[tuple[str, int]] = []
    fsync, replace = os.fsync, Path.replace

    def watched_fsync(descriptor: int) -> None:
        about = os.fstat(descriptor)
        happened.append(("sync folder" if stat.S_ISDIR(about.st_mode) else "sync file", about.st_ino))
        fsync(descriptor)

    def watched_replace(path: Path, target: Path) -> Path:
        assert path.read_bytes() == b"data"
        happened.append(("rename", path.stat().st_ino))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(folder, "sync_file", watched_fsync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    objects.put("crops/ab/x.png", b"data")
    file = (tmp_path / "crops/ab/x.png").stat().st_ino
    assert happened == [
        ("sync folder", tmp_path.stat().st_ino),  # it has a new folder
        ("sync folder", (tmp_path / "crops").stat().st_ino),  # and so has this
        ("sync file", file),
        ("rename", file),
        ("sync folder", (tmp_path / "crops/ab").stat().st_ino),
    ]
    happened.clear()
    objects.put("crops/ab/y.png", b"data")
    assert [step for step, _ in happened] == ["sync file", "rename", "sync folder"]


@pytest.mark.parametrize("step", ["sync_file", "sync_folder"])
@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, StoreFullError), (errno.EDQUOT, StoreFullError), (errno.EIO, StoreError)]
)
def test_what_is_not_surely_on_the_disk_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int, error: type[StoreError]
) -> None:
    objects = FolderObjects(tmp_path)
    objects.put("crops/ab/x.png", b"before")

    def fail(_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(folder, step, fail)
        with pytest.raises(error, match=r"crops/ab/y\.png"):
            objects.put("crops/ab/y.png", b"data")
    assert list(objects.names("crops/")) == ["crops/ab/x.png"]
    assert not list(tmp_path.rglob("*.tmp"))
    assert objects.put("crops/ab/y.png", b"data")


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot use the folder"):
        FolderObjects(tmp_path / "spool")


def test_a_file_swept_up_while_it_is_written_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that opens, and thinks itself alone, sweeps up what a process without a store is writing."""
    objects = FolderObjects(tmp_path)
    sync_file, left = folder.sync_file, [3]

    def sweep(descriptor: int) -> None:
        sync_file(descriptor)
        if left[0]:
            left[0] -= 1
            for half_written in (tmp_path / "local" / "tmp").glob("*.tmp"):
                half_written.unlink()

    monkeypatch.setattr(folder, "sync_file", sweep)
    assert objects.put("leases/cycle/00000001.json", b"data")
    assert left == [0]
    assert objects.get("leases/cycle/00000001.json") == b"data"
    with pytest.raises(ObjectConflictError):
        objects.put("leases/cycle/00000001.json", b"other")
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "huge"])
def test_what_is_no_small_regular_file_is_neither_waited_for_nor_loaded(tmp_path: Path, kind: str) -> None:
    objects = FolderObjects(tmp_path)
    name = "events/a.json"
    path = tmp_path / name
    path.parent.mkdir()
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.touch()
            os.truncate(path, 1 << 40)  # a hole: takes no room
    with pytest.raises(ObjectDamagedError):
        objects.get(name)
    with pytest.raises(ObjectConflictError):
        objects.put(name, b"{}")
