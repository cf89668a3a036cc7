"""A sticker or sewn label with the Korean block alone, as importers add it."""

from __future__ import annotations

import random

from data_gen.whole_tag import blocks
from data_gen.whole_tag.bars import print_retail_code
from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.faces import Faces
from data_gen.whole_tag.fields import TagFields
from data_gen.whole_tag.korean import korean_rows
from data_gen.whole_tag.rows import choose_style, height_of, print_rows

_MARGIN = 2.0


def draw_korean_label(fields: TagFields, faces: Faces, words: random.Random, scale: float) -> Canvas:
    """The block, 38 to 60 mm wide."""
    width, style = words.uniform(38, 60), choose_style(words, 2.0)
    rows = korean_rows(fields, words)
    if words.random() < 0.5:
        rows.insert(0, blocks.brand_row(fields, words))
    bars = words.uniform(5, 10) if words.random() < 0.5 else 0.0
    height = 2 * _MARGIN + height_of(rows, style) + (bars + 3.4 if bars else 0)
    canvas = Canvas(width, height, scale, faces, "korean label")
    y = print_rows(canvas, rows, style, (_MARGIN, _MARGIN), width - 2 * _MARGIN)
    if bars:
        print_retail_code(
            canvas, fields, (_MARGIN + 1, y), (width - 2 * _MARGIN) * words.uniform(0.7, 0.95), bars, words
        )
    if words.random() < 0.35:
        canvas.frame((0.6, 0.6, width - 0.6, height - 0.6), 0.25)
    return canvas
