"""How a picture becomes what the encoder sees; training and serving do it alike."""

from __future__ import annotations

from typing import Literal

from PIL import Image

from ocr_model.reading.drawing import SIDE, prepare_drawing

WayIn = Literal["crop", "drawing"]
"""A crop as it stands, stretched to the input; or the ink of a drawing, which is read as it stands (`drawing`)."""


def enter(picture: Image.Image, way_in: WayIn, size: tuple[int, int]) -> Image.Image:
    """The picture at the input's size, (width, height).

    Args:
        picture: mode L or RGB.
        way_in: how it comes in; a drawing becomes mode L, and black where nothing is drawn.
        size: in pixels.
    """
    if way_in == "drawing":
        picture = prepare_drawing(picture) or Image.new("L", (SIDE, SIDE))
    # Pillow's bilinear filter widens with the reduction, so it is free of aliasing.
    return picture.resize(size, Image.Resampling.BILINEAR)
