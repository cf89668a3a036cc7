"""The crop box on the cropper's canvas, and its region in the original photo.

streamlit-cropper answers with the outline of a stroked rectangle in canvas pixels, the stroke included and
scaled with it, and lets it leave the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from frontend.photos.pictures import Box

STROKE: Final = 3
# A picture wider than this (width to height) is already a cropped line, not a photo of a tag.
LINE_ASPECT: Final = 2.5


@dataclass(frozen=True)
class CanvasBox:
    """A rectangle in canvas pixels, without its stroke."""

    left: float
    top: float
    width: float
    height: float


def default_box(canvas: tuple[int, int]) -> CanvasBox:
    """Where the box starts: a band across the middle of a photo, or nearly all of an already cropped line."""
    width, height = canvas
    if width >= LINE_ASPECT * height:
        margin = max(STROKE, round(height * 0.04))
        return CanvasBox(margin, margin, max(1, width - 2 * margin), max(1, height - 2 * margin))
    # Close to one line of print: the looser the box, the worse it reads.
    band_width = round(width * 0.76)
    band_height = min(round(height * 0.6), max(32, round(band_width * 0.24)))
    return CanvasBox((width - band_width) // 2, (height - band_height) // 2, band_width, band_height)


def without_stroke(outline: Mapping[str, float], start: CanvasBox) -> CanvasBox:
    """Take the stroke off an outline that the cropper reports.

    Args:
        outline: left, top, width, height in canvas pixels; the stroke has been scaled together with the box.
        start: The box that the cropper was started with, which gives that scale.
    """
    across = outline["width"] / (start.width + STROKE)
    down = outline["height"] / (start.height + STROKE)
    return CanvasBox(
        outline["left"] + STROKE * across / 2,
        outline["top"] + STROKE * down / 2,
        start.width * across,
        start.height * down,
    )


def to_canvas(box: Box, canvas: tuple[int, int], photo: tuple[int, int]) -> CanvasBox:
    """Scale a region of the photo to whole canvas pixels, at least one.

    Args:
        box: The region in original pixels of the turned photo.
        canvas: Width and height of the canvas picture.
        photo: Width and height of the turned photo in original pixels.
    """
    across, down = canvas[0] / photo[0], canvas[1] / photo[1]
    left, top = round(box.x * across), round(box.y * down)
    return CanvasBox(left, top, max(1, round(box.width * across)), max(1, round(box.height * down)))


def to_photo(box: CanvasBox, canvas: tuple[int, int], photo: tuple[int, int]) -> Box:
    """Scale a canvas box to the photo and clip it there; a side that would be empty keeps one pixel.

    Args:
        box: The region in canvas pixels.
        canvas: Width and height of the canvas picture.
        photo: Width and height of the turned photo in original pixels.
    """
    across, down = photo[0] / canvas[0], photo[1] / canvas[1]
    left = min(max(0, round(box.left * across)), photo[0] - 1)
    top = min(max(0, round(box.top * down)), photo[1] - 1)
    right = min(photo[0], max(left + 1, round((box.left + box.width) * across)))
    bottom = min(photo[1], max(top + 1, round((box.top + box.height) * down)))
    return Box(left, top, right - left, bottom - top)
