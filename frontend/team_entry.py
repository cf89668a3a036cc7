"""The way into the team's pages: the token, asked for once and kept for this visit only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from frontend.client.failure_texts import FailureTexts, failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError
from frontend.language import Words

# A reload asks for the token again.
_ENTERED: Final = "entered-with"


class EntryTexts(FailureTexts):
    """Texts at the top of the team's pages."""

    back = Words(ko="태그 읽기로", en="Read a tag")
    entry_label = Words(ko="팀 토큰", en="Team token")
    entry_button = Words(ko="들어가기", en="Enter")
    entry_hint = Words(
        ko="팀을 위한 페이지예요. 서버에 설정한 토큰을 적어 주세요.",
        en="This page is for the team. Please type the token that the server was given.",
    )
    leave = Words(ko="나가기", en="Leave")
    loading = Words(ko="불러오는 중이에요…", en="Loading…")
    retry = Words(ko="다시 시도", en="Try again")


def entered_token() -> str | None:
    """The token that was entered; None before."""
    token: str | None = st.session_state.get(_ENTERED)
    return token


def show_links(reading_page: StreamlitPage, others: Sequence[StreamlitPage], texts: EntryTexts) -> DeltaGenerator:
    """Draw the row of links; gives it, for the way out.

    Args:
        reading_page: Where the way back leads.
        others: The team's other pages.
        texts: The language.
    """
    links = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="links")
    with links:
        if st.button(texts.back, icon=":material/arrow_back:", type="tertiary", key="back"):
            st.switch_page(reading_page)
        for number, page in enumerate(others):
            if st.button(page.title, icon=page.icon or None, type="tertiary", key=f"to-page-{number}"):
                st.switch_page(page)
    return links


def offer_leaving(links: DeltaGenerator, texts: EntryTexts) -> None:
    """Draw the button that forgets the token."""
    links.button(
        texts.leave,
        icon=":material/logout:",
        type="tertiary",
        key="leave",
        on_click=lambda: st.session_state.pop(_ENTERED, None),
    )


def show_refusal(error: BackendError, texts: EntryTexts) -> None:
    """Draw why nothing is shown; asks for the token if it is missing or wrong."""
    match error:
        case BackendRefusedError(kind="team-off"):
            st.info(failure_sentence(error, texts), icon=":material/lock:")
            return
        case BackendRefusedError(kind="too-many-guesses"):
            st.warning(failure_sentence(error, texts), icon=":material/lock_clock:")
        case BackendRefusedError(status=401):
            if entered_token() is not None:
                st.error(failure_sentence(error, texts), icon=":material/lock:")
            else:
                st.caption(texts.entry_hint)
        case _:
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
            st.button(texts.retry, icon=":material/refresh:", key="retry-overview")
            return
    with st.form("token", border=False), st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        typed = st.text_input(texts.entry_label, type="password", key="typed-token", width=320)
        pressed = st.form_submit_button(texts.entry_button)
    if pressed and typed.strip():
        st.session_state[_ENTERED] = typed.strip()
        st.rerun()
