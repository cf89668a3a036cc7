"""Photos that are read one after the other, a few at a time, beside the page."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

import streamlit as st

from frontend.client.failures import BackendError, BackendRefusedError, is_lasting
from frontend.client.shopper import ShopperClient
from frontend.client.tag_answers import TagAnswer
from frontend.photos.thumbnail import thumbnail
from frontend.several.files import FileError, PhotoFile
from frontend.several.outcome import Outcome

_LOG = logging.getLogger(__name__)

AT_ONCE: Final = 2
"""Photos of one batch that the backend reads at the same time."""

THUMBNAIL_SIDE: Final = 96  # pixels
_LONGEST_WAIT: Final = 120.0  # seconds, whatever the backend asks for
_USUAL_WAIT: Final = 5.0  # where a busy backend names none
_MOST_REFUSALS: Final = 60  # of a busy backend, for one photo
_BROKEN_TRIES: Final = 3  # of a photo for which no answer comes
# A batch whose page has not been seen for so many seconds is given up. Browsers wake the pages of hidden tabs once a
# minute.
_ABANDONED: Final = 300.0

T = TypeVar("T")
State = Literal["waiting", "reading", "read", "failed"]


@dataclass
class Row:
    """One photo of a batch, and what has become of it."""

    file: PhotoFile
    state: State = "waiting"
    thumbnail: str = ""  # a data URL
    tag: TagAnswer | None = None
    failure: FileError | BackendError | None = None

    @property
    def outcome(self) -> Outcome | None:
        """What has come of the photo; None while it has not been read."""
        if self.state == "failed":
            return "failed"
        if self.tag is None:
            return None
        has_text = bool(self.tag.cards) or any(line.text or line.korean for line in self.tag.lines)
        return "read" if has_text else "no-text"

    @property
    def may_pass(self) -> bool:
        """Whether the photo has failed for a reason that may be gone in a moment."""
        return isinstance(self.failure, BackendError) and not is_lasting(self.failure)


class _StoppedError(Exception):
    """The batch was stopped while a photo waited for the backend."""


@dataclass
class Batch:
    """Photos in their order; safe to look at while they are being read."""

    client: ShopperClient
    rows: Sequence[Row]
    _workers: int = 0
    _is_running: bool = False
    _seen: float = field(default_factory=time.monotonic)
    _busy_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Read what has not been read."""
        with self._lock:
            self._seen = time.monotonic()
            self._is_running = True
            self._stop.clear()
            missing, self._workers = AT_ONCE - self._workers, AT_ONCE
        for _ in range(missing):
            _pool().submit(self._work)

    def stop(self) -> None:
        """Begin no further photo; those under way are finished."""
        self._is_running = False
        self._stop.set()

    def start_again(self) -> None:
        """Read the photos that failed once more, unless the same would come of it."""
        for row in self.rows:
            if row.may_pass:
                row.state, row.failure = "waiting", None
        self.start()

    def see(self) -> None:
        """Note that somebody looks at the page."""
        self._seen = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Whether photos are being read."""
        return self._workers > 0

    @property
    def is_stopping(self) -> bool:
        """Whether only the photos under way are still being finished."""
        return self.is_running and not self._is_running

    @property
    def outcomes(self) -> Counter[Outcome]:
        """How many photos are read, hold no text, or have failed."""
        return Counter(row.outcome for row in self.rows if row.outcome is not None)

    @property
    def worth_another_try(self) -> int:
        """Photos that have failed for a reason that may pass."""
        return sum(row.may_pass for row in self.rows)

    @property
    def busy_seconds(self) -> float:
        """Seconds that the backend has asked to be left alone for."""
        return max(0.0, self._busy_until - time.monotonic())

    def _work(self) -> None:
        """Read one photo, and queue up for the next: batches take turns."""
        row = self._next()
        if row is None:
            return
        try:
            self._read(row)
        except Exception:  # a fault of this program must not leave the batch unfinished
            _LOG.exception("a photo of a batch could not be read")
            row.state, row.failure = "failed", BackendRefusedError(500, "internal-error", "see the log")
        _pool().submit(self._work)

    def _next(self) -> Row | None:
        with self._lock:
            if time.monotonic() - self._seen > _ABANDONED:
                self.stop()
            row = next((row for row in self.rows if row.state == "waiting"), None) if self._is_running else None
            if row is None:
                self._workers -= 1
                return None
            row.state = "reading"
            return row

    def _read(self, row: Row) -> None:
        try:
            data = row.file.read()
            photo = self._patiently(lambda: self.client.open_photo(data))
            row.thumbnail = thumbnail(photo.preview(0), THUMBNAIL_SIDE)
            row.tag = self._patiently(lambda: self.client.read_tag(photo, 0, lambda line: None))
        except _StoppedError:
            row.state = "waiting"
        except (FileError, BackendError) as error:
            row.state, row.failure = "failed", error
        else:
            row.state = "read"

    def _patiently(self, ask: Callable[[], T]) -> T:
        """The answer, waited for as long as the backend is only busy or out of reach for a moment."""
        refusals = broken = 0
        while True:
            if self._stop.wait(self.busy_seconds):
                raise _StoppedError
            try:
                return ask()
            except BackendRefusedError as error:
                refusals += 1
                if error.status not in (429, 503) or refusals == _MOST_REFUSALS:
                    raise
                seconds = _USUAL_WAIT if error.retry_after is None else error.retry_after
                self._busy_until = time.monotonic() + min(seconds, _LONGEST_WAIT)
            except BackendError:
                broken += 1
                if broken == _BROKEN_TRIES:
                    raise
                self._busy_until = time.monotonic() + _USUAL_WAIT


@st.cache_resource(show_spinner=False)
def _pool() -> ThreadPoolExecutor:
    """Threads of all batches: apart from those of shoppers with one photo, who must not wait behind them."""
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix="batch")
