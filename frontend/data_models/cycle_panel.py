"""A request for a training cycle, and the progress of those under way."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from frontend.account import has_accounts
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.team import TeamClient
from frontend.client.team_answers import Activity, DatasetVersion, RunningCycle
from frontend.clock import stamp
from frontend.data_models.reasons import reason_in
from frontend.data_models.texts import DataTexts
from frontend.team_entry import for_role

_SECONDS: Final = 3.0
_SEEN: Final = "cycles-seen"


def show_cycle(versions: Sequence[DatasetVersion], texts: DataTexts, client: TeamClient) -> None:
    """Draw the request and, below it, the cycles under way."""
    st.header(texts.cycle_title, anchor=False)
    st.caption(texts.cycle_about)
    if has_accounts():
        st.caption(texts.cycle_projects)
    with st.form("cycle", border=True):
        version = st.selectbox(
            texts.cycle_version,
            ["", *(version.name for version in reversed(versions))],
            format_func=lambda name: name or texts.cycle_next,
            placeholder=texts.choose,
            key="cycle-version",
        )
        why = st.text_input(texts.cycle_why, max_chars=200, autocomplete="off", key="cycle-why")
        asked = st.form_submit_button(
            texts.cycle_button, icon=":material/model_training:", type="primary", **for_role("maintainer", texts)
        )
    if asked:
        try:
            requested = client.request_cycle(version or None, why.strip())
            told = texts.cycle_waited if requested.waited else texts.cycle_requested
            st.success(told, icon=":material/check_circle:")
        except BackendError as error:
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
    show_activity(texts, client)


@st.fragment(run_every=_SECONDS)
def show_activity(texts: DataTexts, client: TeamClient) -> None:
    """Draw the workers and the progress of the cycles every few seconds, and the whole page once a cycle has ended."""
    try:
        activity = client.activity()
    except BackendError as error:
        st.warning(failure_sentence(error, texts), icon=":material/cloud_off:")
        return
    seen = {cycle.id for cycle in activity.cycles}
    ended = set(st.session_state.get(_SEEN, ())) - seen
    st.session_state[_SEEN] = seen
    if ended:
        st.rerun()
    if activity.workers:
        st.info(texts.listening.format(count=len(activity.workers)), icon=":material/sensors:")
    else:
        st.warning(texts.listening_none, icon=":material/sensors_off:")
    if not activity.cycles:
        st.caption(texts.cycle_none)
    for cycle in activity.cycles:
        _show_running(cycle, activity, texts, client)


def _show_running(cycle: RunningCycle, activity: Activity, texts: DataTexts, client: TeamClient) -> None:
    with st.container(border=True, key=f"cycle-{cycle.id}"):
        title = texts.cycle_next if cycle.version is None else texts.cycle_on.format(version=cycle.version)
        asked = texts.cycle_asked.format(
            time=stamp(cycle.at, st.context.timezone), by=reason_in(texts.language, cycle.by)
        )
        why = "" if cycle.why == cycle.by else reason_in(texts.language, cycle.why)
        st.html(f'<b>{escape(title)}</b><div class="quiet">{escape(f"{asked} · {why}" if why else asked)}</div>')
        progress = cycle.progress
        if progress is None:
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                st.caption(texts.cycle_waits if activity.workers else texts.cycle_waits_alone)
                # A trigger would ask again at once.
                if cycle.worker is None and cycle.by.kind != "trigger":
                    pressed = st.button(
                        texts.cycle_withdraw,
                        icon=":material/close:",
                        type="tertiary",
                        key=f"withdraw-{cycle.id}",
                        **for_role("maintainer", texts),
                    )
                    if pressed:
                        _withdraw(cycle, texts, client)
            return
        _show_stages(progress.stage, texts)
        told = texts.stages.get(progress.stage, progress.stage)
        share = 0.0
        if progress.total > 0:
            told = texts.cycle_count.format(stage=told, done=f"{progress.done:,}", total=f"{progress.total:,}")
            share = min(1.0, progress.done / progress.total)
        st.progress(share, text=told)
        if not activity.workers:
            st.caption(texts.cycle_waits_alone)
        elif cycle.worker is not None:
            st.caption(texts.cycle_works.format(worker=cycle.worker))


def _withdraw(cycle: RunningCycle, texts: DataTexts, client: TeamClient) -> None:
    try:
        client.withdraw_cycle(cycle.id)
    except BackendError as error:
        st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
    else:
        st.rerun()


def _show_stages(stage: str, texts: DataTexts) -> None:
    """Draw the chain of stages; those before the present one are done."""
    stages = list(texts.stages)
    present = stages.index(stage) if stage in stages else -1
    steps = "".join(
        f'<li class="{"done" if at < present else "now" if at == present else ""}"'
        f"{' aria-current=step' if at == present else ''}>{escape(texts.stages[name])}</li>"
        for at, name in enumerate(stages)
    )
    st.html(f'<ol class="stages" lang="{texts.language}">{steps}</ol>')
