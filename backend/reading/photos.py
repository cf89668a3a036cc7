"""From the bytes of an upload to the crop that is read, and to the small picture that is shown.

The decoding process imports this module, so it imports neither the service nor its framework.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from ocr_model.errors import ImageError
from ocr_model.reading.image import Box, ImageLimits, decode_region, decode_small
from ocr_model.tags.cutting import cut_line, snapped

if TYPE_CHECKING:  # the decoding process does without formats and readings
    from ocr_model.tags.tag import Corners

# The usual quality of cameras; half the bytes of 95 with nothing lost to the eye.
_PREVIEW_QUALITY = 90
# Of a photo that is hardly anything but noise; it shows what is on it.
_LOW_QUALITY = 50
_MOST_PREVIEW_BYTES = 700_000
PHOTO_PIXELS = 13_000_000
"""Of a photo whose lines are read; a larger one is shrunk. Most phones' photos have 12 to 12.6 million."""
_OUTSIDE = 1.0  # pixels by which corners may lie outside of the photo
_DECIMALS = 3  # of corners in pixels of the whole photo


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
    crop_milliseconds: float  # time for cutting, turning and shrinking


@dataclass(frozen=True)
class PhotoLine:
    """A line on a photo, to be cut out straight."""

    corners: Corners  # in reading direction, in pixels of the upright, turned photo
    turn: int  # quarter turns clockwise of the photo, after its own orientation has been applied


@dataclass(frozen=True)
class Photo:
    """A whole photo, to be read line by line."""

    image: Image.Image  # RGB, upright and turned; shrunk, if the photo has more than `PHOTO_PIXELS`
    width: int  # of the upright, turned photo, before it was shrunk
    height: int
    decode_milliseconds: float

    def corners_of(self, corners: Corners) -> Corners:
        """Corners on the image in pixels of the photo; `cut` makes the same pixels of them."""
        across, down = self.image.width / self.width, self.image.height / self.height
        a, b, c, d = ((round(x / across, _DECIMALS), round(y / down, _DECIMALS)) for x, y in corners)
        return a, b, c, d

    def cut(self, corners: Corners) -> Image.Image:
        """Cut a line out of the image, straight.

        Args:
            corners: In pixels of the photo.
        """
        across, down = self.image.width / self.width, self.image.height / self.height
        a, b, c, d = ((x * across, y * down) for x, y in corners)
        return cut_line(self.image, snapped((a, b, c, d)))


@dataclass(frozen=True)
class Preview:
    """A photo as it is read, small; nothing of the file but its pixels."""

    data: bytes  # a JPEG file
    width: int  # of the upright photo that it shows
    height: int


def cut_crop(data: bytes, region: Region, limits: ImageLimits) -> Crop:
    """Decode a photo and cut the region out of it. A phone's photo takes a tenth of a second.

    Raises:
        ImageError: When the bytes are not a usable picture, or the box lies outside of it.
    """
    decoded = decode_region(data, limits, region.box, region.turn)
    image, (width, height) = decoded.image, decoded.photo_size
    if min(image.size) < limits.min_side:
        size = f"{image.width} x {image.height}"
        raise ImageError("too_small", f"the box holds {size} pixels; each side needs {limits.min_side}")
    return Crop(image, width * height, decoded.decode_seconds * 1000, decoded.cut_seconds * 1000)


def whole_photo(data: bytes, turn: int, limits: ImageLimits) -> Photo:
    """Decode a whole photo; one of more pixels than a crop may have by the limits is shrunk.

    Raises:
        ImageError: When the bytes are not a usable picture.
    """
    decoded = decode_region(data, limits, None, turn)
    seconds = decoded.decode_seconds + decoded.cut_seconds
    return Photo(decoded.image, *decoded.photo_size, seconds * 1000)


def cut_photo_line(data: bytes, line: PhotoLine, limits: ImageLimits) -> Crop:
    """Decode a photo and cut a line out of it, straight.

    Raises:
        ImageError: When the bytes are not a usable picture; "bad_corners" when a corner lies outside of it.
    """
    photo = whole_photo(data, line.turn, limits)
    began = time.perf_counter()
    for x, y in line.corners:
        if not (-_OUTSIDE <= x <= photo.width + _OUTSIDE and -_OUTSIDE <= y <= photo.height + _OUTSIDE):
            raise ImageError("bad_corners", f"a corner lies outside of the {photo.width} x {photo.height} picture")
    image = photo.cut(line.corners)
    return Crop(image, photo.width * photo.height, photo.decode_milliseconds, (time.perf_counter() - began) * 1000)


def preview_photo(data: bytes, longest_side: int, limits: ImageLimits) -> Preview:
    """Decode a photo as it is read, upright, and make it small. A phone's photo takes a twentieth of a second.

    Args:
        data: The upload.
        longest_side: Most pixels of the preview's longer side; a smaller photo keeps its size.
        limits: Checked before anything is decoded.

    Raises:
        ImageError: When the bytes are not a usable picture.
    """
    small = decode_small(data, longest_side, limits)
    width, height = small.photo_size
    data = _jpeg(small.image, _PREVIEW_QUALITY, "4:4:4")
    if len(data) > _MOST_PREVIEW_BYTES:
        data = _jpeg(small.image, _LOW_QUALITY, "4:2:0")
    return Preview(data, width, height)


def _jpeg(image: Image.Image, quality: int, subsampling: str) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality, subsampling=subsampling)
    return stream.getvalue()
