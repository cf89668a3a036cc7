"""A crop as the store keeps it: RGB pixels, nothing else, named by their hash."""

from __future__ import annotations

import hashlib
import io
import math
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from datasets.errors import CropError

MAX_PIXELS = 50_000_000  # as many as a photo may have, so no stored crop has more
MOST_BYTES = 8 << 20  # of the PNG of a crop that a shopper confirms; only noise of millions of pixels has more
_FAST = 1  # zlib level: on noisy photos level 6 would save a twentieth of the bytes and keep the shopper waiting

_END = b"\0\0\0\0IEND\xaeB`\x82"


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop ready to be written."""

    digest: str  # sha256 over size and RGB pixels, hexadecimal
    width: int  # pixels
    height: int  # pixels
    png: bytes  # the pixels alone: no EXIF, no GPS, no colour profile, no text


def pixel_digest(image: Image.Image) -> str:
    """Hash an RGB picture of shape (height, width, 3) by its pixels and size.

    Different encoders write different PNG bytes for the same pixels; this hash does not see the difference.
    """
    width, height = image.size
    return hashlib.sha256(b"RGB %d %d\n" % (width, height) + image.tobytes()).hexdigest()


def make_crop(image: Image.Image) -> Crop:
    """Strip a picture to its RGB pixels and encode them.

    Args:
        image: upright picture of any mode, as shown to the shopper. Its EXIF is dropped, not obeyed.

    Raises:
        CropError: the picture has no pixels, or too many.
    """
    width, height = image.size
    if width < 1 or height < 1 or width * height > MAX_PIXELS:
        raise CropError(f"a crop of {width} x {height} pixels cannot be kept")
    # Encoded from bare bytes: Pillow would carry profile, EXIF and transparency over from `image.info`.
    bare = Image.frombytes("RGB", (width, height), image.convert("RGB").tobytes())
    buffer = io.BytesIO()
    bare.save(buffer, "PNG", compress_level=_FAST)
    return Crop(pixel_digest(bare), width, height, buffer.getvalue())


def make_bounded_crop(image: Image.Image, most_bytes: int = MOST_BYTES) -> Crop:
    """Make a crop whose PNG has at most so many bytes, shrinking the picture as far as needed.

    The same picture always gives the same crop.

    Raises:
        CropError: as in `make_crop`.
    """
    crop = make_crop(image)
    while len(crop.png) > most_bytes:
        scale = 0.95 * math.sqrt(most_bytes / len(crop.png))
        size = max(1, round(crop.width * scale)), max(1, round(crop.height * scale))
        image = image.convert("RGB").resize(size, Image.Resampling.BOX)
        crop = make_crop(image)
    return crop


def open_crop(png: bytes) -> Image.Image:
    """Decode a kept crop to RGB.

    Raises:
        CropError: the bytes are not a whole PNG of a sensible size.
    """
    if not png.endswith(_END):
        raise CropError("not a whole PNG")  # Pillow accepts a file without its end mark
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise CropError(f"a PNG of {image.width} x {image.height} pixels is not a crop")
            image.load()
            return image.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, CropError):
            raise
        raise CropError(f"not a readable PNG: {error}") from error
