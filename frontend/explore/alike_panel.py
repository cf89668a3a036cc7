"""The crops that look like the one whose details are shown: a press opens one of them."""

from __future__ import annotations

from html import escape

import streamlit as st

from frontend.client.failures import BackendError
from frontend.client.feature_answers import Alike, Alikes
from frontend.client.features import FeaturesClient
from frontend.explore.crop_grid import shown_text
from frontend.explore.exploration import Exploration
from frontend.explore.feature_texts import FEATURE_TEXTS
from frontend.explore.shown_set import ShownSet
from frontend.explore.texts import ExploreTexts

_BY = "alike-by"  # key of the choice of feature vectors
_SHOWN = 6
_MOST = 60  # that are shown in the gallery


def show_alike(state: Exploration, client: FeaturesClient, texts: ExploreTexts) -> None:
    """Draw the crops that look most like the opened one; nothing while none is open, or nobody answers."""
    if state.opened is None:
        return
    words, sample = FEATURE_TEXTS[texts.language], state.opened.sample
    own: str = st.session_state.get(_BY, "")
    try:
        alikes = _alike(sample, _SHOWN, own, client)
    except BackendError:
        return  # the details above say what is wrong

    def show_all() -> None:
        try:
            found = client.alike(sample, _MOST, own)
        except BackendError:
            return
        samples = (sample, *(item.label.sample for item in found.items))
        state.show(ShownSet("alike", samples, len(samples)))

    with st.container(border=True, gap="xsmall", key="alike"):
        st.html(f"<h3>{escape(words.alike)}</h3>")
        if alikes.own:
            st.selectbox(
                words.alike_by,
                ["", *alikes.own],
                format_func=lambda name: name or words.alike_model,
                key=_BY,
                label_visibility="collapsed",
            )
        if not alikes.is_known:
            st.caption(words.alike_not_own if own else words.alike_unknown)
            return
        for first in range(0, len(alikes.items), 2):
            some = alikes.items[first : first + 2]
            for place, (column, item) in enumerate(zip(st.columns(2, gap="small"), some, strict=False)):
                with column, st.container(gap=None):
                    _offer(item, first + place, state, texts)
        st.button(words.alike_all, icon=":material/grid_view:", type="tertiary", key="alike-all", on_click=show_all)


def _offer(item: Alike, place: int, state: Exploration, texts: ExploreTexts) -> None:
    """Draw a crop and the button that opens it."""
    if item.label.thumbnail is not None:
        st.html(f'<div class="crop-picture"><img src="{escape(item.label.thumbnail)}" alt=""></div>')
    st.button(
        shown_text(item.label, texts),
        help=f"{item.cosine:.3f}",
        type="tertiary",
        key=f"alike-{place}",
        on_click=state.open,
        args=(item.label,),
    )


@st.cache_data(ttl=60, max_entries=100, scope="session", show_spinner=False)
def _alike(sample: str, most: int, own: str, _client: FeaturesClient) -> Alikes:
    return _client.alike(sample, most, own)
