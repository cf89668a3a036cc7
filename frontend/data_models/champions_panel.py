"""Which model served since when, how to go back, and which challengers answer or read in shadow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from frontend.client.answers import ModelName
from frontend.client.failures import BackendError
from frontend.client.team import TeamClient
from frontend.client.team_answers import ChampionEntry
from frontend.clock import stamp
from frontend.data_models.figures import Cell, show_table, show_tiles
from frontend.data_models.reasons import reason_in
from frontend.data_models.texts import DataTexts

_ROLLBACK: Final = ".venv/bin/python -m datasets champion rollback --reason '…'"


def show_champions(entries: Sequence[ChampionEntry], texts: DataTexts) -> None:
    """Draw the champions' history, the present one first, and how to go back."""
    st.header(texts.champions_title, anchor=False)
    if not entries:
        st.info(texts.champions_none, icon=":material/workspace_premium:")
        return
    columns = (
        texts.column_number,
        texts.column_model,
        texts.column_kind,
        texts.column_trained_on,
        texts.column_since,
        texts.column_by,
        texts.column_reason,
    )
    rows = [
        [
            Cell(str(entry.number), "number"),
            Cell(str(entry), "name long", _note(entry, entries[-1], texts)),
            Cell(_kind(entry, texts), f"pill {entry.kind}"),
            Cell(entry.dataset_version or "–", "short"),
            Cell(stamp(entry.at, st.context.timezone), "time"),
            Cell(reason_in(texts.language, entry.by), "who"),
            Cell(reason_in(texts.language, entry.reason), "why"),
        ]
        for entry in reversed(entries)
    ]
    show_table(columns, rows, texts.language)
    if len({str(entry) for entry in entries}) > 1:
        st.caption(texts.rollback_hint)
        st.code(_ROLLBACK, language=None, wrap_lines=True)


def show_shadow(serving: ModelName | None, texts: DataTexts, client: TeamClient) -> None:
    """Draw how the challenger in shadow compares with the champion; before its first crop, with `serving`."""
    st.header(texts.shadow_title, anchor=False)
    try:
        shadow = client.shadow()
    except BackendError:
        st.warning(texts.shadow_failed, icon=":material/cloud_off:")
        return
    if shadow.challenger is None:
        st.info(texts.shadow_none, icon=":material/visibility_off:")
        return
    champion = shadow.champion or serving or "–"
    st.markdown(texts.shadow_about.format(challenger=f"**{shadow.challenger}**", champion=f"**{champion}**"))
    show_tiles(
        ((words, f"{getattr(shadow, name):,}", "") for name, words in texts.shadow_readings.items()), texts.language
    )
    show_tiles(((words, f"{shadow.labels[name]:,}", "") for name, words in texts.shadow_right.items()), texts.language)
    means = shadow.confidence
    if means.champion is not None and means.challenger is not None:
        st.caption(
            texts.shadow_confidence.format(
                champion=f"{100 * means.champion:.1f}%", challenger=f"{100 * means.challenger:.1f}%"
            )
        )


def show_canary(serving: ModelName | None, texts: DataTexts, client: TeamClient) -> None:
    """Draw the challenger that answers a share of requests, or why the last one went, if there is either."""
    try:
        canary = client.canary()
    except BackendError:
        st.warning(texts.canary_failed, icon=":material/cloud_off:")
        return
    returned = canary.returned
    if canary.challenger is None and returned is None:
        return
    st.header(texts.canary_title, anchor=False)
    champion = f"**{serving or '–'}**"
    if canary.challenger is not None:
        share = f"{100 * canary.share:g}%"
        st.markdown(texts.canary_about.format(challenger=f"**{canary.challenger}**", champion=champion, share=share))
        ours, theirs = canary.challenger_counts, canary.champion_counts
    elif returned is not None:
        why = texts.canary_why.get(returned.why, returned.why)
        at = stamp(returned.at, st.context.timezone)
        st.warning(
            texts.canary_returned.format(challenger=f"**{returned.challenger}**", why=why, at=at),
            icon=":material/undo:",
        )
        ours, theirs = returned.challenger_counts, returned.champion_counts
    tiles = (
        (texts.canary_challenger_corrected, ours.corrected, ours.confirmed),
        (texts.canary_champion_corrected, theirs.corrected, theirs.confirmed),
        (texts.canary_challenger_failures, ours.failed, ours.read),
        (texts.canary_champion_failures, theirs.failed, theirs.read),
    )
    show_tiles(
        ((words, f"{part:,}", texts.canary_of.format(whole=f"{whole:,}")) for words, part, whole in tiles),
        texts.language,
    )


def _note(entry: ChampionEntry, last: ChampionEntry, texts: DataTexts) -> str:
    if entry.is_signed is False:
        return texts.unsigned
    return texts.serves if entry is last else ""


def _kind(entry: ChampionEntry, texts: DataTexts) -> str:
    kind = texts.kinds.get(entry.kind, entry.kind)
    return kind if entry.restores is None else f"{kind} → {entry.restores}"
