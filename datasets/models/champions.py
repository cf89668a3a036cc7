"""Which model serves: `champion/<number>.json` names the model from then on; the highest number is the champion.

Entries are never overwritten. A promotion *creates* the number after the champion that its author has seen, and of
several writers of one number exactly one succeeds, in a folder as in a bucket: that is the compare-and-swap. A
rollback is a further entry, so the history holds every model that ever served.

With the store's key, entries are sealed (see seal.py). The champion is the last entry that is whole and, with the key,
sealed; entries above it are set aside (see sealed_chain.py). A promotion tries the numbers above the champion's one by
one and passes over those of entries that are set aside, so that all promotions after one champion meet at one number.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from datasets.errors import ChampionError, ChampionMovedError, ChampionUnsignedError
from datasets.models.registry import ModelRecord, ModelRegistry
from datasets.models.seal import Digest, SealedEntry, check_files, is_sealed, sealed
from datasets.models.sealed_chain import SealedChain
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CHAMPION
from datasets.objects.record import UtcTime
from datasets.objects.store_key import StoreKey
from datasets.reason import Reason

Kind = Literal["promotion", "rollback"]


class ChampionRecord(SealedEntry):
    """One entry of the champions' history; numbers count from 1, without holes.

    `attempt` tells two authors apart, and lets an author that was cut off find its entry.
    """

    model: Digest
    name: str  # of the model
    version: str  # of the model
    at: UtcTime  # by the clock of the machine that wrote it; for people, never for the order
    by: Reason  # a person, or the trigger of the cycle
    reason: Reason
    dataset_version: str | None  # dataset version that the model was trained on
    previous: str | None  # digest of the champion before
    kind: Kind | Literal["rejection-revert"]  # the last of them in histories of earlier releases only
    restores: int | None = None  # number of the entry that a rollback brings back


class Champions:
    """The champions in one place of objects. Safe to use from several threads.

    Args:
        objects: `Places.authority`: the bucket if there is one, else the spool's folder.
        clock: seconds since 1970, for the times that people read.
        key: the store's key; None neither signs nor looks for signatures.

    Attributes:
        registry: the models there.
    """

    def __init__(self, objects: ObjectStore, *, clock: Clock = time.time, key: StoreKey | None = None) -> None:
        self.registry = ModelRegistry(objects)
        self._clock = clock
        self._key = key
        self._entries = SealedChain(objects, CHAMPION, ChampionRecord, key)

    def current(self) -> ChampionRecord | None:
        """The champion; None while the store has none, and backends serve the model that they ship.

        Raises:
            ChampionUnsignedError: there are entries, and none counts: the last one is not signed with the store's key.
            ChampionError: there are entries, and none counts: the last one is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        record, aside = self._entries.look()
        if record is None and aside:
            raise aside[max(aside)]
        return record

    def counting(self) -> ChampionRecord | None:
        """The champion; None also where there are entries, and none counts.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        return self._entries.look()[0]

    def check(self, record: ChampionRecord) -> None:
        """Refuse an entry that is not signed, if there is a key.

        Raises:
            ChampionUnsignedError: it does not carry the signature of the store's key.
        """
        self._entries.check(record)

    def is_signed(self, record: ChampionRecord) -> bool | None:
        """Whether an entry carries the signature of the store's key; None without a key."""
        return None if self._key is None else is_sealed(record, self._key, CHAMPION)

    def fetch(self, record: ChampionRecord, cache: Path) -> Path:
        """Bring a champion's model, all files of it, to a folder of this machine; see `ModelRegistry.fetch`.

        Raises:
            ChampionUnsignedError: the entry is not signed, or names other files.
        """
        self.check(record)
        folder = self.registry.fetch(record.model, cache)
        if self._key is not None:
            try:
                check_files(record, folder)
            except ChampionUnsignedError:
                shutil.rmtree(folder)  # a next attempt fetches it anew
                raise
        return folder

    def latest(self) -> ChampionRecord | None:
        """The champion; where no entry counts, the last one, not signed. None if there is none.

        Raises:
            ChampionError: no entry counts, and the last one is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        return self.look()[0]

    def look(self) -> tuple[ChampionRecord | None, dict[int, ChampionError]]:
        """`latest`, and why each entry above the champion is set aside, by number.

        Raises:
            ChampionError: no entry counts, and the last one is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        record, aside = self._entries.look()
        if record is None and aside:
            return self.entry(max(aside)), {}
        return record, aside

    def set_aside(self) -> dict[str, str]:
        """The entries above the champion that do not count, with the reasons, by object name.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        return self._entries.set_aside()

    def history(self) -> tuple[ChampionRecord, ...]:
        """All entries that can be read, signed or not, the first one first.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        return self._entries.readable()

    def entry(self, number: int) -> ChampionRecord:
        """An entry of the history.

        Raises:
            ChampionError: it is damaged or missing.
            BucketUnavailableError: the bucket does not answer.
        """
        return self._entries.entry(number)

    def begin(self, directory: Path, *, by: Reason | str) -> ChampionRecord:
        """The champion; if the store has none yet, the model in this folder becomes the first one.

        With it, a first promotion can be rolled back to the shipped model.

        Raises:
            ModelDamagedError: the folder holds no whole model.
        """
        present = self.current()
        if present is not None:
            return present
        try:
            return self.promote(self.registry.register(directory), expected=None, by=by, reason=Reason(kind="shipped"))
        except ChampionMovedError:
            present = self.current()
            if present is None:
                raise
            return present

    def promote(
        self,
        digest: str,
        *,
        expected: int | None,
        by: Reason | str,
        reason: Reason | str,
        dataset_version: str | None = None,
        attempt: str | None = None,
    ) -> ChampionRecord:
        """Make a registered model the champion if no other entry was written since `expected`.

        Args:
            digest: digest of a registered model.
            expected: number of the champion that the decision was based on; None if there was none.
            by: a person, or the trigger of the cycle.
            reason: a person's words, or the decision.
            dataset_version: dataset version that the model was trained on.
            attempt: a name for this decision, unique to the caller, such as a cycle's id. A caller that was cut off
                and asks again under the same name gets the entry that it had written.

        Raises:
            ChampionMovedError: `expected` is not the champion's number (any more); nothing was changed.
            UnknownModelError: the model is not registered.
            BucketUnavailableError: no answer; the entry may or may not be written. Repeat it with the same `attempt`.
        """
        if attempt is not None and (done := self._done(attempt, digest, expected or 0)) is not None:
            return done
        return self._append(
            self.registry.model(digest),
            after=expected or 0,
            by=by,
            reason=reason,
            dataset_version=dataset_version,
            kind="promotion",
            attempt=attempt,
        )

    def rollback(self, by: Reason | str, reason: Reason | str, to: int | None = None) -> ChampionRecord:
        """Bring back an earlier champion, as a new entry.

        Args:
            by: a person.
            reason: a person's words.
            to: number of the entry whose model shall serve again; None is the entry before the present champion's.
                Rollbacks in a row lead further and further back.

        Raises:
            ChampionMovedError: the champion was changed at the same time; nothing was written.
            ChampionError: there is no earlier one, or no such entry.
            UnknownModelError: its model is no longer in the store.
            ChampionUnsignedError: the entry that it names is not signed with the store's key.
        """
        present = self.current()
        if present is None:
            raise ChampionError("there is no champion in the store yet, so there is nothing to go back to")
        past = {record.number: record for record in self.history()}
        if to is None:
            before = _origin(past, present)
            others = [n for n in past if n < before and past[n].model != present.model]
            earlier = [n for n in others if self.is_signed(past[n]) is not False]
            if not earlier:
                raise ChampionError(f"no champion was there before {present.name} {present.version}")
            to = max(earlier)
        elif to not in past:
            raise ChampionError(f"there is no entry {to} in the history of champions; the last one is {max(past)}")
        self.check(past[to])
        return self._append(
            self.registry.model(past[to].model),
            after=present.number,
            by=by,
            reason=reason,
            dataset_version=past[to].dataset_version,
            kind="rollback",
            attempt=None,
            restores=to,
        )

    def _append(
        self,
        model: ModelRecord,
        *,
        after: int,
        by: Reason | str,
        reason: Reason | str,
        dataset_version: str | None,
        kind: Kind,
        attempt: str | None,
        restores: int | None = None,
    ) -> ChampionRecord:
        present, _ = self._entries.look()
        number = present.number if present is not None else 0
        if number < after:
            raise ChampionMovedError(f"there is no entry {after} in the history of champions that counts; look again")
        if present is not None and number > after:
            raise _moved(present)
        record = ChampionRecord(
            number=after + 1,
            model=model.digest,
            name=model.name,
            version=model.version,
            at=datetime.fromtimestamp(self._clock(), UTC),
            by=Reason.model_validate(by),
            reason=Reason.model_validate(reason),
            dataset_version=dataset_version,
            previous=present.model if present is not None else None,
            kind=kind,
            attempt=attempt or uuid.uuid4().hex,
            restores=restores,
        )
        while True:
            record = sealed(record, self._key, CHAMPION, model.files)
            if self._entries.chain.create(record):
                return record
            there = self._counting(record.number)
            if there is not None:
                if (there.attempt, there.model) == (attempt, model.digest):
                    return there
                raise _moved(there)
            record = record.model_copy(update={"number": record.number + 1, "seal": None})

    def _done(self, attempt: str, digest: str, start: int) -> ChampionRecord | None:
        """The entry from `start` on that this attempt wrote."""
        for number in self._entries.chain.numbers(start):
            record = self._counting(number)
            if record is not None and (record.attempt, record.model) == (attempt, digest):
                return record
        return None

    def _counting(self, number: int) -> ChampionRecord | None:
        """An entry, unless it does not count."""
        try:
            record = self.entry(number)
            self.check(record)
        except ChampionError:
            return None
        return record


def _moved(there: ChampionRecord) -> ChampionMovedError:
    return ChampionMovedError(
        f"the champion moved on: entry {there.number} has made {there.name} {there.version} the champion; "
        "look again before deciding"
    )


def _origin(past: Mapping[int, ChampionRecord], record: ChampionRecord) -> int:
    """The place in the history to which rollbacks have led: that of the entry that first brought the model."""
    while record.restores is not None and record.restores < record.number and record.restores in past:
        record = past[record.restores]
    return record.number
