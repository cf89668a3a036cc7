"""The copy of a store in its bucket: what is sent there and fetched from there. Without a bucket there is none."""

from __future__ import annotations

from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.samples.index import SampleIndex
from datasets.samples.replication import Replication
from datasets.samples.spool import Spool
from datasets.samples.uploader import Queue, Uploader, UploadPolicy


class BucketCopy:
    """Keeps spool and bucket alike. Without a bucket nothing waits, and nothing is fetched.

    Args:
        spool: spool of the events and crops.
        index: follows the events.
        bucket: receives the copy; None: there is none.
        policy: the uploader's delays and time limits.
        clock: seconds since 1970.
    """

    def __init__(
        self, spool: Spool, index: SampleIndex, bucket: ObjectStore | None, policy: UploadPolicy, *, clock: Clock
    ) -> None:
        self._replication = Replication(spool, index, bucket) if bucket is not None else None
        self._uploader = Uploader(self._replication, policy, clock=clock) if self._replication is not None else None

    def start(self) -> None:
        """Begin to send in the background."""
        if self._uploader is not None:
            self._uploader.start()

    def announce(self, name: str, written_at: float) -> None:
        """Have a new event of the spool sent.

        Args:
            name: its object name.
            written_at: seconds since 1970.
        """
        if self._uploader is not None:
            self._uploader.notify(name, written_at)

    def queue(self) -> Queue:
        """Events that are still to be sent. Needs no database while the uploader runs."""
        return self._uploader.queue() if self._uploader is not None else Queue(0, 0.0, 0, None)

    def set_aside(self) -> dict[str, str]:
        """Events in the bucket that do not count because they are wrong or damaged, with the reasons, by name."""
        return self._replication.set_aside() if self._replication is not None else {}

    def flush(self, timeout: float) -> bool:
        """Wait until the bucket has everything. Returns False if it has not after `timeout` seconds."""
        return self._uploader is None or self._uploader.flush(timeout)

    def pull(self) -> int:
        """Fetch what other backends have sent to the bucket, now. Returns the number of new events.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        return self._replication.pull() if self._replication is not None else 0

    def reconcile(self) -> None:
        """Learn from the bucket's listing what it has, as after the loss of the index.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        if self._replication is not None:
            self._replication.reconcile()

    def look_around(self) -> None:
        """Find anew what is to be sent."""
        if self._uploader is not None:
            self._uploader.look_around()

    def close(self) -> bool:
        """Stop sending. Returns False if a call to the bucket is still under way."""
        return self._uploader is None or self._uploader.stop(timeout=5.0)
