"""Which model reads in shadow: `shadow/<number>.json` names the challenger beside the champion from then on, or none.

Its readings are compared with the champion's and never shown.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from datasets.models.champions import Digest, read_entry
from datasets.models.registry import ModelRegistry
from datasets.objects.chain import Chain, ChainEntry
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import SHADOW
from datasets.objects.record import UtcTime
from datasets.reason import Reason


class ShadowRecord(ChainEntry):
    """An entry of the shadow's history."""

    model: Digest | None  # None: no model reads in shadow from then on
    name: str | None
    version: str | None
    at: UtcTime
    by: Reason
    reason: Reason


class ShadowHistory:
    """The model that reads in shadow, in one place of objects.

    Args:
        objects: `Places.authority`.
        clock: seconds since 1970, for the times that people read.
    """

    def __init__(self, objects: ObjectStore, *, clock: Clock = time.time) -> None:
        self._registry = ModelRegistry(objects)
        self._clock = clock
        self._chain = Chain(objects, SHADOW, ShadowRecord)

    def current(self) -> ShadowRecord | None:
        """The last entry; None if the shadow was never set. A record without a `model` switches the shadow off.

        Raises:
            ChampionError: the entry is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        number = self._chain.last_number()
        return read_entry(self._chain, number) if number else None

    def set(self, digest: str | None, by: Reason | str, reason: Reason | str) -> ShadowRecord:
        """Let a registered model read in shadow, or none (None). The last entry counts.

        Raises:
            UnknownModelError: the model is not registered.
            StoreError: too many writers change the shadow at the same time.
        """
        model = self._registry.model(digest) if digest is not None else None
        return self._chain.append(
            lambda number: ShadowRecord(
                number=number,
                model=digest,
                name=model.name if model else None,
                version=model.version if model else None,
                at=datetime.fromtimestamp(self._clock(), UTC),
                by=Reason.model_validate(by),
                reason=Reason.model_validate(reason),
            )
        )
