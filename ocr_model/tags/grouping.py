"""Which lines of a photo stand on one tag.

Lines are joined nearest first (single linkage, as Kruskal's tree), up to a distance of a few line heights. Two groups
that repeat each other's fields (each has a code of one brand's format, a barcode, a price) are two tags, however near
they stand: a shelf, or a stack of boxes. Groups that stand somewhat apart are two tags if they differ in one field that
a tag has once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ocr_model.codes.text import label_text, match_key
from ocr_model.tags.layout import Layout
from ocr_model.tags.parts import Part
from ocr_model.tags.values import names_material

_FARTHEST = 9.0  # line heights between two lines of one tag; between them may be a barcode or a picture
_FARTHEST_OF_REST = 18.0  # the same for lines without a code, such as a box label's column of sizes
_TURNED = 1.5  # lines in another direction are joined later: tags lie turned to each other more often than their lines
_AGREEING = 0.75  # weight of a field that has the same value in both groups, against 1 for unlike values
_REPEATED = 1.5  # weight of the fields that two groups share from which on they are two tags
_REPEATED_SHARE = 0.4  # and the least share of the smaller group's fields
_APART = 2.5  # line heights between two groups from which one field with unlike values tells that they are two tags
_SAME_TEXT = 4  # characters from which on a repeated line counts as a repeated field; fibres are repeated on one tag


def group_lines(layout: Layout, texts: Sequence[str], parts: Sequence[Sequence[Part]]) -> tuple[tuple[int, ...], ...]:
    """The lines of each tag, as ascending indices; every line is in one group.

    Args:
        layout: of the lines.
        texts: as read.
        parts: what each line says.
    """
    count = len(texts)
    group = list(range(count))
    members = {line: [line] for line in range(count)}
    fields = {line: _fields(texts[line], parts[line]) for line in range(count)}
    with np.errstate(invalid="ignore"):
        distance = np.where(layout.parallel, layout.apart, layout.apart * _TURNED)
        near = np.argwhere(np.triu(distance <= _FARTHEST_OF_REST, 1))
    marks = {line: _marks(parts[line]) for line in range(count)}
    has_code = {line: any(part.role == "code" for part in parts[line]) for line in range(count)}
    pairs = sorted((float(distance[one, other]), int(one), int(other)) for one, other in near)
    for apart, one, other in pairs:
        kept, gone = sorted((group[one], group[other]))
        if kept == gone or _repeat(fields[kept], fields[gone]):
            continue
        if apart > _APART and _differ(marks[kept], marks[gone]):
            continue
        if apart > _FARTHEST and has_code[kept] == has_code[gone]:
            continue
        has_code[kept] |= has_code.pop(gone)
        for line in members[gone]:
            group[line] = kept
        members[kept] += members.pop(gone)
        fields[kept] = _together(fields[kept], fields.pop(gone))
        marks[kept] = _together(marks[kept], marks.pop(gone))
    return tuple(tuple(sorted(lines)) for _, lines in sorted(members.items()))


def _repeat(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> bool:
    """Whether two groups are two tags by the fields that both have: two unlike values say more than one value twice.

    A tag may well print its code twice, such as a Korean block beside the maker's own.
    """
    said = sum(_AGREEING if one[field] & other[field] else 1.0 for field in one.keys() & other.keys())
    return said >= _REPEATED and said >= _REPEATED_SHARE * min(len(one), len(other))


def _fields(text: str, parts: Sequence[Part]) -> dict[str, frozenset[str]]:
    """What a tag has once, with its values."""
    found: dict[str, frozenset[str]] = {}
    for part in parts:
        if part.formats:
            found[f"{part.formats[0].brand} {part.formats[0].name}"] = frozenset({match_key(part.value)})
        elif part.kind == "code" and part.value:
            found["name of a code"] = frozenset({match_key(part.value)})
        elif part.role in ("barcode", "price"):
            found[part.role] = frozenset({part.value})
    label = label_text(text)
    if len(label) >= _SAME_TEXT and not any(part.formats for part in parts) and not names_material(label):
        found[label] = frozenset({label})
    return found


def _marks(parts: Sequence[Part]) -> dict[str, frozenset[str]]:
    """Of what a tag has one: a code that is surely one, a brand, a size in a unit, a price, a barcode."""
    found: dict[str, frozenset[str]] = {}
    for part in parts:
        if part.role == "code" and _is_surely_code(part):
            found["code"] = frozenset({match_key(part.value)})
        elif part.role == "brand" and part.value:
            found["brand"] = frozenset({"Nike" if part.value == "Jordan" else part.value})
        elif part.role == "size" and part.unit:
            found[f"size {part.unit}"] = frozenset({part.value})
        elif part.role in ("price", "barcode"):
            found[part.role] = frozenset({part.value})
    return found


def _is_surely_code(part: Part) -> bool:
    if part.kind == "code" and not part.is_weak_name:
        return True
    return bool(part.formats) and not part.printed.isdigit()


def _differ(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> bool:
    """Whether two groups differ in a field that a tag has once; where both have one code, in most of the others."""
    shared = one.keys() & other.keys()
    differing = sum(not one[field] & other[field] for field in shared)
    if (
        "code" in shared and one["code"] & other["code"]
    ):  # the same shoe in another size, or a code that is printed twice
        return 2 * differing > len(shared - {"code", "brand"})
    return differing > 0


def _together(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {field: one.get(field, frozenset()) | other.get(field, frozenset()) for field in one.keys() | other.keys()}
