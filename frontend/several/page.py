"""The page "Several photos": photos or zips go in, a table of their tags comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.uploaded_file_manager import UploadedFile

from frontend.client.session import backend
from frontend.client.shopper import ShopperClient
from frontend.heading import begin_page, page_language
from frontend.markdown import escaped
from frontend.menu import show_link
from frontend.photos.before_upload import prepare_uploads
from frontend.photos.uploads import forget_uploads
from frontend.read_tag.visit import current_visit
from frontend.several.batch import Batch, Row
from frontend.several.files import PhotoFile, RefusedFile, photo_files
from frontend.several.opened_photo import OpenedPhoto, open_photo, show_opened
from frontend.several.photo_table import show_photo_table
from frontend.several.table import COLUMNS, entries, refused_cells
from frontend.several.texts import SEVERAL_TEXTS, SeveralTexts
from frontend.several.workbook import csv_file, xlsx_file
from frontend.style import name_uploader

_STATE_KEY: Final = "several"
_MOST_MEGABYTES: Final = 256  # of an upload; a zip of forty photos has 80 to 200


@dataclass
class _Several:
    """The state of this page in one browser session."""

    batch: Batch | None = None
    refused: list[RefusedFile] = field(default_factory=list)
    uploads: list[UploadedFile] = field(default_factory=list)  # of the batch
    opened: OpenedPhoto | None = None
    drawn: OpenedPhoto | None = None  # the one that the whole page was last drawn with
    round: int = 0  # makes new widgets for other photos

    def begin(self, client: ShopperClient, files: list[PhotoFile | RefusedFile]) -> None:
        """Start to read what can be read."""
        self.refused = [file for file in files if isinstance(file, RefusedFile)]
        if rows := [Row(file) for file in files if isinstance(file, PhotoFile)]:
            self.batch = Batch(client, rows)
            self.batch.start()

    def end(self) -> None:
        """Make room for other photos."""
        if self.batch is not None:
            self.batch.stop()
        forget_uploads(self.uploads)
        self.batch, self.opened, self.refused, self.uploads = None, None, [], []
        self.round += 1


def several_photos(first_page: StreamlitPage) -> None:
    """Draw the page.

    Args:
        first_page: Where a single photo is read.
    """
    texts = SEVERAL_TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    state, client = _state(), ShopperClient(backend())
    show_link(first_page, texts.one_photo, ":material/arrow_back:")
    if state.batch is None:
        _choose(texts, state, client)
    else:
        _show(state.batch, texts, state, client, first_page)


def _state() -> _Several:
    if _STATE_KEY not in st.session_state:
        st.session_state[_STATE_KEY] = _Several()
    state: _Several = st.session_state[_STATE_KEY]
    return state


def _choose(texts: SeveralTexts, state: _Several, client: ShopperClient) -> None:
    st.html(f'<p class="tagline" lang="{texts.language}">{escape(texts.tagline)}</p>')
    name_uploader(
        button=texts.upload_button, drop=texts.upload_drop, limit=texts.upload_limit, refused=texts.upload_refused
    )
    prepare_uploads()
    # Any name: a photo and a zip are known by their content.
    uploads = st.file_uploader(
        texts.upload_label,
        accept_multiple_files=True,
        max_upload_size=_MOST_MEGABYTES,
        key=f"several-upload-{state.round}",
    )
    if uploads:
        state.uploads = uploads
        state.begin(client, list(photo_files(uploads)))
        if state.batch is not None:
            st.rerun()
    _show_refused(texts, state)


def _show(batch: Batch, texts: SeveralTexts, state: _Several, client: ShopperClient, first_page: StreamlitPage) -> None:
    running = batch.is_running
    kept = dict(current_visit().kept)
    batch.see()
    state.drawn = state.opened
    st.fragment(_show_progress, run_every=1.0 if running else None)(batch, texts, state, was_running=running)
    if not running:
        _offer_files(batch, texts, state)
    # Every time, all thumbnails travel: the longer the table, the longer it rests.
    pause = max(1.0, len(batch.rows) / 50)
    st.fragment(_show_table, run_every=pause if running else None)(batch, texts, state, client)
    if state.opened is not None:
        with st.container(key="opened-photo"):
            show_opened(state.opened, texts, client, first_page)
    _show_refused(texts, state)
    if current_visit().kept != kept:
        st.rerun()  # table and files were drawn without a label that was kept or deleted below


def _show_progress(batch: Batch, texts: SeveralTexts, state: _Several, *, was_running: bool) -> None:
    """Draw how far the batch is, and its buttons.

    Args:
        batch: The photos.
        texts: The language.
        state: The page's state.
        was_running: Whether the page around this was drawn while photos were being read.
    """
    batch.see()
    if was_running and not batch.is_running:
        st.rerun()  # the whole page: it offers the files now, and looks no further
    counts = batch.outcomes
    counts["failed"] += len(state.refused)
    done, total = counts.total(), len(batch.rows) + len(state.refused)
    words = texts.progress.format(
        done=done, total=total, read=counts["read"], empty=counts["no-text"], failed=counts["failed"]
    )
    st.progress(done / total, words)
    if was_running:
        busy = round(batch.busy_seconds)
        state_now = texts.stopping if batch.is_stopping else texts.busy.format(seconds=busy) if busy else texts.stay
        st.caption(state_now)
    elif done < total:
        st.info(texts.stopped, icon=":material/pause:")
    buttons = []
    with st.container(horizontal=True, gap="small", key="several-buttons"):
        if was_running:
            st.button(
                texts.stop,
                icon=":material/pause:",
                key="several-stop",
                disabled=batch.is_stopping,
                on_click=batch.stop,
            )
        elif done < total:
            buttons.append(
                st.button(texts.go_on, icon=":material/play_arrow:", key="several-go-on", on_click=batch.start)
            )
        elif batch.worth_another_try:
            again = texts.read_again.format(count=batch.worth_another_try)
            buttons.append(st.button(again, icon=":material/refresh:", key="several-again", on_click=batch.start_again))
        buttons.append(
            st.button(texts.others, icon=":material/add_photo_alternate:", key="several-others", on_click=state.end)
        )
    if any(buttons):
        st.rerun()


def _show_table(batch: Batch, texts: SeveralTexts, state: _Several, client: ShopperClient) -> None:
    def open_row(row: Row) -> None:
        state.opened = open_photo(row, client)

    opened = None if state.opened is None else state.opened.row
    show_photo_table(batch.rows, opened, current_visit().kept, texts, open_row, key=f"several-table-{state.round}")
    st.caption(texts.open_hint)
    if state.opened is not state.drawn:
        st.rerun()


def _offer_files(batch: Batch, texts: SeveralTexts, state: _Several) -> None:
    kept = current_visit().kept
    head = [texts.columns[column] for column in COLUMNS]
    # What was refused stands in the files, too: whoever gets them sees that something is missing.
    found = [entry.cells(kept, texts) for entry in entries(batch.rows)]
    found += [refused_cells(file, texts) for file in state.refused]
    rows = [[cells.get(column, "") for column in COLUMNS] for cells in found]
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            texts.download_xlsx,
            xlsx_file(texts.sheet, head, rows),
            "tags.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            icon=":material/table:",
            type="primary",
            key="several-xlsx",
            on_click="ignore",
        )
        st.download_button(
            texts.download_csv,
            csv_file(head, rows),
            "tags.csv",
            "text/csv",
            icon=":material/csv:",
            key="several-csv",
            on_click="ignore",
        )


def _show_refused(texts: SeveralTexts, state: _Several) -> None:
    if not state.refused:
        return
    with st.expander(texts.refused_title.format(count=len(state.refused)), icon=":material/warning:", expanded=True):
        for file in state.refused[:50]:
            st.markdown(f"**{escaped(file.name)}**: {texts.file_faults[file.kind]}")
        if len(state.refused) > 50:
            st.caption(f"… +{len(state.refused) - 50}")
