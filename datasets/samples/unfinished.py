"""The crops that a process is at work on, noted before it changes anything.

A process may be killed between a crop and its event, or between a tombstone and the removal of the crops. Whoever opens
the spool next looks at the noted crops instead of all crops that there are.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable
from pathlib import Path

from datasets.errors import StoreError
from datasets.objects.folder import disk_errors, make_folder, open_own, sync_file, sync_folder
from datasets.objects.names import is_digest


class Unfinished:
    """The notes of all processes of a spool, a file for each writer. Used by who has the spool to itself.

    Args:
        folder: of the notes; made when the first one is written.
        writer: of this process.
    """

    def __init__(self, folder: Path, writer: str) -> None:
        self._folder = folder
        self._path = folder / writer
        self._noted: set[str] = set()  # by this process, and not finished

    def begin(self, digests: Iterable[str]) -> None:
        """Note crops beside those that are noted; the note is on the disk when this returns.

        Raises:
            StoreFullError: the disk is full; nothing is noted.
            StoreError: the disk failed in another way.
        """
        new = set(digests) - self._noted
        self._noted |= new
        try:
            self._write(durable=True)
        except StoreError:
            self._noted -= new
            raise

    def end(self, digests: Iterable[str]) -> None:
        """Take notes back. Fails silently: a note that outlives its work costs a look at its crops."""
        self._noted.difference_update(digests)
        with contextlib.suppress(StoreError):
            self._write(durable=False)

    def crops(self) -> set[str]:
        """Digests of the crops that any process has noted and not finished."""
        found = set[str]()
        with disk_errors(f"cannot read {self._folder}"):
            if self._folder.is_dir():
                for path in self._folder.iterdir():
                    found.update(filter(is_digest, path.read_text("ascii", "replace").split()))
        return found

    def clear(self) -> None:
        """Take the notes of all processes back."""
        self._noted.clear()
        with disk_errors(f"cannot clear {self._folder}"):
            if self._folder.is_dir():
                for path in self._folder.iterdir():
                    if path != self._path:
                        path.unlink(missing_ok=True)
        if self._path.exists():
            self.end(())

    def _write(self, *, durable: bool) -> None:
        with disk_errors(f"cannot write {self._path}"):
            make_folder(self._folder)
            descriptor = open_own(self._path)
            try:
                size = os.fstat(descriptor).st_size
                # Over the whole of the last note, and in the room that the file has: on a full disk, too.
                data = " ".join(sorted(self._noted)).encode().ljust(size)
                if os.pwrite(descriptor, data, 0) < len(data):
                    raise OSError(errno.ENOSPC, "the disk is full")
                if durable:
                    sync_file(descriptor)
            finally:
                os.close(descriptor)
            if size == 0 and durable:  # the file is new
                sync_folder(self._folder)
