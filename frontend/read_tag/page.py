"""The page "Read a tag": a photo goes in; code, confidence and price come out; the correction is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from frontend.client.answers import Reading
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, is_lasting
from frontend.client.session import backend, sure_confidence
from frontend.client.shopper import ShopperClient
from frontend.heading import begin_page, page_language
from frontend.job import outcome
from frontend.menu import show_link
from frontend.photos.photo import Box, Photo, Region
from frontend.photos.photo_stage import PhotoStage
from frontend.read_tag.card_panel import show_barcode_notes, show_card, show_cards
from frontend.read_tag.confirm_panel import await_deletion, confirm, show_behind, show_kept
from frontend.read_tag.kept_notes import note_kept
from frontend.read_tag.photo_panel import choose_photo, lay_lines, show_photo
from frontend.read_tag.price_panel import price_room, show_price
from frontend.read_tag.reading_panel import first_code, show_code, show_no_text, show_sureness
from frontend.read_tag.seen_note import note_seen
from frontend.read_tag.selection import Selection, select
from frontend.read_tag.style import apply_page_style
from frontend.read_tag.tag_price_panel import show_tag_price
from frontend.read_tag.texts import TEXTS, ReadTagTexts
from frontend.read_tag.typed_code import ask_for_code, show_typed_code
from frontend.read_tag.visit import ReadLine, TagReading, Visit, current_visit


def read_tag(several_page: StreamlitPage) -> None:
    """Draw the page.

    Args:
        several_page: Where several photos are read at once.
    """
    texts = TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    apply_page_style()
    visit, client = current_visit(), ShopperClient(backend())
    visit.shown = ""
    if visit.photo is None:
        _start(texts, visit, client, several_page)
    else:
        _answer(visit.photo, texts, visit, client)


def _start(texts: ReadTagTexts, visit: Visit, client: ShopperClient, several_page: StreamlitPage) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.html(f'<p class="tagline" lang="{texts.language}">{escape(texts.tagline)}</p>')
        choose_photo(texts, visit, client)
        ask_for_code(texts, visit)
        show_link(several_page, texts.several_link, ":material/photo_library:")
    with right:
        await_deletion(texts, visit, client)
        if visit.typed:
            with st.container(key="typed-result"):
                show_typed_code(texts, visit, client)
        else:
            _show_steps(texts)
        if visit.notice is not None:
            st.info(visit.notice, icon=":material/delete:")
            visit.notice = None
        show_behind(texts, visit, client)
        show_kept(texts, visit, client)
        note_seen(texts, visit, shown=True)
    note_kept(visit)


def _show_steps(texts: ReadTagTexts) -> None:
    st.header(texts.steps_title, anchor=False)
    steps = "".join(
        f"<li><b>{number}</b><span>{escape(step)}</span></li>" for number, step in enumerate(texts.steps, 1)
    )
    st.html(f'<ol class="steps" lang="{texts.language}">{steps}</ol>')


def _answer(photo: Photo, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw a photo and everything that follows from it."""
    # On a phone the answer stands above the photo, but for a box that is being set: see read_tag.css.
    outer = st.container(key="photo-and-answer")
    with outer.container(key="box-first" if visit.by_hand else "answer-first"):
        left, right = st.columns(2, gap="large")
    # In place of the start's right side, which Streamlit would leave standing while the photo is read.
    outer.empty()
    with left:
        shown = show_photo(photo, texts, visit)
    with right:
        await_deletion(texts, visit, client)
        draw_price = (
            _marked(Region(photo, visit.turn, shown), texts, visit, client)
            if isinstance(shown, Box)
            else show_tag(photo, shown, texts, visit, client)
        )
        show_behind(texts, visit, client)
        show_kept(texts, visit, client)
    note_kept(visit)
    # Last, because it may take long, and nothing else waits for it.
    if draw_price is not None:
        draw_price()
    note_seen(texts, visit, shown=False)


def show_tag(
    photo: Photo, stage: PhotoStage, texts: ReadTagTexts, visit: Visit, client: ShopperClient
) -> Callable[[], None] | None:
    """Draw what is read on the whole photo; returns what draws the price."""
    place = st.empty()
    whole = visit.read_tag(client, photo)
    try:
        tag = outcome(whole.job, partial(_wait, place, whole, texts, visit, client))
    except BackendError as error:
        _show_failure(place, error, texts, visit.clear_reading)
        return None
    place.empty()
    selection = select(tag, visit.card, visit.line)
    lay_lines(stage, tag, selection, texts, visit)
    if not tag.lines and not selection.known_code:
        st.warning(texts.no_text, icon=":material/search_off:")
        with st.container(horizontal=True, key="verdict"):
            st.button(
                texts.mark_button,
                icon=":material/crop_free:",
                type="primary",
                key="mark-now",
                width="stretch",
                on_click=visit.mark_by_hand,
                args=(True,),
            )
        return None
    show_cards(tag, texts, visit)
    reading = None if selection.code_line is None else tag.lines[selection.code_line]
    shown = {line.id: visit.preferred(line) for line in tag.lines}
    draw_price = _headline(_code(selection, reading, visit), reading, texts, visit, client)
    show_card(tag, selection, texts, visit)
    show_barcode_notes(selection, "" if reading is None else reading.code, texts)
    if selection.line is not None:
        line = tag.lines[selection.line]
        region = Region(photo, visit.turn, line.corners)
        _confirm(ReadLine(line, region, selection.pair), shown, texts, visit, client)
        if selection.is_card_code and line.id in visit.kept:
            show_tag_price(tag, selection, texts, visit, client)
    return draw_price


def _marked(region: Region, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> Callable[[], None] | None:
    """Draw what is read in the box that the shopper sets; returns what draws the price."""
    place = st.empty()
    try:
        reading = outcome(
            visit.read(client, region), lambda: place.info(texts.reading_wait, icon=":material/hourglass_top:")
        )
    except BackendError as error:
        _show_failure(place, error, texts, visit.read_again)
        return None
    place.empty()
    shown = {reading.id: visit.preferred(reading)}
    draw_price = _headline(shown[reading.id][1], reading, texts, visit, client)
    _confirm(ReadLine(reading, region), shown, texts, visit, client)
    return draw_price


def _confirm(
    line: ReadLine, shown: Mapping[str, tuple[str, str]], texts: ReadTagTexts, visit: Visit, client: ShopperClient
) -> None:
    """Draw the confirmation; if it has changed the line, the code and the price above are drawn anew.

    Args:
        line: The line to confirm.
        shown: Lines and codes as they were when the code above was drawn, by reading.
        texts: The language.
        visit: The visit.
        client: The way to the backend.
    """
    confirm(line, texts, visit, client)
    if visit.preferred(line.reading) != shown[line.id]:
        st.rerun()


def _wait(place: DeltaGenerator, whole: TagReading, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw what is known while the photo is being read: the likeliest code comes before the rest, and so its price."""
    first = whole.first_line
    if first is None or not first.code:
        place.info(texts.reading_wait, icon=":material/hourglass_top:")
        return
    visit.find_price(client, first.code)
    place.html(first_code(first, texts))


def _show_failure(place: DeltaGenerator, error: BackendError, texts: ReadTagTexts, again: Callable[[], None]) -> None:
    with place.container():
        st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
        # The same request again would be refused again.
        if not is_lasting(error):
            st.button(texts.retry, icon=":material/refresh:", key="retry-read", on_click=again)


def _code(selection: Selection, reading: Reading | None, visit: Visit) -> str:
    """The code to search for: the shopper's, the reader's in the spelling of the tag's brand, or the barcode's."""
    if reading is None:
        return selection.known_code
    text, code = visit.preferred(reading)
    field = None if selection.card is None else selection.card.code
    is_read = (text, code) == (reading.text, reading.code)
    return field.value if is_read and field is not None and selection.code_line in field.lines else code


def _headline(
    code: str, reading: Reading | None, texts: ReadTagTexts, visit: Visit, client: ShopperClient
) -> Callable[[], None] | None:
    """Draw the code, how sure it is, and its price; where that is awaited, returns what draws it into its room."""
    refused = reading is not None and visit.is_refused(reading)
    if code and not refused:
        show_code(code, texts, label=texts.code_label if reading is not None else texts.known_code_label)
    if reading is None:
        if not code:
            st.info(texts.no_code, icon=":material/touch_app:")
    elif not reading.text:
        show_no_text(reading, texts)
    elif code and visit.preferred(reading)[0] == reading.text:
        show_sureness(reading, texts, sure_confidence(client))
    if not code:
        return None
    visit.see(code)
    room = price_room(code, visit, client)

    def draw() -> None:
        with room:
            show_price(code, reading, texts, visit, client, refused=refused)

    if not visit.find_price(client, code).done():
        return draw
    draw()
    return None
