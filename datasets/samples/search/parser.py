"""A small language to select the labels of a dataset version.

    status = corrected and confidence < 0.9
    (brand in (Nike, Jordan) or text contains "COLOR") and not client = "c-123"
    at >= 2026-05-01 and turn != 0
    tag = blurry and not tag = done
    meta.shelf = A3
    project in (shoes, none)
    all

Grammar, keywords in any case, spaces without meaning:

    filter      = "all" | either
    either      = both { "or" both }
    both        = negation { "and" negation }
    negation    = "not" negation | "(" either ")" | comparison
    comparison  = field operator value
                | field [ "not" ] "in" "(" value { "," value } ")"
    field       = one of `FIELDS` | "meta." key
    operator    = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "contains"
    value       = a word (corrected, 0.9, CW2288-111, 2026-05-01) | "quoted" | 'quoted'

A filter is data, never code: it never reaches Python's `eval`, and a database (see sql.py) only as bound values. Its
canonical spelling (`str`) is part of a version's definition.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from datasets.errors import LabelError, StoreError
from datasets.samples.marks import NO_PROJECT, project_id, tag_text
from datasets.samples.sample import LABEL_STATUSES
from datasets.samples.search.fields import FIELDS, METADATA, OPERATORS, Kind, Operator, Value, field_named
from datasets.samples.search.filters import All, Comparison, Filter, Joined, Not, OneOf
from ocr_model.codes.text import label_text, normalize_text

LONGEST = 2000  # characters of a filter
DEEPEST = 40  # brackets and "not" inside each other
_KEYWORDS = ("all", "and", "or", "not", "in", "contains")
_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"|'[^']*') | (?P<symbol><=|>=|!=|==|[=<>(),]) | (?P<word>[^\s"'=<>!(),]+)""", re.VERBOSE
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)


class FilterError(StoreError, ValueError):
    """A filter that cannot be parsed; the message says where, and what was expected."""


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
            raise self._error(f"expected `and`, `or` or the end{_meant(self._peek(), 'and', 'or')}", self._peek())
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
            raise self._error(f"expected a field, one of {', '.join((*FIELDS, f'{METADATA}KEY'))}", token)
        name = token.text.casefold()
        if (field := field_named(name)) is None:
            raise self._error(f"unknown field {token.text!r}; {_hint(name, FIELDS)}", token)
        sign = self._next()
        denied = sign.is_word("not")
        if denied:
            sign = self._next()
            if not sign.is_word("in"):
                raise self._error("expected `in` after `not`", sign)
        if not (sign.is_symbol("=", "==", "!=", "<", "<=", ">", ">=") or sign.is_word("in", "contains")):
            close = (
                difflib.get_close_matches(sign.text.casefold(), ("in", "contains"), n=1) if sign.kind == "word" else []
            )
            hint = f"; did you mean `{close[0]}`?" if close else ""
            raise self._error(f"expected an operator after {name!r}{hint}", sign)
        written = "=" if sign.text == "==" else sign.text.casefold()
        allowed = OPERATORS[field.kind]
        if written not in allowed:
            raise self._error(f"{name!r} compares with {' '.join(allowed)} only", sign)
        if written == "in":
            one_of = OneOf(name, self._values(name, field.kind))
            return Not(one_of) if denied else one_of
        return Comparison(name, _as_operator(written), self._value(name, field.kind))

    def _values(self, name: str, kind: Kind) -> tuple[Value, ...]:
        if not self._next().is_symbol("("):
            raise self._error("expected `(` after `in`", self._tokens[self._at - 1])
        values = [self._value(name, kind)]
        while self._peek().is_symbol(","):
            self._next()
            values.append(self._value(name, kind))
        if not self._peek().is_symbol(")"):
            raise self._error("expected `,` or `)`", self._peek())
        self._next()
        return tuple(values)

    def _value(self, name: str, kind: Kind) -> Value:
        token = self._next()
        if token.kind not in ("word", "quoted") or (token.kind == "word" and token.text.casefold() in _KEYWORDS):
            raise self._error(f"expected a value for {name!r} (quote it if it is a keyword)", token)
        text = token.text
        if '"' in normalize_text(text) and "'" in normalize_text(text):
            raise self._error("a value has quotes of one kind only", token)
        if kind == "number":
            if token.kind != "word" or not _NUMBER.match(text) or not math.isfinite(float(text)):
                raise self._error(f"{name!r} is a number, not {text!r}", token)
            return float(text)
        if kind == "time":
            try:
                moment = datetime.fromisoformat(text)
                return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)
            except (ValueError, OverflowError):  # a zone may bring the years 1 and 9999 out of what Python can hold
                raise self._error(f"{name!r} is a date such as 2026-05-01, not {text!r}", token) from None
        if kind == "choice":
            if text.casefold() not in LABEL_STATUSES:
                raise self._error(f"unknown {name} {text!r}; {_hint(text.casefold(), LABEL_STATUSES)}", token)
            return text.casefold()
        if kind == "tags":
            try:
                return tag_text(text)
            except LabelError as error:
                raise self._error(str(error), token) from None
        if kind == "projects":
            try:
                return NO_PROJECT if text.casefold() == NO_PROJECT else project_id(text)
            except LabelError as error:
                raise self._error(str(error), token) from None
        if kind == "line":
            return label_text(text)
        if kind == "metadata":
            return text.strip()
        return text.casefold() if kind == "brands" else text


def _meant(token: _Token, *words: str) -> str:
    """A question about the word that was probably meant."""
    close = difflib.get_close_matches(token.text.casefold() if token.kind == "word" else "", words, n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def _hint(wrong: str, right: Iterable[str]) -> str:
    """The word that was probably meant, or all that there are."""
    close = difflib.get_close_matches(wrong, right := list(right), n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(right)}"


def _as_operator(written: str) -> Operator:
    for known in ("=", "!=", "<", "<=", ">", ">=", "contains"):
        if written == known:
            return known
    raise AssertionError(written)
