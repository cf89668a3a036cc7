"""The room on the spool's disk: labels leave some of it free, and a reserve lets deletes work on a full disk.

A label is refused while the disk has less than `least_free` bytes left, so that deletes, the index, and everything else
on the machine go on working. Another program may fill the disk all the same. Taking a sample out needs room before it
gives room back: for a tombstone, and for the journal of the index. That room is a file of the spool, given up when the
disk is about as full as that, and made again once there is room for it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from datasets.errors import StoreFullError
from datasets.objects.folder import create_file

FREE_BYTES = 64 << 20
RESERVE_BYTES = 4 << 20  # a tombstone takes a block, the index some dozens


class Room:
    """The room on the disk of a spool.

    Args:
        folder: folder of the spool that never leaves its machine; made if missing.
        least_free: bytes that labels leave free.
    """

    def __init__(self, folder: Path, least_free: int = FREE_BYTES) -> None:
        self._folder = folder
        self._reserve = folder / "reserve"
        self._least_free = least_free

    def check(self, size: int) -> None:
        """Make sure that an object of so many bytes leaves enough room.

        Raises:
            StoreFullError: it does not.
        """
        if self.free() < self._least_free + size:
            raise StoreFullError(f"less than {self._least_free} bytes would be free on the disk of {self._folder}")

    def free(self) -> int:
        """Bytes that this process may still write."""
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    def is_short(self) -> bool:
        """Whether the disk is so full that the reserve is needed."""
        return self.free() < RESERVE_BYTES

    def prepare(self) -> None:
        """Give the reserve up if the disk is full, else make sure that it is there. Fails silently."""
        with contextlib.suppress(OSError):
            if self.is_short():
                self._reserve.unlink(missing_ok=True)
            elif self.free() >= self._least_free + RESERVE_BYTES and not self._is_whole():
                self._fill()

    @contextlib.contextmanager
    def for_removal(self) -> Iterator[None]:
        """Make room for what a removal writes before it removes anything; the reserve is made again afterwards."""
        self.prepare()
        try:
            yield
        finally:
            self.prepare()

    def _is_whole(self) -> bool:
        return self._reserve.is_file() and self._reserve.stat().st_size >= RESERVE_BYTES

    def _fill(self) -> None:
        part = self._reserve.with_name(f"{self._reserve.name}.{os.getpid()}")
        try:
            with create_file(part) as file:
                file.write(os.urandom(RESERVE_BYTES))  # zeros may take no room
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._reserve)
        finally:
            part.unlink(missing_ok=True)
