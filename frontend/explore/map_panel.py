"""The map above the gallery: points that lie inside a box or lasso are shown in the gallery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.feature_answers import COLOURS, Colour, CropMap, Method
from frontend.client.features import FeaturesClient
from frontend.explore.crop_map import MapFigure, draw_map
from frontend.explore.exploration import Exploration
from frontend.explore.feature_texts import FEATURE_TEXTS, FeatureTexts
from frontend.explore.shown_set import ShownSet
from frontend.explore.texts import ExploreTexts

_CHART: Final = "crop-map"
_COLOUR: Final = "map-colour"
_METHOD: Final = "map-method"
_OPEN: Final = "map-open"


def offer_map(texts: ExploreTexts) -> None:
    """Draw the switch that shows the map."""
    st.toggle(FEATURE_TEXTS[texts.language].map, key=_OPEN)


def show_map(state: Exploration, client: FeaturesClient, texts: ExploreTexts) -> None:
    """Draw the map, if it is wanted."""
    if not st.session_state.get(_OPEN):
        return
    words = FEATURE_TEXTS[texts.language]
    shown = () if state.shown is None else state.shown.samples
    with st.container(border=True, key="map"):
        choices = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
        with choices:
            colour: Colour = st.selectbox(
                words.colour, COLOURS, format_func=lambda name: words.colours[name], key=_COLOUR, width=170
            )
        wanted: Method | None = st.session_state.get(_METHOD)
        try:
            crops = _map(wanted, colour, shown, client)
        except BackendError as error:
            st.warning(failure_sentence(error, texts), icon=":material/cloud_off:")
            return
        if crops.method is None:
            st.info(words.map_none, icon=":material/hourglass_top:")
            return
        if len(crops.methods) > 1:
            with choices:
                st.selectbox(
                    words.method, crops.methods, format_func=lambda name: words.methods[name], key=_METHOD, width=190
                )
        _draw(crops, colour, shown, state, words)


def _draw(crops: CropMap, colour: Colour, shown: Sequence[str], state: Exploration, words: FeatureTexts) -> None:
    drawn = draw_map(crops, colour, set(shown), words)

    def choose() -> None:
        samples = _selected(drawn)
        if samples:  # an empty one comes when the map is drawn anew, too
            state.show(ShownSet("map", samples, len(samples)))

    st.plotly_chart(
        drawn.figure,
        key=_CHART,
        on_select=choose,
        selection_mode=("box", "lasso"),
        config={"displaylogo": False, "scrollZoom": True, "modeBarButtonsToRemove": ["toImage", "autoScale2d"]},
    )
    said = [words.map_note]
    if crops.density is not None:
        said.append(words.map_sample.format(crops=f"{crops.crops:,}", points=f"{len(crops.samples):,}"))
    if not crops.has_umap:
        said.append(words.no_umap)
    st.caption(" ".join(said))


def _selected(drawn: MapFigure) -> tuple[str, ...]:
    event: Any = st.session_state.get(_CHART)
    selection = event.get("selection", {}) if event else {}
    return drawn.chosen(selection.get("points", ()))


@st.cache_data(ttl=60, max_entries=8, show_spinner=False)
def _map(method: Method | None, colour: Colour, include: Sequence[str], _client: FeaturesClient) -> CropMap:
    return _client.map(method, colour, include)
