"""The role of each line on a photo: code, brand, size, colour, price and so on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_model.tags.facts import facts_of, leading_role
from ocr_model.tags.parts import Part
from ocr_model.tags.tag import TextLine


def with_roles(lines: Sequence[TextLine]) -> tuple[TextLine, ...]:
    """Give each line its role.

    A line's text decides (the brands' formats, field names, the shapes of sizes, prices, dates and barcodes), then its
    neighbours (a field's name left of it or above it), then the tag's other lines: of several numbers one is the code,
    and the others are orders' or makers' numbers. Where a tag has no code, no line of it has that role, though its card
    names the likeliest number.

    Args:
        lines: of one photo, in any order; the roles that they have are ignored.

    Returns:
        The same lines in the same order. Turning or scaling the photo changes no role.
    """
    said: list[list[Part]] = [[] for _ in lines]
    for tag in facts_of(lines):
        for fact in tag.facts:
            said[fact.line].append(fact.part)
    return tuple(replace(line, role=leading_role(parts)) for line, parts in zip(lines, said, strict=True))
