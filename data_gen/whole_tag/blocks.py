"""The fields of a tag as rows of print: one way among those that brands have."""

from __future__ import annotations

import random

from data_gen.whole_tag import vocabulary
from data_gen.whole_tag.fields import TagFields
from data_gen.whole_tag.rows import Piece, Row
from data_gen.whole_tag.truth import Value

_UNIT_NAMES = {
    "US": ("US", "US", "US", "USA"),
    "UK": ("UK", "UK", "GB"),
    "EU": ("EUR", "EUR", "EU", "FR"),
    "CM": ("CM", "CM", "JP", "JPN"),
    "KR": ("KR", "KOR", "KR", "MM"),
}
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def code_value(fields: TagFields) -> Value:
    """The code as a card holds it."""
    return Value("code", fields.code)


def brand_row(fields: TagFields, words: random.Random, grow: float = 1.6) -> Row:
    """The brand's name, large."""
    name = fields.brand
    text = words.choice((name.upper(), name.upper(), name, name.lower()))
    piece = Piece(text, "brand", (Value("brand", name),), heavy=True, accent=words.random() < 0.5)
    grow *= words.uniform(0.8, 1.3)
    # Small letters reach below the line.
    return Row((piece,), grow=grow, gap=words.uniform(1.0, 1.8) + (0.0 if text.isupper() else grow * 0.6))


def code_piece(fields: TagFields, words: random.Random, *, korean: bool = False, bare: float = 0.5) -> Piece:
    """The code, after a field name unless it stands bare.

    Args:
        fields: of the tag.
        words: generator of the choices.
        korean: whether its field name is Korean.
        bare: share of codes without a field name.
    """
    name = ""
    if fields.code_name:
        name = fields.code_name
    elif korean:
        name = words.choice(vocabulary.KOREAN_FIELDS["code"]) + words.choice((" ", ": ", " : ", ":"))
    elif words.random() >= bare:
        name = words.choice(vocabulary.LATIN_FIELDS["code"])
        name += "" if name.endswith("#") else words.choice((" ", ": ", ":", " "))
    return Piece(name + fields.printed_code, "code", (code_value(fields),), heavy=words.random() < 0.4)


def code_rows(fields: TagFields, words: random.Random) -> list[Row]:
    """The code: bare, after a field name, below it, or between other numbers."""
    grow = words.choice((1.0, 1.2, words.uniform(1.0, 1.7)))
    piece = code_piece(fields, words)
    if not fields.code_name and words.random() < 0.12:
        above = Piece(words.choice(vocabulary.LATIN_FIELDS["code"]).rstrip("#"), "field")
        return [Row((above,), gap=0.6), Row((code_piece(fields, words, bare=1.0),), grow=grow)]
    if words.random() < 0.15:
        return [Row((piece, Piece(fields.colour_short, "colour", (Value("colour", fields.colour_short),))), grow=grow)]
    return [Row((piece,), grow=grow)]


def size_rows(fields: TagFields, words: random.Random) -> list[Row]:
    """The sizes: on a line, on a line each, or in a table."""
    units = [unit for unit in ("US", "UK", "EU", "CM", "KR") if words.random() < 0.8] or ["KR"]
    if words.random() < 0.3:
        words.shuffle(units)
    names = {unit: words.choice(_UNIT_NAMES[unit]) for unit in units}
    values = {unit: Value("size", fields.sizes[unit], unit) for unit in units}
    kind = words.random()
    if kind < 0.25:
        text = words.choice(("  ", " ", " / ")).join(f"{names[unit]} {fields.sizes[unit]}" for unit in units)
        return [Row((Piece(text, "size", tuple(values.values())),))]
    if kind < 0.5:
        pieces = [Piece(f"{names[unit]} {fields.sizes[unit]}", "size", (values[unit],)) for unit in units]
        return [Row(tuple(pieces[start : start + 3])) for start in range(0, len(pieces), 3)]
    if kind < 0.62:
        return [Row((Piece(f"{names[unit]} {fields.sizes[unit]}", "size", (values[unit],)),)) for unit in units]
    heavy, ruled = words.random() < 0.5, kind < 0.85
    filled = ruled and words.random() < 0.25
    header = tuple(Piece(names[unit], "field", paper=filled) for unit in units)
    sizes = tuple(Piece(fields.sizes[unit], "size", (values[unit],), heavy=heavy) for unit in units)
    if ruled:
        return [Row(header, ruled=True, gap=0.0), Row(sizes, ruled=True, gap=0.0), Row((), grow=0.3)]
    return [Row(header, ruled=False, align="spread", gap=0.6), Row(sizes, align="spread")]


def country_rows(fields: TagFields, words: random.Random) -> list[Row]:
    """Where the shoe is made, in one to three languages."""
    english, french, spanish, _ = fields.country
    made = words.choice((f"MADE IN {english}", f"MADE IN {english}", f"Made in {english.title()}"))
    lines = [made]
    if words.random() < 0.3:
        lines.append(f"FABRIQUE AU {french}" if made.isupper() else f"Fabriqué au {french.title()}")
    if words.random() < 0.2:
        lines.append(f"HECHO EN {spanish}" if made.isupper() else f"Hecho en {spanish.title()}")
    if len(lines) > 1 and words.random() < 0.4:
        lines = [" / ".join(lines)]
    return [Row((Piece(line, "country"),)) for line in lines]


def date_row(fields: TagFields, words: random.Random) -> Row:
    """When it was made."""
    year, month, day = fields.year, fields.month, words.randint(1, 28)
    text = words.choice(
        (
            f"{month:02d}/{year % 100:02d}",
            f"{month:02d}/{year}",
            f"{year}.{month:02d}",
            f"{year}-{month:02d}-{day:02d}",
            f"{month:02d}/{day:02d}/{year % 100:02d}",
        )
    )
    if words.random() < 0.15:
        later, year_later = (month + 2) % 12 + 1, year + (month > 9)
        text = f"{month:02d}/{day:02d}/{year % 100:02d} - {later:02d}/{day:02d}/{year_later % 100:02d}"
    elif words.random() < 0.3:
        text = words.choice(vocabulary.LATIN_FIELDS["date"]) + words.choice((" ", ": ")) + text
    return Row((Piece(text, "date"),))


def order_rows(fields: TagFields, words: random.Random) -> list[Row]:
    """Numbers that are not the code: orders, lots, factories."""
    rows = []
    for number in words.sample((fields.order, fields.factory), words.choice((1, 1, 2))):
        name = words.choice(vocabulary.LATIN_FIELDS["order"])
        name += words.choice(("", " ")) if name.endswith("#") else words.choice((" ", ": ", ":"))
        rows.append(Row((Piece(name + number, "order"),)))
    return rows


def colour_piece(fields: TagFields, words: random.Random) -> Piece:
    """The colour's name."""
    text = words.choice((fields.colour, fields.colour, fields.colour.title(), fields.colour_short))
    value = Value("colour", text)
    if words.random() < 0.45 or text == fields.colour_short:
        text = words.choice(vocabulary.LATIN_FIELDS["colour"]) + words.choice((": ", " ", ":")) + text
    return Piece(text, "colour", (value,))


def name_piece(fields: TagFields, words: random.Random) -> Piece:
    """The name of the article."""
    name = fields.name
    if words.random() < 0.3:  # GTX and II stay as they are
        name = " ".join(word.title() if len(word) > 3 or word == "LOW" else word for word in name.split(" "))
    return Piece(name, "name", heavy=words.random() < 0.25)


def wearer_piece(fields: TagFields, words: random.Random) -> Piece:
    """Whom the shoe is for."""
    return Piece(words.choice(vocabulary.WEARERS[fields.wearer][:3]), "other")


def price_text(fields: TagFields, words: random.Random, *, korean: bool) -> tuple[str, Value]:
    """The price as printed, and its value."""
    if fields.currency == "KRW":
        amount = f"{fields.price:,}"
        ways = (
            (f"{amount}원", f"₩{amount}", f"{amount} 원", f"￦{amount}") if korean else (f"₩{amount}", f"KRW {amount}")
        )
        return words.choice(ways), Value("price", amount, "KRW")
    amount = f"{fields.price / 100:.2f}"
    if fields.currency == "EUR" and words.random() < 0.5:
        amount = amount.replace(".", ",")
        return words.choice((f"{amount} €", f"€ {amount}")), Value("price", amount, "EUR")
    sign = _SIGNS[fields.currency]
    return words.choice(
        (f"{sign}{amount}", f"{sign}{amount}", f"{sign} {amount}", f"{fields.currency} {amount}")
    ), Value("price", amount, fields.currency)
