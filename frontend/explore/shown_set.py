"""A set of crops that the gallery shows in place of what a search finds.

It is a ready-made search, the crops of an area of the map, those that look like one, or those that teach most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from frontend.client.explorer import MOST_AT_ONCE, ExplorerClient
from frontend.client.explorer_answers import FoundCount, FoundPage, Order
from frontend.client.feature_answers import ListName
from frontend.client.features import FeaturesClient

SetKind = ListName | Literal["alike", "map", "teaching"]


@dataclass(frozen=True)
class ShownSet:
    """Crops in an order."""

    kind: SetKind
    samples: tuple[str, ...]  # their names
    found: int  # of which these are the first
    looked_at: int = 0  # least sure labels among which those that teach most were chosen
    kinds: int = 0  # of those labels

    @property
    def is_of_search(self) -> bool:
        """Whether it was chosen among what the search finds; the map and the neighbours of a crop know no search."""
        return self.kind not in ("map", "alike")


@dataclass(frozen=True)
class Gallery:
    """Answers with pages: of a search, or of a set.

    Args:
        explorer: Asks for searches.
        features: Asks for crops by their names.
    """

    explorer: ExplorerClient
    features: FeaturesClient

    def page(self, shown: ShownSet | None, search: str, order: Order, after: str | None) -> FoundPage:
        """A page of labels with thumbnails; of a set, those of as many crops as a page has labels.

        Raises:
            BackendError: There is no answer.
        """
        if shown is None:
            return self.explorer.page(search, order, after)
        first = int(after or 0)
        last = first + MOST_AT_ONCE
        some = shown.samples[first:last]
        items = self.features.named(some) if some else ()
        return FoundPage(items=items, after=str(last) if last < len(shown.samples) else None)

    def count(self, shown: ShownSet | None, search: str) -> FoundCount:
        """How many labels a search finds, or crops a set has.

        Raises:
            BackendError: There is no answer.
        """
        if shown is None:
            return self.explorer.count(search)
        return FoundCount(labels=len(shown.samples), is_exact=True)
