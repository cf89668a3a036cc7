"""Who has downloaded what: a note for each download, where all machines see it.

    downloads/<month>/<time>-<random>.json

Notes are for people. One that cannot be written costs a warning, not the download.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from datasets.errors import StoreError
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import DOWNLOADS
from datasets.objects.record import Record, UtcTime

_LOG = logging.getLogger(__name__)
_LONGEST = 2000  # characters of a search; one that names thousands of crops is cut off


class Download(Record):
    """A download."""

    at: UtcTime
    by: str  # who asked
    kind: str  # of the file: `zip`, `csv` ...
    search: str  # what it holds, in the search language


class Downloads:
    """The notes of a store. Safe to use from several threads and machines.

    Args:
        objects: `Places.authority`.
        clock: seconds since 1970.
    """

    def __init__(self, objects: ObjectStore, clock: Clock = time.time) -> None:
        self._objects, self._clock = objects, clock

    def note(self, by: str, kind: str, search: str) -> None:
        """Note a download."""
        at = datetime.fromtimestamp(self._clock(), UTC)
        name = f"{DOWNLOADS}{at:%Y-%m}/{at:%Y%m%d-%H%M%S%f}-{uuid.uuid4().hex[:8]}.json"
        search = search if len(search) <= _LONGEST else f"{search[:_LONGEST]} ..."
        try:
            self._objects.put(name, Download(at=at, by=by, kind=kind, search=search).to_bytes())
        except StoreError as error:
            _LOG.warning("a download of %s is not noted: %s", by, error)

    def last(self, most: int) -> list[Download]:
        """The latest downloads, the latest first; a note that cannot be read is left out.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        return list(islice(self._all(), most))

    def _all(self) -> Iterator[Download]:
        for folder in sorted(self._objects.folders(DOWNLOADS), reverse=True):
            for name in sorted(self._objects.names(folder), reverse=True):
                try:
                    yield Download.from_bytes(self._objects.get(name))
                except ValueError as error:
                    _LOG.warning("passed over: %s: %s", name, error)
