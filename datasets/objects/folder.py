"""Objects in a folder, written so that neither a crash nor a power cut leaves half of one.

Temporary file, fsync, rename, fsync of the folder: only then does `put` return. The order is the one that
Pillai et al. 2014 ("All File Systems Are Not Created Equal") found necessary on ext4, XFS and btrfs.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

from datasets.errors import ObjectConflictError, ObjectMissingError, StoreError, StoreFullError
from datasets.objects.interface import checked_name

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; a power cut may still take it back."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


class FolderObjects:
    """An `ObjectStore` in a folder of this machine or of a file server.

    Args:
        root: the folder; made if missing.
        scratch: folder in which files are written before they get their name; on the same file system.
    """

    def __init__(self, root: Path, scratch: Path | None = None) -> None:
        self.root = root.resolve()
        self._scratch = (scratch or self.root / "local" / "tmp").resolve()
        with disk_errors(f"cannot use the folder {self.root}"):
            make_folder(self.root)
            make_folder(self._scratch)

    @property
    def url(self) -> str:
        """`file:///folder`."""
        return self.root.as_uri()

    def put(self, name: str, data: bytes) -> bool:
        """Create the object; see `ObjectStore.put`."""
        path = self._path(name)
        with disk_errors(f"cannot keep {name}"):
            while True:
                make_folder(path.parent)
                temporary = self._write(data)
                try:
                    # Without the lock two processes could both find nothing, and the later rename would win.
                    with locked(self._scratch / ".put.lock"):
                        try:
                            present = path.read_bytes()
                        except FileNotFoundError:
                            try:
                                return self._rename(temporary, path)
                            except FileNotFoundError:
                                if temporary.exists() or path.exists():
                                    raise
                                continue  # a process that just started here has removed the temporary file
                    # The process that renamed the file may not have synced it yet, and the caller relies on that.
                    sync_folder(path.parent)
                    break
                finally:
                    temporary.unlink(missing_ok=True)
        if present != data:
            raise ObjectConflictError(f"{name} is there already, with other bytes")
        return False

    def get(self, name: str) -> bytes:
        """Return the bytes; see `ObjectStore.get`."""
        with disk_errors(f"cannot read {name}"):
            try:
                return self._path(name).read_bytes()
            except FileNotFoundError as error:
                raise ObjectMissingError(f"there is no {name} in {self.root}") from error

    def holds(self, name: str) -> bool:
        """Whether there is such an object."""
        return self._path(name).is_file()

    def delete(self, name: str) -> bool:
        """Remove the object for good."""
        path = self._path(name)
        with disk_errors(f"cannot delete {name}"):
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            sync_folder(path.parent)
        return True

    def names(self, prefix: str, start: str = "") -> Iterator[str]:
        """Names below a folder, in order; see `ObjectStore.names`."""
        try:
            entries = sorted(os.scandir(self.root / prefix), key=_sort_key)
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir():
                folder = name + "/"
                if folder >= start or start.startswith(folder):
                    yield from self.names(folder, start)
            elif name >= start:
                yield name

    def folders(self, prefix: str) -> Iterator[str]:
        """The folders right below a folder, in order."""
        try:
            entries = sorted(os.scandir(self.root / prefix), key=_sort_key)
        except (FileNotFoundError, NotADirectoryError):
            return
        yield from (f"{prefix}{entry.name}/" for entry in entries if entry.is_dir())

    def written_at(self, name: str) -> float:
        """When the object was written, in seconds since 1970 by this machine's clock; 0.0 if it is gone."""
        try:
            return self._path(name).stat().st_mtime
        except OSError:
            return 0.0

    def close(self) -> None:
        """Do nothing: a folder holds no connections."""

    def _path(self, name: str) -> Path:
        return self.root / checked_name(name)

    def _write(self, data: bytes) -> Path:
        temporary = self._scratch / f"{os.getpid()}-{uuid.uuid4().hex}.tmp"
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                sync_file(file.fileno())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return temporary

    def _rename(self, temporary: Path, path: Path) -> bool:
        temporary.replace(path)
        try:
            sync_folder(path.parent)
        except BaseException:
            # The file is not known to be durable, so it must not look kept.
            path.unlink(missing_ok=True)
            raise
        return True


def _sort_key(entry: os.DirEntry[str]) -> str:
    # Sorted as a bucket sorts: the slash after a folder's name takes part.
    return entry.name + "/" if entry.is_dir() else entry.name


def sync_file(descriptor: int) -> None:
    """Wait until the file is on the disk."""
    if sys.platform == "darwin":
        # On macOS fsync only reaches the drive's cache (man 2 fsync).
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder and the ones above it, durably."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file against other threads and processes; the lock ends with its process."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def disk_errors(action: str) -> Iterator[None]:
    """Turn the operating system's errors into the store's."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFullError(f"{action}: the disk is full") from error
        raise StoreError(f"{action}: {error}") from error
