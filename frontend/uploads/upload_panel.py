"""One upload: how far it is, which moves by itself, and what became of its files."""

from __future__ import annotations

from typing import Final, cast, get_args

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.upload_answers import ResultFilter, Upload
from frontend.client.uploads import UploadsClient
from frontend.clock import stamp
from frontend.markdown import escaped
from frontend.menu import is_shown
from frontend.team_entry import for_role
from frontend.uploads.outcome_table import outcome_table
from frontend.uploads.texts import UploadTexts

_AT_ONCE: Final = 50  # files of a page of the table
_EVERY: Final = 1.5  # seconds between looks while it is worked on


def told_time(upload: Upload) -> str:
    """When an upload was begun, in the browser's zone."""
    return stamp(upload.at, st.context.timezone)


def show_upload(upload: Upload, client: UploadsClient, explore_page: StreamlitPage, texts: UploadTexts) -> None:
    """Draw an upload.

    Args:
        upload: As it was a moment ago.
        client: Asks how it is now.
        explore_page: Where what came in is looked at.
        texts: The language.
    """
    every = None if upload.has_ended else _EVERY
    st.fragment(_show, run_every=every)(upload, client, explore_page, texts)


def _show(before: Upload, client: UploadsClient, explore_page: StreamlitPage, texts: UploadTexts) -> None:
    try:
        upload = before if before.has_ended else client.get(before.id)
    except BackendError as error:
        st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
        return
    if upload.has_ended and not before.has_ended:
        st.rerun()  # the whole page: it looks no further
    told = " · ".join(part for part in (told_time(upload), upload.title, upload.by) if part)
    st.markdown(f"**{texts.phases[upload.phase]}** · {escaped(told)}")
    _show_progress(upload, texts)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="upload-actions"):
        if (
            upload.crops
            and is_shown(explore_page)
            and st.button(
                texts.explore_crops.format(count=f"{upload.crops:,}"),
                icon=":material/grid_view:",
                type="primary",
                key="upload-explore",
            )
        ):
            st.switch_page(explore_page, query_params={"search": f"meta.upload = {upload.id}"})
        if not upload.has_ended and st.button(
            texts.stop, icon=":material/close:", key="upload-cancel", **for_role("labeller", texts)
        ):
            _cancel(upload, client, texts)
        if upload.done:
            st.download_button(
                texts.csv,
                lambda: client.table(upload.id),
                f"upload-{upload.id}.csv",
                "text/csv",
                icon=":material/csv:",
                type="tertiary",
                key="upload-csv",
                on_click="ignore",
            )
    if upload.done:
        _show_files(upload, client, texts)


def _show_progress(upload: Upload, texts: UploadTexts) -> None:
    if upload.is_worked_on:
        words = texts.progress.format(done=f"{upload.done:,}", total=f"{upload.files:,}")
        st.progress(min(1.0, upload.done / max(1, upload.files)), words)
        if upload.is_stuck:
            st.warning(texts.stuck, icon=":material/report:")
        else:
            st.caption(texts.leave_open)
    elif upload.phase == "cancelled":
        st.caption(texts.cancelled)


def _cancel(upload: Upload, client: UploadsClient, texts: UploadTexts) -> None:
    try:
        client.cancel(upload.id)
    except BackendError as error:
        st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
    else:
        st.rerun()


def _show_files(upload: Upload, client: UploadsClient, texts: UploadTexts) -> None:
    """Draw what became of the files, some at a time, of one kind of result if wanted."""
    counts: dict[str, int] = {"all": upload.done}
    counts.update(upload.results.items())
    kinds = [kind for kind in get_args(ResultFilter) if counts.get(kind)]
    kind_key, place_key = f"upload-result-{upload.id}", f"upload-place-{upload.id}"

    def begin_anew() -> None:
        st.session_state[place_key] = 0

    kind = cast(
        ResultFilter,
        st.segmented_control(
            texts.columns["result"],
            kinds,
            default="all",
            required=True,
            format_func=lambda name: f"{texts.results[cast(ResultFilter, name)]} {counts[name]:,}",
            label_visibility="collapsed",
            key=kind_key,
            on_change=begin_anew,
        ),
    )
    first: int = st.session_state.setdefault(place_key, 0)
    try:
        found = client.outcomes(upload.id, kind, first, _AT_ONCE)
    except BackendError as error:
        st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
        return
    if not found.items:
        st.caption(texts.nothing)
        return
    st.html(outcome_table(found.items, texts))
    if found.found > _AT_ONCE:
        _show_way(first, len(found.items), found.found, place_key, texts)


def _show_way(first: int, shown: int, found: int, place_key: str, texts: UploadTexts) -> None:
    def go(step: int) -> None:
        st.session_state[place_key] = max(0, first + step)

    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center", gap="small"):
        st.button(
            texts.before,
            icon=":material/chevron_left:",
            disabled=first == 0,
            key="files-before",
            on_click=go,
            args=(-_AT_ONCE,),
        )
        place = texts.place.format(first=f"{first + 1:,}", last=f"{first + shown:,}", found=f"{found:,}")
        st.markdown(place, width="content")
        st.button(
            texts.further,
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=first + shown >= found,
            key="files-further",
            on_click=go,
            args=(_AT_ONCE,),
        )
