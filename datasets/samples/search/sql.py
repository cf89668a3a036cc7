"""Filters as SQL over the table of live labels, with the same meaning as `Filter.matches`.

A filter's values reach the database as bound parameters only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from datasets.samples import text_index
from datasets.samples.search.fields import BRANDS, FIELDS, MEASURED, METADATA, Value, known_field
from datasets.samples.search.filters import COMPARE, All, Comparison, Filter, Joined, Not, OneOf
from datasets.samples.sight import Sight
from datasets.samples.tables import BRANDS_TABLE, LIVE_MARK_TABLE, LIVE_TABLE, PROJECTS_TABLE, microseconds

Column = sa.ColumnElement[object]
Condition = sa.ColumnElement[bool]

_TOGETHER = 100  # projects in one condition: SQLite takes a thousand inside each other at most
_NO_ORDER = ""  # no index is in it


class FilterSql:
    """Translates filters for one kind of database.

    Args:
        dialect: name of the database's dialect, `sqlite` or `postgresql`.
        order: column in whose order row after row is looked at until enough are found: SQLite is then kept from using
            other indexes than those that are in this order. None for a filter that few rows pass: any index may lead
            to them.
        lead: part of the filter whose index leads to the rows if there is no order: SQLite, which does not know how
            many rows a value has, is kept from using those of the other parts. None: it chooses.
    """

    def __init__(self, dialect: str, order: str | None, lead: Filter | None = None) -> None:
        self._dialect = dialect
        self._order = order
        self._lead = lead

    def condition(self, wanted: Filter) -> Condition:
        """The condition on a row of live labels."""
        if isinstance(wanted, Joined) and wanted.word == "and":
            if self._order is not None or self._lead is None:
                return sa.and_(*map(self.condition, wanted.parts))
            beside = FilterSql(self._dialect, _NO_ORDER)
            return sa.and_(
                *(self._rare(self._inner(part)) if part is self._lead else beside._inner(part) for part in wanted.parts)
            )
        if isinstance(wanted, Comparison) and wanted.operator == "=" and self._order == "at":
            return self._comparison(wanted, is_plain=True)  # indexes of one value each are in the order of time
        return self._inner(wanted)

    def _inner(self, wanted: Filter) -> Condition:
        match wanted:
            case All():
                return sa.true()
            case Not(inner):
                return sa.not_(self._inner(inner))
            case Joined(word, parts):
                return (sa.and_ if word == "and" else sa.or_)(*map(self._inner, parts))
            case OneOf():
                return self._one_of(wanted)
            case Comparison():
                return self._comparison(wanted)
        raise TypeError(f"not a filter: {wanted!r}")

    def _rare(self, condition: Condition) -> Condition:
        """The condition, of which SQLite is told that few rows meet it: all it knows is how many values there are."""
        if self._dialect != "sqlite":
            return condition
        return sa.func.likelihood(condition, sa.literal_column("0.001"))  # https://www.sqlite.org/lang_corefunc.html

    def _one_of(self, wanted: OneOf) -> Condition:
        values = [value for value in wanted.values if _may_be_stored(value)]
        if known_field(wanted.field).kind == "projects":
            return self._in_projects([str(value) for value in values])
        if (marked := self._mark_column(wanted.field)) is not None:
            # One condition for all: SQLite takes a thousand inside each other at most, and looks them up one by one.
            return self._has_mark(wanted.field, marked.in_([str(value) for value in dict.fromkeys(values)]))
        if (has := self._has(wanted.field)) is not None:
            return sa.or_(sa.false(), *(has(str(value)) for value in dict.fromkeys(values)))
        bound = [_bound(wanted.field, value) for value in values]
        if not bound:
            return sa.false()
        return self._measured(wanted.field, self._column(wanted.field).in_(bound))

    def _comparison(self, wanted: Comparison, *, is_plain: bool = False) -> Condition:
        if not _may_be_stored(wanted.value):
            return sa.true() if wanted.operator == "!=" else sa.false()
        if (has := self._has(wanted.field)) is not None:
            if wanted.operator == "contains":
                return self._has_mark(wanted.field, self._find(LIVE_MARK_TABLE.c.value, str(wanted.value)))
            found = has(str(wanted.value))
            return found if wanted.operator == "=" else sa.not_(found)
        column = self._column(wanted.field, is_plain=is_plain)
        bound = _bound(wanted.field, wanted.value)
        if wanted.operator == "contains":
            return self._contains(wanted, column, bound)
        compare: Callable[[object, object], Condition] = COMPARE[wanted.operator]
        return self._measured(wanted.field, compare(column, bound))

    def _measured(self, field: str, condition: Condition) -> Condition:
        """The condition, which does not hold where the field is not measured yet (nor is its opposite unknown)."""
        return sa.and_(self._column(field).is_not(None), condition) if field in MEASURED else condition

    def _has(self, field: str) -> Callable[[str], Condition] | None:
        """How to find a value of a field that may have several; None if it has one."""
        if known_field(field).kind == "brands":
            return self._has_brand
        if known_field(field).kind == "projects":
            return lambda project: self._in_projects([project])
        if (marked := self._mark_column(field)) is not None:
            return lambda value: self._has_mark(field, marked == value)
        return None

    @staticmethod
    def _mark_column(field: str) -> sa.Column[str] | None:
        """Where a tag or a value of metadata stands; None for other fields."""
        match known_field(field).kind:
            case "tags":
                return LIVE_MARK_TABLE.c.name
            case "metadata":
                return LIVE_MARK_TABLE.c.value
        return None

    def _has_mark(self, field: str, *which: Condition) -> Condition:
        """Whether the crop has such a tag, or such a value of the key of metadata that is the field."""
        has = sa.and_(LIVE_MARK_TABLE.c.is_tag.is_(field == "tag"), *which)
        if field != "tag":
            has = sa.and_(has, LIVE_MARK_TABLE.c.name == field.removeprefix(METADATA))
        if self._order is not None:
            return sa.exists().where(LIVE_MARK_TABLE.c.sample == LIVE_TABLE.c.sample, has)
        return LIVE_TABLE.c.sample.in_(sa.select(LIVE_MARK_TABLE.c.sample).where(has))

    def _has_brand(self, brand: str) -> Condition:
        if brand not in BRANDS:
            return sa.false()
        if self._order is not None:
            return self._find(self._column("brand"), f"|{brand}|")
        sets = sa.select(BRANDS_TABLE.c.brands).where(self._find(BRANDS_TABLE.c.brands, f"|{brand}|"))
        return self._column("brand").in_(sets)

    def _in_projects(self, projects: Sequence[str]) -> Condition:
        return in_projects(self._column("project"), projects, self._dialect)

    def _contains(self, wanted: Comparison, column: Column, bound: sa.BindParameter[Any]) -> Condition:
        found = self._find(column, bound)
        if self._order is not None:
            return found
        has_part = text_index.has_part(FIELDS[wanted.field].column, str(wanted.value), self._dialect)
        if has_part is None or self._dialect != "sqlite":
            return found if has_part is None else has_part
        return sa.and_(has_part, self._find(plus(column), bound))

    def _find(self, column: Column, text: str | sa.BindParameter[Any]) -> Condition:
        return _holds(column, text, self._dialect)

    def _column(self, field: str, *, is_plain: bool = False) -> Column:
        column = LIVE_TABLE.c[FIELDS[field].column]
        is_plain = is_plain or self._order in (None, column.name) or self._dialect != "sqlite"
        # https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_
        return column if is_plain else plus(column)


def in_projects(column: Column, projects: Sequence[str], dialect: str) -> Condition:
    """Whether one of the projects stands in a column of projects.

    Args:
        column: of the table of events or of live labels.
        projects: ids; `none` stands for no project.
        dialect: name of the database's dialect.
    """
    sets, wanted = PROJECTS_TABLE.c.projects, sorted(set(projects))
    selects = [
        sa.select(sets).where(
            sa.or_(sa.false(), *(_holds(sets, f"|{project}|", dialect) for project in wanted[at:][:_TOGETHER]))
        )
        for at in range(0, max(1, len(wanted)), _TOGETHER)
    ]
    return column.in_(selects[0] if len(selects) == 1 else sa.union_all(*selects))


def is_seen(sight: Sight | None, column: Column, dialect: str) -> Sequence[Condition]:
    """The condition that somebody sees a crop, by the column of its projects; none for who sees all."""
    return () if sight is None else (in_projects(column, sight.values, dialect),)


def _holds(column: Column, text: str | sa.BindParameter[Any], dialect: str) -> Condition:
    find = sa.func.instr if dialect == "sqlite" else sa.func.strpos
    return find(column, text) > 0


def plus(column: Column) -> Column:
    """The column with a plus sign before it, by which SQLite is kept from using an index on it."""
    sign: Any = sa.sql.operators.custom_op("+")
    return sa.sql.elements.UnaryExpression(column, operator=sign, type_=column.type)


def _may_be_stored(value: Value) -> bool:
    """Whether a label can hold this value; databases refuse some of the texts that no label holds."""
    return not isinstance(value, str) or value.isprintable()


def _bound(field: str, value: Value) -> sa.BindParameter[Any]:
    if isinstance(value, datetime):
        return sa.literal(microseconds(value), sa.BigInteger)
    if isinstance(value, str):
        return sa.literal(value, sa.Text)
    if value.is_integer() and isinstance(LIVE_TABLE.c[FIELDS[field].column].type, sa.Integer) and abs(value) < 2**53:
        return sa.literal(int(value), sa.BigInteger)  # PostgreSQL uses no index of integers to find a fraction
    return sa.literal(value, sa.Double)
