"""The label on the end of a shoe box: ruled boxes, the code and the size large, colours, a barcode."""

from __future__ import annotations

import math
import random

from data_gen.whole_tag import blocks
from data_gen.whole_tag.bars import print_code_128, print_matrix_code, print_retail_code
from data_gen.whole_tag.canvas import Box, Canvas
from data_gen.whole_tag.faces import Faces
from data_gen.whole_tag.fields import TagFields
from data_gen.whole_tag.korean import korean_rows
from data_gen.whole_tag.rows import Piece, Row, Style, choose_style, height_of, print_rows, scaled
from data_gen.whole_tag.truth import Value

_MARGIN = 2.0


def draw_box_label(fields: TagFields, faces: Faces, words: random.Random, scale: float) -> Canvas:
    """A label 75 to 110 mm wide and 36 to 62 mm high."""
    width, height = words.uniform(75, 110), words.uniform(36, 62)
    canvas = Canvas(width, height, scale, faces, "box label")
    style = choose_style(words, words.uniform(2.0, 2.7))
    style = Style(style.height, style.gap, "left", style.stretch)
    if words.random() < 0.6:
        canvas.frame(
            (0.8, 0.8, width - 0.8, height - 0.8), words.uniform(0.2, 0.6), radius=words.choice((0.0, 0.0, 2.0))
        )
    split = width * words.uniform(0.5, 0.66)
    edge = _print_side(canvas, fields, words) if words.random() < 0.2 else _MARGIN
    text, sizes = (edge, _MARGIN, split - 1, height - _MARGIN), (split + 1, _MARGIN, width - _MARGIN, height - _MARGIN)
    middle = split
    if words.random() < 0.3:
        middle = edge + width - split - _MARGIN
        text, sizes = (
            (middle + 1, _MARGIN, width - _MARGIN, height - _MARGIN),
            (edge, _MARGIN, middle - 1, height - _MARGIN),
        )
    if words.random() < 0.5:
        canvas.rule((middle, 0.8), (middle, height - 0.8), 0.3)
    room = words.uniform(9, 12) if words.random() < 0.35 else 0.0  # of a second barcode beneath
    floor = _print_text_column(canvas, fields, words, style, (text[0], text[1], text[2], text[3] - room))
    if room:
        print_code_128(canvas, fields, (text[0] + 1, floor), (text[2] - text[0]) * 0.85, room - 4.5, words)
    _print_size_column(canvas, fields, words, style, sizes)
    return canvas


def _print_side(canvas: Canvas, fields: TagFields, words: random.Random) -> float:
    """A line that runs up or down the left edge; returns where the rest begins."""
    piece = words.choice((blocks.order_rows(fields, words)[0], blocks.date_row(fields, words))).pieces[0]
    canvas.write(piece.text, piece.role, (_MARGIN, _MARGIN + 1), 2.0, turn=words.choice((1, 3)))
    return _MARGIN + 4.0


def _print_text_column(canvas: Canvas, fields: TagFields, words: random.Random, style: Style, box: Box) -> float:
    """Brand, code, name, colour and numbers; returns the lower edge."""
    code = Row((blocks.code_piece(fields, words, bare=0.65),), grow=words.uniform(1.3, 2.4), align="left")
    rows = [Row((blocks.name_piece(fields, words),)), Row((blocks.colour_piece(fields, words),))]
    if words.random() < 0.35:
        rows.append(Row((Piece(fields.material, "name"),)))
    if words.random() < 0.5:
        rows += blocks.country_rows(fields, words)
    if words.random() < 0.45:
        # Lot and order stand side by side.
        pieces = tuple(row.pieces[0] for row in blocks.order_rows(fields, words))
        rows.insert(words.randint(0, len(rows)), Row(pieces, align="left"))
    if words.random() < 0.3:
        rows.append(Row((blocks.wearer_piece(fields, words),)))
    if words.random() < 0.25:
        rows.append(blocks.date_row(fields, words))
    rows.insert(words.choice((0, 0, 1, len(rows))), code)
    if canvas.faces.hangul and words.random() < 0.2:
        rows += korean_rows(fields, words, most=4)
    x, y = box[0], box[1] + 0.6
    if words.random() < 0.75:
        rows.insert(0, blocks.brand_row(fields, words, 1.9))
    elif words.random() < 0.5:
        y += _print_emblem(canvas, (x, y), words.uniform(5, 9), words)
    fit = (box[3] - y) * words.uniform(0.75, 0.97) / height_of(rows, style)
    return print_rows(canvas, rows, scaled(style, min(1.6, fit)), (x, y), box[2] - box[0])


def _print_size_column(canvas: Canvas, fields: TagFields, words: random.Random, style: Style, box: Box) -> None:
    """The size large, in a box or alone, others smaller; beneath them a barcode, a QR code, a shape of the shoe."""
    left, top, right, bottom = box
    width, unit = right - left, words.choice(("KR", "KR", "EU", "US"))
    size, grow = fields.sizes[unit], words.uniform(2.2, 3.6)
    value = Value("size", size, unit)
    high = style.height * grow
    others = [other for other in ("US", "UK", "EU", "CM") if other != unit and words.random() < 0.7]
    wide = canvas.width_of(size, high, heavy=True)
    stretch = min(1.0, 0.55 * width / max(1.0, wide))
    at = (right - wide * stretch - 2.4, top + 2)
    beside = words.random() < 0.6
    name = {"KR": "KR", "EU": "EUR", "US": "US"}[unit]
    if words.random() < 0.55:
        canvas.frame((at[0] - 1.6, at[1] - 1.4, right - 0.5, at[1] + high + 1.4), 0.4)
    if canvas.write(size, "size", at, high, values=(value,), heavy=True, stretch=stretch) and beside:
        reach = canvas.width_of(name, style.height) + 2.4
        canvas.write(name, "field", (max(left + 0.6, at[0] - reach), at[1]), style.height)
    y = top + high + 5
    pieces = tuple(
        Piece(
            f"{'EUR' if other == 'EU' else other} {fields.sizes[other]}",
            "size",
            (Value("size", fields.sizes[other], other),),
        )
        for other in others
    )
    if pieces:
        rows = [Row(pieces)] if words.random() < 0.6 else [Row((piece,)) for piece in pieces]
        y = print_rows(
            canvas, rows, Style(style.height * 0.85, style.gap, "left", style.stretch), (left + 0.6, y), width - 1.2
        )
    if bottom - y > 9:
        high = min(words.uniform(7, 14), bottom - y - 4.5)
        if words.random() < 0.8:
            y = 1 + print_retail_code(canvas, fields, (left + 1.5, y), width - 4, high, words)
        else:
            print_matrix_code(canvas, fields, (left + 2, y), min(width * 0.5, bottom - y - 2), words)
            y = bottom
    if bottom - y > 7 and words.random() < 0.7:
        _print_shoe(canvas, (left + 2, y), min(width - 4, 2.2 * (bottom - y - 2)), words)


def _print_emblem(canvas: Canvas, at: tuple[float, float], size: float, words: random.Random) -> float:
    """A shape instead of the brand's name; returns the height that it takes."""
    x, y = at
    kind = words.choice(("stripes", "ring", "wedge", "star"))
    if kind == "stripes":
        for number in range(3):
            left = x + number * size * 0.45
            canvas.shape(
                [(left, y + size), (left + size * 0.25, y + size), (left + size * 0.6, y), (left + size * 0.35, y)]
            )
    elif kind == "ring":
        canvas.ellipse((x, y, x + size, y + size), size * 0.12)
        canvas.ellipse((x + size * 0.3, y + size * 0.3, x + size * 0.7, y + size * 0.7))
    elif kind == "wedge":
        canvas.shape([(x, y + size * 0.5), (x + size * 1.8, y), (x + size * 0.6, y + size * 0.9)])
    else:
        points = [(0.5 if number % 2 == 0 else 0.2, math.pi * number / 5) for number in range(10)]
        canvas.shape(
            [
                (x + size * (0.5 + radius * math.sin(angle)), y + size * (0.5 - radius * math.cos(angle)))
                for radius, angle in points
            ]
        )
    return size + 1.5


def _print_shoe(canvas: Canvas, at: tuple[float, float], width: float, words: random.Random) -> None:
    """The outline of a shoe."""
    x, y = at
    high = width * 0.42
    outline = [
        (0.0, 1.0),
        (0.02, 0.35),
        (0.1, 0.0),
        (0.3, 0.05),
        (0.42, 0.3),
        (0.62, 0.5),
        (0.9, 0.62),
        (1.0, 0.85),
        (0.98, 1.0),
        (0.0, 1.0),
    ]
    points = [(x + across * width, y + down * high) for across, down in outline]
    if words.random() < 0.4:
        canvas.shape(points)
    else:
        canvas.strokes([points, [(x, y + high * 0.82), (x + width * 0.98, y + high * 0.82)]], 0.35)
