"""Numbers as people read them, and the tables and tiles that hold them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import streamlit as st

_NARROW: Final = 4  # columns that a phone has room for
_SHORT: Final = 20  # characters that a tile has room for in large print
_Z95: Final = 1.959964  # standard deviations around the mean that hold 95 % of a normal distribution


@dataclass(frozen=True)
class Cell:
    """A table's cell: `kind` is a CSS class; `quiet` stands below in small print."""

    text: str
    kind: str = ""
    quiet: str = ""


def share(part: int, whole: int) -> str:
    """A share with one decimal; a dash of nothing."""
    return f"{100 * part / whole:.1f}%" if whole else "–"


def interval(right: int, crops: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, in percent; 0 to 100 without crops."""
    if not crops:
        return 0.0, 100.0
    center = (right + _Z95**2 / 2) / (crops + _Z95**2)
    half = _Z95 / (crops + _Z95**2) * math.sqrt(right * (crops - right) / crops + _Z95**2 / 4)
    return 100 * max(0.0, center - half), 100 * min(1.0, center + half)


def points(difference: float, low: float, high: float) -> str:
    """A difference of shares in percent points, with its interval."""
    return f"{_signed(difference)} [{_signed(low)}, {_signed(high)}]"


def _signed(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")  # a minus as wide as the plus


def age(seconds: float, units: Mapping[str, str]) -> str:
    """An age in its largest unit."""
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= length:
            return units[unit].format(count=int(seconds // length))
    return units["seconds"].format(count=int(seconds))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], language: str) -> None:
    """Draw a table; a wide one becomes a list of cards on a phone."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f"<tr>{''.join(_cell(cell, column) for cell, column in zip(row, columns, strict=True))}</tr>" for row in rows
    )
    wide = " wide" if len(columns) > _NARROW else ""
    st.html(
        f'<div class="scroll" lang="{language}" tabindex="0"><table class="figures{wide}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def show_tiles(tiles: Iterable[tuple[str, str, str]], language: str) -> None:
    """Draw figures beside each other: name, figure and note of each."""
    drawn = "".join(
        f'<div class="tile"><span>{escape(name)}</span><b{"" if len(figure) <= _SHORT else " class=long"}>'
        f"{escape(figure)}</b><small>{escape(note)}</small></div>"
        for name, figure, note in tiles
    )
    st.html(f'<div class="tiles" lang="{language}">{drawn}</div>')


def _cell(cell: Cell, column: str) -> str:
    quiet = f"<small>{escape(cell.quiet)}</small>" if cell.quiet else ""
    text = f"<span>{escape(cell.text)}</span>" if cell.kind.startswith("pill") else escape(cell.text)
    return f'<td class="{escape(cell.kind, quote=True)}" data-column="{escape(column, quote=True)}">{text}{quiet}</td>'
