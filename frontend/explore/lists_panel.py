"""The ready-made searches, and the line that says what the gallery shows in place of a search."""

from __future__ import annotations

import streamlit as st

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.feature_answers import ListName, Lists
from frontend.client.features import FeaturesClient
from frontend.explore.exploration import Exploration
from frontend.explore.feature_texts import FEATURE_TEXTS, FeatureTexts
from frontend.explore.shown_set import ShownSet
from frontend.explore.texts import ExploreTexts
from frontend.notices import take_notice

_FAILURE = "list-failure"


def show_lists(state: Exploration, client: FeaturesClient, texts: ExploreTexts) -> None:
    """Draw the choice of ready-made searches, with how each chooses."""
    words = FEATURE_TEXTS[texts.language]
    with st.popover(words.lists, icon=":material/manage_search:", type="tertiary"):
        try:
            lists = _lists(client, state.search)
        except BackendError as error:
            st.warning(failure_sentence(error, texts), icon=":material/cloud_off:")
            return
        if not lists.items:
            st.markdown(words.lists_none)
            return

        def choose(name: ListName) -> None:
            try:
                listed = client.listed(name, state.search)
            except BackendError as error:
                st.session_state[_FAILURE] = failure_sentence(error, texts)
            else:
                state.show(ShownSet(name, listed.samples, listed.found))

        if state.search:
            st.markdown(words.lists_in_search)
        for entry in lists.items:
            name = f"{words.names[entry.name]} ({entry.found:,})"
            st.button(name, key=f"list-{entry.name}", on_click=choose, args=(entry.name,))
            st.markdown(f":small[{words.reasons[entry.name]}]")  # a caption would have the light colours
        if lists.crops < lists.kept:
            st.markdown(words.lists_behind.format(crops=f"{lists.crops:,}", kept=f"{lists.kept:,}"))


def show_set(state: Exploration, texts: ExploreTexts) -> None:
    """Draw what the gallery shows in place of a search, how it was chosen, and the way back."""
    failure = take_notice(_FAILURE)
    if failure is not None:
        st.error(failure, icon=":material/cloud_off:")
    shown = state.shown
    if shown is None:
        return
    words = FEATURE_TEXTS[texts.language]
    with st.container(border=True, gap="xsmall", key="shown-set"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            name = words.now_shown.format(name=words.names[shown.kind], count=f"{len(shown.samples):,}")
            st.markdown(f"**{name}**", width="content")
            st.button(words.leave, icon=":material/close:", key="leave-set", on_click=state.leave_set)
        st.caption(_sentences(shown, state, words))


def _sentences(shown: ShownSet, state: Exploration, words: FeatureTexts) -> str:
    numbers = {"looked_at": f"{shown.looked_at:,}", "kinds": shown.kinds, "count": len(shown.samples)}
    said = [words.reasons[shown.kind].format(**numbers)]
    if not shown.samples:
        said.append(words.nothing)
    elif len(shown.samples) < shown.found:
        said.append(words.first_of.format(shown=f"{len(shown.samples):,}", found=f"{shown.found:,}"))
    if shown.is_of_search and state.search:
        said.append(words.of_search)
    elif state.aside:
        said.append(words.search_aside.format(search=f"`{state.aside.replace('`', '')}`"))
    return " ".join(said)


# Half a minute: the numbers change as the server compares.
@st.cache_data(ttl=30, max_entries=4, scope="session", show_spinner=False)
def _lists(_client: FeaturesClient, search: str) -> Lists:
    return _client.lists(search)
