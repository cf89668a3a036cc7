"""The table on the page: a row per photo, which opens when it is pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final, cast

import streamlit as st

from frontend.client.answers import Kept
from frontend.confidence import percent
from frontend.price_words import printed_price_words
from frontend.several.batch import Row
from frontend.several.table import SHOWN, Entry
from frontend.several.texts import SeveralTexts
from frontend.several.workbook import Cell, Share

_ALWAYS: Final = ("file", "code")  # columns that stand there even while they are empty

_table = st.components.v2.component(
    "photo_table",
    html='<div class="photo-table" tabindex="0" role="region"></div>',
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_photo_table(
    rows: Sequence[Row],
    opened: Row | None,
    kept: Mapping[str, Kept],
    texts: SeveralTexts,
    open_row: Callable[[Row], object],
    *,
    key: str,
) -> None:
    """Draw the table.

    Args:
        rows: The photos.
        opened: The one that is open.
        kept: Labels that were confirmed, by the reading's id.
        texts: The language.
        open_row: Called with the photo that is pressed.
        key: The widget's.
    """

    def pressed() -> None:
        index = cast("dict[str, Any]", st.session_state[key]).get("opened")
        if isinstance(index, int) and 0 <= index < len(rows):
            open_row(rows[index])

    html = table_html(rows, opened, kept, texts)
    data = {"html": html, "language": texts.language, "label": texts.page}
    _table(key=key, data=data, on_opened_change=pressed)


def table_html(rows: Sequence[Row], opened: Row | None, kept: Mapping[str, Kept], texts: SeveralTexts) -> str:
    """The table as HTML; a column without anything is left out."""
    # A row per photo, whatever its number of tags, so that it keeps its place while others are read.
    cells = [_written(row, Entry(row, 0).cells(kept, texts), texts) for row in rows]
    columns = [column for column in SHOWN if column in _ALWAYS or any(row.get(column) for row in cells)]
    head = "".join(f'<th scope="col">{escape(texts.columns[column])}</th>' for column in columns)
    body = "".join(
        _row(index, row, row is opened, {column: written.get(column, "") for column in columns}, texts)
        for index, (row, written) in enumerate(zip(rows, cells, strict=True))
    )
    return (
        f'<table class="figures wide"><thead><tr><th scope="col">{escape(texts.picture)}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _written(row: Row, cells: Mapping[str, Cell], texts: SeveralTexts) -> dict[str, str]:
    """The cells in words, with the number of further tags, and price and currency together."""
    written = {column: percent(cell) if isinstance(cell, Share) else str(cell) for column, cell in cells.items()}
    if row.tag is not None and row.tag.cards:
        if len(row.tag.cards) > 1:
            written["code"] = f"{written.get('code', '')} (+{len(row.tag.cards) - 1})".strip()
        if price := row.tag.cards[0].price:
            written["price"] = printed_price_words(price.value, price.unit, texts.language)
    return written


def _row(index: int, row: Row, is_open: bool, cells: Mapping[str, str], texts: SeveralTexts) -> str:
    picture = f'<img src="{escape(row.thumbnail, quote=True)}" alt="">' if row.thumbnail else ""
    drawn = f'<td class="of-picture" data-column="{escape(texts.picture, quote=True)}">{picture}</td>'
    for column, text in cells.items():
        content = escape(text)
        if column == "code" and row.tag is not None:
            state = f'data-row="{index}" aria-pressed="{str(is_open).lower()}"'
            content = f'<button type="button" {state}>{content or escape(texts.open)}</button>'
        name = escape(texts.columns[column], quote=True)
        drawn += f'<td class="of-{column}" data-column="{name}">{content}</td>'
    return f"<tr>{drawn}</tr>"
