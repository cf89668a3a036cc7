"""The top of every page: the product's name, the language switch, the page's title."""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_args

import streamlit as st

from frontend.language import LANGUAGE_NAMES, Language, Texts, Words, preferred_language
from frontend.style import WidgetTexts, apply_style

# Beside the switch's own state, which a switch on another page does not see.
_CHOSEN: Final = "chosen-language"
_SWITCH: Final = "language"


# Streamlit serves every page as English; screen readers and browsers' translators go by this attribute.
_document_language = st.components.v2.component(
    "document_language", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"), isolate_styles=False
)


class HeadingTexts(Texts):
    """Texts at the top of all pages."""

    product = Words(ko="신발 태그 리더", en="Shoe tag reader")
    language_label = Words(ko="언어", en="Language")


def page_language() -> Language:
    """The language chosen on a page, else by the address (`?lang=ko`), else by the browser."""
    asked = st.session_state.get(_SWITCH) or st.session_state.get(_CHOSEN) or st.query_params.get("lang")
    for language in get_args(Language):
        if asked == language:
            chosen: Language = language
            return chosen
    return preferred_language(st.context.locale, st.context.headers.get("Accept-Language"))


def begin_page(language: Language, title: str) -> None:
    """Set up a page, and draw the name, the language switch and the title."""
    texts = HeadingTexts(language)

    def switch() -> None:
        st.session_state[_CHOSEN] = st.session_state[_SWITCH]

    st.set_page_config(page_title=f"{title} · {texts.product}", page_icon="🏷️", layout="wide")
    apply_style(language)
    data = {"language": language, "names": WidgetTexts(language).names}
    _document_language(key="document_language", data=data, height=1)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":primary[:material/sell:] **{texts.product}**", width="content")
        st.segmented_control(
            texts.language_label,
            list(LANGUAGE_NAMES),
            default=language,
            required=True,
            format_func=lambda choice: LANGUAGE_NAMES[choice],
            label_visibility="collapsed",
            key=_SWITCH,
            on_change=switch,
            width="content",
        )
    st.title(title, anchor=False)
