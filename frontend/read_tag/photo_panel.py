"""The left side: choose a photo, turn it, set the box."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

import streamlit as st
from streamlit_cropper import st_cropper

from frontend.photos.crop_box import STROKE, default_box, to_canvas, to_photo, without_stroke
from frontend.photos.pictures import Box, Photo, PictureError
from frontend.read_tag.texts import ReadTagTexts
from frontend.read_tag.visit import Cropper, Visit

MAX_CANVAS_HEIGHT: Final = 520
UPLOAD_TYPES: Final = ["jpg", "jpeg", "jfif", "jpe", "png", "webp", "heic", "heif", "hif"]
_UPLOAD, _CAMERA = "upload", "camera"


def choose_photo(texts: ReadTagTexts, visit: Visit, width: int) -> None:
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
        file = st.camera_input(texts.camera_label, resolution="1080p", key=f"camera-{visit.round}")
        st.caption(texts.camera_note)
    else:
        file = st.file_uploader(texts.upload_label, type=UPLOAD_TYPES, key=f"upload-{visit.round}")
    if file is None:
        return
    if visit.unusable is None or visit.unusable[0] != file.file_id:
        try:
            photo = Photo(file.getvalue())
            # A damaged file must be told here, while another can still be chosen; the cropper shows this preview.
            photo.preview(0, width, MAX_CANVAS_HEIGHT)
        except PictureError as error:
            visit.unusable = (file.file_id, error.fault)
        else:
            visit.take(photo)
            st.rerun()
    if visit.unusable is not None:
        st.error(texts.picture_faults[visit.unusable[1]], icon=":material/broken_image:")


def turn_photo(texts: ReadTagTexts, visit: Visit) -> None:
    """Draw the panel's title with the button that drops the photo, and the buttons that turn it."""

    def turn(quarter_turns: int) -> None:
        visit.turn = (visit.turn + quarter_turns) % 4

    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.header(texts.photo_title, anchor=False, width="content")
        st.button(
            texts.another_photo,
            icon=":material/add_photo_alternate:",
            type="tertiary",
            key="another-photo",
            on_click=visit.drop_photo,
        )
    st.caption(texts.crop_hint)
    with st.container(horizontal=True, gap="xsmall", key="turns"):
        st.button(texts.turn_left, icon=":material/rotate_left:", key="turn-left", on_click=turn, args=(3,))
        st.button(texts.turn_right, icon=":material/rotate_right:", key="turn-right", on_click=turn, args=(1,))
        st.button(texts.turn_over, icon=":material/swap_vert:", key="turn-over", on_click=turn, args=(2,))


def crop_photo(photo: Photo, visit: Visit, width: int) -> Box:
    """Draw the cropper. A box that was set stays when the column gets wider or narrower.

    Args:
        photo: The photo to crop.
        visit: The photo's turn, and the last crop.
        width: CSS pixels that the column has.

    Returns:
        The region in pixels of the turned photo.

    Raises:
        PictureError: The photo is damaged.
    """
    turn = visit.turn
    canvas, size = photo.preview(turn, width, MAX_CANVAS_HEIGHT), photo.turned_size(turn)
    if visit.cropper is None or visit.cropper.shows != (photo.id, turn, canvas.width):
        held = visit.region[2] if visit.region is not None and visit.region[:2] == (photo.id, turn) else None
        start = default_box(canvas.size) if held is None else to_canvas(held, canvas.size, size)
        held = held or to_photo(start, canvas.size, size)
        number = 0 if visit.cropper is None else visit.cropper.number + 1
        visit.cropper = Cropper(number, (photo.id, turn, canvas.width), start, held)
    cropper = visit.cropper
    start_outline = {name: int(value) for name, value in asdict(cropper.start).items()}
    outline = st_cropper(
        canvas,
        # The cropper only loads a picture when it is mounted: another picture needs another key.
        key=f"crop-{cropper.number}-{photo.id}",
        # Always the same start. Feeding the outline back would scale a scaled box again.
        box_algorithm=lambda picture, aspect_ratio: dict(start_outline),
        realtime_update=True,
        return_type="box",
        should_resize_image=False,
        box_color="#0b5cad",
        stroke_width=STROKE,
    )
    if outline == start_outline:
        return cropper.held
    return to_photo(without_stroke(outline, cropper.start), canvas.size, size)
