"""Saved searches: lines of the search language under names, shared by everybody who looks at the store.

    searches/<number>.json     all saved searches from then on; the highest number counts

They are a chain of whole lists (see chain.py), so that of two people who change them at once neither loses anything:
the one who comes second looks at the new list and tries again. A damaged entry is passed over. The last entries are
kept, by which a search that was deleted by mistake can be found.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from datasets.errors import (
    ChainDamagedError,
    LabelError,
    ObjectDamagedError,
    ObjectMissingError,
    SearchNameError,
    StoreError,
    UnknownSearchError,
)
from datasets.objects.chain import Chain, ChainEntry
from datasets.objects.clock import Clock
from datasets.objects.interface import ObjectStore
from datasets.objects.names import SEARCHES
from datasets.objects.record import UtcTime
from datasets.samples.search.parser import parse_filter
from ocr_model.codes.characters import compatible_form

_LOG = logging.getLogger(__name__)

LONGEST_NAME: Final = 60  # characters
MOST: Final = 200  # saved searches
_LONGEST_AUTHOR: Final = 200  # characters
_KEPT: Final = 50  # entries of the chain
_TRIES: Final = 100  # while others change the list


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search with its name."""

    name: str
    line: str  # of the search language; "" finds everything
    order: str  # in which its labels are shown
    by: str  # who saved it last
    at: UtcTime  # by the clock of the machine that wrote it; for people


class _SearchList(ChainEntry):
    """All saved searches."""

    searches: tuple[SavedSearch, ...]  # by name


class SavedSearches:
    """The saved searches of a store. Safe to use from several threads and machines.

    Its methods raise `BucketUnavailableError` when the bucket does not answer.

    Args:
        objects: `Places.authority`.
        clock: seconds since 1970.
    """

    def __init__(self, objects: ObjectStore, clock: Clock = time.time) -> None:
        self._chain = Chain(objects, SEARCHES, _SearchList)
        self._clock = clock

    def all(self) -> tuple[SavedSearch, ...]:
        """All saved searches, by name."""
        return self._last()[1]

    def keep(self, name: str, line: str, *, order: str, by: str, instead_of: str | None = None) -> SavedSearch:
        """Save a search; durable when this returns. The same once more changes nothing.

        Args:
            name: at most 60 characters; spaces around and between words are put in order.
            line: of the search language.
            order: in which its labels are shown.
            by: who saves it.
            instead_of: name of the search whose place it takes, by which one is renamed or changed.

        Raises:
            SearchNameError: another search has this name; nothing was changed.
            UnknownSearchError: there is no search `instead_of`.
            LabelError: name or author are out of range, or there are too many searches.
            FilterError: the line cannot be understood.
            StoreFullError: no room.
        """
        made = _checked(SavedSearch(name, line.strip(), order, by, datetime.fromtimestamp(self._clock(), UTC)))
        old = None if instead_of is None else plain_name(instead_of)

        def change(present: Mapping[str, SavedSearch]) -> dict[str, SavedSearch]:
            there = present.get(made.name)
            is_kept = there is not None and (there.line, there.order) == (made.line, made.order)
            if is_kept and (old is None or old == made.name or old not in present):
                return dict(present)
            if old is not None and old not in present:
                raise UnknownSearchError(f"there is no saved search {old!r:.80}")
            if there is not None and old != made.name:
                raise SearchNameError(f"there is a search {made.name!r} already")
            rest = {name: search for name, search in present.items() if name != old}
            if len(rest) >= MOST:
                raise LabelError(f"there are {MOST} saved searches already")
            return rest | {made.name: made}

        return self._change(change)[made.name]

    def drop(self, name: str) -> bool:
        """Delete a saved search. Returns False if there was none of this name.

        Raises:
            StoreFullError: no room.
        """
        found = False

        def change(present: Mapping[str, SavedSearch]) -> dict[str, SavedSearch]:
            nonlocal found
            found = plain_name(name) in present
            return {known: search for known, search in present.items() if known != plain_name(name)}

        self._change(change)
        return found

    def _change(self, change: Callable[[Mapping[str, SavedSearch]], dict[str, SavedSearch]]) -> dict[str, SavedSearch]:
        for _ in range(_TRIES):
            number, searches = self._last()
            present = {search.name: search for search in searches}
            changed = change(present)
            if changed == present:
                return changed
            entry = _SearchList(number=number + 1, searches=tuple(changed[name] for name in sorted(changed)))
            if self._chain.create(entry):
                self._chain.trim(_KEPT)
                return changed
        raise StoreError("too many others change the saved searches at the same time")

    def _last(self) -> tuple[int, tuple[SavedSearch, ...]]:
        """The highest number, and the searches of the last entry that can be read."""
        numbers = self._chain.numbers()
        for number in reversed(numbers):
            try:
                return numbers[-1], self._chain.read(number).searches
            except (ChainDamagedError, ObjectDamagedError, ObjectMissingError) as error:
                _LOG.error("passed over: %s", error)
        return (numbers[-1] if numbers else 0), ()


def plain_name(name: str) -> str:
    """A name as it is stored."""
    return " ".join(compatible_form(name).split())


def _checked(search: SavedSearch) -> SavedSearch:
    name = plain_name(search.name)
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise LabelError(f"the name of a search has 1 to {LONGEST_NAME} printable characters, not {name!r:.80}")
    if not 1 <= len(search.by) <= _LONGEST_AUTHOR or not search.by.isprintable():
        raise LabelError(f"an author has 1 to {_LONGEST_AUTHOR} printable characters")
    if search.line:
        parse_filter(search.line)
    return replace(search, name=name)
