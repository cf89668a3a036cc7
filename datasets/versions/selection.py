"""A small language to select the labels of a dataset version.

    status = corrected and confidence < 0.9
    (brand in (Nike, Jordan) or text contains "COLOR") and not client = "c-123"
    at >= 2026-05-01 and turn != 0
    all

Grammar, keywords in any case, spaces without meaning:

    filter      = "all" | either
    either      = both { "or" both }
    both        = negation { "and" negation }
    negation    = "not" negation | "(" either ")" | comparison
    comparison  = field operator value
                | field [ "not" ] "in" "(" value { "," value } ")"
    operator    = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "contains"
    value       = a word (corrected, 0.9, CW2288-111, 2026-05-01) | "quoted" | 'quoted'

A filter is data, never code: it is parsed here and compared here, and reaches neither Python's `eval` nor a
database. Its canonical spelling (`str`) is part of a version's definition.
"""

from __future__ import annotations

import difflib
import math
import operator
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from datasets.errors import StoreError
from datasets.samples.sample import LABEL_STATUSES, Sample
from ocr_model.codes.lines import extract_code, match_formats
from ocr_model.codes.text import label_text, normalize_text

LONGEST = 2000  # characters of a filter
DEEPEST = 40  # brackets and "not" inside each other
_KEYWORDS = ("all", "and", "or", "not", "in", "contains")
_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"|'[^']*') | (?P<symbol><=|>=|!=|==|[=<>(),]) | (?P<word>[^\s"'=<>!(),]+)""", re.VERBOSE
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)

Kind = Literal["choice", "text", "line", "brands", "number", "time"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "contains"]
Value = str | float | datetime


class FilterError(StoreError, ValueError):
    """A filter that cannot be parsed; the message says where, and what was expected."""


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a label that a filter may compare."""

    kind: Kind
    about: str  # for people
    read: Callable[[Sample], object]


@lru_cache(maxsize=4096)
def _brands(text: str) -> frozenset[str]:
    return frozenset(match.brand.casefold() for match in match_formats(text))


FIELDS: Mapping[str, Field] = {
    "status": Field("choice", ", ".join(LABEL_STATUSES), lambda sample: sample.label.status),
    "text": Field("line", "the confirmed line, without spaces", lambda sample: sample.label.text),
    "code": Field("line", "the code in it", lambda sample: extract_code(sample.label.text)),
    "brand": Field("brands", "a brand whose format fits the line", lambda sample: _brands(sample.label.text)),
    "length": Field("number", "characters of the line", lambda sample: float(len(sample.label.text))),
    "read_text": Field("line", "what the recognizer had read", lambda sample: sample.label.read_text),
    "confidence": Field("number", "of that reading, 0 to 1", lambda sample: sample.label.read_confidence),
    "model": Field("text", "name of the recognizer", lambda sample: sample.label.model_name),
    "model_version": Field("text", "its version", lambda sample: sample.label.model_version),
    "client": Field("text", "pseudonym of the shopper's browser", lambda sample: sample.label.client),
    "source": Field("text", "app, an import ...", lambda sample: sample.label.source),
    "at": Field("time", "when it was confirmed, 2026-05-01 or 2026-05-01T09:30+09:00", lambda sample: sample.label.at),
    "turn": Field("number", "quarter turns clockwise, 0 to 3", lambda sample: float(sample.label.turn)),
    "width": Field("number", "of the crop in pixels", lambda sample: float(sample.width)),
    "height": Field("number", "of the crop in pixels", lambda sample: float(sample.height)),
}
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    "choice": ("=", "!=", "in"),
    "text": ("=", "!=", "in", "contains"),
    "line": ("=", "!=", "in", "contains"),
    "brands": ("=", "!=", "in"),
    "number": ("=", "!=", "<", "<=", ">", ">=", "in"),
    "time": ("=", "!=", "<", "<=", ">", ">=", "in"),
}


class Filter(ABC):
    """A parsed filter; `str` gives its canonical spelling. Made by `parse_filter`."""

    __slots__ = ()

    @abstractmethod
    def matches(self, sample: Sample) -> bool:
        """Whether the filter takes this label."""


@dataclass(frozen=True, slots=True)
class All(Filter):
    """Takes every label."""

    def matches(self, sample: Sample) -> bool:
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

    def matches(self, sample: Sample) -> bool:
        """Whether the comparison holds."""
        found = FIELDS[self.field].read(sample)
        if isinstance(found, frozenset):  # brands: several may fit one line
            return (self.value in found) == (self.operator == "=")
        if self.operator == "contains":
            return isinstance(found, str) and isinstance(self.value, str) and self.value in found
        return bool(_COMPARE[self.operator](found, self.value))

    def __str__(self) -> str:
        return f"{self.field} {self.operator} {_written(self.value)}"


@dataclass(frozen=True, slots=True)
class OneOf(Filter):
    """One field compared with several values."""

    field: str
    values: tuple[Value, ...]

    def matches(self, sample: Sample) -> bool:
        """Whether the field has one of the values."""
        return any(Comparison(self.field, "=", value).matches(sample) for value in self.values)

    def __str__(self) -> str:
        return f"{self.field} in ({', '.join(map(_written, self.values))})"


@dataclass(frozen=True, slots=True)
class Not(Filter):
    """The opposite of another filter."""

    inner: Filter

    def matches(self, sample: Sample) -> bool:
        """Whether the inner filter does not take the label."""
        return not self.inner.matches(sample)

    def __str__(self) -> str:
        return f"not ({self.inner})"


@dataclass(frozen=True, slots=True)
class Joined(Filter):
    """Several filters, all of which or one of which must take the label."""

    word: Literal["and", "or"]
    parts: tuple[Filter, ...]

    def matches(self, sample: Sample) -> bool:
        """Whether all parts ("and") or any part ("or") take the label."""
        return (all if self.word == "and" else any)(part.matches(sample) for part in self.parts)

    def __str__(self) -> str:
        return f" {self.word} ".join(f"({part})" if isinstance(part, Joined) else str(part) for part in self.parts)


def parse_filter(text: str) -> Filter:
    """Parse a filter.

    Raises:
        FilterError: it does not follow the grammar at the top of this file, names an unknown field, or compares a
            field with a value of another kind.
    """
    if len(text) > LONGEST:
        raise FilterError(f"a filter has at most {LONGEST} characters, this one has {len(text)}")
    return _Parser(text).parse()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["quoted", "symbol", "word", "end"]
    text: str  # without quotes
    start: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.casefold() in words

    def is_symbol(self, *symbols: str) -> bool:
        return self.kind == "symbol" and self.text in symbols


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split()
        self._at = 0
        self._depth = 0

    def parse(self) -> Filter:
        if self._peek().kind == "end":
            raise self._error("is empty; `all` takes every label", self._peek())
        if self._peek().is_word("all") and self._tokens[1].kind == "end":
            return All()
        found = self._either()
        if self._peek().kind != "end":
            raise self._error("expected `and`, `or` or the end", self._peek())
        return found

    def _split(self) -> list[_Token]:
        tokens, position = [], 0
        while position < len(self._text):
            if self._text[position].isspace():
                position += 1
                continue
            match = _TOKEN.match(self._text, position)
            if match is None:
                problem = "this quote is not closed" if self._text[position] in "\"'" else "unexpected character"
                raise self._error(problem, _Token("end", "", position))
            if match["quoted"] is not None:
                tokens.append(_Token("quoted", match["quoted"][1:-1], position))
            elif match["symbol"] is not None:
                tokens.append(_Token("symbol", match["symbol"], position))
            else:
                tokens.append(_Token("word", match["word"], position))
            position = match.end()
        return [*tokens, _Token("end", "", len(self._text))]

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _error(self, problem: str, token: _Token) -> FilterError:
        marked = f"{self._text[: token.start]}▸{self._text[token.start :]}"
        return FilterError(f"filter, character {token.start + 1}: {problem}: {marked.strip()}")

    def _either(self) -> Filter:
        return self._joined("or", lambda: self._joined("and", self._negation))

    def _joined(self, word: Literal["and", "or"], read: Callable[[], Filter]) -> Filter:
        parts = [read()]
        while self._peek().is_word(word):
            self._next()
            parts.append(read())
        if len(parts) == 1:
            return parts[0]
        flat: list[Filter] = []
        for part in parts:  # (a and b) and c is a and b and c
            flat.extend(part.parts if isinstance(part, Joined) and part.word == word else (part,))
        return Joined(word, tuple(flat))

    def _negation(self) -> Filter:
        token = self._peek()
        if not (token.is_word("not") or token.is_symbol("(")):
            return self._comparison()
        self._next()
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"more than {DEEPEST} brackets inside each other", token)
        if token.is_word("not"):
            found: Filter = Not(self._negation())
        else:
            found = self._either()
            if not self._next().is_symbol(")"):
                raise self._error("this bracket is not closed", token)
        self._depth -= 1
        return found

    def _comparison(self) -> Filter:
        token = self._next()
        if token.kind != "word" or token.text.casefold() in _KEYWORDS:
            raise self._error(f"expected a field, one of {', '.join(FIELDS)}", token)
        name = token.text.casefold()
        if name not in FIELDS:
            close = difflib.get_close_matches(name, FIELDS, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(FIELDS)}"
            raise self._error(f"unknown field {token.text!r}; {hint}", token)
        sign = self._next()
        denied = sign.is_word("not")
        if denied:
            sign = self._next()
            if not sign.is_word("in"):
                raise self._error("expected `in` after `not`", sign)
        if not (sign.is_symbol("=", "==", "!=", "<", "<=", ">", ">=") or sign.is_word("in", "contains")):
            raise self._error(f"expected an operator after {name!r}", sign)
        written = "=" if sign.text == "==" else sign.text.casefold()
        allowed = _OPERATORS[FIELDS[name].kind]
        if written not in allowed:
            raise self._error(f"{name!r} compares with {' '.join(allowed)} only", sign)
        if written == "in":
            one_of = OneOf(name, self._values(name))
            return Not(one_of) if denied else one_of
        return Comparison(name, _as_operator(written), self._value(name))

    def _values(self, name: str) -> tuple[Value, ...]:
        if not self._next().is_symbol("("):
            raise self._error("expected `(` after `in`", self._tokens[self._at - 1])
        values = [self._value(name)]
        while self._peek().is_symbol(","):
            self._next()
            values.append(self._value(name))
        if not self._peek().is_symbol(")"):
            raise self._error("expected `,` or `)`", self._peek())
        self._next()
        return tuple(values)

    def _value(self, name: str) -> Value:
        token = self._next()
        if token.kind not in ("word", "quoted") or (token.kind == "word" and token.text.casefold() in _KEYWORDS):
            raise self._error(f"expected a value for {name!r} (quote it if it is a keyword)", token)
        kind, text = FIELDS[name].kind, token.text
        if '"' in normalize_text(text) and "'" in normalize_text(text):
            raise self._error("a value has quotes of one kind only", token)
        if kind == "number":
            if token.kind != "word" or not _NUMBER.match(text) or not math.isfinite(float(text)):
                raise self._error(f"{name!r} is a number, not {text!r}", token)
            return float(text)
        if kind == "time":
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                raise self._error(f"{name!r} is a date such as 2026-05-01, not {text!r}", token) from None
            return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)
        if kind == "choice":
            if text.casefold() not in LABEL_STATUSES:
                raise self._error(f"unknown {name} {text!r}; there are {', '.join(LABEL_STATUSES)}", token)
            return text.casefold()
        if kind == "line":
            return label_text(text)
        return text.casefold() if kind == "brands" else text


def _as_operator(written: str) -> Operator:
    for known in ("=", "!=", "<", "<=", ">", ">=", "contains"):
        if written == known:
            return known
    raise AssertionError(written)


def _written(value: Value) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")  # without an exponent, which the grammar lacks
    return f'"{value}"' if '"' not in value else f"'{value}'"
