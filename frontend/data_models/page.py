"""The page "Data and models", behind the team's token: the labels that models learn from, and the models that read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, cast, get_args

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from frontend.client.explorer import ExplorerClient
from frontend.client.failures import BackendError
from frontend.client.team import TeamClient
from frontend.client.team_answers import Overview
from frontend.data_models.accuracy_panel import show_accuracy
from frontend.data_models.champions_panel import show_canary, show_champions, show_shadow
from frontend.data_models.cycle_panel import show_cycle
from frontend.data_models.figures import age, show_tiles
from frontend.data_models.labels_panel import show_labels
from frontend.data_models.review_panel import show_review
from frontend.data_models.texts import TEXTS, DataTexts, Section
from frontend.data_models.versions_panel import show_versions
from frontend.domains import domain_backend
from frontend.heading import begin_page, page_language
from frontend.job import outcome, pool
from frontend.team_entry import entered_name, entered_token, offer_leaving, show_refusal, show_team_top

_MARKDOWN: Final = re.compile(r"[\\`*_{}\[\]()<>#+!|~$:-]")


def data_models(reading_page: StreamlitPage, *others: StreamlitPage) -> None:
    """Draw the page.

    Args:
        reading_page: Where the way back leads.
        others: The team's other pages.
    """
    texts = TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    links = show_team_top(reading_page, others, texts)
    client = TeamClient(domain_backend(), entered_token())
    place = st.empty()
    try:
        overview = outcome(
            pool().submit(client.overview), lambda: place.info(texts.loading, icon=":material/hourglass_top:")
        )
    except BackendError as error:
        with place.container():
            show_refusal(error, texts)
        return
    place.empty()
    offer_leaving(links, texts)
    if overview.faults:
        st.warning(
            texts.faults + _in_english("\n- {}", map(_literal, overview.faults), texts), icon=":material/report:"
        )
    if overview.set_aside:
        named = "".join(f"\n- `{name}`" for name in overview.set_aside_names)
        st.warning(texts.set_aside.format(count=overview.set_aside) + named, icon=":material/rule:")
    _show_glance(overview, texts)
    _show_section(overview, texts, client)


def _show_glance(overview: Overview, texts: DataTexts) -> None:
    serving = texts.tile_shipped
    if overview.serving_number is not None:
        serving = texts.tile_entry.format(number=overview.serving_number)
    tiles = [(texts.tile_champion, str(overview.serving or "–"), serving)]
    labels, queue = overview.labels, overview.queue
    if labels is not None:
        note = texts.tile_labels_note_one if labels.crops == 1 else texts.tile_labels_note
        tiles.append((texts.tile_labels, f"{labels.kept:,}", note.format(crops=f"{labels.crops:,}")))
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


def _literal(message: str) -> str:
    """A message as Markdown that shows it as it is: it may quote what stands in a damaged object."""
    return _MARKDOWN.sub(r"\\\g<0>", message)


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
            show_canary(overview.serving, texts, client)
            show_shadow(overview.serving, texts, client)
        case "data":
            if overview.labels is not None:
                show_labels(overview.labels, overview.champions, texts)
            show_versions(overview.versions, texts, client)
        case "cycle":
            show_cycle(overview.versions, texts, client)
        case "review":
            show_review(texts, client, ExplorerClient(domain_backend(), entered_token(), entered_name()))
