"""A numbered chain: `<folder>/00000001.json`, `00000002.json` ...; the entry with the highest number counts.

Entries are created and never overwritten. Of several writers that create one number exactly one succeeds, in a folder
as in a bucket: that is the compare-and-set on which the champion pointer and leases stand.

Numbers end at 99,999,999. An entry numbered 90,000,000 or more that leaves out over a thousand numbers is set aside,
and so are those above it: no program writes such an entry, and there would be no room to go on after it.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from typing import Generic, TypeVar

from pydantic import Field

from datasets.errors import ChainDamagedError, ObjectConflictError, StoreError
from datasets.objects.interface import ObjectStore
from datasets.objects.names import numbered_name, numbers
from datasets.objects.record import Record

_FAR = 90_000_000  # a chain that grows by one number a second gets here in three years
_LONGEST_GAP = 1000
_TRIES = 100  # numbers that `append` tries while other writers are faster


class ChainEntry(Record):
    """One entry of a chain."""

    number: int = Field(default=0, ge=0)  # 0 in entries that were stored without one
    # Makes each writer's bytes unique: an object with the same bytes is then this writer's own, whose answer was lost.
    attempt: str = Field(default_factory=lambda: uuid.uuid4().hex)


Entry = TypeVar("Entry", bound=ChainEntry)


class Chain(Generic[Entry]):
    """The chain of one folder of objects.

    Args:
        objects: the folder or the bucket.
        folder: name of the chain's folder; ends in a slash.
        entry: class of its entries.
    """

    def __init__(self, objects: ObjectStore, folder: str, entry: type[Entry]) -> None:
        self._objects = objects
        self._folder = folder
        self._entry = entry

    def numbers(self, start: int = 0) -> list[int]:
        """Numbers of the entries, from `start` on, in order; without those that are set aside."""
        return _within(numbers(self._objects, self._folder, start), start)

    def far_numbers(self) -> list[int]:
        """Numbers of the entries that are set aside because they leave out too many numbers."""
        there = numbers(self._objects, self._folder)
        return there[len(_within(there)) :]

    def last_number(self) -> int:
        """The highest number; 0 if the chain is empty."""
        return max(self.numbers(), default=0)

    def name(self, number: int) -> str:
        """Object name of an entry."""
        return numbered_name(self._folder, number)

    def read(self, number: int) -> Entry:
        """Read an entry.

        Raises:
            ObjectMissingError: there is no such entry.
            ChainDamagedError: its bytes are no entry of this chain, or have another number.
            BucketUnavailableError: the bucket does not answer.
        """
        try:
            entry = self._entry.from_bytes(self._objects.get(self.name(number)))
        except ValueError as error:
            raise ChainDamagedError(f"{self.name(number)} in {self._objects.url} is damaged: {error}") from None
        if entry.number not in (0, number):
            raise ChainDamagedError(
                f"{self.name(number)} in {self._objects.url} is damaged: it says that it is number {entry.number}"
            )
        return entry if entry.number == number else entry.model_copy(update={"number": number})

    def last(self) -> Entry | None:
        """The entry that counts; None if the chain is empty.

        Raises:
            ChainDamagedError: it is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        number = self.last_number()
        return self.read(number) if number else None

    def create(self, entry: Entry) -> bool:
        """Store an entry under its number.

        Returns:
            False if another writer's entry has that number already; nothing was changed then.

        Raises:
            StoreFullError: no room.
            BucketUnavailableError: no answer; the entry may or may not be there. The same entry can be tried again.
        """
        try:
            self._objects.put(self.name(entry.number), entry.to_bytes())
        except ObjectConflictError:
            return False
        return True

    def append(self, make: Callable[[int], Entry]) -> Entry:
        """Store an entry under the number after the last one, trying again while other writers are faster.

        Args:
            make: returns the entry for a number.

        Raises:
            StoreError: too many other writers were faster.
            StoreFullError: no room.
            BucketUnavailableError: the bucket does not answer.
        """
        number = self.last_number()
        for _ in range(_TRIES):
            number += 1
            entry = make(number)
            if self.create(entry):
                return entry
        raise StoreError(f"too many writers append to {self._folder} at the same time")

    def delete(self, number: int) -> None:
        """Delete an entry, if it is there."""
        self._objects.delete(self.name(number))

    def trim(self, keep: int) -> None:
        """Delete all entries but the last `keep`."""
        there = self.numbers()
        for number in there[: max(0, len(there) - keep)]:
            self.delete(number)


def _within(there: list[int], start: int = 0) -> list[int]:
    """The numbers up to the first one that is set aside."""
    for at, (before, number) in enumerate(itertools.pairwise([start, *there])):
        if number >= _FAR and number - before > _LONGEST_GAP:
            return there[:at]
    return there
