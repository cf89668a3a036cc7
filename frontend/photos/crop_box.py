"""The box that a shopper sets on a line: where it begins, and its place on the cropper's canvas.

streamlit-cropper answers with the outline of a stroked rectangle in canvas pixels, the stroke included and
scaled with it, and lets it leave the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from frontend.photos.photo import Box, Corners

# A picture wider than this (width to height) is already a cropped line, not a photo of a tag.
LINE_ASPECT: Final = 2.5
_WHOLE: Final = 0.8  # share of a photo's area; a larger box could hardly be moved
_MARGIN: Final = 0.15  # around a line, of its height
STROKE: Final = 3  # canvas pixels of the outline


@dataclass(frozen=True)
class CanvasBox:
    """A rectangle in canvas pixels, without its stroke."""

    left: float
    top: float
    width: float
    height: float


def band(size: tuple[int, int]) -> Box:
    """A band across the middle of a photo of this size, or nearly all of an already cropped line."""
    width, height = size
    if width >= LINE_ASPECT * height:
        margin = round(height * 0.04)
        return Box(margin, margin, max(1, width - 2 * margin), max(1, height - 2 * margin))
    # Close to one line of print: the looser the box, the worse it reads.
    band_width = max(1, round(width * 0.76))
    band_height = max(1, min(round(height * 0.6), round(band_width * 0.24)))
    return Box((width - band_width) // 2, (height - band_height) // 2, band_width, band_height)


def around(corners: Corners, size: tuple[int, int]) -> Box:
    """The box around a line on a photo of this size, with a small margin; a band where the line is the whole photo."""
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    margin = _MARGIN * min(max(xs) - min(xs), max(ys) - min(ys))
    left, top = (max(0, round(min(values) - margin)) for values in (xs, ys))
    right, bottom = (min(most, round(max(values) + margin)) for values, most in zip((xs, ys), size, strict=True))
    left, top = min(left, size[0] - 1), min(top, size[1] - 1)
    if (right - left) * (bottom - top) > _WHOLE * size[0] * size[1]:
        return band(size)
    return Box(left, top, max(1, right - left), max(1, bottom - top))


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


def leaves(box: CanvasBox, canvas: tuple[int, int]) -> bool:
    """Whether a canvas box stands out of the picture by more than its stroke."""
    beyond = max(-box.left, -box.top, box.left + box.width - canvas[0], box.top + box.height - canvas[1])
    return beyond > STROKE


def moved_back(box: CanvasBox, start: CanvasBox, canvas: tuple[int, int]) -> CanvasBox:
    """A box that was moved beyond the edge, as a whole inside of it; one that was resized stays as it is.

    Args:
        box: As it was set.
        start: As the cropper was started with it.
        canvas: Width and height of the canvas picture.
    """
    if abs(box.width - start.width) >= 1 or abs(box.height - start.height) >= 1:
        return box
    left = max(0.0, min(box.left, canvas[0] - box.width))
    return CanvasBox(left, max(0.0, min(box.top, canvas[1] - box.height)), box.width, box.height)
