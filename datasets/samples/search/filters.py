"""Filters: parsed searches, what each takes, and its canonical spelling, which is part of a version's hash."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from datasets.samples.sample import Sample
from datasets.samples.search.fields import MEASURED, Operator, Value, known_field
from ocr_model.domains.domain import Domain

COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Filter(ABC):
    """A parsed filter; `str` gives its canonical spelling. Made by `parse_filter`."""

    __slots__ = ()

    @abstractmethod
    def matches(self, sample: Sample, domain: Domain) -> bool:
        """Whether the filter takes this label of a store of the domain."""


@dataclass(frozen=True, slots=True)
class All(Filter):
    """Takes every label."""

    def matches(self, sample: Sample, domain: Domain) -> bool:
        """Return True."""
        return True

    def __str__(self) -> str:
        return "all"


@dataclass(frozen=True, slots=True)
class Comparison(Filter):
    """One field compared with one value."""

    field: str
    operator: Operator
    value: Value

    def matches(self, sample: Sample, domain: Domain) -> bool:
        """Whether the comparison holds."""
        found = known_field(self.field).read(sample, domain)
        if found is None and self.field in MEASURED:
            return False  # not measured yet
        if isinstance(found, frozenset):  # several brands may fit one line, several tags one crop
            return (self.value in found) == (self.operator == "=")
        if self.operator == "contains":
            return isinstance(found, str) and isinstance(self.value, str) and self.value in found
        return bool(COMPARE[self.operator](found, self.value))

    def __str__(self) -> str:
        return f"{self.field} {self.operator} {_written(self.value)}"


@dataclass(frozen=True, slots=True)
class OneOf(Filter):
    """One field compared with several values."""

    field: str
    values: tuple[Value, ...]

    def matches(self, sample: Sample, domain: Domain) -> bool:
        """Whether the field has one of the values."""
        return any(Comparison(self.field, "=", value).matches(sample, domain) for value in self.values)

    def __str__(self) -> str:
        return f"{self.field} in ({', '.join(map(_written, self.values))})"


@dataclass(frozen=True, slots=True)
class Not(Filter):
    """The opposite of another filter."""

    inner: Filter

    def matches(self, sample: Sample, domain: Domain) -> bool:
        """Whether the inner filter does not take the label."""
        return not self.inner.matches(sample, domain)

    def __str__(self) -> str:
        return f"not ({self.inner})"


@dataclass(frozen=True, slots=True)
class Joined(Filter):
    """Several filters, all of which or one of which must take the label."""

    word: Literal["and", "or"]
    parts: tuple[Filter, ...]

    def matches(self, sample: Sample, domain: Domain) -> bool:
        """Whether all parts ("and") or any part ("or") take the label."""
        return (all if self.word == "and" else any)(part.matches(sample, domain) for part in self.parts)

    def __str__(self) -> str:
        return f" {self.word} ".join(f"({part})" if isinstance(part, Joined) else str(part) for part in self.parts)


def names_quality(wanted: Filter) -> bool:
    """Whether a filter compares measures of the picture."""
    return names_any(wanted, MEASURED)


def names_any(wanted: Filter, fields: Collection[str]) -> bool:
    """Whether a filter compares any of these fields."""
    match wanted:
        case Not(inner):
            return names_any(inner, fields)
        case Joined(_, parts):
            return any(names_any(part, fields) for part in parts)
        case Comparison(field=field) | OneOf(field=field):
            return field in fields
    return False


def _written(value: Value) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")  # without an exponent, which the grammar lacks
    return f'"{value}"' if '"' not in value else f"'{value}'"
