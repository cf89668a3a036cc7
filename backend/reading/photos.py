"""From the bytes of an upload to the crop that is read."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from http import HTTPStatus

from PIL import Image

from backend.http.problems import Problem
from ocr_model.errors import ImageError
from ocr_model.reading.image import Box, ImageLimits, crop_image, decode_image, turn_image

_BOX = re.compile(r"\s*(-?\d{1,6})\s*,\s*(-?\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*", re.ASCII)


@dataclass(frozen=True)
class Region:
    """A part of a photo, and the side of it that is up."""

    box: Box | None  # in pixels of the upright, turned photo; None is the whole photo
    turn: int  # quarter turns clockwise, after the photo's own orientation has been applied


@dataclass(frozen=True)
class Crop:
    """A region cut out of a photo."""

    image: Image.Image  # RGB
    photo_pixels: int  # width x height of the photo that it was cut out of
    decode_milliseconds: float  # time for decoding
    crop_milliseconds: float  # time for turning and cutting


def parse_region(box: str | None, turn: int) -> Region:
    """Return the region that a request's fields describe.

    Args:
        box: "x,y,width,height" in whole pixels; None or empty for the whole photo.
        turn: Quarter turns clockwise, 0 to 3.

    Raises:
        Problem: 422 when the box is not four whole numbers.
    """
    if box is None or not box.strip():
        return Region(None, turn)
    match = _BOX.fullmatch(box)
    if match is None:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "bad-box",
            "The box does not fit the picture",
            "box must be x,y,width,height in whole pixels, for example 120,80,640,150.",
        )
    x, y, width, height = (int(group) for group in match.groups())
    return Region(Box(x, y, width, height), turn)


def cut_crop(data: bytes, region: Region, limits: ImageLimits) -> Crop:
    """Decode a photo and cut the region out of it. A phone's photo takes a tenth of a second.

    Raises:
        ImageError: When the bytes are not a usable picture, or the box lies outside of it.
    """
    started = time.perf_counter()
    photo = decode_image(data, limits)
    decoded = time.perf_counter()
    image = turn_image(photo, region.turn)
    if region.box is not None:
        image = crop_image(image, region.box)
    if min(image.size) < limits.min_side:
        size = f"{image.width} x {image.height}"
        raise ImageError("too_small", f"the box holds {size} pixels; each side needs {limits.min_side}")
    done = time.perf_counter()
    return Crop(image, photo.width * photo.height, (decoded - started) * 1000, (done - decoded) * 1000)
