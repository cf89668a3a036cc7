"""streamlit-cropper around a line of a photo: the box shows its handles at once, and stays on the picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import streamlit as st
from PIL import Image
from streamlit_cropper import st_cropper

from frontend.photos.crop_box import STROKE, CanvasBox, leaves, moved_back, to_canvas, to_photo, without_stroke
from frontend.photos.photo import Box, Photo

_MOST_HEIGHT: Final = 520  # CSS pixels of the canvas
_MOST_ENLARGEMENT: Final = 4.0
# Of the column; beside the canvas, a finger still moves the page.
_SHARE: Final = 0.9

_handles = st.components.v2.component(
    "crop_handles",
    html="<div style='height:0'></div>",
    js=Path(__file__).with_name("crop_handles.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Cropper:
    """A cropper as it was mounted. It loads its picture and its box then only: others need another one."""

    number: int
    shows: tuple[Photo, int, tuple[int, int]]  # the photo, its turn, and the size of the canvas
    start: CanvasBox
    held: Box  # what `start` is on the photo


@dataclass
class PhotoCropper:
    """The box of a visit, in whichever cropper it stands.

    Attributes:
        box: The box in pixels of the turned photo; None before the first one.
    """

    box: Box | None = None
    _mounted: Cropper | None = None
    _number: int = 0

    def place(self, box: Box | None) -> None:
        """Put the box elsewhere; the next one begins anew if None."""
        self.box = box
        self._mounted = None

    def draw(self, photo: Photo, turn: int, first: Box, width: int) -> Box:
        """Draw the photo with the box, which stays when the column gets wider or narrower.

        Args:
            photo: The photo.
            turn: Clockwise quarter turns.
            first: Where the box begins, pixels of the turned photo.
            width: CSS pixels that the column has.

        Returns:
            Where the box is.
        """
        size = photo.turned_size(turn)
        canvas = _canvas(photo.preview(turn), round(width * _SHARE))
        cropper = self._mount((photo, turn, canvas.size), size, first)
        start_outline = {name: int(value) for name, value in asdict(cropper.start).items()}
        with st.container(key="cropper"):
            outline = st_cropper(
                canvas,
                key=f"crop-{cropper.number}",
                # Always the same start. Feeding the outline back would scale a scaled box again.
                box_algorithm=lambda picture, aspect_ratio: dict(start_outline),
                realtime_update=True,
                return_type="box",
                should_resize_image=False,
                box_color="#0b5cad",
                stroke_width=STROKE,
            )
            middle = (cropper.start.left + cropper.start.width / 2, cropper.start.top + cropper.start.height / 2)
            _handles(key="crop_handles", data={"of": cropper.number, "x": middle[0], "y": middle[1]})
        if outline == start_outline:
            self.box = cropper.held
            return cropper.held
        set_box = without_stroke(outline, cropper.start)
        is_out = leaves(set_box, canvas.size)
        if is_out:
            set_box = moved_back(set_box, cropper.start, canvas.size)
        box = self.box = to_photo(set_box, canvas.size, size)
        if is_out:
            self._mounted = None
            st.rerun()
        return box

    def _mount(self, shows: tuple[Photo, int, tuple[int, int]], size: tuple[int, int], first: Box) -> Cropper:
        if self._mounted is None or self._mounted.shows != shows:
            held = self.box or first
            self._number += 1
            self._mounted = Cropper(self._number, shows, to_canvas(held, shows[2], size), held)
        return self._mounted


def _canvas(preview: Image.Image, most_width: int) -> Image.Image:
    scale = min(most_width / preview.width, _MOST_HEIGHT / preview.height, _MOST_ENLARGEMENT)
    return preview.resize((max(1, round(preview.width * scale)), max(1, round(preview.height * scale))))
