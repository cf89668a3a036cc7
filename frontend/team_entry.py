"""The way into the team's pages: signing in, or the team's token, asked for once and kept for this visit only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from frontend.account import RoleTexts, gate, has_accounts, my_role, session_name, session_token
from frontend.client.failure_texts import FailureTexts, failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError
from frontend.client.people_answers import Role
from frontend.domains import DomainTexts, show_domain_choice
from frontend.language import Words
from frontend.markdown import escaped
from frontend.menu import named_pages

# A reload asks for the token again.
_ENTERED: Final = "entered-with"
_NAME: Final = "entered-as"


class EntryTexts(FailureTexts):
    """Texts at the top of the team's pages."""

    back = Words(ko="태그 읽기로", en="Read a tag")
    entry_label = Words(ko="팀 토큰", en="Team token")
    entry_name = Words(ko="이름 (선택)", en="Your name (optional)")
    entry_name_hint = Words(
        ko="라벨을 바꾸면 누가 바꿨는지 함께 남아요.", en="It is kept with every label that you change."
    )
    entry_button = Words(ko="들어가기", en="Enter")
    entry_hint = Words(
        ko="팀을 위한 페이지예요. 서버에 설정한 토큰을 적어 주세요.",
        en="This page is for the team. Please type the token that the server was given.",
    )
    sign_in = Words(ko="로그인", en="Sign in")
    sign_in_hint = Words(
        ko="팀을 위한 페이지예요. 초대받은 계정으로 로그인해 주세요.",
        en="This page is for the team. Please sign in with the account that you were invited to.",
    )
    with_token = Words(ko="팀 토큰으로 들어가기", en="Enter with the team's token")
    sign_out = Words(ko="로그아웃 ({name}, {role})", en="Sign out ({name}, {role})")
    leave = Words(ko="나가기", en="Leave")
    leave_as = Words(ko="나가기 ({name})", en="Leave ({name})")
    loading = Words(ko="불러오는 중이에요…", en="Loading…")
    retry = Words(ko="다시 시도", en="Try again")


def entered_token() -> str | None:
    """The token that was entered, else that of the person who has signed in; None before."""
    token: str | None = st.session_state.get(_ENTERED)
    return token or session_token()


def entered_name() -> str:
    """The name that was entered with the token, or that of the person who has signed in; "" without one."""
    name: str = st.session_state.get(_NAME, "") if _has_typed() else session_name()
    return name


def entered_role() -> Role:
    """What this visitor may do."""
    return my_role(entered_token(), is_session=not _has_typed())


def for_role(needed: Role, texts: EntryTexts, *, disabled: bool = False) -> dict[str, Any]:
    """Arguments of a button that needs a role: disabled, with a hint, for visitors who have a lesser one.

    Args:
        needed: The least role.
        texts: The language.
        disabled: Whether the button is so for everybody.
    """
    return gate(entered_role(), needed, texts.language, disabled=disabled)


def _has_typed() -> bool:
    return st.session_state.get(_ENTERED) is not None


def _leave() -> None:
    for key in (_ENTERED, _NAME):
        st.session_state.pop(key, None)


def show_links(reading_page: StreamlitPage, others: Sequence[StreamlitPage], texts: EntryTexts) -> DeltaGenerator:
    """Draw the row of links; gives it, for the way out.

    Args:
        reading_page: Where the way back leads.
        others: The team's other pages.
        texts: The language.
    """
    links = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="links")
    with links:
        if named_pages():  # the menu has them
            return links
        if st.button(texts.back, icon=":material/arrow_back:", type="tertiary", key="back"):
            st.switch_page(reading_page)
        for number, page in enumerate(others):
            if st.button(page.title, icon=page.icon or None, type="tertiary", key=f"to-page-{number}"):
                st.switch_page(page)
    return links


def show_team_top(reading_page: StreamlitPage, others: Sequence[StreamlitPage], texts: EntryTexts) -> DeltaGenerator:
    """Draw the row of links (see `show_links`) and, below it, the choice of what is read; gives the row."""
    links = show_links(reading_page, others, texts)
    show_domain_choice(DomainTexts(texts.language))
    return links


def offer_leaving(links: DeltaGenerator, texts: EntryTexts) -> None:
    """Draw the button that signs out, or forgets the token and the name."""
    if entered_token() is None and has_accounts():
        if links.button(texts.sign_in, icon=":material/login:", type="tertiary", key="sign-in"):
            st.login()
        return
    name = entered_name()
    if not _has_typed() and session_token() is not None:
        if links.button(
            texts.sign_out.format(name=escaped(name), role=RoleTexts(texts.language).roles[entered_role()]),
            icon=":material/logout:",
            type="tertiary",
            key="leave",
        ):
            st.logout()
        return
    links.button(
        texts.leave_as.format(name=escaped(name)) if name else texts.leave,
        icon=":material/logout:",
        type="tertiary",
        key="leave",
        on_click=_leave,
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
                st.caption(texts.sign_in_hint if has_accounts() else texts.entry_hint)
        case _:
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
            st.button(texts.retry, icon=":material/refresh:", key="retry-overview")
            return
    if has_accounts():
        if st.button(texts.sign_in, icon=":material/login:", type="primary", key="sign-in"):
            st.session_state.pop(_ENTERED, None)
            st.login()
        with st.expander(texts.with_token, expanded=_has_typed()):
            _ask_for_token(texts)
    else:
        _ask_for_token(texts)


def _ask_for_token(texts: EntryTexts) -> None:
    with st.form("token", border=False), st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        typed = st.text_input(texts.entry_label, type="password", key="typed-token", width=320)
        name = st.text_input(
            texts.entry_name,
            max_chars=60,
            key="typed-name",
            width=220,
            autocomplete="nickname",
            help=texts.entry_name_hint,
        )
        pressed = st.form_submit_button(texts.entry_button)
    if pressed and typed.strip():
        st.session_state[_ENTERED] = typed.strip()
        st.session_state[_NAME] = " ".join(name.split())
        st.rerun()
