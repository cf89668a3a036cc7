"""The label in a shoe's tongue: brand, sizes, country, code, dates and factory, with or without a barcode."""

from __future__ import annotations

import random

from data_gen.whole_tag import blocks, vocabulary
from data_gen.whole_tag.bars import print_matrix_code, print_retail_code
from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.faces import Faces
from data_gen.whole_tag.fields import TagFields
from data_gen.whole_tag.korean import korean_rows
from data_gen.whole_tag.rows import Piece, Row, choose_style, height_of, print_rows

_MARGIN = 2.2


def draw_shoe_label(fields: TagFields, faces: Faces, words: random.Random, scale: float) -> Canvas:
    """A tongue label, 30 to 50 mm wide."""
    width, style = words.uniform(30, 50), choose_style(words, 2.0)
    rows = _rows(fields, words)
    if faces.hangul and words.random() < 0.22:
        rows += [Row((), grow=0.4), *korean_rows(fields, words, most=6)]
    bars = words.choices((0.0, words.uniform(5, 11)), weights=(6, 4))[0]
    matrix = words.uniform(8, 13) if words.random() < 0.2 else 0.0
    height = _MARGIN * 2 + height_of(rows, style) + (bars + 3.2 if bars else 0) + (matrix + 1 if matrix else 0)
    canvas = Canvas(width, height, scale, faces, "shoe label")
    y = print_rows(canvas, rows, style, (_MARGIN, _MARGIN), width - 2 * _MARGIN)
    if bars:
        y = 1.2 + print_retail_code(canvas, fields, (_MARGIN + 1, y), width - 2 * _MARGIN - 2, bars, words)
    if matrix:
        print_matrix_code(canvas, fields, (words.choice((_MARGIN, width - _MARGIN - matrix - 1)), y), matrix, words)
    if words.random() < 0.2:
        canvas.frame((0.6, 0.6, width - 0.6, height - 0.6), words.uniform(0.15, 0.5), radius=words.choice((0.0, 2.0)))
    return canvas


def _rows(fields: TagFields, words: random.Random) -> list[Row]:
    """The label's fields, in an order of the brand's."""
    middle = [blocks.size_rows(fields, words), blocks.code_rows(fields, words), blocks.country_rows(fields, words)]
    if words.random() < 0.65:
        middle.append([blocks.date_row(fields, words)])
    if words.random() < 0.6:
        middle.append(blocks.order_rows(fields, words))
    if words.random() < 0.25:
        middle.append([Row((blocks.colour_piece(fields, words),))])
    if words.random() < 0.2:
        middle.append([Row((blocks.wearer_piece(fields, words),))])
    if words.random() < 0.2:
        middle.append([Row((blocks.name_piece(fields, words),))])
    if words.random() < 0.15:
        middle.append([Row((Piece(fields.material, "name"),))])
    if words.random() < 0.2:
        middle.append([Row((Piece(words.choice(vocabulary.REMARKS), "other"),))])
    if words.random() < 0.6:  # sizes stand first on most labels
        rest = middle[1:]
        words.shuffle(rest)
        middle[1:] = rest
    else:
        words.shuffle(middle)
    rows = [row for block in middle for row in block]
    return [blocks.brand_row(fields, words), *rows] if words.random() < 0.75 else rows
