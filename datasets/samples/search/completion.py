"""How an unfinished search can go on: what is expected at a place of the line, and which values there are."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.marks import NO_PROJECT, UNSORTED, project_in
from datasets.samples.sample import LABEL_STATUSES
from datasets.samples.search.fields import FIELDS, OPERATORS, brands_of
from datasets.samples.search.sql import is_seen
from datasets.samples.seen_index import SeenIndex
from datasets.samples.tables import BRANDS_TABLE, LIVE_MARK_TABLE, LIVE_TABLE, PROJECTS_TABLE, projects_in
from ocr_model.domains.domain import Domain

Expected = Literal["field", "operator", "value", "word"]

_TOKEN: Final = re.compile(
    r"""(?P<quoted>"[^"]*"?|'[^']*'?) | (?P<symbol><=|>=|!=|==|[=<>(),!]) | (?P<word>[^\s"'=<>!(),]+)""", re.VERBOSE
)
_MOST_LOOKED_AT: Final = 100  # values of which is asked whether a crop that is seen has them
_COMPARING: Final = ("=", "==", "!=", "<", "<=", ">", ">=", "contains")
_BEFORE_FIELD: Final = ("and", "or", "not", "all")
_BARE: Final = re.compile(r"[^\s\"'=<>!(),]+\Z")
_KEYWORDS: Final = ("all", "and", "or", "not", "in", "contains")


@dataclass(frozen=True, slots=True)
class Gap:
    """What is expected at a place of a line."""

    expected: Expected
    field: str  # whose operator or value is expected; "" for a field or a word
    begun: str  # what of it is written already, without quotes
    start: int  # where that begins, in characters


def gap_at(line: str, place: int) -> Gap:
    """What is expected in a line at a place, as far as what stands before tells.

    Args:
        line: of the search language, finished or not.
        place: in characters.
    """
    before = line[:place]
    tokens = list(_TOKEN.finditer(before))
    begun, start = "", len(before)
    if tokens and tokens[-1].end() == len(before) and tokens[-1]["symbol"] is None:
        last = tokens.pop()
        is_closed = last["quoted"] is not None and len(last[0]) > 1 and last[0][-1] == last[0][0]
        if is_closed:
            return Gap("word", "", "", len(before))
        begun, start = last[0].lstrip("\"'"), last.start()
    expected: Expected = "field"
    field = ""
    for token in tokens:
        text = token[0].casefold()
        match expected:
            case "field" if token["word"] and text in FIELDS:
                expected, field = "operator", text
            case "operator" if text in _COMPARING or text == "in":
                expected = "value"
            case "value" if token["symbol"] != "(" and text != ",":
                expected = "word"
            case "word" if text == ",":
                expected = "value"
            case "word" if text in _BEFORE_FIELD:
                expected, field = "field", ""
    return Gap(expected, field if expected in ("operator", "value") else "", begun, start)


def quoted(value: str) -> str:
    """A value as it is written in a search."""
    if _BARE.match(value) and value.casefold() not in _KEYWORDS:
        return value
    return f'"{value}"' if '"' not in value else f"'{value}'"


class Completions(SeenIndex):
    """Completes searches by what the index holds. Raises `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
        domain: of the store.
    """

    def __init__(self, engine: sa.Engine, domain: Domain) -> None:
        super().__init__(engine)
        self._domain = domain

    def of(self, gap: Gap, most: int) -> list[str]:
        """What may stand in a gap, as it is written: what begins as written so far, else what looks like it."""
        match gap.expected:
            case "field":
                return _alike(gap.begun, [*FIELDS, "not"], most)
            case "operator":
                return _alike(gap.begun, OPERATORS[FIELDS[gap.field].kind], most)
            case "word":
                return _alike(gap.begun, ("and", "or"), most)
        return [quoted(value) for value in self.values(gap.field, gap.begun, most)]

    def values(self, field: str, begun: str, most: int) -> list[str]:
        """Values of a field that labels have, in order.

        Args:
            field: name of the field; numbers and times have no list of values.
            begun: what they begin with.
            most: values that are wanted.
        """
        kind = FIELDS[field].kind
        if kind == "choice":
            return _alike(begun, LABEL_STATUSES, most)
        if kind in ("number", "time"):
            return []
        if kind == "brands" and self._sight is not None:
            return _alike(begun, sorted(brands_of(self._domain)), most)
        with database_errors(), self._engine.connect() as connection:
            if kind == "projects":
                return _alike(begun, self._projects(connection), most)
            if kind == "brands":
                sets = connection.scalars(sa.select(BRANDS_TABLE.c.brands))
                return _alike(begun, sorted({brand for text in sets for brand in text.split("|") if brand}), most)
            if kind == "tags":
                return self._tags(connection, begun, most)
            begun = self._domain.label(begun) if kind == "line" else begun
            column = LIVE_TABLE.c[FIELDS[field].column]
            if self._sight is None:
                return _first_values(connection, column, begun, most)
            found = _first_values(connection, column, begun, _MOST_LOOKED_AT)
            return self._seen(connection, found, lambda value: sa.select(LIVE_TABLE.c.id).where(column == value), most)

    def _projects(self, connection: sa.Connection) -> list[str]:
        if self._sight is not None:
            return list(self._sight.values)
        sets = map(projects_in, connection.scalars(sa.select(PROJECTS_TABLE.c.projects)))
        return sorted({NO_PROJECT}.union(*sets) - {UNSORTED})

    def _tags(self, connection: sa.Connection, begun: str, most: int) -> list[str]:
        query = sa.select(LIVE_MARK_TABLE.c.name).where(LIVE_MARK_TABLE.c.is_tag.is_(True)).distinct()
        tags = sorted(tag for tag in connection.scalars(query) if project_in(tag) is None)
        if self._sight is None:
            return _alike(begun, tags, most)
        of_tag = sa.select(LIVE_TABLE.c.id).join(LIVE_MARK_TABLE, LIVE_MARK_TABLE.c.sample == LIVE_TABLE.c.sample)
        of_tag = of_tag.where(LIVE_MARK_TABLE.c.is_tag.is_(True))
        found = _alike(begun, tags, _MOST_LOOKED_AT)
        return self._seen(connection, found, lambda tag: of_tag.where(LIVE_MARK_TABLE.c.name == tag), most)

    def _seen(
        self,
        connection: sa.Connection,
        values: Sequence[str],
        labels_of: Callable[[str], sa.Select[tuple[int]]],
        most: int,
    ) -> list[str]:
        """Those of some values that a crop has which is seen."""
        seen = is_seen(self._sight, LIVE_TABLE.c.projects, self._engine.dialect.name)
        found = (value for value in values if connection.execute(labels_of(value).where(*seen).limit(1)).first())
        return list(itertools.islice(found, most))


def _first_values(connection: sa.Connection, column: sa.ColumnElement[str], begun: str, most: int) -> list[str]:
    """The first values of a column that begin with a text and are not empty."""
    if connection.dialect.name != "sqlite":
        query = sa.select(column).where(column.startswith(begun, autoescape=True), column != "").distinct()
        return [str(value) for value in connection.scalars(query.order_by(column).limit(most))]
    # From value to value along the index: as many steps as values are wanted, however many labels there are.
    found: list[str] = []
    while len(found) < most:
        beyond = column > (found[-1] if found else "") if found or not begun else column >= begun
        value = connection.scalar(sa.select(sa.func.min(column)).where(beyond))
        if value is None or not value.startswith(begun):
            break
        found.append(value)
    return found


def _alike(begun: str, names: Iterable[str], most: int) -> list[str]:
    known: Sequence[str] = list(names)
    wanted = begun.casefold()
    found = [name for name in known if name.startswith(wanted)]
    if not found and wanted:
        found = [name for name in known if wanted in name] or difflib.get_close_matches(wanted, known, n=3)
    return found[:most]
