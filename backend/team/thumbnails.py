"""Small pictures of crops, made once and kept in a folder by the crop's hash and the picture's size.

They are a cache: a crop that is removed takes its thumbnails along, and the folder may be emptied at any time.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from PIL import Image

from datasets.objects.folder import make_folder, open_own
from datasets.samples.crop import open_crop

_LOG = logging.getLogger(__name__)

Size = Literal[240, 480]
_QUALITY = 80
_HEADER = 8  # bytes of a RIFF file before those that it counts
_PARTS = 256  # folders, by the first two digits of the hash


class Thumbnails:
    """Makes and remembers thumbnails, WebP. Safe to use from several threads and processes.

    Args:
        folder: Where they are kept; made with the first one.
        least_free: Bytes that they leave free on the folder's disk.
    """

    def __init__(self, folder: Path, *, least_free: int = 0) -> None:
        self._folder = folder
        self._least_free = least_free
        self._parts = itertools.cycle(range(_PARTS))
        self._lock = threading.Lock()

    def get(self, digest: str, size: Size, read: Callable[[str], bytes]) -> bytes:
        """The thumbnail of a crop.

        Args:
            digest: Names the crop.
            size: Most pixels of its width; its height is half of that at most.
            read: Gives the PNG of a crop.

        Raises:
            CropError: The crop is damaged.
            StoreError: As `read` does.
        """
        path = self._path(digest, size)
        with contextlib.suppress(OSError):
            known = path.read_bytes()
            if _is_whole(known):
                return known
        made = make_thumbnail(open_crop(read(digest)), size)
        self._write(path, made)
        return made

    def forget(self, digest: str) -> None:
        """Remove the thumbnails of a crop."""
        for path in (self._folder / digest[:2]).glob(f"{digest}-*"):
            path.unlink(missing_ok=True)

    def sweep(self, live: Callable[[Iterable[str]], set[str]]) -> None:
        """Remove thumbnails of crops that are gone, in the next of the folders.

        Another backend or a command may have removed a crop, whose thumbnails stay until their folder's turn.

        Args:
            live: Those of some crops that have a label.

        Raises:
            StoreError: As `live` does; nothing is removed.
        """
        with self._lock:
            folder = self._folder / f"{next(self._parts):02x}"
        try:
            names = {path.name.split("-")[0] for path in folder.iterdir()}
        except OSError:
            return
        for digest in names - live(names):
            self.forget(digest)

    def _path(self, digest: str, size: Size) -> Path:
        return self._folder / digest[:2] / f"{digest}-{size}.webp"

    def _write(self, path: Path, data: bytes) -> None:
        """Keep a thumbnail if there is room; a failure costs making it again."""
        try:
            make_folder(path.parent)
            if shutil.disk_usage(path.parent).free < self._least_free + len(data):
                return
            part = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
            with os.fdopen(open_own(part), "wb") as file:
                file.write(data)
            part.replace(path)
        except OSError as error:
            _LOG.warning("a thumbnail is not kept: %s", error)


def make_thumbnail(image: Image.Image, size: Size) -> bytes:
    """A small picture, WebP.

    Args:
        image: A crop, RGB.
        size: Most pixels of its width; its height is half of that at most. A smaller crop is not enlarged.
    """
    small = image.copy()
    small.thumbnail((size, size // 2), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    small.save(stream, "WEBP", quality=_QUALITY, method=2)
    return stream.getvalue()


def _is_whole(data: bytes) -> bool:
    """Whether a WebP file has all its bytes: files are written without waiting for the disk."""
    return data[:4] == b"RIFF" and len(data) == _HEADER + int.from_bytes(data[4:_HEADER], "little")
