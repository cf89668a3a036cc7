"""Objects in a folder, written so that neither a crash nor a power cut leaves half of one.

Temporary file, fsync, rename, fsync of the folder: only then does `put` return. The order is the one that
Pillai et al. 2014 ("All File Systems Are Not Created Equal") found necessary on ext4, XFS and btrfs.

Files and folders are made for their owner alone, whatever the umask: crops are photos that shoppers took.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import sys
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from datasets.errors import ObjectConflictError, ObjectDamagedError, ObjectMissingError, StoreError, StoreFullError
from datasets.objects.interface import checked_name
from datasets.objects.limits import check_size, most_bytes

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LOCK_PAUSE = 0.1  # seconds between looks at a lock that may be given up
_OWNER_ONLY, _OWNER_ONLY_FOLDER = 0o600, 0o700


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
        check_size(name, len(data))
        with disk_errors(f"cannot keep {name}"):
            while True:
                make_folder(path.parent)
                temporary = self._write(data)
                try:
                    # Without the lock two processes could both find nothing, and the later rename would win.
                    with locked(self._scratch / ".put.lock"):
                        try:
                            is_same = _read_regular(path, len(data)) == data
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
        if not is_same:
            raise ObjectConflictError(f"{name} is there already, with other bytes")
        return False

    def get(self, name: str) -> bytes:
        """Return the bytes; see `ObjectStore.get`."""
        with disk_errors(f"cannot read {name}"):
            try:
                data = _read_regular(self._path(name), most_bytes(name))
            except FileNotFoundError as error:
                raise ObjectMissingError(f"there is no {name} in {self.root}") from error
        if data is None:
            raise ObjectDamagedError(f"{name} in {self.root} is not a regular file")
        check_size(name, len(data))
        return data

    def holds(self, name: str) -> bool:
        """Whether there is such an object."""
        return self._path(name).exists()

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

    def delete_all(self, names: Collection[str]) -> None:
        """Remove objects for good; each folder is synced once."""
        paths = [self._path(name) for name in names]
        with disk_errors(f"cannot delete {len(paths)} objects"):
            for path in paths:
                path.unlink(missing_ok=True)
            for folder in {path.parent for path in paths}:
                if folder.is_dir():
                    sync_folder(folder)

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
            with create_file(temporary) as file:
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


def _read_regular(path: Path, most: int) -> bytes | None:
    """Read a file, up to one byte more than `most`; None if it is no regular file, such as a pipe or a device."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe is not waited for
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(most + 1)
    finally:
        os.close(descriptor)


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


def create_file(path: Path) -> BinaryIO:
    """Create a file that only its owner may read, and open it for writing.

    Raises:
        FileExistsError: there is a file of that name.
    """
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY), "wb")


def open_own(path: Path, flags: int = 0) -> int:
    """Open a file for reading and writing; one that is made here is its owner's only. Returns its descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | flags, _OWNER_ONLY)


def make_folder(path: Path) -> None:
    """Make a folder and the ones above it, durably, for their owner only."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=_OWNER_ONLY_FOLDER, exist_ok=True)
    sync_folder(path.parent)


@contextlib.contextmanager
def locked(path: Path, gives_up: Callable[[], bool] | None = None) -> Iterator[bool]:
    """Hold a lock file against other threads and processes; the lock ends with its process.

    Args:
        path: of the lock file.
        gives_up: asked again and again while others hold it; None waits for as long as that takes.

    Yields:
        Whether the lock is held: not if the wait was given up.
    """
    descriptor = open_own(path)
    try:
        yield _is_taken(descriptor, gives_up)
    finally:
        os.close(descriptor)


def _is_taken(descriptor: int, gives_up: Callable[[], bool] | None) -> bool:
    if gives_up is None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return True
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if gives_up():
            return False
        time.sleep(_LOCK_PAUSE)


@contextlib.contextmanager
def disk_errors(action: str) -> Iterator[None]:
    """Turn the operating system's errors into the store's."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFullError(f"{action}: the disk is full") from error
        raise StoreError(f"{action}: {error}") from error
