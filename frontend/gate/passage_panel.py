"""One passage in the log: its picture, what was read, and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frontend.client.failures import BackendError
from frontend.client.gate import GateClient
from frontend.client.gate_answers import Passage
from frontend.clock import local
from frontend.gate.texts import GateTexts
from frontend.markdown import escaped
from frontend.team_entry import for_role

Do = Callable[[Callable[[], str]], None]
_ICONS = {"in": ":material/login:", "out": ":material/logout:", "unknown": ":material/help:"}


def show_passage(passage: Passage, client: GateClient, texts: GateTexts, do: Do) -> None:
    """Draw a passage.

    Args:
        passage: What is drawn.
        client: Fetches its picture, and sends changes.
        texts: The language.
        do: Does what was pressed; the job gives the sentence to show.
    """
    with (
        st.container(border=True, key=f"passage-{passage.id}"),
        st.container(horizontal=True, vertical_alignment="center", gap="medium"),
    ):
        _show_picture(passage, client)
        with st.container(width=320, gap=None):
            st.markdown(f"**{escaped(passage.shown)}**")
            named = escaped(passage.vehicle) if passage.vehicle else texts.unknown_vehicle
            st.markdown(f"{_ICONS[passage.direction]} {texts.directions[passage.direction]} · {named}")
            st.caption(" · ".join(_notes(passage, texts)))
        _offer_changes(passage, client, texts, do)


def _show_picture(passage: Passage, client: GateClient) -> None:
    try:
        picture = _picture(client, passage.id)
    except BackendError:
        return  # deleted meanwhile, or too much is asked at once: the text is there
    st.image(picture, width=180)


@st.cache_data(ttl=300, max_entries=400, show_spinner=False)
def _picture(_client: GateClient, passage: str) -> bytes:
    return _client.picture(passage)


def _notes(passage: Passage, texts: GateTexts) -> list[str]:
    notes = [local(passage.at, st.context.timezone).strftime("%Y-%m-%d %H:%M:%S")]
    if passage.camera:
        notes.append(escaped(passage.camera))
    notes.append(texts.sure.format(percent=f"{100 * passage.confidence:.0f}"))
    if passage.frames > 1:
        notes.append(texts.by_frames.format(frames=passage.frames, agreeing=passage.agreeing))
    if passage.text != passage.read_text:
        notes.append(texts.was.format(text=escaped(passage.read_text)))
    if passage.checked_by:
        notes.append(texts.checked.format(name=escaped(passage.checked_by)))
    return notes


def _offer_changes(passage: Passage, client: GateClient, texts: GateTexts, do: Do) -> None:
    typed, named = f"plate-{passage.id}", f"name-{passage.id}"

    def keep() -> None:
        text = str(st.session_state[typed])
        do(lambda: texts.kept.format(shown=escaped(client.check(passage.id, text).shown)))

    def know() -> None:
        name = str(st.session_state[named]).strip()
        if name:
            do(lambda: texts.known.format(shown=escaped(client.know(passage.text, name).shown)))

    def forget() -> None:
        def job() -> str:
            gone = client.forget(passage.text)
            return texts.forgotten.format(shown=escaped(passage.shown), passages=gone.passages, labels=gone.labels)

        do(job)

    with st.popover(
        texts.change, icon=":material/edit:", key=f"change-{passage.id}-{passage.checked_by}-{passage.vehicle}"
    ):
        st.text_input(texts.plate, value=passage.shown, max_chars=64, key=typed, autocomplete="off")
        st.button(
            texts.keep, icon=":material/check:", key=f"keep-{passage.id}", on_click=keep, **for_role("labeller", texts)
        )
        st.caption(texts.keep_hint)
        st.text_input(texts.name, value=passage.vehicle or "", max_chars=100, key=named, autocomplete="off")
        st.button(
            texts.know, icon=":material/badge:", key=f"know-{passage.id}", on_click=know, **for_role("labeller", texts)
        )
        st.markdown(texts.forget_sure)
        st.button(
            texts.forget,
            icon=":material/delete:",
            key=f"forget-{passage.id}",
            on_click=forget,
            **for_role("maintainer", texts),
        )
