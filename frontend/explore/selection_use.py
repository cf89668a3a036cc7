"""What becomes of labels that are selected or found: a second look, a download, a dataset version and its cycle."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st

from frontend.client.explorer import ExplorerClient, ExportKind
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.scope import Scope
from frontend.explore.exploration import Exploration
from frontend.explore.scope_choice import ScopeChoice, choose_scope
from frontend.explore.tagging import give_tags
from frontend.explore.texts import ExploreTexts
from frontend.notices import forget_once_drawn, take_notice
from frontend.team_entry import for_role

_FAILURE: Final = "use-failure"
_TO_REVIEW: Final = "to review"  # tag by which the backend knows what waits for a second look
_MEDIA_TYPES: Final[dict[ExportKind, str]] = {
    "zip": "application/zip",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "tar": "application/x-tar",
    "lmdb.zip": "application/zip",
}


def offer_use(state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    """Draw the button that opens what can be made of what is selected, or of all that is found."""
    key = f"use-{state.fetched}"  # another key after each change, so that the panel is closed
    with st.popover(texts.use, icon=":material/outbox:", type="tertiary", key=key):
        choice = choose_scope(state, texts, key=key)
        st.button(
            texts.use_review,
            icon=":material/rate_review:",
            key=f"{key}-review",
            on_click=give_tags,
            args=(choice.scope, (_TO_REVIEW,), (), state, client, texts),
            **for_role("labeller", texts, disabled=not choice.is_sure),
        )
        _offer_downloads(choice, client, texts, key)
        _offer_freezing(choice, state, client, texts, key)


def _offer_downloads(choice: ScopeChoice, client: ExplorerClient, texts: ExploreTexts, key: str) -> None:
    names: dict[ExportKind, str] = {
        "zip": texts.use_zip,
        "csv": texts.use_csv,
        "parquet": "Parquet",
        "tar": "WebDataset",
        "lmdb.zip": "LMDB",
    }
    with st.container(horizontal=True, gap="xsmall"):
        for kind, name in names.items():
            st.download_button(
                name,
                _download(choice.scope, kind, client),
                file_name=f"labels.{kind}",
                mime=_MEDIA_TYPES[kind],
                icon=":material/download:",
                key=f"{key}-{kind.partition('.')[0]}",
                disabled=not choice.is_sure,
                on_click="ignore",
            )
    st.caption(texts.use_bounds)


def _download(scope: Scope, kind: ExportKind, client: ExplorerClient) -> Callable[[], bytes]:
    """What is asked for when the button is pressed, and not before."""
    return partial(client.export, scope, kind)


def _offer_freezing(
    choice: ScopeChoice, state: Exploration, client: ExplorerClient, texts: ExploreTexts, key: str
) -> None:
    def freeze() -> None:
        name = str(st.session_state.get(f"{key}-version") or "").strip()
        try:
            state.frozen = client.freeze(choice.scope, name, with_cycle=bool(st.session_state.get(f"{key}-cycle")))
        except BackendError as error:
            st.session_state[_FAILURE] = failure_sentence(error, texts)
        else:
            state.fetched += 1

    st.text_input(
        texts.use_version,
        placeholder=texts.use_version_hint,
        max_chars=64,
        key=f"{key}-version",
        autocomplete="off",
    )
    st.checkbox(texts.use_cycle, key=f"{key}-cycle")
    st.button(
        texts.use_freeze,
        icon=":material/ac_unit:",
        key=f"{key}-freeze",
        on_click=freeze,
        **for_role("maintainer", texts, disabled=not choice.is_sure),
    )


def offer_teaching(state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    """Draw the button that shows the labels that teach most."""

    def teach() -> None:
        try:
            state.teach(client.teaching(state.search))
        except BackendError as error:
            st.session_state[_FAILURE] = failure_sentence(error, texts)

    st.button(texts.teach, icon=":material/school:", type="tertiary", key="teach", on_click=teach)


def show_use(state: Exploration, texts: ExploreTexts) -> None:
    """Draw what was made, once."""
    failure = take_notice(_FAILURE)
    if failure is not None:
        st.error(failure, icon=":material/cloud_off:")
    frozen = state.frozen
    forget_once_drawn(lambda: setattr(state, "frozen", None))
    if frozen is not None:
        said = [
            texts.frozen.format(name=frozen.name, **{"training": 0, "evaluation": 0, "unreadable": 0, **frozen.crops})
        ]
        if frozen.left_out:
            said.append(texts.frozen_left_out.format(count=frozen.left_out))
        if frozen.cycle is not None:
            said.append(texts.frozen_cycle)
        st.success(" ".join(said), icon=":material/check_circle:")
