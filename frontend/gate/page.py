"""The page "Gate", behind the team's token: pictures in, who came and went, corrections, deletion on request."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from html import escape
from typing import Final, TypedDict, get_args

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.gate import GateClient
from frontend.client.gate_answers import Passages, Visits, WayAsked
from frontend.client.session import backend
from frontend.clock import stamp
from frontend.domains import domain_path
from frontend.gate.passage_panel import show_passage
from frontend.gate.texts import GATE_TEXTS, GateTexts
from frontend.heading import begin_page, page_language
from frontend.job import outcome, pool
from frontend.notices import take_notice
from frontend.photos.uploads import forget_uploads
from frontend.style import name_uploader
from frontend.team_entry import entered_name, entered_token, for_role, offer_leaving, show_links, show_refusal

_PAGE: Final = 20  # passages
_SAID: Final = "gate-said"
_AFTER: Final = "gate-after"
_ROUND: Final = "gate-round"


def gate_page(reading_page: StreamlitPage, *others: StreamlitPage) -> None:
    """Draw the page.

    Args:
        reading_page: Where the way back leads.
        others: The team's other pages.
    """
    texts = GATE_TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    links = show_links(reading_page, others, texts)
    path = domain_path("plates")
    if path is None:
        st.info(texts.off, icon=":material/no_crash:")
        return
    place = st.empty()
    try:
        client = GateClient(backend().below(path), entered_token(), entered_name())
        wanted = _wanted()  # here: the threads of requests have no session
        job = pool().submit(lambda: (client.passages(**wanted), client.visits()))
        passages, visits = outcome(job, lambda: place.info(texts.loading, icon=":material/hourglass_top:"))
    except BackendError as error:
        with place.container():
            show_refusal(error, texts)
        return
    place.empty()
    offer_leaving(links, texts)
    st.html(f'<p class="tagline" lang="{texts.language}">{escape(texts.tagline)}</p>')
    said: tuple[str, str] | None = take_notice(_SAID)
    if said is not None:
        (st.error if said[0] == "error" else st.success)(said[1])
    _show_inside(visits, texts)
    _take_pictures(client, texts)
    _show_log(passages, client, texts)
    _show_visits(visits, texts)
    st.caption(texts.privacy.format(days=f"{passages.days:g}"))


class _Wanted(TypedDict):
    """What is searched for."""

    search: str
    direction: str
    unknown: bool
    after: int


def _wanted() -> _Wanted:
    state = st.session_state
    return {
        "search": state.get("gate-search", ""),
        "direction": state.get("gate-direction") or "",
        "unknown": bool(state.get("gate-unknown", False)),
        "after": int(state.get(_AFTER, 0)),
    }


def _show_inside(visits: Visits, texts: GateTexts) -> None:
    inside = [visit for visit in visits.items if visit.inside]
    if not inside:
        st.caption(texts.nobody_inside)
        return
    st.markdown(f"**{texts.inside.format(count=visits.inside)}**")
    with st.container(horizontal=True, gap="small"):
        for visit in inside:
            st.badge(
                f"{visit.shown} · {visit.vehicle or texts.unknown_vehicle}",
                icon=":material/directions_car:",
                color="green" if visit.vehicle else "orange",
            )


def _take_pictures(client: GateClient, texts: GateTexts) -> None:
    with st.expander(texts.pictures_in, icon=":material/add_a_photo:", expanded=True):
        way = st.segmented_control(
            texts.chosen_as,
            list(texts.ways_in),
            default="files",
            required=True,
            format_func=lambda name: texts.ways_in[name],
            label_visibility="collapsed",
            key="gate-way",
        )
        if way == "frames":
            st.caption(texts.frames_hint)
        name_uploader(
            button=texts.upload_button,
            drop=texts.upload_drop,
            limit=texts.upload_limit,
            refused=texts.upload_refused,
        )
        number = int(st.session_state.get(_ROUND, 0))
        files = st.file_uploader(
            texts.upload_label,
            accept_multiple_files="directory" if way == "folder" else True,
            type=["jpg", "jpeg", "png", "webp", "heic"],
            max_upload_size=20,
            key=f"gate-files-{number}",
            **for_role("labeller", texts),
        )
        left, right = st.columns(2, gap="small")
        camera = left.text_input(texts.camera, max_chars=60, key="gate-camera", autocomplete="off")
        direction: WayAsked = right.selectbox(
            texts.direction, get_args(WayAsked), format_func=lambda name: texts.ways[name], key="gate-way-asked"
        )
        if not files or not st.button(
            texts.read.format(count=len(files)),
            type="primary",
            icon=":material/search:",
            key="gate-read",
            **for_role("labeller", texts),
        ):
            return
        stream, plates = uuid.uuid4().hex if way == "frames" else "", []
        ordered, bar = sorted(files, key=lambda file: file.name), st.progress(0.0)
        try:
            for at, file in enumerate(ordered):
                bar.progress(at / len(ordered), texts.reading.format(done=at + 1, count=len(ordered)))
                seen = client.see(
                    file.getvalue(),
                    camera=camera,
                    direction=direction,
                    stream=stream,
                    seconds=0.2 * at,
                    last=at == len(ordered) - 1,
                )
                plates += [passage.shown for passage in seen.passages]
        except BackendError as error:
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
            return
        forget_uploads(tuple(files))
        st.session_state[_ROUND] = number + 1
        told = texts.was_read.format(plates=", ".join(plates)) if plates else texts.nothing_read
        st.session_state[_SAID] = ("success" if plates else "error", told)
        st.rerun()


def _show_log(passages: Passages, client: GateClient, texts: GateTexts) -> None:
    def from_the_start() -> None:
        st.session_state[_AFTER] = 0

    st.subheader(texts.log, anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(texts.search, key="gate-search", max_chars=64, on_change=from_the_start, width=280)
        st.segmented_control(
            texts.direction,
            ["", "in", "out"],
            default="",
            required=True,
            format_func=lambda way: texts.directions[way] if way else texts.all_ways,
            key="gate-direction",
            on_change=from_the_start,
            width="content",
        )
        st.toggle(texts.only_unknown, key="gate-unknown", on_change=from_the_start)
    if not passages.items:
        st.caption(texts.none)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(texts.found.format(count=passages.found), width="content")
        st.download_button(
            texts.download,
            client.table,
            "gate.csv",
            "text/csv",
            icon=":material/download:",
            type="tertiary",
            key="gate-csv",
        )
    for passage in passages.items:
        show_passage(passage, client, texts, lambda job: _do(job, texts))
    after = int(st.session_state.get(_AFTER, 0))
    with st.container(horizontal=True, gap="small"):
        if after > 0 and st.button(texts.later, icon=":material/arrow_upward:", key="gate-later"):
            st.session_state[_AFTER] = max(0, after - _PAGE)
            st.rerun()
        if after + _PAGE < passages.found and st.button(
            texts.earlier, icon=":material/arrow_downward:", key="gate-earlier"
        ):
            st.session_state[_AFTER] = after + _PAGE
            st.rerun()


def _do(job: Callable[[], str], texts: GateTexts) -> None:
    """Do something that was pressed, and keep what to say of it for the page that is drawn next."""
    try:
        st.session_state[_SAID] = ("success", job())
    except BackendError as error:
        st.session_state[_SAID] = ("error", failure_sentence(error, texts))


def _show_visits(visits: Visits, texts: GateTexts) -> None:
    if not visits.items:
        return
    names = texts.visit_columns
    with st.expander(texts.visits, icon=":material/compare_arrows:"):
        st.dataframe(
            [
                {
                    names["shown"]: visit.shown,
                    names["vehicle"]: visit.vehicle or texts.unknown_vehicle,
                    names["came"]: visit.came and stamp(visit.came, st.context.timezone),
                    names["went"]: visit.went and stamp(visit.went, st.context.timezone),
                }
                for visit in visits.items
            ],
            hide_index=True,
            width="stretch",
        )
