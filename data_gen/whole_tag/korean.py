"""The block of fields that Korean law asks for: 품번, 색상, 사이즈, 제조국, 제조년월, 소재, 소비자가격."""

from __future__ import annotations

import random

from data_gen.whole_tag import vocabulary
from data_gen.whole_tag.blocks import code_value, price_text
from data_gen.whole_tag.fields import TagFields
from data_gen.whole_tag.rows import Piece, Row
from data_gen.whole_tag.truth import Value


def korean_rows(fields: TagFields, words: random.Random, *, most: int = 12) -> list[Row]:
    """The block as lines of name and value, or as a ruled table of two columns."""
    kinds = ["code", "size"] + [
        kind
        for kind in ("article", "colour", "country", "date", "name", "price", "order", "other")
        if words.random() < 0.72
    ]
    kinds = kinds[:most]
    if words.random() < 0.3:
        words.shuffle(kinds)
    sign = words.choice((" : ", ": ", " ", ":"))
    bullet = words.choice(("", "", "", "- ", "* "))
    ruled, heavy = words.random() < 0.3, words.random() < 0.2
    share = words.uniform(0.4, 0.7)
    rows = []
    for kind in kinds:
        name = words.choice(vocabulary.KOREAN_FIELDS[kind])
        text, role, values = _value(kind, fields, words)
        if ruled:
            pieces = (Piece(name, "field"), Piece(text, role, values, heavy=heavy))
            rows.append(Row(pieces, ruled=True, shares=(share, 1.0), gap=0.0))
        else:
            rows.append(
                Row((Piece(f"{bullet}{name}{sign}{text}", role, values, heavy=heavy and kind == "code"),), align="left")
            )
    if ruled:
        rows.append(Row((), grow=0.5))
    for care in words.sample(vocabulary.KOREAN_CARE, words.choice((0, 0, 1, 3))):
        rows.append(Row((Piece(care, "other"),), grow=0.8, align="left"))
    return rows


def _value(kind: str, fields: TagFields, words: random.Random) -> tuple[str, str, tuple[Value, ...]]:
    """The text of a field, its role, and the values of cards in it."""
    if kind == "code":
        text = fields.code_name + fields.printed_code
        return text, "code", (code_value(fields),)
    if kind == "size":
        millimetres = fields.sizes["KR"]
        text = words.choice(
            (millimetres, f"{millimetres}mm", f"{millimetres}MM", f"{millimetres} mm", f"{millimetres}(mm)")
        )
        return text, "size", (Value("size", millimetres, "KR"),)
    if kind == "colour":
        text = words.choice((fields.colour, fields.korean_colour, fields.colour_short))
        return text, "colour", (Value("colour", text),)
    if kind == "price":
        text, value = price_text(fields, words, korean=True)
        return text, "price", (value,)
    if kind == "date":
        return (
            words.choice(
                (
                    f"{fields.year}.{fields.month:02d}",
                    f"{fields.year}년 {fields.month}월",
                    f"{fields.year}년{fields.month:02d}월",
                    f"{fields.year}-{fields.month:02d}",
                )
            ),
            "date",
            (),
        )
    if kind == "country":
        return words.choice((fields.country[3], fields.country[3], fields.country[0])), "country", ()
    if kind == "name":
        return fields.korean_material, "name", ()
    if kind == "article":
        return words.choice((fields.korean_name, fields.name)), "name", ()
    if kind == "order":
        return fields.factory, "order", ()
    return words.choice((f"(주){fields.company}", f"{fields.company}(주)", f"㈜{fields.company}")), "other", ()
