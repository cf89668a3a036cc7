"""A code without a photo: typed, or chosen from the history; what it is and what it costs."""

from __future__ import annotations

from html import escape

import streamlit as st

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError, is_lasting
from frontend.client.shopper import ShopperClient
from frontend.job import outcome
from frontend.markdown import escaped
from frontend.read_tag.price_panel import price_room, show_price
from frontend.read_tag.reading_panel import show_code, show_formats
from frontend.read_tag.texts import ReadTagTexts
from frontend.read_tag.visit import Visit

_FIELD = "typed-code"


def ask_for_code(texts: ReadTagTexts, visit: Visit) -> None:
    """Draw the field for a code."""

    def send() -> None:
        typed = str(st.session_state[_FIELD]).strip()
        visit.typed_nothing = not typed
        visit.type_code(typed)

    with (
        st.form("typed-code-form", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="typed-code-row"),
    ):
        st.text_input(texts.typed_label, placeholder="CW2288-111", max_chars=64, key=_FIELD, autocomplete="off")
        st.form_submit_button(texts.typed_button, on_click=send)
    if visit.typed_nothing:
        visit.typed_nothing = False
        st.warning(texts.correct_empty, icon=":material/edit:")


def show_typed_code(texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw the code that was typed in the characters of tags, brands whose formats it fits, and its price."""
    code = visit.typed
    place = st.empty()
    job = visit.find_price(client, code)
    try:
        answer = outcome(job, lambda: place.html(_waiting(code, texts)))
    except BackendError as error:
        with place.container():
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
            if not is_lasting(error):
                st.button(
                    texts.retry, icon=":material/refresh:", key="retry-typed", on_click=visit.type_code, args=(code,)
                )
            elif isinstance(error, BackendRefusedError) and error.suggestions:
                st.caption(texts.candidates_label_private)
                with st.container(horizontal=True, gap="small"):
                    for number, line in enumerate(error.suggestions):
                        key = f"typed-suggestion-{number}"
                        st.button(f"**{escaped(line)}**", key=key, on_click=visit.type_code, args=(line,))
        return
    place.empty()
    show_code(answer.code, texts, label=texts.code_label)
    show_formats(answer.formats, texts)
    visit.prices[answer.code] = job
    visit.see(answer.code)
    with price_room(answer.code, visit, client):
        show_price(answer.code, None, texts, visit, client)


def _waiting(code: str, texts: ReadTagTexts) -> str:
    return (
        f'<div class="code-label" lang="{texts.language}">{escape(texts.code_label)}</div>'
        f'<div class="code">{escape(code.upper())}</div>'
        f'<div class="quiet" role="status" lang="{texts.language}">{escape(texts.price_wait)}</div>'
    )
