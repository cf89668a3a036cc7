"""The right side, middle part: accept, correct or mark unreadable, and undo."""

from __future__ import annotations

from functools import partial

import streamlit as st

from frontend.client.answers import Candidate, Kept, Reading
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.shopper import ShopperClient
from frontend.confidence import percent
from frontend.job import outcome
from frontend.photos.pictures import Cut
from frontend.read_tag.texts import ReadTagTexts
from frontend.read_tag.visit import Labelling, Visit, is_refusal


def confirm(reading: Reading, cut: Cut, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw the part that belongs to the present reading of this cut."""
    if visit.labelling is not None and visit.saved is None:
        _await_label(visit.labelling, texts, visit, client)
    if visit.saved is not None:
        _show_saved(visit.saved, texts, visit, client)
        return
    if visit.notice is not None:
        st.info(visit.notice, icon=":material/delete:")
        visit.notice = None
    _ask(reading, cut, texts, visit, client)


def show_kept(texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw the labels kept earlier in this visit, each with a button that deletes it."""
    present = visit.saved.prediction_id if visit.saved is not None else None
    earlier = [kept for kept in visit.kept.values() if kept.prediction_id != present]
    if not earlier:
        return
    with st.expander(texts.kept_title.format(count=len(earlier)), icon=":material/inventory_2:"):
        for kept in reversed(earlier):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.text(_name(kept, texts))
                st.button(
                    texts.delete,
                    icon=":material/delete:",
                    key=f"delete-{kept.prediction_id}",
                    on_click=visit.forget,
                    args=(client, kept.prediction_id),
                )


def show_behind(texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Finish labels of earlier readings; a failure is told here, with a button to try again."""
    for label in list(visit.behind):
        line = texts.kept_unreadable if label.status == "unreadable" else label.text
        place = st.empty()
        try:
            outcome(label.job, partial(place.info, texts.saving, icon=":material/hourglass_top:"))
        except BackendError as error:
            with place.container():
                sentences = f"{_what_is_known(error, texts)} {failure_sentence(error, texts)}"
                st.error(f"**{_plain(line)}**: {sentences}", icon=":material/cloud_off:")
                with st.container(horizontal=True, gap="small"):
                    st.button(
                        texts.retry,
                        icon=":material/refresh:",
                        key=f"retry-{label.reading.id}",
                        on_click=visit.label_again,
                        args=(client, label),
                    )
                    st.button(
                        texts.drop_label,
                        key=f"drop-{label.reading.id}",
                        on_click=visit.abandon,
                        args=(client, label.reading.id),
                    )
            continue
        place.empty()
        visit.drop_behind(label.reading.id)


def await_deletion(texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Finish the deletions under way; a failure is told here, with a button to try again."""
    for prediction_id, job in list(visit.forgetting.items()):
        place = st.empty()
        try:
            deleted = outcome(job, partial(place.info, texts.deleting, icon=":material/hourglass_top:"))
        except BackendError as error:
            with place.container():
                st.error(f"{texts.still_kept} {failure_sentence(error, texts)}", icon=":material/cloud_off:")
                st.button(
                    texts.retry,
                    icon=":material/refresh:",
                    key=f"retry-delete-{prediction_id}",
                    on_click=visit.forget,
                    args=(client, prediction_id),
                )
            continue
        place.empty()
        visit.forgotten(prediction_id)
        visit.notice = texts.undone if deleted else texts.undo_nothing


def code_of(typed: str, reading: Reading) -> str:
    """The code in a line that the shopper typed without letting the backend keep it.

    A field name or a colour around the code in the line as read is taken off if the shopper typed it again.
    """
    line = " ".join(typed.upper().split())
    for known in (Candidate(text=reading.text, code=reading.code, confidence=reading.confidence), *reading.candidates):
        if line == known.text:
            return known.code
    if not reading.code:
        return line
    before, found, after = reading.text.partition(reading.code)
    if found and len(line) > len(before) + len(after) and line.startswith(before) and line.endswith(after):
        return line[len(before) : len(line) - len(after)]
    return line


def _ask(reading: Reading, cut: Cut, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    if not reading.text:
        title = texts.confirm_title_empty
    else:
        title = texts.confirm_title if visit.keep else texts.confirm_title_private
    st.header(title, anchor=False)
    if visit.chosen is not None and not visit.keep:
        st.info(texts.using_private.format(text=_plain(visit.chosen[0])), icon=":material/visibility_off:")
    _show_chips(reading, cut, texts, visit, client)
    if visit.keep:
        with st.container(horizontal=True, gap="small", key="verdict"):
            if reading.text:
                st.button(
                    texts.accept,
                    icon=":material/check:",
                    type="primary",
                    key="accept",
                    width="stretch",
                    on_click=visit.label,
                    args=(client, reading, cut, "accepted", reading.text),
                )
            st.button(
                texts.unreadable,
                icon=":material/visibility_off:",
                key="unreadable",
                on_click=visit.label,
                args=(client, reading, cut, "unreadable", ""),
            )
    _show_correction(reading, cut, texts, visit, client)

    def switch() -> None:
        visit.keep = bool(st.session_state["keep-switch"])
        visit.chosen = None

    # The visit remembers the answer, because a switch that is not drawn loses it.
    st.toggle(texts.keep_switch, value=visit.keep, key="keep-switch", on_change=switch)
    st.caption(texts.keep_sentence if visit.keep else texts.private_sentence)


def _show_chips(reading: Reading, cut: Cut, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    if not reading.candidates:
        return
    key = f"chips-{reading.id}-{visit.chips}"

    def press() -> None:
        index = st.session_state[key]
        if index is None:
            return
        visit.chips += 1
        candidate = reading.candidates[index]
        if visit.keep:
            visit.label(client, reading, cut, "corrected", candidate.text, is_whole=True)
        else:
            visit.choose(reading, candidate.text, candidate.code)

    st.pills(
        texts.candidates_label if visit.keep else texts.candidates_label_private,
        range(len(reading.candidates)),
        format_func=lambda index: (
            f"**{_plain(reading.candidates[index].text)}** {percent(reading.candidates[index].confidence)}"
        ),
        key=key,
        on_change=press,
        wrap=True,
    )


def _show_correction(reading: Reading, cut: Cut, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    key = f"typed-{reading.id}"

    # A callback, because the form may belong to the last reading by the time the press arrives.
    def send() -> None:
        typed = str(st.session_state[key]).strip()
        visit.typed_nothing = not typed
        if not typed:
            return
        if visit.keep:
            unchanged = typed.upper() == reading.text
            visit.label(client, reading, cut, "accepted" if unchanged else "corrected", typed)
        else:
            visit.choose(reading, typed.upper(), code_of(typed, reading))

    with (
        st.form(f"correction-{reading.id}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="correction"),
    ):
        st.text_input(
            texts.correct_label if visit.keep else texts.correct_label_private,
            value=reading.text,
            max_chars=64,
            key=key,
            autocomplete="off",
        )
        st.form_submit_button(
            texts.correct_button if visit.keep else texts.correct_button_private,
            on_click=send,
        )
    if visit.typed_nothing:
        visit.typed_nothing = False
        st.warning(texts.correct_empty, icon=":material/edit:")


def _await_label(labelling: Labelling, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    place = st.empty()
    try:
        visit.saved = outcome(labelling.job, lambda: place.info(texts.saving, icon=":material/hourglass_top:"))
    except BackendError as error:
        with place.container():
            st.error(f"{_what_is_known(error, texts)} {failure_sentence(error, texts)}", icon=":material/cloud_off:")
            st.button(
                texts.retry,
                icon=":material/refresh:",
                key="retry-label",
                on_click=visit.label_again,
                args=(client, labelling),
            )
        return
    place.empty()
    visit.kept[visit.saved.prediction_id] = visit.saved
    visit.chosen = None if visit.saved.status == "unreadable" else (visit.saved.text, visit.saved.code)


def _show_saved(saved: Kept, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    if saved.status == "unreadable":
        st.success(texts.saved_unreadable, icon=":material/check_circle:")
    else:
        st.success(texts.saved.format(text=_plain(saved.text)), icon=":material/check_circle:")
    if saved.completed:
        st.caption(texts.saved_completed)
    st.button(
        texts.undo,
        icon=":material/undo:",
        key="undo",
        on_click=visit.forget,
        args=(client, saved.prediction_id),
    )


def _what_is_known(error: BackendError, texts: ReadTagTexts) -> str:
    """Whether a label that failed may have been kept after all."""
    return texts.nothing_kept_yet if is_refusal(error) else texts.perhaps_not_kept


def _name(kept: Kept, texts: ReadTagTexts) -> str:
    if kept.status == "unreadable":
        return texts.kept_unreadable
    return kept.text or texts.kept_before


def _plain(text: str) -> str:
    """The text with Markdown's signs escaped."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!:$~<>&" else sign for sign in text)
