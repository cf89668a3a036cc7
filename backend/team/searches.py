"""The team's view of saved searches: those that name a project are for those who know it."""

from __future__ import annotations

from collections.abc import Sequence

from datasets.errors import UnknownSearchError
from datasets.samples.search.parser import FilterError, parse_filter
from datasets.samples.search.saved import SavedSearch, SavedSearches, plain_name
from datasets.samples.sight import Sight


class TeamSearches:
    """Saved searches as somebody sees them. Safe to use from several threads.

    Args:
        searches: All of them.
        sight: The projects that are known; None: all.
    """

    def __init__(self, searches: SavedSearches, sight: Sight | None) -> None:
        self._searches, self._sight = searches, sight

    def all(self) -> Sequence[SavedSearch]:
        """The saved searches, by name."""
        return [search for search in self._searches.all() if self._knows(search.line)]

    def keep(self, name: str, line: str, *, order: str, by: str, instead_of: str | None = None) -> None:
        """Save a search; see `SavedSearches.keep`.

        Raises:
            UnknownSearchError: It names a project that is not known, or takes the place of one that does.
        """
        if not self._knows(line):
            raise UnknownSearchError("the search names a project that there is not")
        if instead_of is not None:
            self._check(instead_of)
        self._searches.keep(name, line, order=order, by=by, instead_of=instead_of)

    def drop(self, name: str) -> bool:
        """Delete a saved search. Returns False if none of this name is known."""
        try:
            self._check(name)
        except UnknownSearchError:
            return False
        return self._searches.drop(name)

    def _check(self, name: str) -> None:
        if any(search.name == plain_name(name) and not self._knows(search.line) for search in self._searches.all()):
            raise UnknownSearchError(f"there is no saved search {name!r:.80}")

    def _knows(self, line: str) -> bool:
        if self._sight is None or not line.strip():
            return True
        try:
            return self._sight.knows(parse_filter(line))
        except FilterError:
            return False
