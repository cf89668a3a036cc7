"""The page "Upload", behind the team's token: crops and photos go in, and what becomes of each file is shown."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final, get_args

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.uploaded_file_manager import UploadedFile

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.upload_answers import LinesKept, PictureKind, Upload
from frontend.client.uploads import UploadsClient
from frontend.domains import domain_backend, domain_key
from frontend.heading import begin_page, page_language
from frontend.job import outcome, pool
from frontend.photos.uploads import forget_uploads
from frontend.projects.choice import known_projects, project_name
from frontend.projects.texts import ProjectChoiceTexts
from frontend.style import name_uploader
from frontend.team_entry import entered_name, entered_token, for_role, offer_leaving, show_refusal, show_team_top
from frontend.uploads.sending import Sending
from frontend.uploads.texts import UPLOAD_TEXTS, UploadTexts
from frontend.uploads.upload_panel import show_upload, told_time

_STATE_KEY: Final = "uploads"
_MOST_MEGABYTES: Final = 256  # of a file


@dataclass
class _State:
    """The state of this page in one browser session."""

    sending: Sending | None = None
    chosen: str | None = None  # the upload that is shown; None for the latest
    files: tuple[UploadedFile, ...] = ()  # that are being sent
    round: int = 0  # makes new widgets for other files

    def end(self) -> None:
        """Make room for other files."""
        if self.sending is not None:
            self.chosen = self.sending.upload
        forget_uploads(self.files)
        self.sending, self.files = None, ()
        self.round += 1


def uploads_page(
    reading_page: StreamlitPage, data_page: StreamlitPage, explore_page: StreamlitPage, *others: StreamlitPage
) -> None:
    """Draw the page.

    Args:
        reading_page: Where the way back leads.
        data_page: The team's page of data and models.
        explore_page: Where what came in is looked at.
        others: The team's other pages.
    """
    texts = UPLOAD_TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    links = show_team_top(reading_page, [explore_page, data_page, *others], texts)
    client, state = UploadsClient(domain_backend(), entered_token(), entered_name()), _state()
    place = st.empty()
    try:
        uploads = outcome(pool().submit(client.all), lambda: place.info(texts.loading, icon=":material/hourglass_top:"))
    except BackendError as error:
        with place.container():
            show_refusal(error, texts)
        return
    place.empty()
    offer_leaving(links, texts)
    st.html(f'<p class="tagline" lang="{texts.language}">{escape(texts.tagline)}</p>')
    if state.sending is None:
        _choose(state, client, texts)
    else:
        st.fragment(_show_sending, run_every=1.0)(state.sending, state, texts)
    st.subheader(texts.latest, anchor=False)
    shown = _chosen(uploads, state, texts)
    if shown is None:
        st.caption(texts.none)
    else:
        show_upload(shown, client, explore_page, texts)


def _state() -> _State:
    key = domain_key(_STATE_KEY)
    if key not in st.session_state:
        st.session_state[key] = _State()
    state: _State = st.session_state[key]
    return state


def _choose(state: _State, client: UploadsClient, texts: UploadTexts) -> None:
    way = st.segmented_control(
        texts.chosen_as,
        list(texts.ways),
        default="files",
        required=True,
        format_func=lambda name: texts.ways[name],
        label_visibility="collapsed",
        key="upload-way",
    )
    is_folder = way == "folder"
    name_uploader(
        button=texts.upload_folder if is_folder else texts.upload_button,
        drop=texts.upload_drop,
        limit=texts.upload_limit,
        refused=texts.upload_refused,
    )
    files = st.file_uploader(
        texts.upload_label,
        accept_multiple_files="directory" if is_folder else True,
        max_upload_size=_MOST_MEGABYTES,
        key=f"upload-{way}-{state.round}",
        **for_role("labeller", texts),
    )
    fields = _options(texts)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_pressed = bool(files) and st.button(
            texts.begin_one if len(files) == 1 else texts.begin.format(count=len(files)),
            type="primary",
            icon=":material/upload:",
            key="upload-begin",
            **for_role("labeller", texts),
        )
        with st.popover(texts.how, icon=":material/help:", type="tertiary"):
            st.markdown(texts.how_text)
    if is_pressed:
        state.files = tuple(files)
        state.sending = Sending(client, state.files, fields)
        state.sending.start()
        st.rerun()


def _options(texts: UploadTexts) -> dict[str, str]:
    """Draw what may be said about the files; returns the fields of the upload."""
    with st.expander(texts.options, icon=":material/tune:"):
        left, right = st.columns(2, gap="small")
        with left:
            title = st.text_input(texts.title, max_chars=100, key="upload-title", autocomplete="off")
            pictures = st.selectbox(
                texts.pictures,
                get_args(PictureKind),
                format_func=lambda name: texts.picture_kinds[name],
                key="upload-pictures",
            )
        with right:
            tags = st.text_input(
                texts.tags, placeholder=texts.tags_hint, max_chars=500, key="upload-tags", autocomplete="off"
            )
            lines = st.selectbox(
                texts.lines, get_args(LinesKept), format_func=lambda name: texts.lines_kept[name], key="upload-lines"
            )
    project = _choose_project(texts)
    named = "\n".join(tag.strip() for tag in (tags or "").split(",") if tag.strip())
    return {"title": title or "", "tags": named, "pictures": str(pictures), "lines": str(lines)} | project


def _choose_project(texts: UploadTexts) -> dict[str, str]:
    """Draw the choice of the project that everything goes to; returns the field of the upload."""
    known = [project for project in known_projects(entered_token()) if project.may_add]
    if not known:
        return {}
    written = ProjectChoiceTexts(texts.language)
    ids = ["", *(project.id for project in known)]
    asked = st.query_params.get("project", "")
    chosen = st.selectbox(
        written.project,
        ids,
        index=ids.index(asked) if asked in ids else 0,
        format_func=lambda name: project_name(name, known, written) if name else written.no_project,
        key="upload-project",
    )
    return {"project": chosen} if chosen else {}


def _show_sending(sending: Sending, state: _State, texts: UploadTexts) -> None:
    """Draw how much has been sent; at the end the whole page is drawn anew."""
    if sending.has_ended and sending.error is None:
        state.end()
        st.rerun()
    sent, size = sending.sent / 1e6, max(sending.size, 1) / 1e6
    st.progress(min(1.0, sent / size), texts.sending.format(sent=f"{sent:.1f}", size=f"{size:.1f}"))
    if sending.error is None:
        st.caption(texts.sending_stay)
        st.button(
            texts.stop, icon=":material/close:", key="sending-stop", on_click=sending.stop, disabled=sending.is_stopped
        )
        return
    st.error(failure_sentence(sending.error, texts), icon=":material/cloud_off:")
    with st.container(horizontal=True, gap="small"):
        st.button(texts.go_on, icon=":material/refresh:", key="sending-again", on_click=sending.start)
        is_given_up = st.button(texts.give_up, icon=":material/close:", key="sending-give-up", on_click=state.end)
    if is_given_up:
        st.rerun()


def _chosen(uploads: tuple[Upload, ...], state: _State, texts: UploadTexts) -> Upload | None:
    """Draw the choice of an upload; returns the one that is chosen."""
    if not uploads:
        return None
    by_id = {upload.id: upload for upload in uploads}
    key = f"upload-shown-{state.round}"
    if key not in st.session_state:
        st.session_state[key] = state.chosen if state.chosen in by_id else uploads[0].id
    if len(uploads) == 1:
        return uploads[0]
    chosen = st.selectbox(
        texts.latest,
        list(by_id),
        format_func=lambda name: _named(by_id[name]),
        label_visibility="collapsed",
        key=key,
    )
    return by_id[chosen]


def _named(upload: Upload) -> str:
    """What never changes about an upload: browsers go on showing the words that an option had when it was chosen."""
    return " · ".join(part for part in (told_time(upload), upload.title or upload.by) if part)
