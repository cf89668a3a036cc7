"""The labels that teach a recognizer most: those that it read with little confidence, of as many kinds as there are.

Uncertainty alone would choose a hundred crops of one hard kind (Settles 2009, "Active Learning Literature Survey", on
batches and diversity). So the least sure labels are sorted by kind, which is their brand's format and the shape of
their code (`CW2288-111` has the shape `AA9999-999`), and taken from all kinds in turn, the least sure first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from datasets.samples.review import DROPPED
from datasets.samples.sample import Sample
from datasets.samples.search.fields import code_and_brands
from datasets.samples.search.filters import All, Comparison, Filter, Joined
from datasets.samples.search.search_index import SearchIndex
from ocr_model.domains.domain import Domain

POOL: Final = 2000  # least sure labels among which is chosen
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Teaching:
    """The chosen labels, and what they were chosen from."""

    samples: tuple[Sample, ...]  # of different crops, the first of each kind first
    looked_at: int  # least sure labels
    kinds: int  # among those


def choose_teaching(search: SearchIndex, wanted: Filter, most: int, domain: Domain) -> Teaching:
    """Choose labels; unreadable and dropped ones teach nothing.

    Args:
        search: of the index.
        wanted: the filter.
        most: labels that are wanted.
        domain: of the store.

    Raises:
        IndexUnavailableError: the index does not answer.
    """
    useful = (Comparison("status", "!=", "unreadable"), Comparison("source", "!=", DROPPED))
    filtered = Joined("and", useful if isinstance(wanted, All) else (*useful, wanted))
    kinds, crops, after = dict[tuple[str, ...], list[Sample]](), set[str](), None
    looked_at = 0
    while looked_at < POOL:
        page = search.page(filtered, size=min(_PAGE, POOL - looked_at), order="least sure", after=after)
        looked_at += len(page.samples)
        for sample in page.samples:
            if sample.digest not in crops:
                crops.add(sample.digest)
                kinds.setdefault(kind_of(sample.label.text, domain), []).append(sample)
        if (after := page.after) is None:
            break
    chosen: list[Sample] = []
    rounds = max(map(len, kinds.values()), default=0)
    for place in range(rounds):
        chosen += [samples[place] for samples in kinds.values() if place < len(samples)]
        if len(chosen) >= most:
            break
    return Teaching(tuple(chosen[:most]), looked_at, len(kinds))


def kind_of(line: str, domain: Domain) -> tuple[str, ...]:
    """The shape of a line's code, and the brands whose formats it fits."""
    code, brands = code_and_brands(line, domain)
    shape = re.sub("[0-9]", "9", re.sub("[^0-9-]", "A", code))
    return (shape, *sorted(brands))
