"""How a search is best answered: label after label in the order asked for, or by the index of its rarest part.

Looking at label after label fills a page of n labels after n / share of them, where `share` is that of all N labels
which pass; an index leads to N times the share of its part, which are then looked at and sorted. Opposites have no
index, nor have parts of texts but for those in text_index.py: the database looks at all, though not at the whole of
each. Whichever is less work is done, so that few searches look at more than sqrt(n * N) labels.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from datasets.samples.search.filters import All, Comparison, Filter, Joined, OneOf
from datasets.samples.search.sql import FilterSql
from datasets.samples.tables import LIVE_TABLE, SLOTS
from datasets.samples.text_index import INDEXED, is_indexed

MOST_SAMPLED = 2000  # labels from which is estimated how many pass a filter
FEW = 20_000  # labels that are looked at without an estimate
_SAMPLED = 400  # from which is told which way is less work
_GLANCE = 0.04  # work of looking at one field of a label, the next in an index, as part of finding and looking at one
_SECONDS_BY_INDEX = {"sqlite": 1e-6, "postgresql": 2e-5}  # to be led to a label by an index and look at it, about

_SECONDS_KNOWN = 60.0
_MOST_KNOWN = 500  # filters


@dataclass(frozen=True, slots=True)
class Plan:
    """How to look for labels."""

    in_order: bool  # label after label in the order asked for; else by indexes
    lead: Filter | None = None  # part of the search whose index leads to its labels; None: whichever the database takes
    otherwise: Plan | None = None  # where this one takes long
    seconds: float = 0.0  # after which it does: as long as the other one may take, so that both take twice that at most


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a random sample of labels tells about a filter."""

    seen: int
    passed: int  # of them
    by_part: Sequence[int]  # of them that pass each part; empty where the filter is no "and"

    @property
    def share(self) -> float:
        """The share of all labels that pass."""
        return self.passed / self.seen if self.seen else 0.0

    def most(self, passed: int) -> float:
        """A share that is not 0, also where none of the sample passes."""
        return max(passed, 0.5) / max(self.seen, 1)


class Planner:
    """Plans the searches of an index. Safe to use from several threads.

    What a sample has told is believed for a minute: a page is followed by its count and the next page.
    """

    def __init__(self) -> None:
        self._known: dict[Filter, tuple[float, Estimate]] = {}

    def page(self, connection: sa.Connection, wanted: Filter, *, total: int, size: int) -> Plan:
        """How to find a page of labels.

        Args:
            connection: of the index.
            wanted: the filter.
            total: labels that there are.
            size: labels of a page.
        """
        if total <= FEW:
            return Plan(in_order=False)
        if isinstance(wanted, All):
            return Plan(in_order=True)
        found = self._estimate(connection, wanted, total)
        place = _leading(connection, wanted, found)
        if place is not None:
            by_index = total * found.most(found.by_part[place])
        else:
            by_index = total * (found.most(found.passed) if _has_index(connection, wanted) else _GLANCE)
        by_indexes = Plan(in_order=False, lead=_part(wanted, place))
        if size / found.most(found.passed) < by_index:
            seconds = _SECONDS_BY_INDEX[connection.dialect.name] * by_index
            return Plan(in_order=True, otherwise=by_indexes, seconds=seconds)
        return by_indexes

    def count(self, connection: sa.Connection, wanted: Filter, *, total: int) -> Plan:
        """How to count labels: by the index of the rarest part, if the filter has several."""
        if total <= FEW or not (isinstance(wanted, Joined) and wanted.word == "and" and _has_index(connection, wanted)):
            return Plan(in_order=False)
        found = self._estimate(connection, wanted, total)
        return Plan(in_order=False, lead=_part(wanted, _leading(connection, wanted, found)))

    def _estimate(self, connection: sa.Connection, wanted: Filter, total: int) -> Estimate:
        now = time.monotonic()
        known = self._known.get(wanted)
        if known is not None and now < known[0]:
            return known[1]
        found = estimate(connection, wanted, total, _SAMPLED)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[wanted] = now + _SECONDS_KNOWN, found
        return found


def estimate(connection: sa.Connection, wanted: Filter, total: int, sampled: int = MOST_SAMPLED) -> Estimate:
    """Estimate which share of all labels a filter takes.

    Args:
        connection: of the index.
        wanted: the filter.
        total: labels that there are.
        sampled: labels that are looked at, about.
    """
    parts = wanted.parts if isinstance(wanted, Joined) and wanted.word == "and" else ()
    sql = FilterSql(connection.dialect.name, "slot")
    sums = [sa.func.sum(sa.case((sql.condition(part), 1), else_=0)) for part in (wanted, *parts)]
    slots = -(-SLOTS * sampled // max(total, sampled))
    query = sa.select(sa.func.count(), *sums).where(LIVE_TABLE.c.slot < slots).select_from(LIVE_TABLE)
    seen, passed, *by_part = connection.execute(query).one()
    return Estimate(seen, passed or 0, [part or 0 for part in by_part])


def _leading(connection: sa.Connection, wanted: Filter, found: Estimate) -> int | None:
    """Place of the part with an index that fewest labels pass; of equals one that asks for a value, not for a range."""
    if not found.by_part or not isinstance(wanted, Joined):
        return None
    with_index = [
        (number, not _is_value(part), place)
        for place, (part, number) in enumerate(zip(wanted.parts, found.by_part, strict=True))
        if _has_index(connection, part)
    ]
    return min(with_index)[2] if with_index else None


def _part(wanted: Filter, place: int | None) -> Filter | None:
    return wanted.parts[place] if place is not None and isinstance(wanted, Joined) else None


def _is_value(part: Filter) -> bool:
    return isinstance(part, OneOf) or (isinstance(part, Comparison) and part.operator == "=")


def _has_index(connection: sa.Connection, wanted: Filter) -> bool:
    """Whether an index leads to the labels that pass."""
    match wanted:
        case Comparison(operator="contains"):
            return wanted.field in INDEXED and is_indexed(str(wanted.value), connection.dialect.name)
        case Comparison(operator=operator):
            return operator != "!="
        case OneOf():
            return True
        case Joined(word, parts):
            return (any if word == "and" else all)(_has_index(connection, part) for part in parts)
    return False
