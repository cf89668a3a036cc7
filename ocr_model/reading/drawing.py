"""A drawing becomes the picture that a reader of drawn characters sees: ink alone, of one size, centred by its mass.

MNIST's digits are made like this (LeCun et al., "Gradient-based learning applied to document recognition", 1998): the
ink's box is scaled to 20 of 28 pixels, and the centre of mass is put into the middle. So size, place and colours of a
drawing do not matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

SIDE = 64  # pixels of the prepared picture
_INK_SIDE = 46  # pixels of the longer side of the ink's box in it
_SHARP_SIDE = 2 * _INK_SIDE  # the pen is made wider at this size, where a pixel is half of one
_FAINTEST = 24  # of 255; ink that differs less from its ground is noise
_EDGE = 0.25  # of the strongest ink; what is weaker does not stretch the box
_THINNEST = 5.0  # pixels of a pen at the sharp size: a thinner one would fade when the picture shrinks


def prepare_drawing(picture: Image.Image) -> Image.Image | None:
    """Cut out the ink of a drawing, scale it and centre it by mass.

    Args:
        picture: of any mode and size, strokes dark on light or light on dark; the colour at its border is the ground.

    Returns:
        Mode L, `SIDE` pixels wide and high, light strokes on black; None where nothing is drawn. A prepared picture
        stays nearly as it is.
    """
    ink = _ink(np.asarray(picture.convert("L"), np.float32))
    if ink is None:
        return None
    is_ink = ink > _EDGE
    rows, columns = np.flatnonzero(is_ink.any(axis=1)), np.flatnonzero(is_ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    drawn = Image.fromarray((cut * np.float32(255)).astype(np.uint8))
    if max(drawn.size) > _INK_SIDE:  # of a smaller one no pen gets too thin
        drawn = _with_wide_pen(_resized(drawn, _SHARP_SIDE))
    small = np.asarray(_resized(drawn, _INK_SIDE), np.float32)
    return Image.fromarray(_centred(small * (255 / max(1.0, float(small.max())))))


def _ink(grey: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Difference from the ground, 0..1, strongest 1; None where there is none."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink: NDArray[np.float32] = np.abs(grey - np.float32(np.median(border)))
    strongest = float(ink.max())
    if strongest < _FAINTEST:
        return None
    ink /= strongest
    ink[ink < _FAINTEST / 255] = 0
    return ink


def _resized(picture: Image.Image, longest: int) -> Image.Image:
    """The picture with so many pixels on its longer side, its shape kept."""
    scale = longest / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BOX if scale < 0.5 else Image.Resampling.BICUBIC)


def _with_wide_pen(sharp: Image.Image) -> Image.Image:
    """The picture at its sharp size with strokes of at least `_THINNEST` pixels."""
    wide = Image.new("L", (sharp.width + 6, sharp.height + 6))
    wide.paste(sharp, (3, 3))
    is_ink = np.asarray(wide) > 96
    inner = is_ink[1:-1, 1:-1] & is_ink[:-2, 1:-1] & is_ink[2:, 1:-1] & is_ink[1:-1, :-2] & is_ink[1:-1, 2:]
    area = int(is_ink.sum())
    edge = area - int(inner.sum())
    thickness = 2.0 * area / max(1, edge) if area else 1.0
    if thickness >= _THINNEST:
        return sharp
    wide = wide.filter(ImageFilter.MaxFilter(3 if _THINNEST - thickness <= 2.0 else 5))
    return wide.crop(wide.getbbox())


def _centred(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Ink (h, w) in a picture (SIDE, SIDE), its centre of mass in the middle as far as all of it fits."""
    height, width = ink.shape
    mass = max(1e-6, float(ink.sum()))
    y = float(ink.sum(axis=1) @ np.arange(height)) / mass
    x = float(ink.sum(axis=0) @ np.arange(width)) / mass
    top = min(max(0, round((SIDE - 1) / 2 - y)), SIDE - height)
    left = min(max(0, round((SIDE - 1) / 2 - x)), SIDE - width)
    out = np.zeros((SIDE, SIDE), np.uint8)
    out[top : top + height, left : left + width] = np.clip(ink + 0.5, 0, 255)
    return out
