"""The words of tags (`vocabulary.toml`): field names, units, currencies, countries, colours, materials, brands."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from ocr_model.codes.formats import FORMATS
from ocr_model.errors import ModelError

FieldKind = Literal[
    "code",
    "order",
    "lot",
    "brand",
    "size",
    "colour",
    "price",
    "name",
    "date",
    "country",
    "barcode",
    "other",
]
"""What a field's name announces. A "lot" is a number within the factory or the purchase (PO#, FTY): never a code, while
an "order" (RN, O/N, a serial number) is at least how a tag without a code is known."""

_FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words in the form of `ocr_model.codes.text.normalize_text`."""

    field_names: dict[str, FieldKind]  # the kind by the name
    weak_code_names: frozenset[str]  # names of a code that name other numbers as well
    size_units: dict[str, str]  # the unit ("KR", "EU", "US", "UK", "CM") by the way it is printed
    ambiguous_units: frozenset[str]  # believed in a row with other units only
    currencies: dict[str, str]  # ISO 4217 by the way it is printed
    countries: frozenset[str]
    colours: frozenset[str]
    colour_abbreviations: frozenset[str]  # believed beside another colour or the field's name only
    colour_modifiers: frozenset[str]  # words that stand beside a colour's; alone they are none
    materials: tuple[str, ...]
    care: tuple[str, ...]  # of instructions for washing
    articles: frozenset[str]  # words of articles' names
    brands: dict[str, str]  # the brand, as written, by the words of its name or logo
    ambiguous_brands: frozenset[str]  # believed alone on a line, not inside of a longer one


@cache
def vocabulary() -> Vocabulary:
    """Read the vocabulary once per process.

    Raises:
        ModelError: the installed file is missing or damaged.
    """
    try:
        words = tomllib.loads(_FILE.read_text(encoding="utf-8"))
        return _vocabulary(words)
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"the words of tags in {_FILE} cannot be read: {error}") from error


@cache
def known_words() -> frozenset[str]:
    """Single words of the vocabulary, of which a letter may be read as a digit."""
    words = vocabulary()
    groups = (
        words.field_names,
        words.countries,
        words.colours,
        words.materials,
        words.care,
        words.articles,
        words.brands,
    )
    return frozenset(part for group in groups for entry in group for part in entry.split())


def _vocabulary(words: dict[str, Any]) -> Vocabulary:
    named: dict[FieldKind, list[str]] = {kind: words["field_names"][kind] for kind in get_args(FieldKind)}
    written = [*(entry.brand for entry in FORMATS), *words["brands"]]
    return Vocabulary(
        field_names={name: kind for kind, names in named.items() for name in names},
        weak_code_names=frozenset(words["weak_code_names"]),
        size_units=_inverse(words["size_units"]),
        ambiguous_units=frozenset(words["ambiguous_units"]),
        currencies=_inverse(words["currencies"]),
        countries=frozenset(words["countries"]),
        colours=frozenset(words["colours"]),
        colour_abbreviations=frozenset(words["colour_abbreviations"]),
        colour_modifiers=frozenset(words["colour_modifiers"]),
        materials=tuple(words["materials"]),
        care=tuple(words["care"]),
        articles=frozenset(words["articles"]),
        brands={brand.upper(): brand for brand in written} | _inverse(words["logos"]),
        ambiguous_brands=frozenset(words["ambiguous_brands"]),
    )


def _inverse(table: dict[str, list[str]]) -> dict[str, str]:
    return {printed: meant for meant, all_printed in table.items() for printed in all_printed}
