"""Second looks: labels that are hard to believe, each with its picture, to keep, fix or drop."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError
from frontend.client.team import TeamClient
from frontend.client.team_answers import ReviewItem, Verdict
from frontend.clock import stamp
from frontend.confidence import percent
from frontend.data_models.texts import DataTexts

_NOTE: Final = "review-note"


def show_review(texts: DataTexts, client: TeamClient) -> None:
    """Draw the labels that wait, the latest first."""
    st.header(texts.review_title, anchor=False)
    st.caption(texts.review_about)
    note = st.session_state.pop(_NOTE, None)
    if note is not None:
        is_done, sentence = note
        if is_done:
            st.success(sentence, icon=":material/check_circle:")
        else:
            st.error(sentence, icon=":material/error:")
    try:
        review = client.review()
    except BackendError as error:
        st.warning(failure_sentence(error, texts), icon=":material/cloud_off:")
        return
    if not review.items:
        st.info(texts.review_none, icon=":material/task_alt:")
        return
    for item in review.items:
        _show_item(item, texts, client)
    if review.waiting > len(review.items):
        st.caption(texts.review_more.format(count=review.waiting - len(review.items)))


def _show_item(item: ReviewItem, texts: DataTexts, client: TeamClient) -> None:
    key = f"{item.prediction_id}-{item.event}"  # a newer label of the reading gets a field of its own

    def judge(verdict: Verdict) -> None:
        text = str(st.session_state.get(f"line-{key}") or "") if verdict == "fix" else ""
        try:
            kept = client.judge(item, verdict, text)
            st.session_state[_NOTE] = (True, texts.judged[verdict].format(text=kept or texts.review_unreadable))
        except BackendError as error:
            st.session_state[_NOTE] = (False, _failure(error, texts))

    with st.container(border=True, key=f"review-{key}"):
        left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
        with left:
            _show_picture(item, texts, client)
        with right:
            label = item.text or (texts.review_unreadable if item.status == "unreadable" else texts.review_no_text)
            read = f"{item.read_text or texts.review_no_text} · {percent(item.read_confidence)}"
            lines = [(texts.review_read, read), (texts.review_label[item.status], label)]
            if item.others:
                lines.append((texts.review_others, ", ".join(text or texts.review_unreadable for text in item.others)))
            rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in lines)
            reason = texts.review_reasons.get(item.reason, item.reason)
            when = stamp(item.at, st.context.timezone)
            st.html(
                f'<div class="doubt" lang="{texts.language}"><b>{escape(reason)}</b>'
                f'<dl>{rows}</dl><div class="quiet">{escape(when)}</div></div>'
            )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.text_input(
                texts.review_line,
                value=item.text or item.read_text,
                max_chars=64,
                key=f"line-{key}",
                autocomplete="off",
            )
            with st.container(horizontal=True, gap="small", width="content"):
                for verdict, name, icon in (
                    ("fix", texts.fix, ":material/edit:"),
                    ("keep", texts.keep, ":material/check:"),
                    ("drop", texts.drop, ":material/block:"),
                ):
                    st.button(name, icon=icon, key=f"{verdict}-{key}", on_click=judge, args=(verdict,))


def _show_picture(item: ReviewItem, texts: DataTexts, client: TeamClient) -> None:
    try:
        st.image(_picture(item.sample, client), width="stretch")
    except BackendError:
        st.caption(texts.review_no_picture)


# A minute: long enough for a few clicks, too short for a removed picture to stay visible.
@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def _picture(sample: str, _client: TeamClient) -> bytes:
    return _client.crop(sample)


def _failure(error: BackendError, texts: DataTexts) -> str:
    match error:
        case BackendRefusedError(status=404):  # the label is not there any more
            return texts.by_kind["label-moved"]
        case _:
            return failure_sentence(error, texts)
