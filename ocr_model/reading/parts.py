"""Parts of a decoded photo: where they lie before a turn, and how they become RGB at full or smaller size."""

from __future__ import annotations

import math

from PIL import Image

from ocr_model.reading.flattening import Cut, Flattening, Part, bands

_UPRIGHT_STAYS_UPRIGHT = (
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.ROTATE_180,
)


def size_after(transpose: Image.Transpose, size: tuple[int, int]) -> tuple[int, int]:
    """Return a picture's size once it is transposed."""
    return size if transpose in _UPRIGHT_STAYS_UPRIGHT else (size[1], size[0])


def part_before(transpose: Image.Transpose, part: Part, size: tuple[int, int]) -> Part:
    """Return the part of a picture of a size that becomes a given part when the picture is transposed."""
    (left, top, right, bottom), (width, height) = part, size
    match transpose:
        case Image.Transpose.FLIP_LEFT_RIGHT:
            return width - right, top, width - left, bottom
        case Image.Transpose.FLIP_TOP_BOTTOM:
            return left, height - bottom, right, height - top
        case Image.Transpose.ROTATE_180:
            return width - right, height - bottom, width - left, height - top
        case Image.Transpose.TRANSPOSE:
            return top, left, bottom, right
        case Image.Transpose.TRANSVERSE:
            return width - bottom, height - right, width - top, height - left
        case Image.Transpose.ROTATE_90:
            return width - bottom, left, width - top, right
        case _:  # ROTATE_270
            return top, height - right, bottom, height - left


def flat_part(cut: Cut, flattening: Flattening, part: Part) -> Image.Image:
    """Return a part as RGB, made band by band."""
    left, top, right, bottom = part
    whole = Image.new("RGB", (right - left, bottom - top))
    for upper, lower in bands(right - left, bottom - top):
        whole.paste(flattening.apply(cut((left, top + upper, right, top + lower))), (0, upper))
    return whole


def shrunk_part(
    cut: Cut,
    size: tuple[int, int],
    flattening: Flattening,
    part: Part,
    full_size: tuple[int, int],
    scale: float,
) -> Image.Image:
    """Return a part of a photo smaller.

    Args:
        cut: Returns parts of the decoded photo.
        size: The decoded photo's size.
        flattening: Brings them to RGB.
        part: In pixels of the full size.
        full_size: The photo's size as stored.
        scale: Of the result, to the full size.
    """
    across, down = size[0] / full_size[0], size[1] / full_size[1]
    left, top, right, bottom = part[0] * across, part[1] * down, part[2] * across, part[3] * down
    width, height = (max(1, int(side * scale + 1e-6)) for side in (part[2] - part[0], part[3] - part[1]))
    ratio = (bottom - top) / height
    margin = math.ceil(max(ratio, (right - left) / width)) + 1  # the reach of the filter
    outer_left, outer_right = max(0, math.floor(left) - margin), min(size[0], math.ceil(right) + margin)
    small = Image.new("RGB", (width, height))
    for first, last in bands(max(1, round((outer_right - outer_left) * ratio)), height):
        upper, lower = top + first * ratio, min(bottom, top + last * ratio)
        outer_top, outer_bottom = max(0, math.floor(upper) - margin), min(size[1], math.ceil(lower) + margin)
        band = flattening.apply(cut((outer_left, outer_top, outer_right, outer_bottom)))
        inner = (left - outer_left, upper - outer_top, right - outer_left, lower - outer_top)
        small.paste(band.resize((width, last - first), Image.Resampling.HAMMING, box=inner), (0, first))
    return small
