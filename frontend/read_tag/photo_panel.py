"""The photo: choosing one, turning it, choosing a line on it or marking one."""

from __future__ import annotations

from typing import Final

import streamlit as st

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, is_lasting
from frontend.client.shopper import ShopperClient
from frontend.client.tag_answers import TagAnswer
from frontend.job import outcome
from frontend.photos.before_upload import prepare_uploads
from frontend.photos.crop_box import around, band
from frontend.photos.photo import MAX_BYTES, Box, Photo
from frontend.photos.photo_stage import Outline, PhotoStage
from frontend.photos.width_sensor import column_width
from frontend.read_tag.secure_page import warn_of_plain_http
from frontend.read_tag.selection import Selection, card_of, select
from frontend.read_tag.texts import ReadTagTexts
from frontend.read_tag.visit import Visit

_UPLOAD: Final = "upload"
_CAMERA: Final = "camera"
_MOST_MEGABYTES: Final = 64  # of an upload; what is refused below says so in words


def choose_photo(texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw the uploader or the camera; takes the photo and starts the page over once there is one."""
    names = {_UPLOAD: texts.source_upload, _CAMERA: texts.source_camera}
    source = st.segmented_control(
        texts.source_label,
        [_UPLOAD, _CAMERA],
        default=_UPLOAD,
        required=True,
        format_func=lambda value: names[value],
        label_visibility="collapsed",
        key="source",
    )
    if source == _CAMERA:
        warn_of_plain_http(texts.camera_needs_https)
        file = st.camera_input(texts.camera_label, resolution="1080p", key=f"camera-{visit.round}")
        st.caption(texts.camera_note)
    else:
        # Any name: the backend knows a picture by its content, and a sentence says why a file cannot be read.
        prepare_uploads()
        file = st.file_uploader(texts.upload_label, max_upload_size=_MOST_MEGABYTES, key=f"upload-{visit.round}")
    if file is None:
        return
    if file.size > MAX_BYTES:
        st.error(texts.file_too_large, icon=":material/broken_image:")
        return
    place = st.empty()
    try:
        photo = outcome(
            visit.open_photo(client, file.file_id, file.getvalue()),
            lambda: place.info(texts.photo_wait, icon=":material/hourglass_top:"),
        )
    except BackendError as error:
        # Told here, where another file can be chosen; the one that is chosen stays.
        with place.container():
            if is_lasting(error):
                st.error(failure_sentence(error, texts), icon=":material/broken_image:")
                return
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
            st.button(texts.retry, icon=":material/refresh:", key="retry-photo", on_click=visit.close_photo)
        return
    visit.take(photo)
    visit.uploads.append(file)
    st.rerun()


def show_photo(photo: Photo, texts: ReadTagTexts, visit: Visit) -> PhotoStage | Box:
    """Draw the picture, and the buttons around it: another photo, turning, and marking a line by hand.

    Returns:
        The picture, on which lines can be laid; or the box that the shopper has set.
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.header(texts.photo_title, anchor=False, width="content")
        # On a phone it stands at the bottom of the window: see read_tag.css.
        with st.container(key="next-photo", width="content"):
            st.button(
                texts.another_photo,
                icon=":material/add_photo_alternate:",
                key="another-photo",
                width="stretch",
                on_click=visit.drop_photo,
            )
    st.caption(texts.mark_hint if visit.by_hand else texts.lines_hint)
    shown = _mark_line(photo, texts, visit) if visit.by_hand else PhotoStage(photo, visit.turn)
    with st.container(horizontal=True, gap="xsmall", key="turns"):
        st.button(
            texts.lines_button if visit.by_hand else texts.mark_button,
            icon=":material/format_list_bulleted:" if visit.by_hand else ":material/crop_free:",
            key="mark",
            on_click=visit.mark_by_hand,
            args=(not visit.by_hand,),
        )
        for key, icon, name, quarter_turns in (
            ("turn-left", ":material/rotate_left:", texts.turn_left, 3),
            ("turn-right", ":material/rotate_right:", texts.turn_right, 1),
            ("turn-over", ":material/swap_vert:", texts.turn_over, 2),
        ):
            st.button(name, icon=icon, key=key, on_click=visit.turn_photo, args=(quarter_turns,))
    return shown


def lay_lines(stage: PhotoStage, tag: TagAnswer, selection: Selection, texts: ReadTagTexts, visit: Visit) -> None:
    """Draw the outlines of all lines; a tap selects one."""
    outlines = [
        Outline(
            line.corners,
            f"{line.korean or line.text or texts.line_without_text}, {texts.roles.get(line.role, line.role)}",
            line.role == "code",
        )
        for line in tag.lines
    ]
    names = {"lines": texts.lines_name, "in": texts.zoom_in, "out": texts.zoom_out}
    bars = [barcode.corners for barcode in tag.barcodes]
    stage.lay_lines(outlines, bars, selection.line, names, lambda line: visit.choose_line(line, card_of(tag, line)))


def _mark_line(photo: Photo, texts: ReadTagTexts, visit: Visit) -> Box:
    """Draw the cropper, and the same box as two sliders, for keys and screen readers.

    The cropper waits until its column is measured: one that is drawn anew takes a drag that has begun away.
    """
    size = photo.turned_size(visit.turn)
    box, width = _first_box(size, visit), column_width()
    if width is not None:
        box = visit.cropper.draw(photo, visit.turn, box, width)
    elif visit.cropper.box is not None:
        box = visit.cropper.box
    sides = {"across": (box.x, box.width, size[0]), "down": (box.y, box.height, size[1])}
    for name, (start, length, whole) in sides.items():
        st.session_state[f"box-{name}"] = (_percent(start, whole), _percent(start + length, whole))

    def slide() -> None:
        left, right = (round(share * size[0] / 100) for share in st.session_state["box-across"])
        top, bottom = (round(share * size[1] / 100) for share in st.session_state["box-down"])
        left, top = min(left, size[0] - 1), min(top, size[1] - 1)
        visit.cropper.place(Box(left, top, max(1, right - left), max(1, bottom - top)))

    with st.expander(texts.sliders_title):
        for name, label in (("across", texts.slider_across), ("down", texts.slider_down)):
            st.slider(label, 0.0, 100.0, step=0.5, format="%.1f%%", key=f"box-{name}", on_change=slide)
    return box


def _percent(place: int, whole: int) -> float:
    return min(100.0, round(200 * place / whole) / 2)


def _first_box(size: tuple[int, int], visit: Visit) -> Box:
    """Around the line that was selected, or across the middle."""
    job = None if visit.tag is None else visit.tag.job
    if job is not None and job.done() and job.exception() is None:
        tag = job.result()
        line = select(tag, visit.card, visit.line).line
        if line is not None:
            return around(tag.lines[line].corners, size)
    return band(size)
