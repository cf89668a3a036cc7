"""The buttons that change labels: one label, or all that are selected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import streamlit as st

from frontend.client.explorer import MOST_AT_ONCE, ExplorerClient
from frontend.client.explorer_answers import Change, Found
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.explore.exploration import Exploration, Note
from frontend.explore.texts import ExploreTexts
from frontend.notices import forget_once_drawn, take_notice
from frontend.team_entry import for_role

_ICONS: Final[dict[Change, str]] = {
    "fix": ":material/edit:",
    "keep": ":material/check:",
    "unreadable": ":material/visibility_off:",
    "drop": ":material/block:",
    "undo": ":material/undo:",
}
_FAILURE: Final = "change-failure"


def offer_changes(
    changes: Sequence[Change],
    labels: Sequence[Found],
    state: Exploration,
    client: ExplorerClient,
    texts: ExploreTexts,
    *,
    key: str,
) -> None:
    """Draw a button for each change.

    Args:
        changes: What can be done.
        labels: To these labels.
        state: The page's state.
        client: Asks for it.
        texts: The language.
        key: Of the buttons, and of the field of the line for `fix`.
    """

    def make(change: Change) -> None:
        text = str(st.session_state.get(f"line-{key}") or "") if change == "fix" else ""
        state.note = None
        try:
            for start in range(0, len(labels), MOST_AT_ONCE):
                state.take_in(change, client.change(change, labels[start : start + MOST_AT_ONCE], text))
        except BackendError as error:
            st.session_state[_FAILURE] = failure_sentence(error, texts)

    with st.container(horizontal=True, gap="xsmall", key=f"changes-{key}"):
        for change in changes:
            st.button(
                texts.names[change],
                icon=_ICONS[change],
                key=f"{change}-{key}",
                on_click=make,
                args=(change,),
                **for_role("labeller", texts),
            )


def show_outcome(state: Exploration, texts: ExploreTexts) -> None:
    """Draw what became of the last change, once."""
    note = state.note
    forget_once_drawn(lambda: setattr(state, "note", None))
    failure = take_notice(_FAILURE)
    if note is not None and note.changed:
        st.success(texts.changed[note.change].format(count=note.changed), icon=":material/check_circle:")
    if note is not None and note.problems:
        st.warning(_unchanged(note, texts), icon=":material/error:")
    if failure is not None:
        st.error(failure, icon=":material/cloud_off:")


def _unchanged(note: Note, texts: ExploreTexts) -> str:
    kinds = Counter(note.problems)
    sentences = [
        texts.by_kind.get("label-moved" if kind == "not-found" else kind, texts.refused) for kind in sorted(kinds)
    ]
    return " ".join([texts.unchanged.format(count=len(note.problems)), *dict.fromkeys(sentences)])
