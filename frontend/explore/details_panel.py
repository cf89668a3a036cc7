"""The details of one label: its crop, what is known about it, its history, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from frontend.client.explorer import ExplorerClient
from frontend.client.explorer_answers import Change, Details, Found, PastEvent
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError
from frontend.clock import stamp
from frontend.confidence import percent
from frontend.explore.changes import offer_changes
from frontend.explore.crop_grid import DROPPED, shown_text
from frontend.explore.exploration import Exploration
from frontend.explore.tagging import offer_tags_of
from frontend.explore.texts import ExploreTexts
from frontend.projects.texts import ProjectChoiceTexts


def show_details(state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    """Draw the details of the opened label, or say how to open one."""
    label = state.opened
    if label is None:
        st.caption(texts.details_none)
        return
    try:
        if state.details is None:
            state.details = client.details(label.prediction_id)
    except BackendError as error:
        is_gone = isinstance(error, BackendRefusedError) and error.status == 404
        st.warning(
            texts.by_kind["label-moved"] if is_gone else failure_sentence(error, texts), icon=":material/cloud_off:"
        )
        return
    details = state.details
    try:
        st.image(_picture(label.sample, client), width="stretch")
    except BackendError:
        st.caption(texts.no_picture)
    st.html(f'<div class="crop-facts" lang="{texts.language}">{_summary(details.label, texts)}</div>')
    _offer(details, state, client, texts)
    offer_tags_of(details.label, state, client, texts)
    st.html(f'<div class="crop-facts" lang="{texts.language}">{_facts(details, texts)}</div>')


def _offer(details: Details, state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    label = details.label
    key = f"{label.prediction_id}-{label.event}"  # a newer label gets a field of its own
    st.text_input(texts.line, value=label.text or label.read_text, max_chars=64, key=f"line-{key}", autocomplete="off")
    changes: list[Change] = ["fix"]
    if label.source not in ("review", "review-fixed"):
        changes.append("keep")
    if label.status != "unreadable":
        changes.append("unreadable")
    if label.source != DROPPED:
        changes.append("drop")
    if details.can_undo:
        changes.append("undo")
    offer_changes(changes, [label], state, client, texts, key=key)


def _summary(label: Found, texts: ExploreTexts) -> str:
    status = texts.statuses[label.status]
    source = texts.sources.get(label.source, label.source)
    return (
        f'<div class="line">{escape(shown_text(label, texts))}</div>'
        f'<div class="quiet">{escape(status)} · {escape(source)}</div>'
    )


def _facts(details: Details, texts: ExploreTexts) -> str:
    label, quality = details.label, details.quality
    read = f"{label.read_text or texts.no_text} · {percent(label.read_confidence)}"
    rows = [(texts.read, read, "printed")]
    if label.code and label.code != label.text:
        rows.append((texts.code, label.code, "printed"))
    if label.brands:
        rows.append((texts.brand, ", ".join(label.brands), ""))
    if label.projects:
        rows.append((ProjectChoiceTexts(texts.language).project, ", ".join(label.projects), ""))
    rows += _said_by_readers(label.values, texts)
    rows.append((texts.model, str(label.model), ""))
    rows.append((texts.confirmed_at, stamp(label.at, st.context.timezone), ""))
    rows.append((texts.size, f"{label.width} × {label.height}", ""))
    if label.turn:
        rows.append((texts.turn, texts.turned.format(degrees=90 * label.turn), ""))
    if quality is not None:
        rows.append((texts.light, str(quality.light), ""))
        rows.append((texts.contrast, f"{quality.contrast:.0f}", ""))
        rows.append((texts.sharpness, f"{quality.sharpness:.2f}", ""))
    held = [f"{version.version} ({texts.sides[version.side]})" for version in details.versions]
    rows.append((texts.versions, ", ".join(held) or texts.versions_none, ""))
    if label.client:
        rows.append((texts.client, label.client, ""))
    if details.others:
        said = [f"{shown_text(other, texts)} ({_source(other.source, texts)})" for other in details.others]
        rows.append((texts.others, ", ".join(said), "printed"))
    drawn = "".join(f'<dt>{escape(name)}</dt><dd class="{kind}">{escape(value)}</dd>' for name, value, kind in rows)
    return f"<dl>{drawn}</dl><h3>{escape(texts.history)}</h3>{_history(details.history, texts)}"


def _said_by_readers(values: Mapping[str, str], texts: ExploreTexts) -> list[tuple[str, str, str]]:
    """Metadata as rows; what one reader says (`NAME.text`, `NAME.confidence` ...) is one row, like our reading."""
    readers = {key.removesuffix(".by") for key in values if key.endswith(".by")}
    rows = []
    for name in sorted(readers):
        text = values.get(f"{name}.text", texts.no_text if f"{name}.agrees" in values else "")
        lines = values.get(f"{name}.lines")
        said = [text, *([] if lines is None else [texts.lines_seen.format(count=lines)])]
        if (confidence := values.get(f"{name}.confidence")) is not None:
            said.append(_percent(confidence))
        if values.get(f"{name}.agrees") == "no":
            said.append(texts.disagrees)
        rows.append((values[f"{name}.by"], " · ".join(part for part in said if part), "printed"))
    told = {f"{name}.{key}" for name in readers for key in ("by", "text", "lines", "confidence", "agrees")}
    return [*rows, *((key, value, "") for key, value in values.items() if key not in told)]


def _percent(confidence: str) -> str:
    try:
        return percent(float(confidence))
    except ValueError:  # somebody has written it by hand
        return confidence


def _history(events: Sequence[PastEvent], texts: ExploreTexts) -> str:
    drawn = ""
    for event in reversed(events):
        said, parts = _said(event, texts)
        small = " · ".join(part for part in (stamp(event.stored_at, st.context.timezone), *parts) if part)
        drawn += f"<li>{escape(said)}<small>{escape(small)}</small></li>"
    return f"<ol>{drawn}</ol>"


def _said(event: PastEvent, texts: ExploreTexts) -> tuple[str, list[str]]:
    """What an event has said, and by whom."""
    if event.kind == "marks":
        changes = [*(f"+{name}" for name in event.given), *(f"−{name}" for name in event.taken)]
        undone = "" if event.undone_by is None else texts.undone_by.format(name=event.undone_by)
        return f"{texts.tags} · {' '.join(changes)}", [event.by, undone]
    if event.status is None:
        return texts.taken_back, []
    what = event.text or ("" if event.status == "unreadable" else texts.no_text)
    said = f"{texts.statuses[event.status]} · {what}" if what else texts.statuses[event.status]
    return said, [texts.undone if event.undoes else _source(event.source or "", texts), event.by]


def _source(source: str, texts: ExploreTexts) -> str:
    return texts.sources.get(source, source)


# A minute: long enough for a few clicks, too short for a removed picture to stay visible.
@st.cache_data(ttl=60, max_entries=200, scope="session", show_spinner=False)
def _picture(sample: str, _client: ExplorerClient) -> bytes:
    return _client.crop(sample)
