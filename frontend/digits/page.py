"""The page "Digits and PIN"."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from frontend.client.digits import DigitsClient
from frontend.client.session import backend
from frontend.digits.canvas import show_tools
from frontend.digits.digit_panel import digit_panel
from frontend.digits.pin_panel import pin_panel
from frontend.digits.texts import DIGIT_TEXTS
from frontend.domains import domain_path
from frontend.heading import begin_page, page_language
from frontend.menu import show_link


def digits_page(reading_page: StreamlitPage) -> None:
    """Draw the page.

    Args:
        reading_page: Where the way back leads.
    """
    texts = DIGIT_TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    st.html(f"<style>{_rules()}</style>")
    show_link(reading_page, texts.back, ":material/arrow_back:")
    path = domain_path("digits")
    if path is None:
        st.info(texts.off, icon=":material/draw:")
        return
    digit, pin = st.tabs([texts.tab_digit, texts.tab_pin])
    show_tools(texts)
    client = DigitsClient(backend(), path)
    with digit:
        digit_panel(texts, client)
    with pin:
        pin_panel(texts, client)


@cache
def _rules() -> str:
    return Path(__file__).with_name("digits.css").read_text(encoding="utf-8")
