"""The page "Explore", behind the team's token: crops found by a search, looked at, changed one by one or together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from frontend.client.explorer import MOST_AT_ONCE, ExplorerClient
from frontend.client.explorer_answers import Change, FoundPage
from frontend.client.failures import BackendError, BackendRefusedError
from frontend.client.features import FeaturesClient
from frontend.domains import domain_backend
from frontend.explore.alike_panel import show_alike
from frontend.explore.changes import offer_changes, show_outcome
from frontend.explore.crop_grid import show_crop_grid
from frontend.explore.details_panel import show_details
from frontend.explore.exploration import Exploration, exploration, forget_exploration
from frontend.explore.lists_panel import show_lists, show_set
from frontend.explore.map_panel import offer_map, show_map
from frontend.explore.saved_searches import show_saved_searches
from frontend.explore.search_bar import show_bad_search, show_help, show_search_bar
from frontend.explore.search_line import count_told, show_search_line
from frontend.explore.selection_use import offer_teaching, offer_use, show_use
from frontend.explore.shown_set import Gallery
from frontend.explore.tagging import offer_tagging, show_tagging
from frontend.explore.texts import EXPLORE_TEXTS, ExploreTexts
from frontend.heading import begin_page, page_language
from frontend.job import outcome, pool
from frontend.projects.choice import known_projects
from frontend.team_entry import entered_name, entered_token, offer_leaving, show_refusal, show_team_top

_AS_GUEST = "explores-as-guest"
_FOR_MANY: tuple[Change, ...] = ("fix", "keep", "unreadable", "drop", "undo")


def explore(reading_page: StreamlitPage, *others: StreamlitPage) -> None:
    """Draw the page.

    Args:
        reading_page: Where the way back leads.
        others: The team's other pages.
    """
    texts = EXPLORE_TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    links = show_team_top(reading_page, others, texts)
    token = entered_token()
    # Without an account, public projects are looked at, if there are any.
    is_guest = token is None and bool(known_projects(None))
    if token is None and (not is_guest or not st.session_state.get(_AS_GUEST)):
        forget_exploration()  # whoever has left is shown nothing more
    st.session_state[_AS_GUEST] = is_guest
    state, client = exploration(), ExplorerClient(domain_backend(), token, entered_name())
    features = FeaturesClient(domain_backend(), token)
    if token is not None or is_guest:
        show_search_bar(state, texts)
    line, saved, place = st.container(), st.container(), st.empty()
    try:
        _fetch(state, Gallery(client, features), lambda: place.info(texts.loading, icon=":material/hourglass_top:"))
    except BackendRefusedError as error:
        with place.container():
            if error.kind == "bad-search":
                offer_leaving(links, texts)
                with line:
                    show_search_line(state, client, texts)
                with saved:
                    show_saved_searches(state, client, texts)
                show_bad_search(error, state.search, texts)
                show_help(texts)
            else:
                show_refusal(error, texts)
        return
    except BackendError as error:
        with place.container():
            show_refusal(error, texts)
        return
    place.empty()
    offer_leaving(links, texts)
    if is_guest:
        st.caption(texts.as_guest)
    else:
        with line:
            show_search_line(state, client, texts)
        with saved:
            show_saved_searches(state, client, texts)
    if state.page is not None:
        _show_found(state.page, state, client, features, texts, is_guest=is_guest)


def _fetch(state: Exploration, gallery: Gallery, waiting: Callable[[], object]) -> None:
    """Ask for the page, the count and the saved searches that are not known, at the same time.

    Raises:
        BackendError: There is no page.
    """
    page = None
    if state.page is None:
        page = pool().submit(gallery.page, state.shown, state.search, state.order, state.cursors[-1])
    if page is not None and not state.is_let_in:
        state.page = outcome(page, waiting)  # a wrong token is tried once, not twice
        state.is_let_in = True
    count = pool().submit(gallery.count, state.shown, state.search) if state.count is None else None
    unmeasured = None
    if state.unmeasured is None:
        unmeasured = pool().submit(gallery.explorer.unmeasured, state.search, state.order)
    saved = pool().submit(gallery.explorer.saved_searches) if state.saved is None else None
    if page is not None:
        state.page = outcome(page, waiting)
    if saved is not None:
        state.saved = ()  # a page without them is of use; a bucket that does not answer is not waited for each time
        with contextlib.suppress(BackendError):
            state.saved = outcome(saved, waiting)
    if count is not None:
        with contextlib.suppress(BackendError):  # a page without its count is of use
            state.count = outcome(count, waiting)
    if unmeasured is not None:
        with contextlib.suppress(BackendError):
            state.unmeasured = outcome(unmeasured, waiting)


def _show_found(
    page: FoundPage,
    state: Exploration,
    client: ExplorerClient,
    features: FeaturesClient,
    texts: ExploreTexts,
    *,
    is_guest: bool,
) -> None:
    show_set(state, texts)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="found"):
        if state.count is not None:
            st.markdown(f"**{count_told(state.count, texts)}**", width="content")
        if page.items and not is_guest:
            _offer_selecting(state, texts)
            offer_tagging(state, client, texts)
            offer_use(state, client, texts)
            offer_teaching(state, client, texts)
        if not is_guest:
            show_lists(state, features, texts)
            offer_map(texts)
        show_help(texts)
    if state.unmeasured and state.shown is None:
        st.caption(texts.unmeasured.format(count=f"{state.unmeasured:,}"))
    if not is_guest:
        show_map(state, features, texts)
    show_outcome(state, texts)
    show_tagging(state, client, texts)
    show_use(state, texts)
    if not page.items:
        st.info(texts.nothing, icon=":material/search_off:")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _offer_changes(state, client, texts)
        show_crop_grid(
            page.items,
            state.selected,
            None if state.opened is None else state.opened.prediction_id,
            texts,
            order=state.order,
            of=repr((state.shown, state.search, state.order, state.cursors[-1], state.fetched)),
            round_=state.round,
            may_select=not is_guest,
            on_select=state.select_here,
            on_open=state.open,
        )
        _show_way(page, state, texts)
    with right, st.container(border=True, key="crop-details"):
        show_details(state, client, texts)
    if not is_guest:
        with right:
            show_alike(state, features, texts)


def _offer_selecting(state: Exploration, texts: ExploreTexts) -> None:
    """Draw how many labels are selected, and the buttons that select all of the page, or none."""
    count = len(state.selected)
    st.button(
        texts.select_page, icon=":material/select_all:", type="tertiary", key="select-page", on_click=state.select_page
    )
    if count:
        clear = texts.clear.format(count=f"{count:,}")
        st.button(clear, icon=":material/deselect:", type="tertiary", key="clear", on_click=state.clear)


def _offer_changes(state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    """Draw what can be done to all labels that are selected."""
    labels = list(state.selected.values())
    if not labels:
        return
    with st.container(border=True, key="selection"):
        st.markdown(f"**{texts.selected.format(count=f'{len(labels):,}')}**")
        st.text_input(texts.line_for_all, max_chars=64, key="line-selection", autocomplete="off")
        offer_changes(_FOR_MANY, labels, state, client, texts, key="selection")


def _show_way(page: FoundPage, state: Exploration, texts: ExploreTexts) -> None:
    """Draw the way to the other pages."""
    first = MOST_AT_ONCE * (len(state.cursors) - 1) + 1
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center", gap="small"):
        st.button(
            texts.before,
            icon=":material/chevron_left:",
            disabled=len(state.cursors) == 1,
            key="page-before",
            on_click=state.go_back,
        )
        st.markdown(texts.place.format(first=f"{first:,}", last=f"{first + len(page.items) - 1:,}"), width="content")
        st.button(
            texts.further,
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=page.after is None,
            key="page-further",
            on_click=state.go_on,
        )
