"""Sizes of shoes and garments as tags print them: `US 9 UK 8 EUR 42.5 CM 27`, `250MM`, `42 2/3`, `95(M)`.

All functions take text of `ocr_model.codes.text.normalize_text` form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ocr_model.tags.values import Value, alternatives
from ocr_model.tags.vocabulary import vocabulary

# 42 2/3, 422/3 (the space is easily missed), 8 1/2, 42.5, 8-, 13C, 10.5D
_NUMBER = r"\d{1,2} ?[12]/[23]|\d{1,3}(?:[.,]\d)?"
_SIZE_NUMBER = rf"({_NUMBER})(-(?!\d)|[CYK](?![A-Z0-9])|(?: ?[A-E]{{1,2}}| ?[2-4]E)(?![A-Z0-9]))?"
_LETTER_SIZE = r"(?:[2-5]?X{0,3}[SL]|M|FREE|F)(?:/(?:[2-5]?X{0,3}[SL]|M))?"
_LOST_DOT = {"EU": (34.0, 49.0), "US": (1.0, 14.0), "UK": (1.0, 14.0), "CM": (15.0, 32.0)}
_RANGES = {"KR": (80.0, 330.0), "EU": (14.0, 52.0), "US": (0.5, 18.0), "UK": (0.0, 17.0), "CM": (8.0, 33.0)}


@dataclass(frozen=True, slots=True)
class _SizePatterns:
    name: re.Pattern[str]
    unit_first: re.Pattern[str]  # US 9
    number_first: re.Pattern[str]  # 9 US
    only_units: re.Pattern[str]  # US UK EUR CM


@cache
def _sizes() -> _SizePatterns:
    unit = alternatives(vocabulary().size_units)
    return _SizePatterns(
        re.compile(rf"(?<![A-Z0-9])(?:{unit})(?![A-Z])"),
        re.compile(rf"(?<![A-Z0-9])({unit})\)? ?[.:/#]* ?(?:[MW] ?)?{_SIZE_NUMBER}(?![0-9])"),
        re.compile(rf"(?<![A-Z0-9.,]){_SIZE_NUMBER} ?\(?({unit})(?![A-Z])\)?"),
        re.compile(rf"(?:(?:{unit})(?:[ /|:.]+|$))+"),
    )


_ONLY_NUMBERS = re.compile(rf"(?:{_SIZE_NUMBER}(?:[ /|]+|$))+")


def _unit(printed: str) -> str:
    return _units_by_key()[printed.replace(" ", "")]


@cache
def _units_by_key() -> dict[str, str]:
    return {name.replace(" ", ""): unit for name, unit in vocabulary().size_units.items()}


def size_number(text: str, unit: str = "") -> str | None:
    """The number of a size as one would write it, or None if no shoe has that size in the unit."""
    match = re.fullmatch(_SIZE_NUMBER, text)
    if match is None:
        return None
    return _checked_size(match[1], match[2] or "", unit)


def _checked_size(number: str, tail: str, unit: str) -> str | None:
    number = re.sub(r" ?([12]/[23])", r" \1", number.replace(",", "."))
    whole, _, fraction = number.partition(" ")
    if fraction == "1/2" and "." not in whole:
        number, fraction = f"{whole}.5", ""
    elif tail == "-":  # adidas and Asics print a half as a dash
        number = f"{number}.5" if "." not in number and not fraction else number
    low, high = _RANGES.get(unit, (0.0, 330.0))
    value = float(whole)
    if value > high and re.fullmatch(r"\d{1,2}5", number) and unit in _LOST_DOT:
        # CM 245, EUR 405: a point in small print is lost easily, and there is no such size.
        number, (low, high) = f"{number[:-1]}.5", _LOST_DOT[unit]
        value = float(number)
    if unit == "KR" and (value % 5 or "." in number or fraction):
        return None
    if not low <= value <= high:
        return None
    letter = tail.strip()
    return number + (letter if letter in ("C", "Y", "K") else "")


def as_number(size: str) -> float:
    """The number of a size that `size_number` has returned: `42 2/3` is 42.67, `10C` is 10."""
    whole, _, fraction = size.rstrip("CYK").partition(" ")
    over, _, under = fraction.partition("/")
    return float(whole) + (int(over) / int(under) if fraction else 0.0)


def sizes_in(text: str) -> tuple[Value, ...]:
    """The sizes with units in a text: `US 9 UK 8 EUR 42.5 CM 27`, `250MM`, `9 US / 42 EU`."""
    first = _sizes().unit_first.search(text)
    last = _sizes().number_first.search(text)
    unit_first = first is not None and (last is None or first.start() <= last.start())
    found: dict[str, Value] = {}
    number_of_pairs = 0
    for match in (_sizes().unit_first if unit_first else _sizes().number_first).finditer(text):
        printed, number, tail = match.groups() if unit_first else (match[3], match[1], match[2])
        if printed in vocabulary().ambiguous_units and number_of_pairs == 0 and match[0] != text:
            continue
        unit = _unit(printed)
        if unit == "KR" and (size := _checked_size(number, "", "CM")) and float(number.replace(",", ".")) < 40:
            found.setdefault("CM", Value(size, "CM"))  # KOREA 27.5 is in centimetres
            continue
        size_text = _checked_size(number, tail or "", unit)
        if size_text is not None:
            number_of_pairs += 1
            found.setdefault(unit, Value(size_text, unit))
    return tuple(found.values())


def without_sizes(text: str) -> str:
    """The text without sizes and their units."""
    return " ".join(_sizes().number_first.sub(" ", _sizes().unit_first.sub(" ", text)).split())


def unit_names(text: str) -> tuple[str, ...]:
    """The units of a line that holds nothing else (`US UK EUR CM`), in their order; empty for any other line."""
    if not _sizes().only_units.fullmatch(text):
        return ()
    names = tuple(match[0] for match in _sizes().name.finditer(text))
    if len(names) == 1 and names[0] in vocabulary().ambiguous_units:
        return ()
    return tuple(map(_unit, names))


def size_numbers(text: str) -> tuple[str, ...]:
    """The numbers of a line that holds nothing else (`9 8 42.5 27`), in their order; empty for any other line."""
    if not _ONLY_NUMBERS.fullmatch(text):
        return ()
    numbers = (_checked_size(match[1], match[2] or "", "") for match in re.finditer(_SIZE_NUMBER, text))
    return tuple(number for number in numbers if number is not None)


def bare_size(text: str) -> Value | None:
    """The size that a number alone is: 150 to 320 in fives, 34 to 49 in halves, a child's `13.5C` or `2Y`.

    Others need a unit or a name.
    """
    text = text.removeprefix("(").removesuffix(")")
    if re.fullmatch(r"(?:[1-9]|1[0-3])(?:\.5)?[CY]", text):
        return Value(text, "US")
    number = size_number(text)
    if number is None or not re.fullmatch(r"\d+(?:\.5| [12]/3)?", number):
        return None
    whole = float(number.partition(" ")[0])
    if 150 <= whole <= 320 and whole % 5 == 0 and len(number) == 3:
        return Value(number, "KR")
    return Value(number, "EU") if 34 <= whole < 50 else None


def bare_sizes(text: str) -> tuple[Value, ...]:
    """The sizes of a row of a table without its head, where the numbers tell their units: `37.5 23.5`, `250 40 25`."""
    found: dict[str, Value] = {}
    numbers = size_numbers(text)
    for number in numbers if len(numbers) > 1 else ():
        is_halves = re.fullmatch(r"2\d(?:\.5)?", number) is not None
        size = bare_size(number) or (Value(number, "CM") if is_halves else None)
        if size is None or size.unit in found:
            return ()
        found[size.unit] = size
    return tuple(found.values())


# Names of units with a letter misread, before a number: `U5 9`, `LK.10`, `EJR 45`, `K0R 255`, `K 255`.
_MISREAD_UNITS = {"U5": "US", "0S": "US", "LK": "UK", "UW": "UK", "UX": "UK", "K0R": "KR", "K": "KR", "CN": "CM"}
_MISREAD_UNITS |= dict.fromkeys(("EJR", "FUR", "EUP", "BUR", "EIR", "ELR"), "EU")
_MISREAD_UNIT = re.compile(rf"(?<![0-9A-Z])({'|'.join(_MISREAD_UNITS)})[ .:]?({_NUMBER})(?=[ /|CY]|$)")
_SPACE_FOR_POINT = re.compile(r"(?<![0-9])(\d{1,2}) 5(?=[CY]?(?: |$))")


def with_plain_sizes(text: str) -> str:
    """The text with misread units right where the number behind them is a size, and points for `UK 4 5`'s space."""

    def known(match: re.Match[str]) -> str:
        unit = _MISREAD_UNITS[match[1]]
        size = size_number(match[2], unit)
        is_size = size is not None and (unit != "KR" or re.fullmatch(r"[12]\d[05]|3[012][05]", size))
        return f"{unit} {size}" if is_size else match[0]

    text = _MISREAD_UNIT.sub(known, text)
    return _SPACE_FOR_POINT.sub(r"\1.5", text) if _sizes().unit_first.match(text) else text


def is_lone_size(number: str, unit: str, known: Mapping[str, str]) -> bool:
    """Whether a number alone can be the size in a unit, beside the sizes that a tag names in others.

    American sizes of adults lie 29.5 to 34.5 below the European ones, 0 to 2.5 above the British ones and 16.5 to 18.5
    below the foot's centimetres; children's European ones are their American ones and 17 to 19 (ISO/TS 19407 and the
    tables of the brands).
    """
    size = size_number(number, unit)
    if size is None or unit in known:
        return False
    value = as_number(size)
    if unit == "CM":
        return "KR" in known and value * 10 == as_number(known["KR"])
    if unit == "EU":
        return known.get("US", "").endswith("C") and 17.0 <= value - as_number(known["US"]) <= 19.0
    if unit != "US" or (size[-1] not in "CY" and "." not in size and not size.isdigit()):
        return False
    if "UK" in known:
        apart = value - as_number(known["UK"])
        return 0.0 < (apart + 13.0 if apart < -10.0 else apart) <= 2.5
    if "EU" in known:
        return size[-1] not in "CY" and 29.5 <= as_number(known["EU"]) - value <= 34.5
    centimetres = as_number(known["CM"]) if "CM" in known else as_number(known.get("KR", "0")) / 10.0
    return 16.5 <= centimetres - value <= 18.5


def named_size(text: str) -> Value | None:
    """The size in a text that stands at the name SIZE: as `bare_size`, and letters and numbers without a unit."""
    first = re.match(rf"(?:{_SIZE_NUMBER}|{_LETTER_SIZE})(?=\(|$| |/)", text)
    if first is None:
        return None
    if known := bare_size(first[0]):
        return known
    if re.match(_LETTER_SIZE, first[0]):
        return Value(first[0])
    number = size_number(first[0])
    if number is not None and number.isdigit() and 100 <= int(number) <= 320 and int(number) % 5 == 0:
        return Value(number, "KR" if int(number) > 125 else "")  # 100, 105 and 110 are garments' sizes, too
    return None if number is None else Value(number)


def letter_size(text: str) -> Value | None:
    """A garment's size that stands alone: `XL`, `95(M)`; one letter alone is none."""
    if re.fullmatch(r"[2-5]?X{1,3}[SL](?:/[2-5]?X{1,3}[SL])?|[SML]/[SML]", text):
        return Value(text)
    return Value(text) if re.fullmatch(r"(?:8[05]|9[05]|1[012][05]) ?\((?:X{0,3}[SL]|M)\)", text) else None


def garment_size(text: str) -> Value | None:
    """What may be a size alone on a line of a garment's label: a letter, 85 to 120, inches of a waist.

    The temperatures of washing symbols, 30, 40 and 60, are left out.
    """
    return Value(text) if re.fullmatch(r"[SMLF]|8[05]|9[05]|1[012][05]|2[4-9]|3[1-468]", text) else None
