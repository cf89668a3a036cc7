"""One digit: drawn, read, confirmed or corrected, and kept."""

from __future__ import annotations

import hashlib
from typing import Final

import streamlit as st

from frontend.client.answers import LabelStatus
from frontend.client.digits import DIGITS, DigitReading, DigitsClient
from frontend.client.failure_texts import FailureTexts, failure_sentence
from frontend.client.failures import BackendError
from frontend.digits.bars import show_nothing, show_reading
from frontend.digits.canvas import Drawing, draw_on, wait_for_pause
from frontend.digits.texts import DigitTexts
from frontend.job import outcome, pool

_ROUND: Final = "digit-round"  # counts the canvases, each of which begins empty
_READ: Final = "digit-read"  # the digest of the drawing that was read last, and its reading
_KEPT: Final = "digit-kept"  # what was kept last
_SIDE: Final = 280


@st.fragment
def digit_panel(texts: DigitTexts, client: DigitsClient) -> None:
    """Draw the panel; drawing runs it alone."""
    left, right = st.columns(2, gap="large")
    with left:
        st.caption(texts.draw_here)
        pen = st.slider(texts.pen, 2, 40, 16, key="digit-pen")
        number = st.session_state.setdefault(_ROUND, 0)
        drawing = draw_on(f"digit-canvas-{number}", side=_SIDE, pen=pen)
        st.caption(texts.tools_hint)
    with right:
        _show_kept(texts, client)
        if drawing is None:
            show_nothing(texts)
            return
        try:
            reading = read_drawing(_READ, drawing, client, texts)
        except BackendError as error:
            st.error(failure_sentence(error, FailureTexts(texts.language)))
            return
        show_reading(reading, texts)
        _ask(reading, drawing, texts, client)


def read_drawing(place: str, drawing: Drawing, client: DigitsClient, texts: DigitTexts) -> DigitReading:
    """Read a drawing once drawing has stopped for a moment; the same drawing is read once.

    Args:
        place: Where the session keeps the reading.
        drawing: The drawing.
        client: Asks the backend.
        texts: Of the page.

    Raises:
        BackendError: There is no reading.
    """
    digest = hashlib.sha256(drawing.png).hexdigest()
    known: tuple[str, DigitReading] | None = st.session_state.get(place)
    if known is not None and known[0] == digest:
        return known[1]
    wait_for_pause()
    waiting = st.empty()
    reading = outcome(pool().submit(client.read, drawing.png), lambda: waiting.caption(texts.reading))
    waiting.empty()
    st.session_state[place] = (digest, reading)
    return reading


def _begin_anew() -> None:
    st.session_state[_ROUND] += 1
    st.session_state.pop(_READ, None)
    st.rerun(scope="fragment")


def _ask(reading: DigitReading, drawing: Drawing, texts: DigitTexts, client: DigitsClient) -> None:
    """Have the reading confirmed or corrected."""
    number = st.session_state[_ROUND]
    if reading.text and st.button(
        texts.right, type="primary", icon=":material/check:", key=f"digit-right-{number}-{reading.id}"
    ):
        _keep("accepted", reading.text, reading, drawing, texts, client)
    choice = st.pills(
        texts.wrong,
        [*(digit for digit in DIGITS if digit != reading.text), texts.no_digit_short],
        key=f"digit-other-{number}-{reading.id}",
    )
    if choice is not None and st.button(texts.keep, key=f"digit-keep-{number}-{reading.id}"):
        if choice in DIGITS:
            _keep("corrected", choice, reading, drawing, texts, client)
        else:
            _keep("accepted" if not reading.text else "unreadable", "", reading, drawing, texts, client)
    st.caption(texts.keeping_note)


def _keep(
    status: LabelStatus, text: str, reading: DigitReading, drawing: Drawing, texts: DigitTexts, client: DigitsClient
) -> None:
    try:
        client.keep(reading, status, text, drawing.png)
    except BackendError as error:
        st.error(failure_sentence(error, FailureTexts(texts.language)))
        return
    st.session_state[_KEPT] = (text, reading)
    _begin_anew()


def _show_kept(texts: DigitTexts, client: DigitsClient) -> None:
    kept: tuple[str, DigitReading] | None = st.session_state.get(_KEPT)
    if kept is None:
        return
    text, reading = kept
    st.success(texts.kept.format(digit=text) if text else texts.kept_none, icon=":material/check_circle:")
    if st.button(texts.take_back, icon=":material/delete:", key=f"digit-forget-{reading.id}"):
        try:
            client.forget(reading)
        except BackendError as error:
            st.error(failure_sentence(error, FailureTexts(texts.language)))
            return
        del st.session_state[_KEPT]
        st.toast(texts.taken_back)
        st.rerun(scope="fragment")
