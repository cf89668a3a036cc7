"""The fields by which labels are searched, and how each is read from a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from datasets.samples.marks import NO_PROJECT, is_key
from datasets.samples.sample import LABEL_STATUSES, Sample, label_doubt
from ocr_model.domains.domain import Domain
from ocr_model.domains.registry import DOMAINS

Kind = Literal["choice", "text", "line", "brands", "tags", "projects", "metadata", "number", "time"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "contains"]
Value = str | float | datetime

METADATA = "meta."  # before a key of metadata, which is a field then
# Of all domains: a store has none of another one's.
BRANDS = frozenset(entry.brand.casefold() for domain in DOMAINS.values() for entry in domain.formats)


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a label that a filter may compare."""

    kind: Kind
    about: str  # for people
    read: Callable[[Sample, Domain], object]
    column: str  # of the index's table of live labels; "" if it is none of these


@lru_cache(maxsize=4096)
def code_and_brands(text: str, domain: Domain) -> tuple[str, frozenset[str]]:
    """The code in a confirmed line, and the brands whose formats fit the line, in lower case."""
    code, matches = domain.take_apart(text)
    return code, frozenset(match.brand.casefold() for match in matches)


def brands_of(domain: Domain) -> frozenset[str]:
    """The brands whose formats a domain knows, in lower case."""
    return frozenset(entry.brand.casefold() for entry in domain.formats)


def _quality(measure: str) -> Callable[[Sample, Domain], float | None]:
    return lambda sample, _: None if sample.quality is None else float(getattr(sample.quality, measure))


# Measured after a crop has come: until then no comparison with them holds.
MEASURED = ("light", "contrast", "sharpness")
FIELDS: Mapping[str, Field] = {
    "status": Field("choice", ", ".join(LABEL_STATUSES), lambda sample, _: sample.label.status, "status"),
    "text": Field("line", "the confirmed line, without spaces", lambda sample, _: sample.label.text, "text"),
    "code": Field(
        "line", "the code in it", lambda sample, domain: code_and_brands(sample.label.text, domain)[0], "code"
    ),
    "brand": Field(
        "brands",
        "a brand whose format fits the line",
        lambda s, domain: code_and_brands(s.label.text, domain)[1],
        "brands",
    ),
    "length": Field("number", "characters of the line", lambda sample, _: float(len(sample.label.text)), "length"),
    "read_text": Field("line", "what the recognizer had read", lambda sample, _: sample.label.read_text, "read_text"),
    "confidence": Field(
        "number", "of that reading, 0 to 1", lambda sample, _: sample.label.read_confidence, "read_confidence"
    ),
    "doubt": Field(
        "number", "how hard the label is to believe, 0 to 1", lambda sample, _: label_doubt(sample.label), "doubt"
    ),
    "model": Field("text", "name of the recognizer", lambda sample, _: sample.label.model_name, "model_name"),
    "model_version": Field("text", "its version", lambda sample, _: sample.label.model_version, "model_version"),
    "client": Field("text", "pseudonym of the shopper's browser", lambda sample, _: sample.label.client, "client"),
    "source": Field("text", "app, an import ...", lambda sample, _: sample.label.source, "source"),
    "at": Field(
        "time", "when it was confirmed, 2026-05-01 or 2026-05-01T09:30+09:00", lambda sample, _: sample.label.at, "at"
    ),
    "tag": Field("tags", "a tag of the crop", lambda sample, _: sample.tags, ""),
    "project": Field(
        "projects",
        f"a project that the crop belongs to; {NO_PROJECT} for crops of none",
        lambda sample, _: sample.projects or frozenset({NO_PROJECT}),
        "projects",
    ),
    "turn": Field("number", "quarter turns clockwise, 0 to 3", lambda sample, _: float(sample.label.turn), "turn"),
    "width": Field("number", "of the crop in pixels", lambda sample, _: float(sample.width), "width"),
    "height": Field("number", "of the crop in pixels", lambda sample, _: float(sample.height), "height"),
    "light": Field("number", "mean brightness of the crop, 0 to 255", _quality("light"), "light"),
    "contrast": Field("number", "how much its brightness varies, 0 to 127.5", _quality("contrast"), "contrast"),
    "sharpness": Field("number", "of its edges; 0 without any structure", _quality("sharpness"), "sharpness"),
    "crop": Field("text", "name of the crop, 64 digits", lambda sample, _: sample.digest, "sample"),
}
OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    "choice": ("=", "!=", "in"),
    "text": ("=", "!=", "in", "contains"),
    "line": ("=", "!=", "in", "contains"),
    "brands": ("=", "!=", "in"),
    "tags": ("=", "!=", "in"),
    "projects": ("=", "!=", "in"),
    "metadata": ("=", "!=", "in", "contains"),
    "number": ("=", "!=", "<", "<=", ">", ">=", "in"),
    "time": ("=", "!=", "<", "<=", ">", ">=", "in"),
}


@lru_cache(maxsize=256)
def field_named(name: str) -> Field | None:
    """The field of this name; None if there is none."""
    if name in FIELDS:
        return FIELDS[name]
    key = name.removeprefix(METADATA)
    if key == name or not is_key(key):
        return None
    return Field("metadata", f"the value of {key}", lambda sample, _: dict(sample.metadata).get(key), "")


def known_field(name: str) -> Field:
    """The field of this name.

    Raises:
        KeyError: there is none.
    """
    field = field_named(name)
    if field is None:
        raise KeyError(name)
    return field
