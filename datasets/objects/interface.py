"""Objects by name: the one interface of folders and buckets.

Names are relative, with forward slashes, the same in both places. Objects are immutable: `put` creates and
never overwrites, so that two writers of one name cannot harm each other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Protocol

from datasets.errors import ObjectError, StoreError

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*\Z")


def checked_name(name: str) -> str:
    """Return the object name if it is one that every file system and bucket takes.

    Raises:
        ObjectError: anything else, such as an absolute path or one that climbs out with `..`.
    """
    if not _NAME.match(name) or len(name) > 512:
        raise ObjectError(f"not an object name: {name!r}")
    return name


def checked_prefix(folder: str) -> str:
    """The folder of a bucket's URL as a prefix of names.

    Raises:
        StoreError: it climbs out, or has an empty part.
    """
    if any(part in ("", ".", "..") for part in folder.split("/")):
        raise StoreError(f"not a folder in a bucket: {folder!r}")
    return folder + "/"


class ObjectStore(Protocol):
    """A place that holds immutable objects by name."""

    @property
    def url(self) -> str:
        """Its address: `gs://bucket/prefix`, `s3://bucket/prefix` or `file:///folder`."""
        ...

    def put(self, name: str, data: bytes) -> bool:
        """Create the object if there is none; durable when this returns.

        Returns:
            True if the object was created; False if it was there already with the same bytes.

        Raises:
            ObjectConflictError: it is there with other bytes, which stay as they are.
            ObjectDamagedError: no object of this kind may have so many bytes (see limits.py).
            StoreFullError: a disk is full.
            BucketUnavailableError: the bucket does not answer or refuses.
        """
        ...

    def get(self, name: str) -> bytes:
        """Return the bytes.

        Raises:
            ObjectMissingError: there is no such object.
            ObjectDamagedError: it is no regular file, or has more bytes than any object of its kind (see limits.py).
            BucketUnavailableError: the bucket does not answer or refuses.
        """
        ...

    def holds(self, name: str) -> bool:
        """Whether there is such an object."""
        ...

    def delete(self, name: str) -> bool:
        """Remove the object. Returns False if there was none."""
        ...

    def delete_all(self, names: Collection[str]) -> None:
        """Remove objects, those that are there, in less time than one after the other."""
        ...

    def names(self, prefix: str, start: str = "") -> Iterator[str]:
        """Names in the folder `prefix` (ends in a slash) that sort at or after `start`, in order."""
        ...

    def folders(self, prefix: str) -> Iterator[str]:
        """The folders right below `prefix`: for `events/` such as `events/1f0c.../`."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...
