"""A thread that measures crops in the background: those that come, and those that came before there were measures."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from backend.reading.priority import lower_priority
from datasets.errors import StoreError
from datasets.samples.measuring import measure_crops
from datasets.samples.store import SampleStore

_LOG = logging.getLogger(__name__)
_SECONDS: Final = 30.0  # between two looks at crops that other backends have sent
_REST: Final = 4.0  # as long as each crop took: shoppers' readings go first


class PictureMeasuring:
    """Measures the crops of a store until it is closed. An interruption costs nothing: the index knows what is missing.

    Args:
        store: The open store.
    """

    def __init__(self, store: SampleStore) -> None:
        self._store = store
        self._stop, self._news = threading.Event(), threading.Event()
        self._began = 0.0
        self._thread = threading.Thread(target=self._run, name="measuring", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Tell that a crop has come."""
        self._news.set()

    def close(self, timeout: float = 5.0) -> None:
        """End; a crop that a bucket does not give is waited for so many seconds."""
        self._stop.set()
        self._news.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        lower_priority()
        beyond = 0
        while not self._stop.is_set():
            self._news.clear()
            self._began = time.monotonic()
            try:
                beyond = measure_crops(self._store, beyond, rest=self._rest)
            except StoreError as error:
                _LOG.warning("crops are measured later: %s", error)
            except Exception:  # the thread goes on: crops that come later can be measured
                _LOG.exception("crops are measured later")
            self._news.wait(_SECONDS)

    def _rest(self) -> bool:
        """Wait in proportion to the work since the last rest. Returns False once it is time to end."""
        is_over = self._stop.wait(_REST * (time.monotonic() - self._began))
        self._began = time.monotonic()
        return not is_over
