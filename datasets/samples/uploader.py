"""The thread that copies the spool to the bucket, and keeps trying."""

from __future__ import annotations

import itertools
import logging
import random
import threading
import time
from dataclasses import dataclass

from opentelemetry.trace import SpanContext

from datasets.errors import StoreFullError
from datasets.objects.clock import Clock
from datasets.objects.spans import recorded_span, span
from datasets.samples.fetching import ABOUT_ALL
from datasets.samples.replication import Replication

_LOG = logging.getLogger(__name__)
_MOST_AT_ONCE = 500  # events
_MOST_ORIGINS = 1000  # spans that are remembered while the bucket is away
_MOST_LINKS = 100  # of one span; OpenTelemetry's SDK keeps 128


@dataclass(frozen=True, slots=True)
class UploadPolicy:
    """Delays and time limits of the uploader, in seconds."""

    timeout: float = 20.0  # for a connection, and for the next bytes of an answer
    deadline: float = 30.0  # after which a call is not tried again
    first_delay: float = 1.0  # pause after the first failure; doubles with each further one
    longest_delay: float = 60.0  # but never longer
    pull_interval: float = 60.0  # between fetches of other backends' events


@dataclass(frozen=True, slots=True)
class Queue:
    """The events of this spool that are still to be sent."""

    unsent: int  # events
    oldest_seconds: float  # age of the oldest; 0.0 if there is none
    stuck: int  # events that failed for a reason of their own
    last_error: str | None  # the last failure since the last success


class Uploader:
    """Sends events in the background, many together, the oldest first, and keeps trying.

    When the bucket fails, everything waits: longer each time, by a random share so that many backends do not
    come back in step. Then events are sent one by one, and twice as many together after each success, so that a bucket
    that fails now and then receives them, too. When one event fails for its own reason (a damaged crop), the others
    go on, and it is tried again at the next look around.

    The unsent events are found from the spool at the start, and again at each look around, so nothing is lost with
    the thread or its process.
    """

    def __init__(self, replication: Replication, policy: UploadPolicy, *, clock: Clock = time.time) -> None:
        self._replication = replication
        self._policy = policy
        self._clock = clock
        self._changed = threading.Condition()
        self._pending: dict[str, float] = {}  # event name -> when it was written, seconds since 1970
        self._stuck: dict[str, str] = {}  # event name -> why
        self._due: set[str] = set()  # stuck events that are tried again now
        self._origins: dict[str, SpanContext] = {}  # event name -> the span that wrote it, where it is recorded
        self._failures = 0  # in a row
        self._at_once = _MOST_AT_ONCE  # events that are sent together
        self._last_error: str | None = None
        self._stopping = False
        self._reconciled = False
        self._next_look = 0.0  # by the monotonic clock
        self._thread = threading.Thread(target=self._run, name="uploader", daemon=True)

    def start(self) -> None:
        """Begin to send in the background."""
        self.look_around()
        self._thread.start()

    def notify(self, name: str, written_at: float) -> None:
        """Add a new event of the spool to the queue; its sending is linked to the caller's span."""
        origin = recorded_span()
        with self._changed:
            self._pending[name] = written_at
            if origin is not None and len(self._origins) < _MOST_ORIGINS:
                self._origins[name] = origin
            self._changed.notify_all()

    def queue(self) -> Queue:
        """The events that are still to be sent."""
        if not self._thread.is_alive():
            self._pending = self._unsent()
        with self._changed:
            oldest = min(self._pending.values(), default=None)
            # A clock that was set back must not give a negative age.
            age = 0.0 if oldest is None else max(0.0, self._clock() - oldest)
            return Queue(len(self._pending), age, len(self._stuck), self._last_error)

    def flush(self, timeout: float) -> bool:
        """Wait until everything is sent. Returns False if something is left after `timeout` seconds.

        Without a started thread nothing is sent, and there is nothing to wait for.
        """
        if not self._thread.is_alive():
            return True
        with self._changed:
            return self._changed.wait_for(lambda: not self._pending, timeout)

    def stop(self, timeout: float) -> bool:
        """Have the thread end after its present call. Returns whether it did within `timeout` seconds."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._step()
            except ABOUT_ALL as error:
                self._failed(error)
            except Exception as error:  # a defect here must not end the sending of labels
                _LOG.exception("an unexpected error in the uploader, which goes on")
                self._failed(error)

    def _step(self) -> None:
        if not self._reconciled:
            # An index without sent events may have been lost, so the bucket's listing is read.
            if self._pending and not self._replication.has_sent():
                self._settled(self._replication.reconcile())
            self._reconciled = True
        if time.monotonic() >= self._next_look:
            try:
                self._replication.pull()
            except StoreFullError as error:  # what others wrote waits for room; what this spool holds is sent
                _LOG.warning("the bucket's events are not fetched: %s", error)
            self.look_around()
            self._succeeded()
            self._next_look = time.monotonic() + self._policy.pull_interval
        names = self._next()
        if not names:
            return
        sent = []
        with self._changed:
            origins = {origin.span_id: origin for name in names if (origin := self._origins.get(name)) is not None}
        with span("bucket upload", {"events": len(names)}, links=list(origins.values())[:_MOST_LINKS]):
            told = self._replication.send_all(names, lambda: self._stopping)
        for name, wrong in told.items():
            if wrong is None:
                sent.append(name)
                continue
            if self._stuck.get(name) != str(wrong):  # said once, however often it is tried again
                _LOG.error("%s stays unsent for now: %s", name, wrong)
            with self._changed:
                self._stuck[name] = str(wrong)
                self._last_error = str(wrong)
        if sent:
            self._settled(sent)
            self._succeeded()
            self._at_once = min(2 * self._at_once, _MOST_AT_ONCE)

    def _next(self) -> list[str]:
        """The oldest events that are not stuck; waits for one until the next look around is due."""
        with self._changed:
            going = (name for name in self._pending if name not in self._stuck or name in self._due)
            names = list(itertools.islice(going, self._at_once))
            self._due.difference_update(names)
            if not names and not self._stopping:
                self._changed.wait(max(0.0, self._next_look - time.monotonic()))
            return names

    def look_around(self) -> None:
        """Find the unsent events anew, including other processes'; stuck events are tried again."""
        unsent = self._replication.unsent()
        with self._changed:
            new = [name for name in unsent if name not in self._pending]
        times = {name: self._replication.written_at(name) for name in new}  # a file is looked at for each, once
        with self._changed:
            self._due.update(self._stuck)
            for name, written_at in times.items():
                self._pending.setdefault(name, written_at)
            self._changed.notify_all()

    def _unsent(self) -> dict[str, float]:
        return {name: self._replication.written_at(name) for name in self._replication.unsent()}

    def _settled(self, names: list[str]) -> None:
        with self._changed:
            for name in names:
                self._pending.pop(name, None)
                self._stuck.pop(name, None)
                self._origins.pop(name, None)
            self._changed.notify_all()

    def _succeeded(self) -> None:
        with self._changed:
            self._failures = 0
            self._last_error = next(iter(self._stuck.values()), None)

    def _failed(self, error: Exception) -> None:
        with self._changed:
            self._failures += 1
            self._at_once = 1
            self._last_error = str(error)
            # 2**20 first delays are longer than any longest delay; more would overflow in a long outage.
            longest = min(self._policy.longest_delay, self._policy.first_delay * 2 ** min(self._failures - 1, 20))
            delay = longest * random.uniform(0.5, 1.0)
            _LOG.warning("%d unsent, next try in %.1f s: %s", len(self._pending), delay, error)
            self._changed.wait_for(lambda: self._stopping, delay)
