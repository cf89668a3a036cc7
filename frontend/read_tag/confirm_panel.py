"""The line that is selected: accept it, correct it or mark it unreadable, and undo."""

from __future__ import annotations

from functools import partial

import streamlit as st

from frontend.client.answers import Candidate, Kept, Reading
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError, is_lasting
from frontend.client.shopper import ShopperClient
from frontend.confidence import percent
from frontend.job import outcome
from frontend.markdown import escaped
from frontend.read_tag.correct_button import correct_button
from frontend.read_tag.reading_panel import show_characters, show_correction, show_formats
from frontend.read_tag.texts import ReadTagTexts
from frontend.read_tag.visit import Labelling, ReadLine, Visit, is_refusal


def confirm(line: ReadLine, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw the part that belongs to the line that is selected."""
    visit.shown = line.id
    label = visit.labels.get(line.id)
    saved = visit.kept.get(line.id)
    if label is not None and saved is None:
        saved = _await_label(label, texts, visit, client)
    if saved is not None:
        _show_saved(saved, texts, visit, client)
        _show_line(line.reading, texts, visit)
        return
    if visit.notice is not None:
        st.info(visit.notice, icon=":material/delete:")
        visit.notice = None
    _ask(line, texts, visit, client)


def show_kept(texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw the labels kept earlier in this visit, each with a button that deletes it."""
    earlier = [kept for kept in visit.kept.values() if kept.prediction_id != visit.shown]
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
    for label in visit.behind():
        line = texts.kept_unreadable if label.status == "unreadable" else label.text
        place = st.empty()
        try:
            outcome(label.job, partial(place.info, texts.saving, icon=":material/hourglass_top:"))
        except BackendError as error:
            with place.container():
                sentences = f"{_what_is_known(error, texts)} {failure_sentence(error, texts)}"
                st.error(f"**{escaped(line)}**: {sentences}", icon=":material/cloud_off:")
                if is_lasting(error):
                    _correct_behind(label, texts, visit, client)
                with st.container(horizontal=True, gap="small"):
                    _offer_again(label, error, label.line.id, texts, visit, client)
                    st.button(
                        texts.drop_label,
                        key=f"drop-{label.line.id}",
                        on_click=visit.abandon,
                        args=(client, label.line.id),
                    )
            continue
        place.empty()


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


def _show_line(reading: Reading, texts: ReadTagTexts, visit: Visit) -> None:
    """Draw the line that counts, and the brands whose formats fit. A difference in spaces alone is no correction."""
    text = visit.preferred(reading)[0]
    kept = visit.kept.get(reading.id)
    if visit.is_refused(reading) or text.replace(" ", "") == reading.text.replace(" ", ""):
        show_characters(reading, texts)
        if reading.text:
            show_formats(reading.formats, texts)
        return
    show_correction(text, reading, texts)
    if kept is not None:
        show_formats(kept.formats, texts)


def _ask(line: ReadLine, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    reading = line.reading
    if not reading.text:
        title = texts.confirm_title_empty
    else:
        title = texts.confirm_title if visit.keep else texts.confirm_title_private
    st.header(title, anchor=False)
    _show_line(reading, texts, visit)
    chosen = visit.chosen.get(line.id)
    if chosen is not None and not visit.keep and not visit.is_refused(reading):
        st.info(texts.using_private.format(text=escaped(chosen[0])), icon=":material/visibility_off:")
    # On a phone it stands at the bottom of the window: see read_tag.css.
    with st.container(horizontal=True, gap="small", key="verdict"):
        if visit.keep and reading.text:
            st.button(
                texts.accept,
                icon=":material/check:",
                type="primary",
                key="accept",
                width="stretch",
                on_click=visit.label,
                args=(client, line, "accepted", reading.text),
            )
        correct_button(texts.correct_short, key="correct")
    _show_chips(line, texts, visit, client)
    _show_correction(line, texts, visit, client)
    if visit.keep:
        st.button(
            texts.unreadable,
            icon=":material/visibility_off:",
            type="tertiary",
            key="unreadable",
            on_click=visit.label,
            args=(client, line, "unreadable", ""),
        )

    def switch() -> None:
        if visit.keep != bool(st.session_state["keep-switch"]):
            visit.keep = not visit.keep
            visit.chosen.pop(line.id, None)

    # The visit remembers the answer, because a switch that is not drawn loses it.
    st.toggle(texts.keep_switch, value=visit.keep, key="keep-switch", on_change=switch)
    st.caption(texts.keep_sentence if visit.keep else texts.private_sentence)


def _show_chips(line: ReadLine, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    candidates = line.reading.candidates
    if not candidates:
        return
    row = visit.chips
    key = f"chips-{line.id}-{row}"

    def press() -> None:
        index = st.session_state[key]
        # A browser that has not heard yet that the row is gone sends its choice again with the next click, and
        # Streamlit takes that for a press: it would keep again what the same click deletes.
        if index is None or visit.chips != row:
            return
        visit.chips += 1
        candidate = candidates[index]
        if visit.keep:
            visit.label(client, line, "corrected", candidate.text, is_whole=True)
        else:
            visit.choose(line.reading, candidate.text, candidate.code)

    st.pills(
        texts.candidates_label if visit.keep else texts.candidates_label_private,
        range(len(candidates)),
        format_func=lambda index: f"**{escaped(candidates[index].text)}** {percent(candidates[index].confidence)}",
        key=key,
        on_change=press,
        wrap=True,
    )


def _show_correction(line: ReadLine, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    key = f"typed-{line.id}"

    # A callback, because the form may belong to the last reading by the time the press arrives.
    def send() -> None:
        typed = str(st.session_state[key]).strip()
        visit.typed_nothing = not typed
        if not typed:
            return
        if visit.keep:
            unchanged = typed.upper() == line.reading.text
            visit.label(client, line, "accepted" if unchanged else "corrected", typed)
        else:
            visit.choose(line.reading, typed.upper(), code_of(typed, line.reading))

    with (
        st.form(f"correction-{line.id}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="correction"),
    ):
        st.text_input(
            texts.correct_label if visit.keep else texts.correct_label_private,
            value=line.reading.text,
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


def _await_label(label: Labelling, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> Kept | None:
    place = st.empty()
    try:
        kept = outcome(label.job, lambda: place.info(texts.saving, icon=":material/hourglass_top:"))
    except BackendError as error:
        with place.container():
            st.error(f"{_what_is_known(error, texts)} {failure_sentence(error, texts)}", icon=":material/cloud_off:")
            with st.container(horizontal=True, gap="small"):
                _offer_again(label, error, "label", texts, visit, client)
        return None
    visit.kept[kept.prediction_id] = kept
    place.empty()
    return kept


def _offer_again(
    label: Labelling, error: BackendError, key: str, texts: ReadTagTexts, visit: Visit, client: ShopperClient
) -> None:
    """Draw a button that sends the label again; where it would be refused again, the lines that may be meant."""
    if not is_lasting(error):
        st.button(
            texts.retry,
            icon=":material/refresh:",
            key=f"retry-{key}",
            on_click=visit.label_again,
            args=(client, label),
        )
    elif isinstance(error, BackendRefusedError) and error.suggestions:
        st.caption(texts.candidates_label, width="content")
        for number, line in enumerate(error.suggestions):
            st.button(
                f"**{escaped(line)}**",
                key=f"suggestion-{number}-{key}",
                on_click=visit.label,
                args=(client, label.line, "corrected", line, label.is_whole),
            )


def _correct_behind(label: Labelling, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw a field in which a line that is refused can be corrected after its reading is gone."""
    key = f"again-{label.line.id}"

    def send() -> None:
        if typed := str(st.session_state[key]).strip():
            visit.label(client, label.line, "corrected", typed)

    with (
        st.form(f"correction-{key}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        st.text_input(texts.correct_label, value=label.text, max_chars=64, key=key, autocomplete="off")
        st.form_submit_button(texts.correct_button, on_click=send)


def _show_saved(saved: Kept, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    # On a phone it stands above the bar at the bottom, where the press was: see read_tag.css.
    with st.container(key="saved"):
        if saved.status == "unreadable":
            st.success(texts.saved_unreadable, icon=":material/check_circle:")
        else:
            st.success(texts.saved.format(text=escaped(saved.text)), icon=":material/check_circle:")
    if saved.completed:
        st.caption(texts.saved_completed)
    with st.container(horizontal=True, key="verdict"):
        st.button(
            texts.undo,
            icon=":material/undo:",
            key="undo",
            width="stretch",
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
