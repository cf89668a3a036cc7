"""The page "Read a tag": a photo goes in; code, confidence and price come out; the correction is kept."""

from __future__ import annotations

from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.client.answers import Reading
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError
from frontend.client.session import backend, sure_confidence
from frontend.client.shopper import ShopperClient
from frontend.heading import begin_page, page_language
from frontend.job import outcome
from frontend.photos.pictures import Box, PictureError
from frontend.photos.width_sensor import column_width
from frontend.read_tag.confirm_panel import await_deletion, confirm, show_behind, show_kept
from frontend.read_tag.kept_notes import note_kept
from frontend.read_tag.photo_panel import choose_photo, crop_photo, turn_photo
from frontend.read_tag.price_panel import show_price
from frontend.read_tag.reading_panel import show_code, show_correction, show_details, show_formats, show_reading
from frontend.read_tag.texts import TEXTS, ReadTagTexts
from frontend.read_tag.visit import Visit, current_visit


def read_tag() -> None:
    """Draw the page."""
    texts = TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    visit, client = current_visit(), ShopperClient(backend())
    left, right = st.columns(2, gap="large")
    with left:
        width = column_width()
        region = None
        if visit.photo is None:
            st.html(f'<p class="tagline" lang="{texts.language}">{escape(texts.tagline)}</p>')
            choose_photo(texts, visit, width)
        else:
            region = _photo(texts, visit, width)
    with right:
        await_deletion(texts, visit, client)
        if visit.photo is None:
            _steps(texts)
            if visit.notice is not None:
                st.info(visit.notice, icon=":material/delete:")
                visit.notice = None
        elif region is not None:
            _read(region, texts, visit, client)
        show_behind(texts, visit, client)
        show_kept(texts, visit, client)
    note_kept(visit)


def _steps(texts: ReadTagTexts) -> None:
    st.header(texts.steps_title, anchor=False)
    steps = "".join(
        f"<li><b>{number}</b><span>{escape(step)}</span></li>" for number, step in enumerate(texts.steps, 1)
    )
    st.html(f'<ol class="steps" lang="{texts.language}">{steps}</ol>')


def _photo(texts: ReadTagTexts, visit: Visit, width: int) -> tuple[str, int, Box] | None:
    """Draw the photo with its buttons; the region to read, or None if the photo is of no use."""
    if visit.photo is None:
        return None
    turn_photo(texts, visit)
    try:
        return visit.photo.id, visit.turn, crop_photo(visit.photo, visit, width)
    except PictureError as error:
        st.error(texts.picture_faults[error.fault], icon=":material/broken_image:")
        return None


def _read(region: tuple[str, int, Box], texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw everything that follows from the region."""
    st.header(texts.reading_title, anchor=False)
    place = st.empty()
    try:
        reading = outcome(
            visit.read(client, region),
            lambda: place.info(texts.reading_wait, icon=":material/hourglass_top:"),
        )
    except PictureError as error:
        place.error(texts.picture_faults[error.fault], icon=":material/broken_image:")
        return
    except BackendError as error:
        with place.container():
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
            # The same region again would be refused again; another box is read by itself.
            if not isinstance(error, BackendRefusedError) or error.status not in (400, 413, 415, 422):
                st.button(texts.retry, icon=":material/refresh:", key="retry-read", on_click=visit.clear_reading)
        return
    cut = visit.cut
    if cut is None:
        raise ValueError("what was read has a cut")
    # Line and code are drawn above the confirmation, but filled in after it, because it may change them.
    line = _line(reading, visit)
    _show_line(place, line, reading, texts, client)
    code_place = st.container()
    confirm(reading, cut, texts, visit, client)
    if _line(reading, visit) != line:
        line = _line(reading, visit)
        _show_line(place, line, reading, texts, client)
    code = visit.chosen[1] if visit.chosen is not None else reading.code
    with code_place:
        if code:
            show_code(code, texts)
        if line == reading.text and line:
            show_formats(reading.formats, texts)
        elif visit.saved is not None and line:
            show_formats(visit.saved.formats, texts)
    if code:
        show_price(code, texts, visit, client)
    show_details(reading, texts)


def _line(reading: Reading, visit: Visit) -> str:
    """The line that counts now: the shopper's, else the reader's. A difference in spaces alone is none."""
    if visit.chosen is None or visit.chosen[0].replace(" ", "") == reading.text.replace(" ", ""):
        return reading.text
    return visit.chosen[0]


def _show_line(place: DeltaGenerator, line: str, reading: Reading, texts: ReadTagTexts, client: ShopperClient) -> None:
    with place.container():
        if line == reading.text:
            show_reading(reading, texts, sure_confidence(client))
        else:
            show_correction(line, reading, texts)
