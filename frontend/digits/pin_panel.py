"""A PIN of four drawn digits: read, corrected, kept as a secret or compared with it.

The PIN lives in this session alone, and is sent with a name to be hashed or compared. Drawings are kept only with
consent, without the name, in no order, and each as any other drawing of a digit is.
"""

from __future__ import annotations

import random
from typing import Final

import streamlit as st

from frontend.client.digits import DigitReading, DigitsClient
from frontend.client.failure_texts import FailureTexts, failure_sentence
from frontend.client.failures import BackendError
from frontend.digits.canvas import Drawing, draw_on
from frontend.digits.digit_panel import read_drawing
from frontend.digits.texts import DigitTexts

FIELDS: Final = 4
_ROUND: Final = "pin-round"
_READ: Final = "pin-read"  # the PIN as the four drawings were read last
_TYPED: Final = "pin-typed"
_SIDE, _PEN = 136, 9

Field = tuple[Drawing, DigitReading]


@st.fragment
def pin_panel(texts: DigitTexts, client: DigitsClient) -> None:
    """Draw the panel; drawing runs it alone."""
    st.caption(texts.pin_here)
    number = st.session_state.setdefault(_ROUND, 0)
    is_shown = st.toggle(texts.show, key="pin-shown")
    drawings, places = [], []
    with st.container(horizontal=True, key="pin-fields"):
        for at in range(FIELDS):
            with st.container(width=_SIDE + 8):
                st.caption(texts.field.format(number=at + 1))
                drawings.append(draw_on(f"pin-canvas-{number}-{at}", side=_SIDE, pen=_PEN))
                places.append(st.empty())
    # All canvases stand before the first is read: a stroke on another one must not wait.
    try:
        fields = [
            None if drawing is None else (drawing, read_drawing(f"pin-read-{number}-{at}", drawing, client, texts))
            for at, drawing in enumerate(drawings)
        ]
    except BackendError as error:
        st.error(failure_sentence(error, FailureTexts(texts.language)))
        return
    for place, field in zip(places, fields, strict=True):
        _show_field(place, field, texts, is_shown=is_shown)
    _take_over(fields)
    typed = st.text_input(
        texts.pin,
        key=_TYPED,
        max_chars=FIELDS,
        type="default" if is_shown else "password",
        help=texts.pin_help,
        autocomplete="off",
    )
    _act(typed.strip(), [field for field in fields if field is not None], texts, client)


def _show_field(
    place: st.delta_generator.DeltaGenerator, field: Field | None, texts: DigitTexts, *, is_shown: bool
) -> None:
    if field is None:
        shown = "&nbsp;"
    elif not field[1].text:
        shown = texts.unclear
    else:
        shown = f"<b>{field[1].text if is_shown else '•'}</b>"
    place.html(f'<p class="pin-field" lang="{texts.language}">{shown}</p>')


def _take_over(fields: list[Field | None]) -> None:
    """Put what was read into the field of the PIN, unless nothing new was read since it was corrected."""
    read = "".join(field[1].text if field is not None else "" for field in fields)
    if st.session_state.get(_READ, "") != read:
        st.session_state[_READ] = st.session_state[_TYPED] = read


def _act(pin: str, fields: list[Field], texts: DigitTexts, client: DigitsClient) -> None:
    """Offer what can be done with the PIN, and do it."""
    holder = st.text_input(texts.holder, key="pin-holder", max_chars=100).strip()
    present = st.text_input(texts.present, key="pin-present", max_chars=FIELDS, type="password", autocomplete="off")
    has_consent = st.checkbox(texts.consent, key="pin-consent")
    with st.container(horizontal=True):
        saves = st.button(texts.save_pin, type="primary", icon=":material/lock:", key="pin-save")
        checks = st.button(texts.check_pin, icon=":material/lock_open:", key="pin-check")
        forgets = st.button(texts.forget_pin, icon=":material/delete:", key="pin-forget")
        st.button(texts.new_pin, icon=":material/ink_eraser:", key="pin-clear", on_click=_begin_anew)
    if not (saves or checks or forgets):
        return
    if len(pin) != FIELDS or not (pin.isascii() and pin.isdigit()):
        st.warning(texts.four_digits)
        return
    if not holder:
        st.warning(texts.name_needed)
        return
    try:
        if saves:
            client.keep_pin(holder, pin, present)
            is_right, said = True, texts.pin_saved
        elif checks:
            is_right, said = client.is_right_pin(holder, pin), texts.pin_right
        else:
            is_right, said = client.forget_pin(holder, pin), texts.pin_deleted
    except BackendError as error:
        st.error(failure_sentence(error, FailureTexts(texts.language)))
        return
    if not is_right:
        st.error(texts.pin_wrong)
        return
    st.success(said)
    if has_consent and not forgets and len(fields) == FIELDS:
        _give(pin, fields, texts, client)


def _give(pin: str, fields: list[Field], texts: DigitTexts, client: DigitsClient) -> None:
    """Keep the drawings for training, in no order: nothing of them leads to the PIN or to the person."""
    labelled = list(zip(pin, fields, strict=True))
    random.SystemRandom().shuffle(labelled)
    try:
        for digit, (drawing, reading) in labelled:
            is_right = digit == reading.text
            client.keep(reading, "accepted" if is_right else "corrected", digit, drawing.png)
    except BackendError:
        st.warning(texts.not_given)
        return
    st.caption(texts.given.format(count=len(labelled)))


def _begin_anew() -> None:
    """Empty all but the name, before the panel is drawn again: later, a text field would keep what was typed."""
    for key in [key for key in st.session_state if str(key).startswith("pin-read")]:
        del st.session_state[key]
    st.session_state[_ROUND] += 1
    st.session_state[_TYPED] = st.session_state["pin-present"] = ""
    st.session_state["pin-consent"] = False
