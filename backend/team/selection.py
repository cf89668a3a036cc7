"""What a request of the team is about: crops that were chosen by hand, or all that a search finds."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from backend.team.search_line import parse_search
from datasets.errors import LabelError
from datasets.objects.names import is_digest
from datasets.samples.sample import Sample
from datasets.samples.search.filters import Filter, Joined, OneOf
from datasets.samples.search.search_index import Order, SearchIndex

MOST_CHOSEN: Final = 2000  # crops that are chosen by hand
_PAGE: Final = 200


def selected(samples: Sequence[str], where: str) -> Filter:
    """The filter that takes the crops; for crops chosen by hand it names them, sorted.

    Args:
        samples: Digests of crops, with spaces between, in any number of parts.
        where: A line of the search language; counts where there are no samples.

    Raises:
        Problem: 422, the line cannot be understood.
        LabelError: Both are given, or what is no digest, or too many.
    """
    digests = sorted({digest for part in samples for digest in part.split()})
    if not digests:
        return parse_search(where)
    if where.strip():
        raise LabelError("either `samples` or `where` names the crops")
    if len(digests) > MOST_CHOSEN:
        raise LabelError(f"at most {MOST_CHOSEN} crops are chosen by hand, not {len(digests)}; a search takes more")
    if wrong := [digest for digest in digests if not is_digest(digest)]:
        raise LabelError(f"a crop is named by 64 hexadecimal digits, not {wrong[0]!r:.80}")
    return OneOf("crop", tuple(digests))


def chosen_of(search: SearchIndex, digests: Sequence[str], wanted: Filter) -> Iterator[Sample]:
    """The labels of some crops that a filter takes.

    Args:
        search: Of the index.
        digests: Name at most `MOST_CHOSEN` crops.
        wanted: The filter.

    Raises:
        IndexUnavailableError: The index does not answer.
    """
    both = Joined("and", (OneOf("crop", tuple(sorted(digests))), wanted))
    return found(search, both, sys.maxsize)


def found(search: SearchIndex, wanted: Filter, most: int, order: Order = "newest") -> Iterator[Sample]:
    """The labels that a filter takes, page by page.

    Args:
        search: Of the index.
        wanted: The filter.
        most: Labels that are wanted.
        order: Of the labels.

    Raises:
        IndexUnavailableError: The index does not answer.
    """
    after: str | None = None
    while most > 0:
        page = search.page(wanted, size=min(_PAGE, most), order=order, after=after)
        yield from page.samples
        most -= len(page.samples)
        if (after := page.after) is None:
            return
