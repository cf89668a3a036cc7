"""The map above the gallery: crops inside a box or lasso are shown in the gallery; in space, a press opens one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.feature_answers import COLOURS, Colour, CropMap, Method
from frontend.client.features import FeaturesClient, Outline
from frontend.explore.crop_map import MapFigure, draw_map
from frontend.explore.exploration import Exploration
from frontend.explore.feature_texts import FEATURE_TEXTS, FeatureTexts
from frontend.explore.map_clicks import hear_clicks
from frontend.explore.shown_set import ShownSet
from frontend.explore.texts import ExploreTexts
from frontend.notices import take_notice

_CHART: Final = "crop-map"
_COLOUR: Final = "map-colour"
_METHOD: Final = "map-method"
_OPEN: Final = "map-open"
_IN_SPACE: Final = "map-in-space"
_FAILURE: Final = "map-failure"
_CONFIG: Final[dict[str, Any]] = {"displaylogo": False, "modeBarButtonsToRemove": ["toImage", "autoScale2d"]}


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
        failure = take_notice(_FAILURE)
        if failure is not None:
            st.error(failure, icon=":material/cloud_off:")
        in_space = bool(st.session_state.get(_IN_SPACE))
        try:
            crops = _map(wanted, colour, shown, in_space, client)
        except BackendError as error:
            st.warning(failure_sentence(error, texts), icon=":material/cloud_off:")
            return
        with choices:
            st.toggle(words.in_space, key=_IN_SPACE)
        if crops.method is None:
            st.info(words.map_none, icon=":material/hourglass_top:")
            return
        if len(crops.methods) > 1:
            with choices:
                st.selectbox(
                    words.method, crops.methods, format_func=lambda name: words.methods[name], key=_METHOD, width=190
                )
        drawn = draw_map(crops, colour, set(shown), words)
        if crops.z:
            _show_in_space(drawn, crops, state, client, texts)
        else:
            _show_on_plane(drawn, crops, state, client, texts)
        _say(crops, words)


def _show_on_plane(
    drawn: MapFigure, crops: CropMap, state: Exploration, client: FeaturesClient, texts: ExploreTexts
) -> None:
    def choose() -> None:
        event: Any = st.session_state.get(_CHART)
        selection = event.get("selection", {}) if event else {}
        outlines = [*_boxes(selection.get("box", ())), *_lassos(selection.get("lasso", ()))]
        if crops.density is not None and outlines:  # crops that are no points lie inside, too
            try:
                inside = client.inside(crops.method, outlines)
            except BackendError as error:
                st.session_state[_FAILURE] = failure_sentence(error, texts)
                return
            samples, found = inside.samples, inside.found
        else:
            samples = drawn.chosen(selection.get("points", ()))
            found = len(samples)
        if samples:  # an empty one comes when the map is drawn anew, too
            state.show(ShownSet("map", samples, found))

    st.plotly_chart(
        drawn.figure,
        key=_CHART,
        on_select=choose,
        selection_mode=("box", "lasso"),
        config=_CONFIG | {"scrollZoom": True, "modeBarButtonsToRemove": [*_CONFIG["modeBarButtonsToRemove"], "zoom2d"]},
    )


def _show_in_space(
    drawn: MapFigure, crops: CropMap, state: Exploration, client: FeaturesClient, texts: ExploreTexts
) -> None:
    def open_crop(curve: int, point: int) -> None:
        sample = drawn.at(curve, point)
        try:
            labels = () if sample is None else client.named([sample])
        except BackendError as error:
            st.session_state[_FAILURE] = failure_sentence(error, texts)
            return
        if labels:
            state.open(labels[0])

    with st.container(key="map-space"):
        st.plotly_chart(drawn.figure, key="crop-map-space", config=_CONFIG)
        hear_clicks("map-space", f"{crops.method} {len(crops.samples)}", open_crop)


def _say(crops: CropMap, words: FeatureTexts) -> None:
    said = [words.space_note if crops.z else words.map_note]
    if crops.density is not None:
        said.append(words.map_sample.format(crops=f"{crops.crops:,}", points=f"{len(crops.samples):,}"))
    elif len(crops.samples) < crops.crops:
        said.append(words.space_sample.format(crops=f"{crops.crops:,}", points=f"{len(crops.samples):,}"))
    if not crops.has_umap:
        said.append(words.no_umap)
    st.caption(" ".join(said))


def _boxes(boxes: Sequence[Any]) -> Sequence[Outline]:
    """The corners of each box, of which Streamlit tells two."""
    found = []
    for box in boxes:
        (left, *_, right), (low, *_, high) = box["x"], box["y"]
        found.append([(left, low), (right, low), (right, high), (left, high)])
    return found


def _lassos(lassos: Sequence[Any]) -> Sequence[Outline]:
    return [list(zip(lasso["x"], lasso["y"], strict=True)) for lasso in lassos]


@st.cache_data(ttl=60, max_entries=8, scope="session", show_spinner=False)
def _map(
    method: Method | None, colour: Colour, include: Sequence[str], in_space: bool, _client: FeaturesClient
) -> CropMap:
    return _client.map(method, colour, include, in_space=in_space)
