"""The choice between the crops that are selected and all that the search finds."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from frontend.client.scope import Scope
from frontend.explore.exploration import Exploration
from frontend.explore.texts import ExploreTexts


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """What somebody wants to act upon."""

    scope: Scope
    count: str  # of its labels, as written
    is_everything: bool
    is_sure: bool  # whether it is said to be meant


def choose_scope(state: Exploration, texts: ExploreTexts, *, key: str) -> ScopeChoice:
    """Draw the choice; all that is found has to be confirmed, with its number before one's eyes.

    Args:
        state: The page's state.
        texts: The language.
        key: Of the fields.
    """
    selected = len(state.selected)
    found = texts.count_unknown
    if state.count is not None:
        found = f"{state.count.labels:,}" if state.count.is_exact else f"≈ {state.count.labels:,}"
    names = {False: texts.scope_selected.format(count=f"{selected:,}"), True: texts.scope_found.format(count=found)}
    is_everything = True
    if selected:
        is_everything = bool(
            st.radio(texts.scope, [False, True], format_func=lambda value: names[bool(value)], key=f"{key}-scope")
        )
    is_sure = not is_everything or st.checkbox(texts.scope_sure.format(count=found), key=f"{key}-sure")
    return ScopeChoice(
        state.scope(is_everything=is_everything),
        found if is_everything else f"{selected:,}",
        is_everything,
        is_sure,
    )
