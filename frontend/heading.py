"""What stands at the top of every page: the product's name, the language, the page's title."""

from __future__ import annotations

from typing import Final, get_args

import streamlit as st

from frontend.read_tag.texts import LANGUAGE_NAMES, Language, Texts, preferred_language

# Beside the switch's own state, which a switch on another page does not see.
_CHOSEN: Final = "chosen-language"
_SWITCH: Final = "language"


def page_language() -> Language:
    """The language chosen on a page, else by the address (`?lang=ko`), else by the browser."""
    asked = st.session_state.get(_SWITCH) or st.session_state.get(_CHOSEN) or st.query_params.get("lang")
    for language in get_args(Language):
        if asked == language:
            chosen: Language = language
            return chosen
    return preferred_language(st.context.locale, st.context.headers.get("Accept-Language"))


def show_heading(texts: Texts, title: str) -> None:
    """Draw the name, the language switch and the title."""

    def switch() -> None:
        st.session_state[_CHOSEN] = st.session_state[_SWITCH]

    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":primary[:material/sell:] **{texts.product}**", width="content")
        st.segmented_control(
            texts.language_label,
            list(LANGUAGE_NAMES),
            default=texts.language,
            required=True,
            format_func=lambda language: LANGUAGE_NAMES[language],
            label_visibility="collapsed",
            key=_SWITCH,
            on_change=switch,
            width="content",
        )
    st.title(title, anchor=False)
