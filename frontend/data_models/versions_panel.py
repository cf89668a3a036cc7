"""The dataset versions: what each holds, the verdict on the model trained on it, and what its crops look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.team import TeamClient
from frontend.client.team_answers import Card, DatasetVersion
from frontend.clock import stamp
from frontend.data_models.figures import Cell, show_table
from frontend.data_models.reasons import card_value_in, reason_in
from frontend.data_models.texts import DataTexts


def show_versions(versions: Sequence[DatasetVersion], texts: DataTexts, client: TeamClient) -> None:
    """Draw the table of versions, the newest first, and the card of one with its contact sheet."""
    st.header(texts.versions_title, anchor=False)
    if not versions:
        st.info(texts.versions_none, icon=":material/dataset:")
        return
    has_authors = any(version.author for version in versions)
    columns = (
        texts.column_version,
        texts.column_verdict,
        *(texts.sides[side] for side in ("training", "evaluation", "unreadable")),
        texts.column_synthetic,
        texts.column_left_out,
        texts.column_parent,
        texts.column_created,
        *([texts.column_author] if has_authors else []),
        texts.column_reason,
    )
    rows = [
        [
            Cell(version.name, "name"),
            Cell(texts.outcomes[version.verdict or "none"], f"pill {version.verdict or 'none'}"),
            *(Cell(f"{version.crops.get(side, 0):,}", "number") for side in ("training", "evaluation", "unreadable")),
            Cell(f"{sum(part.count for part in version.synthetic):,}", "number"),
            Cell(f"{version.left_out:,}", "number"),
            Cell(version.parent or "–", "short"),
            Cell(stamp(version.created_at, st.context.timezone), "time"),
            *([Cell(version.author or "–", "short")] if has_authors else []),
            Cell("" if version.reason is None else reason_in(texts.language, version.reason), "why"),
        ]
        for version in reversed(versions)
    ]
    show_table(columns, rows, texts.language)
    latest = max(versions, key=lambda version: version.created_at).name
    names = [version.name for version in reversed(versions)]
    chosen = st.selectbox(texts.card_choose, names, index=names.index(latest), placeholder=texts.choose, key="card-of")
    if next(version for version in versions if version.name == chosen).is_withheld:
        st.info(texts.version_withheld, icon=":material/visibility_off:")
        return
    try:
        card = client.card(chosen)
        sheet = client.sheet(chosen) if card.has_sheet else None
    except BackendError as error:
        st.warning(failure_sentence(error, texts), icon=":material/cloud_off:")
        return
    st.subheader(texts.sheet_title, anchor=False)
    if sheet is None:
        st.info(texts.sheet_none, icon=":material/hide_image:")
    else:
        st.image(sheet, width="stretch")
    _show_card(card, texts)


def _show_card(card: Card, texts: DataTexts) -> None:
    st.subheader(texts.card_title.format(version=card.name), anchor=False)
    tables = {name: table for name, table in card.tables.items() if table}
    left, right = st.columns(2, gap="medium")
    for number, (name, table) in enumerate(tables.items()):
        title = texts.card_tables.get(name, name)
        with (left, right)[number % 2], st.expander(f"{title} · {len(table)}", key=f"card-{card.name}-{name}"):
            _show_counts(name, title, table, texts)


def _show_counts(name: str, title: str, table: Mapping[str, Mapping[str, int]], texts: DataTexts) -> None:
    sides = [side for side in texts.sides if any(side in counts for counts in table.values())]
    rows = [
        [
            Cell(card_value_in(texts.language, name, value), "name"),
            *(Cell(f"{counts.get(side, 0):,}", "number") for side in sides),
        ]
        for value, counts in table.items()
    ]
    show_table((title, *(texts.sides[side] for side in sides)), rows, texts.language)
