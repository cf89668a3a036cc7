"""Second looks: pictures whose labels are hard to believe or disagree, each on one card, to settle or to drop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final, Literal

import streamlit as st

from frontend.client.explorer import ExplorerClient
from frontend.client.explorer_answers import Found, ReadingNow
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.team import TeamClient
from frontend.client.team_answers import ReviewItem
from frontend.clock import stamp
from frontend.confidence import percent
from frontend.data_models.candidate import Candidate, candidates
from frontend.data_models.texts import DataTexts
from frontend.markdown import escaped
from frontend.notices import take_notice
from frontend.team_entry import for_role

Look = Literal["keep", "fix", "drop"]

_NOTE: Final = "review-note"
_DECISIONS: Final = "review-decisions"


@dataclass(frozen=True)
class _Decision:
    """A second look of this visit."""

    text: str  # what was decided on, in words
    labels: tuple[Found, ...]  # the labels that it has changed, as they are now


def show_review(texts: DataTexts, client: TeamClient, explorer: ExplorerClient) -> None:
    """Draw the pictures that wait, the one with the latest label first, and the way back from the last decision.

    Args:
        texts: The language.
        client: Tells what waits.
        explorer: Changes labels.
    """
    st.header(texts.review_title, anchor=False)
    st.caption(texts.review_about)
    _show_note()
    _offer_undoing(texts, explorer)
    try:
        review = client.review()
    except BackendError as error:
        st.warning(failure_sentence(error, texts), icon=":material/cloud_off:")
        return
    if not review.items:
        st.info(texts.review_none, icon=":material/task_alt:")
        return
    for item in review.items:
        _Card(item, texts, explorer).show()
    if review.waiting > len(review.items):
        st.caption(texts.review_more.format(count=review.waiting - len(review.items)))


def _show_note() -> None:
    note = take_notice(_NOTE)
    if note is None:
        return
    is_done, sentence = note
    if is_done:
        st.success(sentence, icon=":material/check_circle:")
    else:
        st.error(sentence, icon=":material/error:")


def _offer_undoing(texts: DataTexts, explorer: ExplorerClient) -> None:
    decisions: list[_Decision] = st.session_state.get(_DECISIONS, [])
    if not decisions:
        return
    last = decisions[-1]

    def undo() -> None:
        try:
            changed = explorer.change("undo", last.labels)
        except BackendError as error:
            st.session_state[_NOTE] = (False, failure_sentence(error, texts))
            return
        problems = [one.problem for one in changed if one.problem is not None]
        restored = {one.prediction_id: one.label for one in changed if one.label is not None}
        decisions.pop()  # whatever became of it: what has changed since is not this visit's to undo
        # Earlier decisions on these labels can be undone next, as they stand now.
        decisions[:] = [
            replace(one, labels=tuple(restored.get(label.prediction_id, label) for label in one.labels))
            for one in decisions
        ]
        st.session_state[_NOTE] = (
            (False, _problem(problems[0], texts)) if problems else (True, texts.undone.format(text=escaped(last.text)))
        )

    name = texts.undo_last.format(text=escaped(last.text))
    st.button(name, icon=":material/undo:", key="undo-review", on_click=undo, **for_role("labeller", texts))


class _Card:
    """A picture that waits.

    Args:
        item: With its labels.
        texts: The language.
        explorer: Changes labels.
    """

    def __init__(self, item: ReviewItem, texts: DataTexts, explorer: ExplorerClient) -> None:
        self._item, self._texts, self._explorer = item, texts, explorer
        self._key = f"{item.sample}-{item.labels[0].event}"  # a newer label of the picture gets a field of its own

    def show(self) -> None:
        """Draw it: the picture, what it may say, and the field of another line."""
        texts = self._texts
        with st.container(border=True, key=f"review-{self._key}"):
            left, right = st.columns([2, 3], gap="medium")
            with left:
                _show_picture(self._item, texts, self._explorer)
            with right:
                reasons = " · ".join(texts.review_reasons.get(reason, reason) for reason in self._item.reasons)
                st.html(f'<div class="doubt" lang="{texts.language}"><b>{escape(reasons)}</b></div>')
                found = candidates(self._item.labels, _reading_now(self._item, self._explorer))
                for number, candidate in enumerate(found):
                    self._offer(number, candidate)
            self._offer_others()

    def _offer(self, number: int, candidate: Candidate) -> None:
        texts = self._texts
        words = escaped(_words(candidate.text, candidate.is_unreadable, texts))
        key = f"{number}-{self._key}"
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"may-{key}"):
            if candidate.can_be_chosen:
                st.button(
                    f"**{words}**",
                    icon=":material/check:",
                    key=f"choose-{key}",
                    on_click=self._choose,
                    args=(candidate,),
                    **for_role("labeller", texts),
                )
            else:
                st.markdown(words, width="content")
            st.html(f'<div class="quiet" lang="{texts.language}">{_sayers(candidate, texts)}</div>')

    def _offer_others(self) -> None:
        texts, first = self._texts, self._item.labels[0]
        field = f"line-{self._key}"
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.text_input(
                texts.review_line, value=first.text or first.read_text, max_chars=64, key=field, autocomplete="off"
            )
            with st.container(horizontal=True, gap="small", width="content"):
                st.button(
                    texts.fix,
                    icon=":material/edit:",
                    key=f"fix-{self._key}",
                    on_click=lambda: self._look("fix", [first], str(st.session_state.get(field) or "")),
                    **for_role("labeller", texts),
                )
                st.button(
                    texts.drop,
                    icon=":material/block:",
                    key=f"drop-{self._key}",
                    on_click=lambda: self._look("drop", self._item.labels),
                    **for_role("labeller", texts),
                )

    def _choose(self, candidate: Candidate) -> None:
        if candidate.labels:
            # A proven label is better evidence than an unproven one that says the same.
            proven = [label for label in candidate.labels if label.source != "unproven"]
            self._look("keep", [*proven, *candidate.labels][:1])
        else:
            self._look("fix", self._item.labels[:1], candidate.text)

    def _look(self, what: Look, labels: Sequence[Found], text: str = "") -> None:
        texts = self._texts
        try:
            changed = self._explorer.change(what, labels, text)
        except BackendError as error:
            st.session_state[_NOTE] = (False, failure_sentence(error, texts))
            return
        kept = tuple(one.label for one in changed if one.label is not None)
        problems = [one.problem for one in changed if one.problem is not None]
        if kept:
            said = ", ".join(dict.fromkeys(_words(label.text, label.status == "unreadable", texts) for label in kept))
            st.session_state.setdefault(_DECISIONS, []).append(_Decision(said, kept))
            st.session_state[_NOTE] = (True, texts.judged[what].format(text=escaped(said)))
        if problems:
            st.session_state[_NOTE] = (False, _problem(problems[0], texts))


def _sayers(candidate: Candidate, texts: DataTexts) -> str:
    """Who and what says so, a line each, as HTML."""
    lines = []
    for label in candidate.labels:
        who = texts.sources.get(label.source, label.source)
        by = label.by or label.client
        said = f"{who} ({by})" if by else who
        lines.append(f"{said} · {texts.says[label.status]} · {stamp(label.at, st.context.timezone)}")
    for reading in candidate.readings:
        said = texts.reads_now if reading.is_now else texts.read_then
        lines.append(f"{said} · {reading.model} · {percent(reading.confidence)}")
    return "".join(f"<div>{escape(line)}</div>" for line in lines)


def _words(text: str, is_unreadable: bool, texts: DataTexts) -> str:
    return texts.review_unreadable if is_unreadable else text or texts.review_no_text


def _problem(kind: str, texts: DataTexts) -> str:
    return texts.by_kind.get("label-moved" if kind == "not-found" else kind, texts.refused)


def _show_picture(item: ReviewItem, texts: DataTexts, explorer: ExplorerClient) -> None:
    try:
        st.image(_picture(item.sample, explorer), width="stretch")
    except BackendError:
        st.caption(texts.review_no_picture)


def _reading_now(item: ReviewItem, explorer: ExplorerClient) -> ReadingNow | None:
    """How the present model reads a picture; None while that cannot be told: the labels stand without it, too."""
    try:
        return _reading(item.sample, explorer)
    except BackendError:
        return None


# A minute: long enough for a few clicks, too short for a removed picture to stay visible.
@st.cache_data(ttl=60, max_entries=200, scope="session", show_spinner=False)
def _picture(sample: str, _explorer: ExplorerClient) -> bytes:
    return _explorer.crop(sample)


@st.cache_data(ttl=60, max_entries=200, scope="session", show_spinner=False)
def _reading(sample: str, _explorer: ExplorerClient) -> ReadingNow:
    return _explorer.reading_now(sample)
