"""The upkeep of a store: the index is made anew, and everything is looked at for faults."""

from __future__ import annotations

from collections.abc import Iterator

from datasets.errors import BucketUnavailableError
from datasets.objects.interface import ObjectStore
from datasets.samples.audit import Problem, find_problems
from datasets.samples.bucket_copy import BucketCopy
from datasets.samples.index import SampleIndex
from datasets.samples.index_keeper import IndexKeeper
from datasets.samples.needless_crops import sweep
from datasets.samples.spool import Spool


class Upkeep:
    """Mends and examines a store.

    Args:
        spool: of the store.
        index: follows its events.
        keeper: adds them to it.
        bucket: the copy in the bucket.
        replica: the bucket itself; None without one.
    """

    def __init__(
        self, spool: Spool, index: SampleIndex, keeper: IndexKeeper, bucket: BucketCopy, replica: ObjectStore | None
    ) -> None:
        self._spool, self._index, self._keeper = spool, index, keeper
        self._bucket, self._replica = bucket, replica

    def reindex(self) -> int:
        """Rebuild the database from spool and bucket alone. Returns the number of events.

        Raises:
            IndexUnavailableError: the database does not answer.
            BucketUnavailableError: the bucket does not answer; the database then holds what the spool has.
        """
        unavailable = None
        try:
            self._bucket.pull()
        except BucketUnavailableError as error:
            unavailable = error
        events = self._keeper.rebuild()
        if unavailable is None:
            self._bucket.reconcile()
        self._bucket.look_around()
        sweep(self._spool, self._index)
        if unavailable is not None:
            raise unavailable
        return events

    def verify(self) -> Iterator[Problem]:
        """Hash everything in spool and bucket again and name every fault; changes nothing.

        Raises:
            IndexUnavailableError: the database does not answer.
            BucketUnavailableError: the bucket does not answer.
        """
        yield from find_problems(self._spool, self._index, self._replica)

    def set_aside(self) -> dict[str, str]:
        """Events that do not count because they are wrong or damaged, in spool or bucket, with the reasons, by name.

        As far as they were met since the store was opened; `verify` looks at everything.
        """
        return self._bucket.set_aside() | self._spool.left_out()
