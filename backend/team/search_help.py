"""Help with a search while it is typed: its parts, how many labels it finds, what is wrong, and how it can go on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from backend.http.problems import Problem
from backend.team.explore_bodies import FieldBody, FoundCountBody, SearchFaultBody, SearchHelpBody, SearchPartBody
from backend.team.search_line import parse_search
from datasets.samples.search.completion import gap_at
from datasets.samples.search.fields import FIELDS, OPERATORS, Value
from datasets.samples.search.filters import Comparison, Filter, Joined, Not, OneOf
from datasets.samples.seen_store import SeenStore

_MOST: Final = 8  # suggestions
_FIELDS: Final = [
    FieldBody(name=name, kind=field.kind, operators=list(OPERATORS[field.kind])) for name, field in FIELDS.items()
]


def search_help(store: SeenStore, line: str, cursor: int) -> SearchHelpBody:
    """Help with a line.

    Args:
        store: Where labels are searched.
        line: As far as it is typed.
        cursor: Where it is typed, in characters.

    Raises:
        IndexUnavailableError: The index does not answer.
    """
    gap = gap_at(line, cursor)
    suggestions = store.completions.of(gap, _MOST)
    part, count, fault = None, None, None
    try:
        wanted = parse_search(line)
    except Problem as problem:
        told: dict[str, Any] = problem.extensions
        fault = SearchFaultBody(position=told.get("position"), suggestions=told.get("suggestions", []))
    else:
        part = _part(wanted)
        number = store.search.count(wanted)
        count = FoundCountBody(labels=number.labels, is_exact=number.is_exact)
    return SearchHelpBody(
        line=line,
        part=part,
        count=count,
        fault=fault,
        start=gap.start,
        expected=gap.expected,
        suggestions=[suggestion for suggestion in suggestions if suggestion != line[gap.start : cursor]],
        fields=_FIELDS,
    )


def _part(wanted: Filter) -> SearchPartBody:
    match wanted:
        case Joined(word, parts):
            return SearchPartBody(kind=word, parts=[_part(part) for part in parts])
        case Not(OneOf(field, values)):
            return SearchPartBody(kind="comparison", field=field, operator="not in", values=list(map(_written, values)))
        case Not(inner):
            return SearchPartBody(kind="not", parts=[_part(inner)])
        case OneOf(field, values):
            return SearchPartBody(kind="comparison", field=field, operator="in", values=list(map(_written, values)))
        case Comparison(field, operator, value):
            return SearchPartBody(kind="comparison", field=field, operator=operator, values=[_written(value)])
    return SearchPartBody(kind="and")  # everything


def _written(value: Value) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:.12g}" if isinstance(value, float) else value
