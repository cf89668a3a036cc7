"""Which model serves: `champion/<number>.json` names the model from then on; the highest number is the champion.

Entries are never overwritten. A promotion *creates* the number after the last one that its author has seen, and of
several writers of one number exactly one succeeds, in a folder as in a bucket: that is the compare-and-swap. A
rollback is a further entry, so the history holds every model that ever served.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator

from datasets.errors import ChainDamagedError, ChampionError, ChampionMovedError, ObjectMissingError
from datasets.models.registry import ModelRecord, ModelRegistry
from datasets.objects.chain import Chain, ChainEntry
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CHAMPION, is_digest
from datasets.objects.record import UtcTime
from datasets.reason import Reason

Kind = Literal["promotion", "rollback"]
Entry = TypeVar("Entry", bound=ChainEntry)


def _checked_digest(text: str) -> str:
    if not is_digest(text):
        raise ValueError("not a digest")
    return text


Digest = Annotated[str, AfterValidator(_checked_digest)]


class ChampionRecord(ChainEntry):
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

    Attributes:
        registry: the models there.
    """

    def __init__(self, objects: ObjectStore, *, clock: Clock = time.time) -> None:
        self.registry = ModelRegistry(objects)
        self._objects = objects
        self._clock = clock
        self._chain = Chain(objects, CHAMPION, ChampionRecord)
        self._guard = threading.Lock()
        self._known: dict[int, ChampionRecord] = {}  # entries never change, so each is read once

    def current(self) -> ChampionRecord | None:
        """The champion; None while the store has none, and backends serve the model that they ship.

        Raises:
            ChampionError: its entry is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        number = self._chain.last_number()
        return self.entry(number) if number else None

    def history(self) -> tuple[ChampionRecord, ...]:
        """All champions, the first one first.

        Raises:
            ChampionError: an entry is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        return tuple(self.entry(number) for number in self._chain.numbers())

    def entry(self, number: int) -> ChampionRecord:
        """An entry of the history.

        Raises:
            ChampionError: it is damaged or missing.
            BucketUnavailableError: the bucket does not answer.
        """
        with self._guard:
            known = self._known.get(number)
        if known is None:
            known = read_entry(self._chain, number)
            with self._guard:
                self._known[number] = known
        return known

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
            return self.entry(1)

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
            expected: number of the entry that the decision was based on; None if there was no champion.
            by: a person, or the trigger of the cycle.
            reason: a person's words, or the decision.
            dataset_version: dataset version that the model was trained on.
            attempt: a name for this decision, unique to the caller, such as a cycle's id. A caller that was cut off
                and asks again under the same name gets the entry that it had written.

        Raises:
            ChampionMovedError: another entry was written since, or `expected` is not an entry; nothing was changed.
            UnknownModelError: the model is not registered.
            BucketUnavailableError: no answer; the entry may or may not be written. Repeat it with the same `attempt`.
        """
        if attempt is not None and expected and self._is_of(expected, attempt, digest):
            return self.entry(expected)
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
        """
        past = {record.number: record for record in self.history()}
        if not past:
            raise ChampionError("there is no champion in the store yet, so there is nothing to go back to")
        present = past[max(past)]
        if to is None:
            earlier = [n for n in past if n < _origin(past, present) and past[n].model != present.model]
            if not earlier:
                raise ChampionError(f"no champion was there before {present.name} {present.version}")
            to = max(earlier)
        elif to not in past:
            raise ChampionError(f"there is no entry {to} in the history of champions; the last one is {max(past)}")
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
        if after and not self._objects.holds(self._chain.name(after)):
            raise ChampionMovedError(f"there is no entry {after} in the history of champions; look again")
        record = ChampionRecord(
            number=after + 1,
            model=model.digest,
            name=model.name,
            version=model.version,
            at=datetime.fromtimestamp(self._clock(), UTC),
            by=Reason.model_validate(by),
            reason=Reason.model_validate(reason),
            dataset_version=dataset_version,
            previous=self._model_of(after),
            kind=kind,
            attempt=attempt or uuid.uuid4().hex,
            restores=restores,
        )
        if self._chain.create(record):
            return record
        there = self.entry(record.number)
        if self._is_of(record.number, attempt, model.digest):
            return there
        raise ChampionMovedError(
            f"the champion moved on: entry {there.number} has made {there.name} {there.version} the champion; "
            "look again before deciding"
        )

    def _is_of(self, number: int, attempt: str | None, digest: str) -> bool:
        try:
            record = self.entry(number)
        except ChampionError:
            return False
        return (record.attempt, record.model) == (attempt, digest)

    def _model_of(self, number: int) -> str | None:
        if not number:
            return None
        try:
            return self.entry(number).model
        except ChampionError:
            return None  # a damaged entry must not prevent a new champion


def read_entry(chain: Chain[Entry], number: int) -> Entry:
    """Read an entry of the history of champions, or of the shadow.

    Raises:
        ChampionError: it is damaged or missing.
        BucketUnavailableError: the bucket does not answer.
    """
    try:
        return chain.read(number)
    except (ChainDamagedError, ObjectMissingError) as error:
        raise ChampionError(str(error)) from None


def _origin(past: Mapping[int, ChampionRecord], record: ChampionRecord) -> int:
    """The place in the history to which rollbacks have led: that of the entry that first brought the model."""
    while record.restores is not None and record.restores < record.number and record.restores in past:
        record = past[record.restores]
    return record.number
