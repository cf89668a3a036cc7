"""The fields of a tag: one brand, one code, sizes and prices that belong together."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace

import rstr

from data_gen import texts
from data_gen.whole_tag import vocabulary
from data_gen.whole_tag.sizes import SizeRow, choose_sizes
from ocr_model.codes.formats import FORMATS

_OWN_BRAND = 0.12  # share of tags of brands that no table of formats holds
_CURRENCIES = {"KRW": 0.7, "USD": 0.14, "EUR": 0.1, "GBP": 0.06}
_BRANDS = tuple(dict.fromkeys(form.brand for form in FORMATS))


@dataclass(frozen=True, slots=True)
class TagFields:
    """The fields of one tag. Layouts choose which of them they print, and how."""

    brand: str  # as people write it
    code: str  # in the brand's usual spelling
    printed_code: str  # as this tag prints it
    code_name: str  # a field name that belongs to the code, with its space, or ""
    sizes: SizeRow
    wearer: str  # MEN, WOMEN, KIDS
    garment_size: str
    colour: str  # WHITE/BLACK
    colour_short: str  # WBK, BLK
    korean_colour: str
    name: str  # of the article
    korean_name: str
    material: str
    korean_material: str
    country: tuple[str, str, str, str]  # in English, French, Spanish, Korean
    year: int
    month: int
    order: str
    factory: str
    price: int  # in the currency's smallest printed unit: won, cents
    currency: str
    barcode: str  # digits with their check digit
    barcode_format: str  # "EAN-13" or "UPC-A"
    company: str  # the Korean importer


def choose_fields(words: random.Random, brand: str | None = None) -> TagFields:
    """The fields of a tag of this brand; None: of a random one."""
    brand, code, printed, name = _choose_code(words, brand)
    wearer, sizes = choose_sizes(brand, words)
    colours = words.sample(vocabulary.COLOURS, words.choice((1, 1, 2, 2, 3)))
    shade = f"{words.choice(vocabulary.SHADES)} " if words.random() < 0.2 else ""
    currency = words.choices(tuple(_CURRENCIES), weights=tuple(_CURRENCIES.values()))[0]
    barcode_format, barcode = _choose_barcode(words)
    return TagFields(
        brand=brand,
        code=code,
        printed_code=printed,
        code_name=name,
        sizes=sizes,
        wearer=wearer,
        garment_size=words.choice(("XS", "S", "M", "L", "XL", "90", "95", "100", "105", "110", "28", "30", "32", "F")),
        colour=shade + "/".join(colour[0] for colour in colours),
        colour_short=colours[0][1],
        korean_colour="/".join(colour[2] for colour in colours[:2]),
        name=_choose_name(words),
        korean_name=words.choice(vocabulary.KOREAN_NAMES),
        material=words.choice(vocabulary.MATERIALS),
        korean_material=words.choice(vocabulary.KOREAN_MATERIALS),
        country=words.choices(vocabulary.COUNTRIES, weights=(8, 5, 5, 2, 2, 1, 1, 1, 1))[0],
        year=words.randint(2012, 2026),
        month=words.randint(1, 12),
        order=_digits(words, words.randint(6, 10)),
        factory=words.choice(("", "APE", "VT", "SH", "DC", "CLU", "PY")) + _digits(words, words.randint(2, 6)),
        price=(
            words.randint(19, 299) * 1000
            if currency == "KRW"
            else words.randint(25, 240) * 100 - words.choice((1, 5, 100))
        ),
        currency=currency,
        barcode=barcode,
        barcode_format=barcode_format,
        company=words.choice(vocabulary.COMPANIES),
    )


def another_size(fields: TagFields, words: random.Random) -> TagFields:
    """The same shoe in another size, which has a barcode of its own."""
    wearer, sizes = choose_sizes(fields.brand, words)
    barcode_format, barcode = _choose_barcode(words)
    return replace(fields, wearer=wearer, sizes=sizes, barcode=barcode, barcode_format=barcode_format)


def _choose_code(words: random.Random, brand: str | None) -> tuple[str, str, str, str]:
    """Brand, code, the code as printed, and the field name that its format prescribes."""
    if brand is None:
        brand = _invented_brand(words) if words.random() < _OWN_BRAND else words.choice(_BRANDS)
    if brand not in _BRANDS:
        code = texts.template_code(words, 0.2)
        while (
            not re.fullmatch(r"[0-9A-Z]+(?:[-.][0-9A-Z]+)*", code) or sum(map(str.isdigit, code)) < 3 or len(code) < 5
        ):
            code = texts.template_code(words, 0.2)
        return brand, code, code, ""
    form = words.choice([form for form in FORMATS if form.brand == brand])
    while True:
        line = rstr.Rstr(words).xeger(form.pattern)
        match = re.fullmatch(form.pattern, line)
        if match is None:
            continue
        groups = [number for number in range(1, len(match.groups()) + 1) if match.group(number)]
        printed = line[match.start(groups[0]) : match.end(groups[-1])]
        # Skechers and the oldest adidas numbers are digits that only SN or ART before them explains.
        name = "" if re.fullmatch(form.pattern, printed) else line[: match.start(groups[0])]
        return brand, form.code(match), printed, name


def _invented_brand(words: random.Random) -> str:
    syllables = ("ka", "ro", "mi", "ven", "tal", "nor", "lu", "sha", "bel", "zen", "cor", "di", "pa", "wick", "fel")
    name = "".join(words.sample(syllables, words.randint(2, 3)))
    return name.title()


def _choose_name(words: random.Random) -> str:
    name = " ".join(words.sample(vocabulary.NAME_WORDS, words.choice((1, 2, 2, 3))))
    return f"{name} {words.choice(vocabulary.NAME_ENDINGS)}" if words.random() < 0.6 else name


def _digits(words: random.Random, count: int) -> str:
    return "".join(words.choice(texts.DIGITS) for _ in range(count))


def _choose_barcode(words: random.Random) -> tuple[str, str]:
    """The format and the digits of a retail code."""
    if words.random() < 0.3:
        digits = words.choice(("19", "88", "73", "04", "67")) + _digits(words, 9)
        return "UPC-A", digits + check_digit(digits)
    digits = words.choice(("880", "880", "880", "405", "456", "471", "848", "544")) + _digits(words, 9)
    return "EAN-13", digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The check digit of a retail code (GS1 General Specifications, 7.9): weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)
