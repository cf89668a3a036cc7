"""A woven or printed label of a garment: fibres, numbers, care symbols, country."""

from __future__ import annotations

import random

from data_gen.whole_tag import blocks, vocabulary
from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.faces import Faces
from data_gen.whole_tag.fields import TagFields
from data_gen.whole_tag.rows import Piece, Row, choose_style, height_of, print_rows
from data_gen.whole_tag.truth import Value

_MARGIN = 2.5


def draw_garment_label(fields: TagFields, faces: Faces, words: random.Random, scale: float) -> Canvas:
    """A label 25 to 42 mm wide, mostly set in the middle."""
    width, style = words.uniform(25, 42), choose_style(words, 2.1)
    above, below = _rows(fields, words), _care_rows(words)
    symbols = width * 0.16 if words.random() < 0.55 else 0.0
    height = 2 * _MARGIN + height_of(above, style) + height_of(below, style) + (symbols * 1.5 if symbols else 0)
    canvas = Canvas(width, height, scale, faces, "garment label")
    y = print_rows(canvas, above, style, (_MARGIN, _MARGIN), width - 2 * _MARGIN)
    if symbols:
        _print_care_symbols(canvas, (_MARGIN, y), width - 2 * _MARGIN, symbols, words)
        y += symbols * 1.5
    print_rows(canvas, below, style, (_MARGIN, y), width - 2 * _MARGIN)
    return canvas


def _rows(fields: TagFields, words: random.Random) -> list[Row]:
    groups = [_fibre_rows(words), blocks.country_rows(fields, words), _code_rows(fields, words)]
    words.shuffle(groups)
    if words.random() < 0.6:
        value = Value("size", fields.garment_size)
        name = words.choice(("", "", "SIZE ", "SIZE: "))
        groups.insert(
            words.randint(0, 1), [Row((Piece(name + fields.garment_size, "size", (value,), heavy=True),), grow=1.3)]
        )
    if words.random() < 0.3:
        groups.append(blocks.order_rows(fields, words))
    rows = [blocks.brand_row(fields, words)] if words.random() < 0.5 else []
    for group in groups:
        rows += [*group, Row((), grow=words.choice((0.0, 0.4)), gap=0.5)]
    return rows


def _code_rows(fields: TagFields, words: random.Random) -> list[Row]:
    """The style, with the registered numbers of North America beside or above it."""
    style = Row((blocks.code_piece(fields, words, bare=0.25),))
    numbers = []
    if words.random() < 0.6:
        sign = words.choice((" ", "# ", "#"))
        numbers.append(f"RN{sign}{words.randint(10000, 180000)}")
        if words.random() < 0.4:
            numbers.append(f"CA{sign}{words.randint(10000, 60000):05d}")
    if len(numbers) == 2 and words.random() < 0.5:
        numbers = [words.choice((" ", " / ")).join(numbers)]
    rows = [Row((Piece(number, "order"),)) for number in numbers]
    rows.insert(words.randint(0, len(rows)), style)
    return rows


def _fibre_rows(words: random.Random) -> list[Row]:
    """Fibres whose shares make a hundred."""
    count, left, rows = words.choice((1, 2, 2, 3)), 100, []
    fibres = words.sample(vocabulary.FIBRES, count)
    space = words.choice((" ", " ", ""))
    if words.random() < 0.25:
        rows.append(Row((Piece(words.choice(("SHELL:", "BODY:", "LINING:", "Body/Corps:")), "field"),)))
    for number, fibre in enumerate(fibres):
        share = left if number == count - 1 else words.randint(2, left - 2 * (count - number - 1) - 1)
        left -= share
        rows.append(Row((Piece(f"{share}%{space}{fibre}", "name"),)))
    return rows


def _care_rows(words: random.Random) -> list[Row]:
    return [
        Row((Piece(line, "other"),), grow=0.95) for line in words.sample(vocabulary.CARE, words.choice((0, 2, 4, 6)))
    ]


def _print_care_symbols(
    canvas: Canvas, at: tuple[float, float], width: float, size: float, words: random.Random
) -> None:
    """Washtub, triangle, square, iron and circle, some crossed out."""
    x, y = at
    kinds = words.sample(("tub", "triangle", "square", "iron", "circle"), words.choice((4, 5)))
    pitch, thick = width / len(kinds), size * 0.07
    for number, kind in enumerate(kinds):
        left = x + pitch * number + (pitch - size * 0.9) / 2
        right, bottom, middle = left + size * 0.9, y + size * 0.9, left + size * 0.45
        if kind == "tub":
            canvas.strokes(
                [[(left, y), (left + size * 0.12, bottom), (right - size * 0.12, bottom), (right, y)]], thick
            )
            canvas.strokes([[(left, y + size * 0.2), (middle, y + size * 0.32), (right, y + size * 0.2)]], thick)
        elif kind == "triangle":
            canvas.strokes([[(left, bottom), (middle, y), (right, bottom), (left, bottom)]], thick)
        elif kind == "square":
            canvas.strokes([[(left, y), (right, y), (right, bottom), (left, bottom), (left, y)]], thick)
            if words.random() < 0.5:
                canvas.strokes([[(left + size * 0.25, y + size * 0.45), (right - size * 0.25, y + size * 0.45)]], thick)
        elif kind == "iron":
            canvas.strokes(
                [
                    [
                        (left, bottom),
                        (left + size * 0.2, y + size * 0.4),
                        (right - size * 0.15, y + size * 0.4),
                        (right, bottom),
                        (left, bottom),
                    ]
                ],
                thick,
            )
        else:
            canvas.ellipse((left, y, right, bottom), thick)
        if words.random() < 0.35:
            canvas.strokes([[(left, y), (right, bottom)], [(right, y), (left, bottom)]], thick)
