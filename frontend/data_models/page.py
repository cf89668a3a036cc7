"""The page "Data and models", behind the team's token: the labels that models learn from, and the models that read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast, get_args

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError
from frontend.client.session import backend
from frontend.client.team import TeamClient
from frontend.client.team_answers import Overview
from frontend.data_models.accuracy_panel import show_accuracy
from frontend.data_models.champions_panel import show_champions, show_shadow
from frontend.data_models.cycle_panel import show_cycle
from frontend.data_models.figures import age, show_tiles
from frontend.data_models.labels_panel import show_labels
from frontend.data_models.review_panel import show_review
from frontend.data_models.texts import TEXTS, DataTexts, Section
from frontend.data_models.versions_panel import show_versions
from frontend.heading import begin_page, page_language
from frontend.job import outcome, pool

# The token is kept for this visit only: a reload asks for it again.
_ENTERED: Final = "entered-with"


def data_models(reading_page: StreamlitPage) -> None:
    """Draw the page.

    Args:
        reading_page: Where the way back leads.
    """
    texts = TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    token: str | None = st.session_state.get(_ENTERED)
    links = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    with links:
        if st.button(texts.back, icon=":material/arrow_back:", type="tertiary", key="back"):
            st.switch_page(reading_page)
    client = TeamClient(backend(), token)
    place = st.empty()
    try:
        overview = outcome(
            pool().submit(client.overview), lambda: place.info(texts.loading, icon=":material/hourglass_top:")
        )
    except BackendError as error:
        with place.container():
            _show_refusal(error, token, texts)
        return
    place.empty()
    with links:
        st.button(
            texts.leave,
            icon=":material/logout:",
            type="tertiary",
            key="leave",
            on_click=lambda: st.session_state.pop(_ENTERED, None),
        )
    if overview.faults:
        st.warning(texts.faults + _in_english("\n- {}", overview.faults, texts), icon=":material/report:")
    _show_glance(overview, texts)
    _show_section(overview, texts, client)


def _show_refusal(error: BackendError, token: str | None, texts: DataTexts) -> None:
    """Draw why nothing is shown; asks for the token if it is missing or wrong."""
    match error:
        case BackendRefusedError(kind="team-off"):
            st.info(failure_sentence(error, texts), icon=":material/lock:")
            return
        case BackendRefusedError(kind="too-many-guesses"):
            st.warning(failure_sentence(error, texts), icon=":material/lock_clock:")
        case BackendRefusedError(status=401):
            if token is not None:
                st.error(failure_sentence(error, texts), icon=":material/lock:")
            else:
                st.caption(texts.entry_hint)
        case _:
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
            st.button(texts.retry, icon=":material/refresh:", key="retry-overview")
            return
    with st.form("token", border=False), st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        typed = st.text_input(texts.entry_label, type="password", key="typed-token", width=320)
        pressed = st.form_submit_button(texts.entry_button)
    if pressed and typed.strip():
        st.session_state[_ENTERED] = typed.strip()
        st.rerun()


def _show_glance(overview: Overview, texts: DataTexts) -> None:
    serving = texts.tile_shipped
    if overview.serving_number is not None:
        serving = texts.tile_entry.format(number=overview.serving_number)
    tiles = [(texts.tile_champion, str(overview.serving or "–"), serving)]
    labels, queue = overview.labels, overview.queue
    if labels is not None:
        tiles.append((texts.tile_labels, f"{labels.kept:,}", texts.tile_labels_note.format(crops=f"{labels.crops:,}")))
        if labels.blocks:
            # A block that has just begun says little by itself.
            last = labels.blocks[-1:] if labels.blocks[-1].labels >= labels.block else labels.blocks[-2:]
            count = sum(block.labels for block in last)
            note = texts.tile_last_note.format(count=count)
            corrected = sum(block.corrected for block in last) / count
            confidence = sum(block.confidence * block.labels for block in last) / count
            tiles.append((texts.tile_rate, f"{100 * corrected:.1f}%", note))
            tiles.append((texts.tile_confidence, f"{100 * confidence:.1f}%", note))
        tiles.append((texts.tile_review, f"{labels.waiting:,}", ""))
    if queue is not None:
        note = texts.tile_queue_sent
        if queue.last_error:
            note = texts.tile_queue_failed + _in_english(": {}", (queue.last_error,), texts)
        elif queue.unsent:
            note = texts.tile_queue_age.format(age=age(queue.oldest_seconds, texts.age_units))
        tiles.append((texts.tile_queue, f"{queue.unsent:,}", note))
    show_tiles(tiles, texts.language)


def _in_english(shape: str, messages: Iterable[str], texts: DataTexts) -> str:
    """The server's own messages, which are English, on the English page only; its log has them for everyone."""
    return "".join(shape.format(message) for message in messages) if texts.language == "en" else ""


def _show_section(overview: Overview, texts: DataTexts, client: TeamClient) -> None:
    waiting = 0 if overview.labels is None else overview.labels.waiting

    def name(section: Section) -> str:
        if section == "review" and waiting:
            return texts.section_review_count.format(count=waiting)
        return texts.sections[section]

    chosen = st.segmented_control(
        texts.page,
        list(get_args(Section)),
        default="models",
        required=True,
        format_func=name,
        label_visibility="collapsed",
        key="section",
        width="stretch",
    )
    match cast(Section, chosen):
        case "models":
            show_accuracy(overview.cycles, texts, client)
            show_champions(overview.champions, texts)
            show_shadow(overview.serving, texts, client)
        case "data":
            if overview.labels is not None:
                show_labels(overview.labels, overview.champions, texts)
            show_versions(overview.versions, texts, client)
        case "cycle":
            show_cycle(overview.versions, texts, client)
        case "review":
            show_review(texts, client)
