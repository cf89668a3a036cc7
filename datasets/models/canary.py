"""Which model answers a share of requests in the champion's place: `canary/<number>.json` names it, or none.

Unlike a shadow's, its readings are shown, so that what shoppers correct tells of it. Backends take it back by
themselves when it does worse than the champion: that is a further entry, without a model.
"""

from __future__ import annotations

import time

from datasets.models.shadow import ShadowHistory, ShadowRecord
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CANARY
from datasets.objects.store_key import StoreKey
from datasets.reason import Reason


class CanaryHistory(ShadowHistory):
    """The challenger that answers a share of requests, in one place of objects; see `ShadowHistory`."""

    def __init__(self, objects: ObjectStore, *, clock: Clock = time.time, key: StoreKey | None = None) -> None:
        super().__init__(objects, clock=clock, key=key, folder=CANARY)

    def withdraw(self, record: ShadowRecord, by: Reason | str, reason: Reason | str) -> bool:
        """Let the challenger of an entry answer no more, unless a later entry counts by now.

        Returns:
            Whether this call has written the entry that takes it back.

        Raises:
            StoreError: the store does not answer, or has no room; it can be tried again.
        """
        present, aside = self._entries.look()
        if present is None or present.number != record.number:
            return False
        # Of several backends that withdraw it at once, one creates the number. Entries that are set aside keep theirs.
        number = max(aside, default=present.number) + 1
        return self._entries.chain.create(self._record(number, None, by, reason))
