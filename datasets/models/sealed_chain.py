"""A chain of entries that name a model, and which of them counts: the last one that is whole and, with a key, sealed.

Anybody who can write to the bucket can put an entry there. An entry above the one that counts is set aside: it changes
nothing, `verify` and the page name it, and the next entry goes past it.
"""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

from datasets.errors import ChainDamagedError, ChampionError, ObjectMissingError
from datasets.models.seal import SealedEntry, check_seal
from datasets.objects.chain import Chain
from datasets.objects.interface import ObjectStore
from datasets.objects.store_key import StoreKey

Entry = TypeVar("Entry", bound=SealedEntry)


class SealedChain(Generic[Entry]):
    """The champions' or the shadow's chain. Safe to use from several threads.

    Args:
        objects: `Places.authority`.
        folder: name of the chain's folder; what its seals are for.
        entry: class of its entries.
        key: the store's key; None looks for no seals.
    """

    def __init__(self, objects: ObjectStore, folder: str, entry: type[Entry], key: StoreKey | None) -> None:
        self.chain: Chain[Entry] = Chain(objects, folder, entry)
        self._folder = folder
        self._key = key
        self._guard = threading.Lock()
        # Entries never change, so each is read once, and a damaged one is not read at every look.
        self._known: dict[int, Entry | ChampionError] = {}

    def entry(self, number: int) -> Entry:
        """An entry, sealed or not.

        Raises:
            ChampionError: it is damaged or missing.
            BucketUnavailableError: the bucket does not answer.
        """
        with self._guard:
            known = self._known.get(number)
        if known is None:
            try:
                known = self.chain.read(number)
            except ObjectMissingError as error:
                raise ChampionError(str(error)) from None
            except ChainDamagedError as error:
                known = ChampionError(str(error))
            with self._guard:
                self._known[number] = known
        if isinstance(known, ChampionError):
            raise ChampionError(str(known))
        return known

    def check(self, entry: Entry) -> None:
        """Refuse an entry without a genuine seal, if there is a key.

        Raises:
            ChampionUnsignedError: it has none.
        """
        check_seal(entry, self._key, self._folder)

    def look(self) -> tuple[Entry | None, dict[int, ChampionError]]:
        """The entry that counts, None if none does; and why each entry above it is set aside, by number.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        aside: dict[int, ChampionError] = {}
        for number in reversed(self.chain.numbers()):
            try:
                entry = self.entry(number)
                self.check(entry)
            except ChampionError as error:
                aside[number] = error
            else:
                return entry, aside
        return None, aside

    def set_aside(self) -> dict[str, str]:
        """The entries above the one that counts, with the reasons, by object name.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        _, aside = self.look()
        return {self.chain.name(number): str(error) for number, error in sorted(aside.items())}

    def readable(self) -> tuple[Entry, ...]:
        """All entries that can be read, sealed or not, in order.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        found = []
        for number in self.chain.numbers():
            try:
                found.append(self.entry(number))
            except ChampionError:
                continue  # `verify` names it
        return tuple(found)
