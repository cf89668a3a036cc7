"""Rows of print, one below the other, as a column of a tag."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.truth import Value

Align = Literal["left", "centre", "right", "spread"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of print in one row."""

    text: str
    role: str
    values: tuple[Value, ...] = ()
    heavy: bool = False
    accent: bool = False  # in the tag's second colour
    paper: bool = False  # left out of a filled box


@dataclass(frozen=True, slots=True)
class Row:
    """Pieces side by side."""

    pieces: tuple[Piece, ...]
    grow: float = 1.0  # height relative to the column's print
    align: Align | None = None  # None: the column's
    ruled: bool = False  # in boxes that touch, as in a size table
    shares: tuple[float, ...] = field(default=())  # widths of ruled boxes, relative to each other
    gap: float = 1.0  # beneath it, relative to the column's gap


@dataclass(frozen=True, slots=True)
class Style:
    """How a column is set."""

    height: float  # of capitals, millimetres
    gap: float  # between rows, millimetres
    align: Align
    stretch: float  # width of letters relative to the face's own


def choose_style(words: random.Random, height: float) -> Style:
    """A style of about this height of capitals."""
    size = height * words.uniform(0.85, 1.2)
    align: Align = words.choices(("left", "centre", "spread"), weights=(6, 3, 1))[0]
    return Style(size, size * words.uniform(0.45, 1.1), align, words.choice((1.0, 1.0, words.uniform(0.72, 1.1))))


def scaled(style: Style, factor: float) -> Style:
    """The style with all heights times this factor."""
    return replace(style, height=style.height * factor, gap=style.gap * factor)


def height_of(rows: Sequence[Row], style: Style) -> float:
    """The height of a column, with the gap beneath its last row."""
    return sum(_row_height(row, style) + row.gap * style.gap for row in rows)


def print_rows(canvas: Canvas, rows: Sequence[Row], style: Style, at: tuple[float, float], width: float) -> float:
    """Print a column; returns its lower edge. Rows that would leave the tag are left out.

    Args:
        canvas: the tag.
        rows: from top to bottom.
        style: how they are set.
        at: upper left corner of the column.
        width: of the column; wider rows are set narrower, then smaller.
    """
    x, y = at
    for row in rows:
        high = _row_height(row, style)
        if y + high > canvas.height - 0.4:
            break
        if row.ruled:
            _print_boxes(canvas, row, style, (x, y), width)
        else:
            _print_row(canvas, row, style, (x, y), width)
        y += high + row.gap * style.gap
    return y


def _row_height(row: Row, style: Style) -> float:
    return style.height * row.grow * (1.9 if row.ruled else 1.0)


def _print_row(canvas: Canvas, row: Row, style: Style, at: tuple[float, float], width: float) -> None:
    height, stretch = style.height * row.grow, style.stretch
    widths = [canvas.width_of(piece.text, height, heavy=piece.heavy) for piece in row.pieces]
    between = height * 1.6
    room = width - between * (len(widths) - 1)
    total = sum(widths) * stretch
    lower = height
    if total > room:
        narrowest = 0.66
        stretch = max(narrowest, stretch * room / total)
        shrink = min(1.0, room / (sum(widths) * stretch))
        lower, widths = height * shrink, [wide * shrink for wide in widths]
        total = sum(widths) * stretch
    align = row.align or style.align
    x, y = at[0], at[1] + height - lower
    if align == "spread" and len(widths) > 1:
        between = max(between, (width - total) / (len(widths) - 1))
    elif align in {"centre", "right"}:
        x += (width - total - between * (len(widths) - 1)) / (2 if align == "centre" else 1)
    for piece, wide in zip(row.pieces, widths, strict=True):
        canvas.write(
            piece.text,
            piece.role,
            (max(0.3, x), y),
            lower,
            values=piece.values,
            heavy=piece.heavy,
            stretch=stretch,
            accent=piece.accent,
        )
        x += wide * stretch + between


def _print_boxes(canvas: Canvas, row: Row, style: Style, at: tuple[float, float], width: float) -> None:
    height, high = style.height * row.grow, _row_height(row, style) + row.gap * style.gap
    shares = row.shares or (1.0,) * len(row.pieces)
    x, y = at
    for piece, share in zip(row.pieces, shares, strict=True):
        wide = width * share / sum(shares)
        box = (x, y, x + wide, y + high)
        if piece.paper:
            canvas.bar(box)
        canvas.frame(box, 0.18)
        length = max(0.1, canvas.width_of(piece.text, height, heavy=piece.heavy))
        stretch = min(style.stretch, max(0.6, (wide - 1.2) / length))
        lower = height * min(1.0, (wide - 1.2) / (length * stretch))
        left = x + (
            0.6 if style.align == "left" and len(shares) == 2 else (wide - length * stretch * lower / height) / 2
        )
        canvas.write(
            piece.text,
            piece.role,
            (left, y + (high - lower) / 2),
            lower,
            values=piece.values,
            heavy=piece.heavy,
            stretch=stretch,
            paper=piece.paper,
        )
        x += wide
