"""Which crops somebody sees: those of some projects, and those that belong to none.

A crop that belongs to several projects is seen through any of them. What is asked of the index is bounded by one
condition on the projects of a crop (`search/sql.py`), so a crop that is not seen is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from datasets.samples.marks import NO_PROJECT
from datasets.samples.sample import Sample
from datasets.samples.search.filters import All, Comparison, Filter, Joined, Not, OneOf

_NOTHING: Final = Comparison("length", "<", 0.0)


@dataclass(frozen=True, slots=True)
class Sight:
    """The crops that somebody sees."""

    projects: frozenset[str]  # by id; their crops are seen
    others: bool = True  # whether crops of no project are

    @property
    def values(self) -> tuple[str, ...]:
        """What a search calls these projects, sorted."""
        return tuple(sorted([*self.projects, *([NO_PROJECT] if self.others else [])]))

    def sees(self, projects: Collection[str]) -> bool:
        """Whether a crop of these projects is seen."""
        return not self.projects.isdisjoint(projects) if projects else self.others

    def of(self, sample: Sample) -> Sample:
        """A sample without the names of projects that are not seen."""
        hidden = sample.projects - self.projects
        return replace(sample, projects=sample.projects - hidden) if hidden else sample

    def knows(self, wanted: Filter) -> bool:
        """Whether a filter names no project but those that are seen."""
        match wanted:
            case Not(inner):
                return self.knows(inner)
            case Joined(_, parts):
                return all(map(self.knows, parts))
            case Comparison(field="project", value=value):
                return value in (*self.projects, NO_PROJECT)
            case OneOf(field="project", values=values):
                return {*self.projects, NO_PROJECT}.issuperset(map(str, values))
        return True

    def bounded(self, wanted: Filter) -> Filter:
        """The filter, of the crops that are seen alone; it knows no other project."""
        bound = OneOf("project", self.values)
        if isinstance(wanted, All):
            return bound
        plain = self._known(wanted)
        parts = plain.parts if isinstance(plain, Joined) and plain.word == "and" else (plain,)
        return Joined("and", (*parts, bound))

    def _known(self, wanted: Filter) -> Filter:
        """The filter, in which no crop belongs to a project that is not seen."""
        match wanted:
            case Not(inner):
                return Not(self._known(inner))
            case Joined(word, parts):
                return Joined(word, tuple(map(self._known, parts)))
            case Comparison(field="project", operator="!=", value=value):
                return Not(self._known(Comparison("project", "=", value)))
            case Comparison(field="project", value=value) if value not in self.values:
                return _NOTHING
            case OneOf(field="project", values=values):
                seen = tuple(value for value in values if value in self.values)
                return OneOf("project", seen) if seen else _NOTHING
        return wanted
