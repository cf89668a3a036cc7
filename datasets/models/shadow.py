"""Which model reads in shadow: `shadow/<number>.json` names the challenger beside the champion from then on, or none.

Its readings are compared with the champion's and never shown.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from datasets.errors import ChampionError
from datasets.models.registry import ModelRecord, ModelRegistry
from datasets.models.seal import Digest, SealedEntry, sealed
from datasets.models.sealed_chain import SealedChain
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import SHADOW
from datasets.objects.record import UtcTime
from datasets.objects.store_key import StoreKey
from datasets.reason import Reason


class ShadowRecord(SealedEntry):
    """An entry of the history of the shadow, or of the canary."""

    model: Digest | None  # None: no challenger reads from then on
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
        key: the store's key; None neither signs nor looks for signatures.
        folder: name of the chain's folder.
    """

    def __init__(
        self, objects: ObjectStore, *, clock: Clock = time.time, key: StoreKey | None = None, folder: str = SHADOW
    ) -> None:
        self._registry = ModelRegistry(objects)
        self._clock = clock
        self._key = key
        self._folder = folder
        self._entries = SealedChain(objects, folder, ShadowRecord, key)

    def current(self) -> ShadowRecord | None:
        """The entry that counts; where none does, the last one, not signed. None if the shadow was never set.

        A record without a `model` switches the shadow off.

        Raises:
            ChampionError: no entry counts, and the last one is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        return self.look()[0]

    def look(self) -> tuple[ShadowRecord | None, dict[int, ChampionError]]:
        """`current`, and why each entry above it is set aside, by number; raises the same."""
        record, aside = self._entries.look()
        if record is None and aside:
            return self._entries.entry(max(aside)), {}
        return record, aside

    def set_aside(self) -> dict[str, str]:
        """The entries above the one that counts, with the reasons, by object name.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        return self._entries.set_aside()

    def check(self, record: ShadowRecord) -> None:
        """Refuse an entry that is not signed, if there is a key.

        Raises:
            ChampionUnsignedError: it does not carry the signature of the store's key.
        """
        self._entries.check(record)

    def set(self, digest: str | None, by: Reason | str, reason: Reason | str) -> ShadowRecord:
        """Let a registered model read, or none (None). The last entry counts.

        Raises:
            UnknownModelError: the model is not registered.
            StoreError: too many writers change the shadow at the same time.
        """
        model = self._registry.model(digest) if digest is not None else None
        return self._entries.chain.append(lambda number: self._record(number, model, by, reason))

    def _record(self, number: int, model: ModelRecord | None, by: Reason | str, reason: Reason | str) -> ShadowRecord:
        record = ShadowRecord(
            number=number,
            model=model.digest if model else None,
            name=model.name if model else None,
            version=model.version if model else None,
            at=datetime.fromtimestamp(self._clock(), UTC),
            by=Reason.model_validate(by),
            reason=Reason.model_validate(reason),
        )
        return sealed(record, self._key, self._folder, model.files if model else None)
