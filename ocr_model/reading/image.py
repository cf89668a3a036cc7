"""From the bytes of a picture to upright RGB pixels, and the region of it that is read.

An upload is checked before it costs anything: the number of bytes, the format by its content (never by its name), and
the number of pixels from the header, before decoding.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_model.errors import ImageError


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """How large a picture may be."""

    max_bytes: int = 20 * 1024 * 1024  # of the file
    max_pixels: int = 50_000_000  # width x height; the largest phone cameras default to 12-50 megapixels
    min_side: int = 2  # pixels; a 1x1 tracking picture holds no text


@dataclass(frozen=True, slots=True)
class Box:
    """A region in pixels of the upright picture after the turn; `x`, `y` is its upper left corner."""

    x: int
    y: int
    width: int
    height: int


ImageLike = Image.Image | NDArray[Any]
"""What `as_picture` takes."""

_DEFAULT_LIMITS = ImageLimits()
_OVERSHOOT = 1e-3  # by which floats may exceed 0..1 after a resize or a sum; less than a grey level

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

_EXIF_ORIENTATION = 0x0112
_TRANSPOSE_BY_ORIENTATION = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TRANSPOSE_BY_QUARTER_TURNS = {
    1: Image.Transpose.ROTATE_270,  # Pillow turns counter-clockwise
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_90,
}


def _sniff_format(data: bytes) -> str | None:
    """The format by the first bytes, as Pillow names it; None for a format that is not accepted."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        # The major brand of some encoders is generic (mif1); AVIF uses the same container and is not
        # accepted.
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, min(len(data), 64), 4))}
        if brands & _HEIF_BRANDS and data[8:12] not in (b"avif", b"avis"):
            return "HEIF"
    return None


@contextmanager
def _damage_is_an_image_error() -> Iterator[None]:
    """Turn any error of a decoder on damaged bytes into an ImageError."""
    try:
        yield
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError("too_many_pixels", "the picture has too many pixels") from error
    except MemoryError:
        raise
    except (
        Exception
    ) as error:  # decoders raise OSError, SyntaxError, ValueError, struct.error, EOFError, RuntimeError ...
        raise ImageError("truncated", "the picture is damaged or cut off") from error


def _check_size(size: tuple[int, int], limits: ImageLimits) -> None:
    width, height = size
    if width * height > limits.max_pixels:
        raise ImageError(
            "too_many_pixels",
            f"the picture has {width} x {height} pixels; at most {limits.max_pixels / 1e6:g} megapixels are accepted",
        )
    if min(width, height) < limits.min_side:
        raise ImageError(
            "too_small",
            f"the picture is {width} x {height} pixels small; each side needs {limits.min_side} or more",
        )


def _decode_heif(data: bytes, limits: ImageLimits) -> Image.Image:
    import pi_heif  # imported here: 20 ms and a shared library that only pictures from iPhones need

    with _damage_is_an_image_error():
        # Nothing is decoded by opening. libheif itself applies the rotation of the container and pi_heif
        # resets EXIF's.
        heif = pi_heif.open_heif(io.BytesIO(data))
        _check_size(heif.size, limits)
        picture = heif.to_pillow()
        if not isinstance(picture, Image.Image):
            raise TypeError("pi_heif returned no picture")
        return picture


def _exif_orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) if there is none or the EXIF block is damaged."""
    try:
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:  # a damaged EXIF block is no reason to refuse the pixels; Pillow raises half a dozen types here
        return 1


def _composite(image: Image.Image) -> Image.Image:
    """Put a transparent picture on white, or on black if it is light: white print must stay visible."""
    rgba = image.convert("RGBA")
    pixels = np.asarray(rgba.reduce(max(1, max(rgba.size) // 256)), dtype=np.float32)
    alpha = pixels[..., 3]
    visible = float(alpha.sum())
    lightness = float((pixels[..., :3].mean(axis=-1) * alpha).sum()) / visible if visible else 0.0
    backdrop = Image.new("RGBA", rgba.size, "black" if lightness > 170 else "white")
    return Image.alpha_composite(backdrop, rgba).convert("RGB")


def flatten_image(image: Image.Image) -> Image.Image:
    """Bring a picture of any Pillow mode to 8-bit RGB without metadata.

    16-bit grey is scaled (Pillow's own conversion would clip it to white), transparency is put on a backdrop
    on which it can be seen, CMYK and palettes are converted.

    Raises:
        ImageError: "bad_values" for a float picture (mode F) with NaN or infinity.
    """
    if image.mode == "RGB" and not image.has_transparency_data:
        flat = image.copy()
    elif image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image).astype(np.float64)
        if not np.isfinite(values).all():
            raise ImageError("bad_values", "the picture has values that are not numbers")
        # Modes I and F do not say their range: 8-bit if everything fits in there, else 16-bit. Interpolation leaves
        # floats somewhat above 255.
        largest_byte = 2 * 255.0 if image.mode == "F" else 255.0
        full = 65535.0 if image.mode.startswith("I;16") or values.max(initial=0.0) > largest_byte else 255.0
        flat = Image.fromarray(np.clip(np.rint(values * (255.0 / full)), 0, 255).astype(np.uint8)).convert("RGB")
    elif image.has_transparency_data:
        flat = _composite(image)
    else:
        flat = image.convert("RGB")
    flat.info = {}
    return flat


def decode_image(data: bytes, limits: ImageLimits = _DEFAULT_LIMITS) -> Image.Image:
    """Decode an uploaded picture: JPEG, PNG, WebP or HEIC, recognised by content.

    Args:
        data: the whole file.
        limits: checked before anything is decoded.

    Returns:
        RGB, 8 bit, upright (EXIF orientation applied), without any metadata. The first frame of an animation.

    Raises:
        ImageError: kinds "empty", "too_large", "unsupported_format", "too_many_pixels", "too_small",
        "truncated".
    """
    if not data:
        raise ImageError("empty", "the file is empty")
    if len(data) > limits.max_bytes:
        raise ImageError(
            "too_large",
            f"the file has {len(data) / 1e6:.1f} MB; at most {limits.max_bytes / 1e6:.1f} MB are accepted",
        )
    found = _sniff_format(data)
    if found is None:
        raise ImageError("unsupported_format", "the file is not a JPEG, PNG, WebP or HEIC picture")
    if found == "HEIF":
        picture = _decode_heif(data, limits)
        with _damage_is_an_image_error():
            return flatten_image(picture)
    with _damage_is_an_image_error(), Image.open(io.BytesIO(data), formats=(found,)) as picture:
        _check_size(picture.size, limits)
        orientation = _exif_orientation(picture)
        picture.load()
        flat = flatten_image(picture)
    transpose = _TRANSPOSE_BY_ORIENTATION.get(orientation)
    return flat if transpose is None else flat.transpose(transpose)


def turn_image(image: Image.Image, quarter_turns: int) -> Image.Image:
    """Turn a picture clockwise by 0, 1, 2 or 3 quarters.

    Raises:
        ImageError: "bad_turn" for any other number.
    """
    if quarter_turns == 0:
        return image
    transpose = _TRANSPOSE_BY_QUARTER_TURNS.get(quarter_turns)
    if transpose is None:
        raise ImageError("bad_turn", f"a turn is 0, 1, 2 or 3 quarters clockwise, not {quarter_turns}")
    return image.transpose(transpose)


def crop_image(image: Image.Image, box: Box) -> Image.Image:
    """Cut a region out of a picture; the region is clipped at the edges.

    Raises:
        ImageError: "bad_box" if nothing remains.
    """
    left, top = max(0, box.x), max(0, box.y)
    right, bottom = min(image.width, box.x + box.width), min(image.height, box.y + box.height)
    if right <= left or bottom <= top:
        raise ImageError(
            "bad_box",
            f"the box {box.x},{box.y},{box.width},{box.height} holds no pixel of the"
            f" {image.width} x {image.height} picture",
        )
    return image.crop((left, top, right, bottom))


def as_picture(image: ImageLike) -> Image.Image:
    """A Pillow picture in mode L or RGB, from a picture of any mode or an array.

    Args:
        image: a Pillow picture, or an array (H, W), (H, W, 1) or (H, W, 3), RGB, uint8 0..255 or floats 0..1.

    Raises:
        ImageError: kinds "empty", "truncated", or "bad_values" for an array that is no picture.
    """
    if isinstance(image, Image.Image):
        if 0 in image.size:
            raise ImageError("empty", f"the picture has no pixels: it is {image.width} x {image.height}")
        try:
            image.load()
        except Exception as error:  # Pillow decodes a file only now, and decoders raise many types
            raise ImageError("truncated", "the picture is damaged or cut off") from error
        plain = image.mode in ("L", "RGB") and not image.has_transparency_data
        return image if plain else flatten_image(image)
    pixels = np.asarray(image)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.ndim != 2 and not (pixels.ndim == 3 and pixels.shape[2] == 3):
        raise ImageError(
            "bad_values",
            f"an array of shape {pixels.shape} is no picture; expected (H, W), (H, W, 1) or (H, W, 3)",
        )
    if pixels.size == 0:
        raise ImageError("empty", f"the picture has no pixels: its array has the shape {pixels.shape}")
    if np.issubdtype(pixels.dtype, np.floating):
        if not np.isfinite(pixels).all():
            raise ImageError("bad_values", "the array has values that are not numbers (NaN or infinite)")
        if pixels.min() < -_OVERSHOOT or pixels.max() > 1.0 + _OVERSHOOT:
            raise ImageError(
                "bad_values",
                f"floats are 0..1, the array has {pixels.min():g}..{pixels.max():g}; use uint8 for 0..255",
            )
        pixels = np.rint(np.clip(pixels, 0.0, 1.0) * 255.0).astype(np.uint8)
    if pixels.dtype != np.uint8:
        raise ImageError("bad_values", f"an array of {pixels.dtype} is no picture; expected uint8 or floats in 0..1")
    return Image.fromarray(np.ascontiguousarray(pixels))
