"""The thread that seals old events now and then, so that a store opens as fast in years as today."""

from __future__ import annotations

import logging
import threading

from datasets.errors import StoreError
from datasets.samples.sealing import Sealer, SealPolicy

_LOG = logging.getLogger(__name__)


class SealingThread:
    """Seals in the background what has rested for long enough. A segment that is begun is finished.

    Args:
        sealer: of the store.
        policy: what is sealed, and when.
    """

    def __init__(self, sealer: Sealer, policy: SealPolicy) -> None:
        self._sealer = sealer
        self._policy = policy
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealing", daemon=True)

    def start(self) -> None:
        """Begin to look for events that can be sealed."""
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Have the thread end after its present segment. Returns whether it did within `timeout` seconds."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        pause = self._policy.first_pause
        while not self._stopping.wait(pause):
            pause = self._policy.pause
            try:
                for _ in self._sealer.seal(self._policy.events, rest=self._policy.rest):
                    if self._stopping.is_set():
                        return
            except StoreError as error:  # nothing is lost, and it is tried again
                _LOG.warning("events are not sealed for now: %s", error)
            except Exception:  # a defect here must not end the sealing for good
                _LOG.exception("an unexpected error while events are sealed; it is tried again")
