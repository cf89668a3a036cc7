"""What the lines of one tag say together: values at their field names, a table's sizes, which number is the code."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ocr_model.codes.text import match_key
from ocr_model.tags import sizes, values
from ocr_model.tags.grouping import group_lines
from ocr_model.tags.layout import Layout
from ocr_model.tags.parts import Part, parts_at, parts_of, plain_line
from ocr_model.tags.tag import Corners, Role, TextLine

_MISSING = 8  # most characters of a number that are missing in another print of it
_LONGEST = 17  # characters of a code, a vehicle's; a longer number has several parts
_LEAST_CONFIDENCE_ALONE = 0.1  # of a number of no known format that stands at no field's name
_LEAST_CONFIDENCE = 0.02  # of a reading that is as good as none


@dataclass(frozen=True, slots=True)
class Fact:
    """A value on a tag, and the lines that say so."""

    part: Part
    line: int  # that holds the value
    names: tuple[int, ...] = ()  # lines of the field's name, where that stands apart

    @property
    def lines(self) -> tuple[int, ...]:
        """All lines that the value is taken from, ascending."""
        return tuple(sorted({self.line, *self.names}))


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What is said on one tag."""

    lines: tuple[int, ...]  # indices of all its lines, ascending
    facts: tuple[Fact, ...]
    code: Fact | None  # the likeliest number; an order's or maker's where the tag has no other
    code_score: float  # how much speaks for it, in about nats; 0 without a code


def facts_of(lines: Sequence[TextLine]) -> tuple[TagFacts, ...]:
    """What the lines of a photo say, by tag. The order in which the lines are given makes no difference."""
    # One order for all orders that lines may come in, so that ties are always broken alike. Text first: places change
    # when a photo is turned.
    order = sorted(range(len(lines)), key=lambda i: _order(lines[i]))
    ordered = [lines[i] for i in order]
    texts = [line.full_text for line in ordered]
    parts = [parts_of(text) for text in texts]
    layout = Layout.of([line.corners for line in ordered])
    tags = []
    for group in group_lines(layout, texts, parts):
        tags.append(_in_given_order(_TagReader(ordered, parts, layout, group).read(), order))
    return tuple(tags)


def _order(line: TextLine) -> tuple[str, float, Corners]:
    return line.full_text, line.prediction.confidence, line.corners


def _in_given_order(tag: TagFacts, order: Sequence[int]) -> TagFacts:
    def given(fact: Fact) -> Fact:
        return replace(fact, line=order[fact.line], names=tuple(order[name] for name in fact.names))

    return TagFacts(
        tuple(sorted(order[line] for line in tag.lines)),
        tuple(map(given, tag.facts)),
        given(tag.code) if tag.code else None,
        tag.code_score,
    )


class _TagReader:
    """Reads the lines of one tag."""

    def __init__(
        self, lines: Sequence[TextLine], parts: Sequence[tuple[Part, ...]], layout: Layout, group: tuple[int, ...]
    ) -> None:
        self.lines, self.layout, self.group = lines, layout, group
        self.texts = {i: plain_line(lines[i].full_text) for i in group}
        self.parts = {i: list(parts[i]) for i in group}
        self.names: dict[int, tuple[int, ...]] = {}  # by line: the lines of the names of its value

    def read(self) -> TagFacts:
        for name, line, found in self._values_at_names():
            self.parts[line] = list(found)
            self.names[line] = (name,)
        self._settle_sizes_of_garments()
        self._settle_lone_sizes()
        facts = [Fact(part, i, self.names.get(i, ())) for i in self.group for part in self.parts[i]]
        numbers = [fact for fact in facts if self._may_be_code(fact)]
        scored = [(self._score(fact, facts), fact.part.value, fact) for fact in numbers]
        if not scored:
            return TagFacts(self.group, tuple(facts), None, 0.0)
        score, _, code = max(scored, key=lambda entry: entry[:2])
        return TagFacts(self.group, tuple(self._settled(fact, code) for fact in facts), code, score)

    def _may_be_code(self, fact: Fact) -> bool:
        """Whether a number can be the tag's; one that nothing speaks for must be read with some confidence."""
        part = fact.part
        if part.role not in ("code", "order") or part.kind == "lot":
            return False
        is_guess = part.kind is None and not part.formats
        return not is_guess or self.lines[fact.line].prediction.confidence >= _LEAST_CONFIDENCE_ALONE

    def _settled(self, fact: Fact, code: Fact) -> Fact:
        """The fact, now that the tag's code is known: every other number is an order's or a maker's."""
        if fact.part.role != "code" or match_key(fact.part.value) == match_key(code.part.value):
            return fact
        return replace(fact, part=replace(fact.part, role="order"))

    def _values_at_names(self) -> list[tuple[int, int, tuple[Part, ...]]]:
        """Names without a value, and the lines right of them or below them that hold it; each line once."""
        found = []
        for name in self.group:
            if not self.parts[name] or not self.parts[name][-1].is_open:
                continue
            for rank, gap, line in self._neighbours(name):
                value = self._value_at(name, line)
                if value:
                    found.append((rank, gap, name, line, value))
        taken: set[int] = set()
        pairs = []
        for _, _, name, line, value in sorted(found, key=lambda entry: entry[:4]):
            if name not in taken and line not in taken:
                taken |= {name, line}
                pairs.append((name, line, value))
        return pairs

    def _neighbours(self, name: int) -> Iterator[tuple[int, float, int]]:
        """The line next to the right of a name (rank 0), the one below it (1), and above the name of a unit (2)."""
        measures: list[Callable[[int, int], float | None]] = [self.layout.is_right_of, self.layout.is_below]
        if sizes.unit_names(self.texts[name]):
            measures.append(lambda unit, number: self.layout.is_below(number, unit))
        for rank, measure in enumerate(measures):
            placed = [(gap, i) for i in self.group if self.texts[i] and (gap := measure(name, i)) is not None]
            if placed:
                gap, line = min(placed)
                yield rank, gap, line

    def _value_at(self, name: int, line: int) -> tuple[Part, ...]:
        """What a line says as the value of a name beside it; empty if it is none."""
        if any(part.kind is not None for part in self.parts[line]):
            return ()  # it has a field name of its own
        if units := sizes.unit_names(self.texts[name]):
            return self._sizes_in_row(units, self.texts[line])
        field = self.parts[name][-1]
        if field.kind == "country" and not values.country_in(self.texts[line]):
            return ()
        return parts_at(field, self.texts[line]) or ()

    def _sizes_in_row(self, units: tuple[str, ...], text: str) -> tuple[Part, ...]:
        numbers = sizes.size_numbers(text)
        if len(numbers) != len(units):
            return ()
        found = [
            Part("size", size, unit, "size")
            for unit, number in zip(units, numbers, strict=True)
            if (size := sizes.size_number(number, unit)) is not None
        ]
        return tuple(found)

    def _settle_sizes_of_garments(self) -> None:
        """On a label with fibres and washing instructions a number alone is no European size, but a temperature."""
        if not any(values.is_care(text) or "%" in text or values.names_material(text) for text in self.texts.values()):
            return
        for i in self.group:
            text = self.texts[i]
            if values.is_care(text) or len(text) > 3:
                continue
            if not self.parts[i] and (size := sizes.garment_size(text)):
                self.parts[i] = [Part("size", size.text)]
            elif any(part.unit == "EU" and part.kind is None for part in self.parts[i]) and self._has_washing():
                self.parts[i] = []

    def _settle_lone_sizes(self) -> None:
        """A number alone beside sizes with units: the American one, which needs no name at home, and others."""
        known = {part.unit: part.value for i in self.group for part in self.parts[i] if part.role == "size"}
        if not known:
            return
        for unit in ("CM", "US", "EU"):
            fitting = [i for i in self.group if not self.parts[i] and sizes.is_lone_size(self.texts[i], unit, known)]
            numbers = {sizes.size_number(self.texts[i], unit) or "" for i in fitting}
            if len(numbers) == 1:
                known[unit] = numbers.pop()
                for i in fitting:
                    self.parts[i] = [Part("size", known[unit], unit)]

    def _has_washing(self) -> bool:
        return any(values.is_care(text) for text in self.texts.values())

    def _score(self, fact: Fact, facts: Sequence[Fact]) -> float:
        """How much speaks for a number as the tag's code: evidence in nats, and the log of its confidence."""
        part, confidence = fact.part, self.lines[fact.line].prediction.confidence
        digits = sum(map(str.isdigit, part.value))
        shape = _shape_score(part.value, digits)
        if part.role == "order":
            score = 0.3
        else:
            # A format speaks for a code as far as it is read right: a misread number has some format, too.
            score = shape + confidence * (self._format_score(part, facts) - shape) if part.formats else shape
            if part.kind == "code":
                score += 2.5 if part.is_weak_name else 4.0
                score -= 1.5 if digits < 3 else 0.0
        score += 0.5 * self._relative_height(fact.line)
        score -= 5.0 if self._is_printed_longer(fact, facts) else 0.0
        return round(score + math.log(max(_LEAST_CONFIDENCE, confidence)), 6)

    def _format_score(self, part: Part, facts: Sequence[Fact]) -> float:
        has_letters = any(map(str.isalpha, part.value))
        score = 3.0 if has_letters else 2.2 if len(match_key(part.printed)) < len(part.printed) else 1.0
        brands = {fact.part.value for fact in facts if fact.part.role == "brand"}
        brands |= {"Nike"} if "Jordan" in brands else set()
        of_format = {match.brand for match in part.formats}
        if brands & of_format:
            score += 2.0
        elif brands:
            score -= 0.5
        if self._is_code_with_size(part, facts):
            score -= 4.0
        if part.value.startswith("NBP") and any(_is_model_of_new_balance(fact.part) for fact in facts):
            score -= 4.0  # the number of New Balance Korea beside the model's
        return score

    def _is_code_with_size(self, part: Part, facts: Sequence[Fact]) -> bool:
        """Whether a number is another one of the tag's and a size: what a warehouse's barcode holds."""
        begin, _, end = part.value.rpartition("-")
        said = {fact.part.value for fact in facts if fact.part.role in ("code", "size")}
        return begin in said and (end in said or _is_millimetres(end))

    def _is_printed_longer(self, fact: Fact, facts: Sequence[Fact]) -> bool:
        """Whether the tag prints this number elsewhere with more characters, read as surely: its end is missing."""
        key, confidence = match_key(fact.part.value), self.lines[fact.line].prediction.confidence
        for other in facts:
            longer = match_key(other.part.value)
            if other.part.role == "code" and longer.startswith(key) and 0 < len(longer) - len(key) <= _MISSING:
                is_surer = self.lines[other.line].prediction.confidence >= confidence
                if is_surer and not _is_millimetres(longer.removeprefix(key)):
                    return True
        return False

    def _relative_height(self, line: int) -> float:
        """Octaves of print height above the tag's median, -1..1."""
        heights = [h for i in self.group if math.isfinite(h := float(self.layout.height[i])) and h > 0.0]
        height = float(self.layout.height[line])
        if not heights or not math.isfinite(height) or height <= 0.0:
            return 0.0
        return round(min(1.0, max(-1.0, math.log2(height / statistics.median(heights)))), 6)


def _is_millimetres(text: str) -> bool:
    """Whether a text is a Korean size, as warehouses print it behind a code."""
    return len(text) == 3 and text.isdigit() and 150 <= int(text) <= 320 and int(text) % 5 == 0


def _shape_score(number: str, digits: int) -> float:
    """Of a number of no known format."""
    if len(match_key(number)) > _LONGEST:
        return 0.0
    if any(map(str.isalpha, number)):
        return 0.5 + 0.05 * min(len(number), 17) if len(number) >= 5 else 0.3
    return 0.7 if digits >= 5 else 0.4


def _is_model_of_new_balance(part: Part) -> bool:
    return any(match.brand == "New Balance" and match.name == "model" for match in part.formats)


_RANK: tuple[Role, ...] = (
    *("code", "price", "barcode", "size", "colour", "country", "date", "order", "name", "brand", "field", "other"),
)


def leading_role(parts: Sequence[Part]) -> Role:
    """The one role of a line that says several things."""
    return min((part.role for part in parts), key=_RANK.index, default="other")
