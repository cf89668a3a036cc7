"""Tag cards: the fields of each tag on a photo."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ocr_model.codes.text import match_key
from ocr_model.tags.facts import Fact, TagFacts, facts_of
from ocr_model.tags.tag import Barcode, Corners, Field, Point, Role, TagCard, TextLine

_UNITS = ("KR", "EU", "US", "UK", "CM", "")
_WEIGHT_OF_HEIGHT = 1.0  # print as high as the photo's highest code
_WEIGHT_OF_MIDDLE = 1.0  # a code in the very middle, against one in a corner


def cards_of(lines: Sequence[TextLine], barcodes: Sequence[Barcode], size: tuple[int, int]) -> tuple[TagCard, ...]:
    """Put the lines of a photo together to tags.

    Args:
        lines: of the whole photo, in any order; roles are found anew from their texts and places.
        barcodes: on the same photo; each belongs to the tag whose lines are nearest.
        size: width and height of the upright photo, pixels.

    Returns:
        One card for every tag on which at least one field or barcode was found, the likeliest first: by what speaks for
        its code (format, field name, brand), by the confidence and the height of its print, and by its nearness to the
        middle. A tag without a product code names an order's or a maker's number (RN, O/N, a serial number) if it has
        one; that line's role remains "order". Where the tag names no brand, a code with letters tells it that fits one
        brand's format alone; what a format of digits suggests are candidates (`Prediction.formats`), no field.
    """
    tags = facts_of(lines)
    bars = _bars_by_tag(tags, lines, barcodes)
    cards = [(tag, _card(tag, lines, bars[number])) for number, tag in enumerate(tags)]
    found = [(tag, card) for tag, card in cards if _has_field(card)]
    highest = max((_height(lines[tag.code.line].corners) for tag, _ in found if tag.code), default=0.0)
    found.sort(key=lambda entry: _order(entry[0], entry[1], lines, size, highest))
    return tuple(card for _, card in found)


def _card(tag: TagFacts, lines: Sequence[TextLine], bars: tuple[int, ...]) -> TagCard:
    brand = _first(tag, lines, "brand")
    code = _field(tag.code, lines, _spelling(tag.code, brand)) if tag.code else None
    if brand is None and tag.code is not None and any(map(str.isalpha, tag.code.part.value)):
        brands = {match.brand for match in tag.code.part.formats}
        if len(brands) == 1:  # the format tells the brand
            brand = _field(tag.code, lines, brands.pop())
    return TagCard(
        code=code,
        brand=brand,
        sizes=_sizes(tag, lines),
        colour=_first(tag, lines, "colour"),
        price=_first(tag, lines, "price"),
        barcodes=bars,
        lines=tag.lines,
    )


def _field(fact: Fact, lines: Sequence[TextLine], value: str | None = None) -> Field:
    value = fact.part.value if value is None else value
    return Field(value, fact.part.unit, fact.lines, lines[fact.line].prediction.confidence)


def _spelling(code: Fact, brand: Field | None) -> str:
    """The code in the spelling of the tag's brand, where several brands' formats fit."""
    spellings = [match.code for match in code.part.formats if brand is not None and match.brand == brand.value]
    return spellings[0] if spellings else code.part.value


def _first(tag: TagFacts, lines: Sequence[TextLine], role: Role) -> Field | None:
    """The likeliest value of a role: one that stands at a field's name, then one alone on its line, then the surest."""
    facts = [fact for fact in tag.facts if fact.part.role == role]
    if not facts:
        return None
    together = {fact.line: sum(other.line == fact.line for other in tag.facts) for fact in facts}

    def rank(fact: Fact) -> tuple[bool, int, float, str]:
        return fact.part.kind is None, together[fact.line], -lines[fact.line].prediction.confidence, fact.part.value

    return _field(min(facts, key=rank), lines)


def _sizes(tag: TagFacts, lines: Sequence[TextLine]) -> tuple[Field, ...]:
    """One size for each unit; those without a unit only where no other is known."""
    chosen: dict[str, Field] = {}

    def rank(fact: Fact) -> tuple[bool, float, int, str]:
        # The smaller number first: where men's and women's American sizes are printed, it is the men's.
        number = fact.part.value
        return fact.part.kind is None, -lines[fact.line].prediction.confidence, len(number), number

    for fact in sorted((fact for fact in tag.facts if fact.part.role == "size" and fact.part.value), key=rank):
        chosen.setdefault(fact.part.unit, _field(fact, lines))
    if len(chosen) > 1:
        chosen.pop("", None)
    return tuple(chosen[unit] for unit in _UNITS if unit in chosen)


def _has_field(card: TagCard) -> bool:
    return bool(card.code or card.brand or card.sizes or card.colour or card.price or card.barcodes)


def _order(
    tag: TagFacts, card: TagCard, lines: Sequence[TextLine], size: tuple[int, int], highest: float
) -> tuple[bool, float, str, list[str], list[Corners]]:
    """The sort key of a card: the likeliest is least. Its end does not depend on the order in which lines are given."""
    texts, places = sorted(lines[i].text for i in tag.lines), sorted(lines[i].corners for i in tag.lines)
    if tag.code is None or card.code is None:
        return True, -float(len(tag.facts)), "", texts, places
    corners = lines[tag.code.line].corners
    height = _height(corners) / highest if highest > 0.0 else 0.0
    x, y = _middle(corners)
    width, tall = max(1, size[0]), max(1, size[1])
    away = min(1.0, math.hypot(x / width - 0.5, y / tall - 0.5) / math.hypot(0.5, 0.5))
    score = tag.code_score + _WEIGHT_OF_HEIGHT * height + _WEIGHT_OF_MIDDLE * (1.0 - away)
    return False, -round(score, 6), card.code.value, texts, places


def _bars_by_tag(
    tags: Sequence[TagFacts], lines: Sequence[TextLine], barcodes: Sequence[Barcode]
) -> list[tuple[int, ...]]:
    """The barcodes of each tag: where their digits or their content are printed, else the tag with the nearest line."""
    found: list[list[int]] = [[] for _ in tags]
    for number, barcode in enumerate(barcodes):
        if tags:
            best = min(range(len(tags)), key=lambda tag: _distance(tags[tag], lines, barcode))
            found[best].append(number)
    return [tuple(numbers) for numbers in found]


def _distance(tag: TagFacts, lines: Sequence[TextLine], barcode: Barcode) -> tuple[float, list[str]]:
    """How far a barcode is from a tag: the distance to its nearest line; where its content is printed, much less."""
    content = match_key(barcode.text)
    middle = _middle(barcode.corners)
    reach = max(_height(barcode.corners), _width(barcode.corners))
    nearest, prints_it = math.inf, False
    for line in tag.lines:
        corners = lines[line].corners
        apart = min(math.dist(middle, corner) for corner in (*corners, _middle(corners)))
        nearest = min(nearest, apart)
        if content and match_key(lines[line].text) == content and apart <= 2.0 * reach:
            prints_it = True
    texts = sorted(lines[line].text for line in tag.lines)
    return (nearest - 2.0 * reach if prints_it else nearest), texts


def _middle(corners: Corners) -> Point:
    return sum(x for x, _ in corners) / 4.0, sum(y for _, y in corners) / 4.0


def _height(corners: Corners) -> float:
    return (math.dist(corners[0], corners[3]) + math.dist(corners[1], corners[2])) / 2.0


def _width(corners: Corners) -> float:
    return (math.dist(corners[0], corners[1]) + math.dist(corners[3], corners[2])) / 2.0
