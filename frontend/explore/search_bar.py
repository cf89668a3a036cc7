"""The line of a search, its order, and what is wrong about it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from frontend.client.explorer_answers import ORDERS, Order
from frontend.client.failures import BackendRefusedError
from frontend.client.project_answers import Project
from frontend.explore.exploration import Exploration
from frontend.explore.texts import EXAMPLES, ExploreTexts
from frontend.markdown import escaped
from frontend.projects.choice import NO_PROJECT, known_projects, project_name, split_line, with_project
from frontend.projects.texts import ProjectChoiceTexts
from frontend.team_entry import entered_token

LINE: Final = "explore-search"  # key of the field
_ORDER: Final = "explore-order"
_PROJECT: Final = "explore-project"
_ADDRESS: Final = "search"  # parameter of the address: a search can be kept as a bookmark, and sent to others
_LONGEST: Final = 2000


def show_search_bar(state: Exploration, texts: ExploreTexts) -> None:
    """Draw the bar, and begin the search that it asks for."""
    if LINE not in st.session_state:
        # The address first: another page may lead here with a search.
        st.session_state[LINE] = st.query_params.get(_ADDRESS, state.search)[:_LONGEST]
    if state.line is not None:
        st.session_state[LINE], state.line = state.line, None
    if _ORDER not in st.session_state:
        st.session_state[_ORDER] = state.order
    projects = known_projects(entered_token())
    left, *middle, right = st.columns([4, 1, 1] if projects else [4, 1], gap="small", vertical_alignment="bottom")
    for column in middle:
        with column:
            _choose_project(projects, texts)
    with left:
        line = st.text_input(
            texts.search_label, placeholder=texts.search_hint, max_chars=_LONGEST, key=LINE, autocomplete="off"
        )
    with right:
        order = st.selectbox(
            texts.order_label,
            ORDERS,
            format_func=lambda name: texts.orders[name],
            key=_ORDER,
            on_change=None if state.shown is None else state.leave_set,
        )
    state.look_for((line or "").strip(), order)
    if state.search:
        st.query_params[_ADDRESS] = state.search
    else:
        st.query_params.pop(_ADDRESS, None)


def _choose_project(projects: Sequence[Project], texts: ExploreTexts) -> None:
    """Draw the choice of a project, which writes it into the line."""
    written = ProjectChoiceTexts(texts.language)
    present = split_line(st.session_state[LINE])[0]
    known = ["", *(project.id for project in projects), NO_PROJECT]
    st.session_state[_PROJECT] = present

    def choose() -> None:
        search_for(with_project(st.session_state[LINE], str(st.session_state[_PROJECT])))

    st.selectbox(
        written.project,
        known if present in known else [*known, present],
        format_func=lambda name: project_name(name, projects, written),
        key=_PROJECT,
        on_change=choose,
    )


def show_help(texts: ExploreTexts) -> None:
    """Draw how searches are written."""
    with st.popover(texts.help, icon=":material/help:", type="tertiary"):
        st.markdown(texts.help_text)
        st.markdown("\n".join(f"- `{name}`: {meaning}" for name, meaning in texts.fields.items()))
        st.markdown(texts.help_examples)
        for number, example in enumerate(EXAMPLES):
            st.button(example, key=f"example-{number}", type="tertiary", on_click=search_for, args=(example,))


def show_bad_search(error: BackendRefusedError, search: str, texts: ExploreTexts) -> None:
    """Draw where a search cannot be understood, and what may have been meant."""
    sentence = texts.by_kind["bad-search"]
    if error.position is not None:
        sentence = texts.bad_search_at.format(position=error.position)
    st.error(sentence, icon=":material/search_off:")
    if error.position is not None:
        before, rest = search[: error.position - 1], search[error.position - 1 :]
        word, _, after = rest.partition(" ")
        marked = f"{escape(before)}<mark>{escape(word) or '&nbsp;'}</mark> {escape(after)}"
        st.html(f'<div class="search-fault">{marked}</div>')
    if texts.language == "en":  # the parser speaks English
        st.caption(escaped(error.detail))
    for suggestion in error.suggestions:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(texts.meant, width="content")
            st.button(suggestion, key="meant", on_click=search_for, args=(suggestion,))


def search_for(line: str, order: Order | None = None) -> None:
    """Put a search into the bar; to be called before the bar is drawn, as callbacks are.

    Args:
        line: Of the search language.
        order: None leaves it as it is.
    """
    st.session_state[LINE] = line
    if order is not None:
        st.session_state[_ORDER] = order
