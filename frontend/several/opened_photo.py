"""A photo of the table, opened: its lines, the card of each tag, the price, and the label of its code."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.shopper import ShopperClient
from frontend.job import outcome, pool
from frontend.markdown import escaped
from frontend.menu import is_shown
from frontend.photos.photo import Photo
from frontend.photos.photo_stage import PhotoStage
from frontend.read_tag.confirm_panel import await_deletion, show_behind
from frontend.read_tag.page import show_tag
from frontend.read_tag.visit import TagReading, Visit, current_visit
from frontend.several.batch import Row
from frontend.several.files import FileError
from frontend.several.texts import SeveralTexts


@dataclass(frozen=True)
class OpenedPhoto:
    """A photo as it is shown beside its card."""

    row: Row
    visit: Visit  # shares its labels with the visit of the first page
    job: Future[Photo]


def open_photo(row: Row, client: ShopperClient) -> OpenedPhoto:
    """Open a photo that has been read; its picture is fetched beside the page."""

    def fetch() -> Photo:
        return client.open_photo(row.file.read())

    first = current_visit()
    # Labels are kept, listed and deleted in one place, whichever page they were given on.
    visit = Visit(
        keep=first.keep,
        kept=first.kept,
        labels=first.labels,
        chosen=first.chosen,
        forgetting=first.forgetting,
        tag_prices=first.tag_prices,
        is_recalled=True,
    )
    return OpenedPhoto(row, visit, pool().submit(fetch))


def show_opened(opened: OpenedPhoto, texts: SeveralTexts, client: ShopperClient, first_page: StreamlitPage) -> None:
    """Draw the photo and everything that follows from it.

    Args:
        opened: The photo.
        texts: The language.
        client: The way to the backend.
        first_page: Where a single photo is read, turned and marked by hand.
    """
    visit, tag = opened.visit, opened.row.tag
    if tag is None:
        return
    st.subheader(escaped(opened.row.file.name), anchor=False)
    place = st.empty()
    try:
        photo = outcome(opened.job, lambda: place.info(texts.photo_wait, icon=":material/hourglass_top:"))
    except FileError as error:
        place.error(texts.file_faults[error.kind], icon=":material/broken_image:")
        return
    except BackendError as error:
        place.error(failure_sentence(error, texts), icon=":material/cloud_off:")
        return
    place.empty()
    if visit.photo is None:
        visit.take(photo)
        visit.tag = TagReading.finished(photo, tag)
    left, right = st.columns(2, gap="large")
    with left:
        stage = PhotoStage(photo, 0)
        if is_shown(first_page) and st.button(
            texts.open_alone, icon=":material/open_in_full:", type="tertiary", key="open-alone"
        ):
            alone = current_visit()
            alone.take(photo)
            alone.tag = TagReading.finished(photo, tag)
            st.switch_page(first_page)
    with right:
        await_deletion(texts, visit, client)
        draw_price = None
        if tag.lines or any(barcode.code for barcode in tag.barcodes):
            draw_price = show_tag(photo, stage, texts, visit, client)
        else:
            st.warning(texts.no_text, icon=":material/search_off:")
        show_behind(texts, visit, client)
    if draw_price is not None:
        draw_price()
