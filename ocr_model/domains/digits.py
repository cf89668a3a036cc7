"""Drawn digits: one of ten on a small canvas. An empty text means that the drawing is no digit."""

from __future__ import annotations

import unicodedata

from ocr_model.codes.lines import FormatMatch
from ocr_model.domains.domain import Domain

_DIGITS = "0123456789"


def _normalize(typed: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", typed).upper().split())


def _key(text: str) -> str:
    return "".join(sign for sign in _normalize(text) if sign in _DIGITS)


def _no_group(text: str) -> str:
    """Every digit stands on both sides of a split: the picture alone decides."""
    return ""


def _take_apart(text: str) -> tuple[str, tuple[FormatMatch, ...]]:
    return _key(text), ()


DIGITS = Domain(
    name="digits",
    what="a drawn digit",
    charset=_DIGITS,
    longest=1,
    normalize=_normalize,
    key=_key,
    group=_no_group,
    take_apart=_take_apart,
    recipe="digits-1",
    weights="digits",
)
