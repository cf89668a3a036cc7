"""Price stickers of shops, and tags that hang on a string."""

from __future__ import annotations

import random

from data_gen.whole_tag import blocks
from data_gen.whole_tag.bars import print_retail_code
from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.faces import Faces
from data_gen.whole_tag.fields import TagFields
from data_gen.whole_tag.korean import korean_rows
from data_gen.whole_tag.rows import Piece, Row, choose_style, height_of, print_rows
from data_gen.whole_tag.truth import Value

_MARGIN = 2.0


def draw_price_sticker(fields: TagFields, faces: Faces, words: random.Random, scale: float) -> Canvas:
    """A sticker 36 to 58 mm wide: code, size, price, barcode."""
    width, style = words.uniform(36, 58), choose_style(words, 2.0)
    price, value = blocks.price_text(fields, words, korean=faces.hangul is not None)
    price_row = Row(
        (Piece(price, "price", (value,), heavy=True, accent=words.random() < 0.35),), grow=words.uniform(1.5, 2.6)
    )
    unit = words.choice(("KR", "KR", "EU", "US"))
    size = Piece(
        f"{words.choice(('', 'SIZE ', 'SIZE: ')) if unit == 'KR' else unit + ' '}{fields.sizes[unit]}",
        "size",
        (Value("size", fields.sizes[unit], unit),),
    )
    code = blocks.code_piece(fields, words, bare=0.75)
    rows = [Row((code, size))] if words.random() < 0.5 else [Row((code,)), Row((size,))]
    if words.random() < 0.5:
        rows.append(Row((blocks.name_piece(fields, words),)))
    if words.random() < 0.4:
        rows.append(Row((blocks.colour_piece(fields, words),)))
    if words.random() < 0.5:
        rows.insert(0, blocks.brand_row(fields, words, 1.2))
    if words.random() < 0.7:
        rows.append(price_row)
        above: list[Row] = rows
        below: list[Row] = []
    else:
        above, below = rows, [price_row]
    bars = words.uniform(6, 11)
    height = 2 * _MARGIN + height_of(above, style) + height_of(below, style) + bars + 3.8
    canvas = Canvas(width, height, scale, faces, "price sticker")
    y = print_rows(canvas, above, style, (_MARGIN, _MARGIN), width - 2 * _MARGIN)
    y = 1.0 + print_retail_code(canvas, fields, (_MARGIN + 1.2, y), width - 2 * _MARGIN - 2.4, bars, words)
    print_rows(canvas, below, style, (_MARGIN, y), width - 2 * _MARGIN)
    return canvas


def draw_hang_tag(fields: TagFields, faces: Faces, words: random.Random, scale: float) -> Canvas:
    """A tag on a string, 38 to 55 mm wide, with a hole near its upper edge."""
    width, style = words.uniform(38, 55), choose_style(words, 2.0)
    rows = [blocks.brand_row(fields, words, 2.0)]
    price, value = blocks.price_text(fields, words, korean=faces.hangul is not None)
    if faces.hangul and words.random() < 0.55:
        rows += korean_rows(fields, words, most=9)
        priced = any(piece.role == "price" for row in rows for piece in row.pieces)
    else:
        rows += [
            *blocks.code_rows(fields, words),
            Row((blocks.name_piece(fields, words),)),
            Row((blocks.colour_piece(fields, words),)),
        ]
        rows += blocks.size_rows(fields, words)
        rows += blocks.country_rows(fields, words) if words.random() < 0.5 else []
        priced = False
    if not priced:
        rows.append(Row((Piece(price, "price", (value,), heavy=True),), grow=words.uniform(1.3, 2.0)))
    hole, bars = words.uniform(3.0, 4.5), words.uniform(7, 12)
    top = hole + 4
    height = top + height_of(rows, style) + bars + 5
    canvas = Canvas(width, height, scale, faces, "hang tag")
    canvas.holes.append(((width - hole) / 2, 2.5, (width + hole) / 2, 2.5 + hole))
    y = print_rows(canvas, rows, style, (_MARGIN + 0.5, top), width - 2 * _MARGIN - 1)
    print_retail_code(canvas, fields, (_MARGIN + 2, y), width - 2 * _MARGIN - 4, bars, words)
    return canvas
