"""The objects of a small Google Cloud Storage for tests and benchmarks, in memory."""

from __future__ import annotations

import base64
import bisect
import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import google_crc32c


@dataclass(frozen=True)
class StoredObject:
    """One object of a bucket."""

    data: bytes
    generation: int  # never used twice
    content_type: str

    def describe(self, bucket: str, name: str) -> dict[str, Any]:
        """Return the metadata resource."""
        crc = google_crc32c.value(self.data).to_bytes(4, "big")
        return {
            "kind": "storage#object",
            "id": f"{bucket}/{name}/{self.generation}",
            "name": name,
            "bucket": bucket,
            "generation": str(self.generation),
            "metageneration": "1",
            "contentType": self.content_type,
            "size": str(len(self.data)),
            "md5Hash": base64.b64encode(hashlib.md5(self.data, usedforsecurity=False).digest()).decode(),
            "crc32c": base64.b64encode(crc).decode(),
        }


class Bucket(dict[str, StoredObject]):
    """The objects of a bucket, whose names are kept sorted: a page of a listing costs no more among many."""

    def __init__(self) -> None:
        super().__init__()
        self._sorted: list[str] = []

    def __setitem__(self, name: str, stored: StoredObject) -> None:
        if name not in self:
            bisect.insort(self._sorted, name)
        super().__setitem__(name, stored)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        del self._sorted[bisect.bisect_left(self._sorted, name)]

    def names_from(self, start: str) -> Iterator[str]:
        """The names that sort at or after `start`, in order; none may be added or removed meanwhile."""
        return itertools.islice(self._sorted, bisect.bisect_left(self._sorted, start), None)
