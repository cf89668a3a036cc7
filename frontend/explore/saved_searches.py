"""The searches that the team has saved: a button for each, and the panel that saves, renames and deletes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from frontend.client.explorer import ExplorerClient
from frontend.client.explorer_answers import SavedSearch
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.explore.exploration import Exploration
from frontend.explore.search_bar import search_for
from frontend.explore.texts import ExploreTexts
from frontend.markdown import escaped
from frontend.notices import take_notice
from frontend.team_entry import for_role

_FAILURE: Final = "saved-failure"
_ROUND: Final = "saved-round"  # changes with each change, so that the panel is closed and its field empty
_SHOWN: Final = 8  # buttons; further searches are in a panel of their own
_LONGEST: Final = 60  # characters of a name


def show_saved_searches(state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    """Draw the row of saved searches."""
    searches = state.saved or ()
    present = next((saved for saved in searches if _is_present(saved, state)), None)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="saved-searches"):
        for saved in searches[:_SHOWN]:
            _offer(saved, is_present=saved is present)
        if searches[_SHOWN:]:
            with st.popover(texts.saved_more, type="tertiary"):
                for saved in searches[_SHOWN:]:
                    _offer(saved, is_present=saved is present)
        _offer_saving(present, state, client, texts)
    failure = take_notice(_FAILURE)
    if failure is not None:
        st.error(failure, icon=":material/cloud_off:")


def _is_present(saved: SavedSearch, state: Exploration) -> bool:
    return (saved.line, saved.order) == (state.search, state.order)


def _offer(saved: SavedSearch, *, is_present: bool) -> None:
    st.button(
        escaped(saved.name),
        icon=":material/bookmark:",
        type="primary" if is_present else "secondary",
        key=f"saved-{saved.name}",
        on_click=search_for,
        args=(saved.line, saved.order),
    )


def _offer_saving(present: SavedSearch | None, state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    """Draw the panel: a search that is saved is renamed and deleted, another one is saved."""
    key = f"saving-{st.session_state.get(_ROUND, 0)}-{'' if present is None else present.name}"

    def change(ask: Callable[[], tuple[SavedSearch, ...]]) -> None:
        try:
            state.saved = ask()
        except BackendError as error:
            st.session_state[_FAILURE] = failure_sentence(error, texts)
        else:
            st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1

    def keep(instead_of: str, name: str | None = None) -> None:
        named = name or str(st.session_state.get(f"{key}-name") or "").strip()
        if not named:
            return
        change(lambda: client.save_search(named, state.search, state.order, instead_of=instead_of))

    title = texts.saved_save if present is None else texts.saved_edit
    icon = ":material/bookmark_add:" if present is None else ":material/edit:"
    with st.popover(title, icon=icon, type="tertiary", key=key):
        st.caption(texts.saved_about)
        st.text_input(
            texts.saved_name,
            value="" if present is None else present.name,
            max_chars=_LONGEST,
            key=f"{key}-name",
            autocomplete="off",
        )
        if present is None:
            st.button(texts.saved_keep, key="save-search", on_click=keep, args=("",), **for_role("labeller", texts))
            for saved in (state.saved or ())[:_SHOWN]:
                st.button(
                    texts.saved_replace.format(name=escaped(saved.name)),
                    type="tertiary",
                    key=f"replace-{saved.name}",
                    on_click=keep,
                    args=(saved.name, saved.name),
                    **for_role("labeller", texts),
                )
            return
        with st.container(horizontal=True, gap="xsmall"):
            st.button(
                texts.saved_rename,
                key="rename-search",
                on_click=keep,
                args=(present.name,),
                **for_role("labeller", texts),
            )
            st.button(
                texts.saved_delete,
                icon=":material/delete:",
                key="delete-search",
                on_click=change,
                args=(lambda: client.delete_search(present.name),),
                **for_role("labeller", texts),
            )
