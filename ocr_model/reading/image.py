"""From the bytes of a picture to upright RGB pixels, and the region of it that is read.

An upload is checked before it costs anything: the number of bytes, the format by its content (never by its name), and
size, memory and passes from the header, before decoding. Only the region that is wanted is turned and made RGB, part by
part, so that a large photo is in memory once.
"""

from __future__ import annotations

import hashlib
import io
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_model.errors import ImageError
from ocr_model.reading.flattening import Cut, Part, bands, plan_flattening
from ocr_model.reading.headers import PictureHeader, essential_png, inspect_header
from ocr_model.reading.parts import flat_part, part_before, shrunk_part, size_after


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """How large a picture may be."""

    max_bytes: int = 20 * 1024 * 1024  # of the file
    max_pixels: int = 50_000_000  # width x height; the largest phone cameras default to 12-50 megapixels
    min_side: int = 2  # pixels; a 1x1 tracking picture holds no text
    max_decode_bytes: int = 1_000_000_000  # of memory while it is decoded
    max_crop_pixels: int = 4_000_000  # of a region cut out of it; larger ones are shrunk


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

_EXIF_ORIENTATION = 0x0112
_END_OF_JPEG = b"\xff\xd9"
# Codes of coefficients, whichever tables a JPEG has; nothing in it is a mark.
_MEANINGLESS = bytes(range(255)) * 16
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


def _exif_orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) if there is none or the EXIF block is damaged."""
    try:
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:  # a damaged EXIF block is no reason to refuse the pixels; Pillow raises half a dozen types here
        return 1


def flatten_image(image: Image.Image) -> Image.Image:
    """Bring a picture of any Pillow mode to 8-bit RGB without metadata.

    Raises:
        ImageError: "bad_values" for a float picture (mode F) with NaN or infinity.
    """
    return flat_part(image.crop, plan_flattening(image.crop, image.size), (0, 0, *image.size))


@dataclass(frozen=True)
class DecodedRegion:
    """A region cut out of a photo."""

    image: Image.Image  # RGB, upright, without metadata
    photo_size: tuple[int, int]  # width and height of the upright, turned photo
    decode_seconds: float  # time for decoding
    cut_seconds: float  # time for cutting, turning and shrinking


def decode_image(data: bytes, limits: ImageLimits = _DEFAULT_LIMITS) -> Image.Image:
    """Decode an uploaded picture: JPEG, PNG, WebP or HEIC, recognised by content.

    Args:
        data: the whole file.
        limits: checked before anything is decoded.

    Returns:
        RGB, 8 bit, upright (EXIF orientation applied), without any metadata. The first frame of an animation.

    Raises:
        ImageError: kinds "empty", "too_large", "unsupported_format", "too_many_pixels", "too_small", "too_complex",
        "truncated".
    """
    return _decode(data, limits, None, 0, lambda width, height: 1.0).image


def decode_region(data: bytes, limits: ImageLimits, box: Box | None = None, turn: int = 0) -> DecodedRegion:
    """Decode an uploaded picture and cut a region out of it.

    A region of more pixels than the limits allow is shrunk. A JPEG is decoded at half its size where that is what
    memory allows.

    Args:
        data: the whole file.
        limits: checked before anything is decoded.
        box: region in pixels of the upright, turned picture; None for all of it.
        turn: quarter turns clockwise, after the picture's own orientation has been applied.

    Raises:
        ImageError: as for `decode_image`, and "bad_box" or "bad_turn".
    """
    return _decode(data, limits, box, turn, lambda width, height: math.sqrt(limits.max_crop_pixels / (width * height)))


def decode_small(data: bytes, longest_side: int, limits: ImageLimits = _DEFAULT_LIMITS) -> DecodedRegion:
    """Decode an uploaded picture as `decode_image` does, but small; quick where the format can be decoded small.

    Args:
        data: the whole file.
        longest_side: most pixels of the longer side; a smaller picture keeps its size.
        limits: checked before anything is decoded.

    Raises:
        ImageError: as for `decode_image`.
    """
    return _decode(data, limits, None, 0, lambda width, height: longest_side / max(width, height))


def _decode(
    data: bytes, limits: ImageLimits, box: Box | None, turn: int, scale_for: Callable[[int, int], float]
) -> DecodedRegion:
    """Decode a region at the scale that a function gives for its width and height, or at 1 if that is smaller."""
    header = inspect_header(data, limits)
    started = time.perf_counter()
    with _damage_is_an_image_error(), _open(data, header) as photo:
        transposes = [*photo.transposes, *_transposes_of_turn(turn)]
        sizes = [photo.size]
        for transpose in transposes:
            sizes.append(size_after(transpose, sizes[-1]))
        part = _clipped(box, sizes[-1])
        for transpose, before in zip(reversed(transposes), reversed(sizes[:-1]), strict=True):
            part = part_before(transpose, part, before)
        scale = min(1.0, scale_for(part[2] - part[0], part[3] - part[1]))
        cut, size = photo.load(header.divisor(scale, limits.max_decode_bytes))
        decoded = time.perf_counter()
        scale = min(scale, size[0] / photo.size[0])
        flattening = plan_flattening(cut, size)
        if scale == 1:
            image = flat_part(cut, flattening, part)
        else:
            image = shrunk_part(cut, size, flattening, part, photo.size, scale)
        for transpose in transposes:
            image = image.transpose(transpose)
    return DecodedRegion(image, sizes[-1], decoded - started, time.perf_counter() - decoded)


# -- opening --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _OpenPhoto:
    """A photo whose pixels are decoded when `load` is called."""

    size: tuple[int, int]  # as stored
    transposes: list[Image.Transpose]  # put it upright
    load: Callable[[int], tuple[Cut, tuple[int, int]]]  # decodes at a divisor; returns parts and decoded size


@contextmanager
def _open(data: bytes, header: PictureHeader) -> Iterator[_OpenPhoto]:
    if header.format == "HEIF":
        yield _open_heif(data, header)
        return
    file = io.BytesIO(essential_png(data) if header.format == "PNG" else data)
    with Image.open(file, formats=(header.format,)) as picture:
        if picture.size != (header.width, header.height):
            raise ValueError("the header is ambiguous")

        def load(divisor: int) -> tuple[Cut, tuple[int, int]]:
            try:
                whole = _load_at(picture, divisor)
            except OSError:
                if header.format != "JPEG":
                    raise
                whole = _load_without_end(data, divisor)
            return whole.crop, whole.size

        transpose = _TRANSPOSE_BY_ORIENTATION.get(_exif_orientation(picture))
        yield _OpenPhoto(picture.size, [] if transpose is None else [transpose], load)


def _load_at(picture: Image.Image, divisor: int) -> Image.Image:
    if divisor > 1:
        picture.draft(None, (picture.width // divisor, picture.height // divisor))
    picture.load()
    return picture


def _load_without_end(data: bytes, divisor: int) -> Image.Image:
    """Decode a JPEG without its end mark, if all of its lines are there.

    libjpeg fills missing lines with what it makes of the bytes that follow, and Pillow does not pass its warnings on.
    So the file is decoded twice with different bytes behind it: pixels that differ were missing.
    """
    digests = set()
    for behind in (b"", _MEANINGLESS):
        whole = Image.open(io.BytesIO(data + behind + _END_OF_JPEG), formats=("JPEG",))
        _load_at(whole, divisor)
        digest = hashlib.sha256()
        for upper, lower in bands(*whole.size):
            digest.update(whole.crop((0, upper, whole.width, lower)).tobytes())
        digests.add(digest.digest())
    if len(digests) > 1:
        raise ImageError("truncated", "the picture is cut off")
    return whole


def _open_heif(data: bytes, header: PictureHeader) -> _OpenPhoto:
    import pi_heif  # imported here: 20 ms and a shared library that only pictures from iPhones need

    if header.tracks:
        without_films = bytearray(data)
        for at in header.tracks:
            without_films[at : at + 4] = b"free"
        data = bytes(without_films)
    # Nothing is decoded by opening. libheif itself applies the rotation of the container, which counts instead of
    # EXIF's.
    heif = pi_heif.open_heif(data)
    size = (int(heif.size[0]), int(heif.size[1]))
    # The container may turn a picture or cut it, but makes none larger.
    if max(size) > max(header.width, header.height) or min(size) > min(header.width, header.height):
        raise ValueError("the header is ambiguous")

    def load(divisor: int) -> tuple[Cut, tuple[int, int]]:
        pixels = np.asarray(heif)
        mode = str(heif.mode)

        def cut(part: Part) -> Image.Image:
            left, top, right, bottom = part
            inside = pixels[top:bottom, left:right].tobytes()
            return Image.frombytes(mode, (right - left, bottom - top), inside, "raw", mode)

        return cut, (pixels.shape[1], pixels.shape[0])

    return _OpenPhoto(size, [], load)


# -- regions --------------------------------------------------------------------------------------------


def _transposes_of_turn(quarter_turns: int) -> list[Image.Transpose]:
    if quarter_turns == 0:
        return []
    transpose = _TRANSPOSE_BY_QUARTER_TURNS.get(quarter_turns)
    if transpose is None:
        raise ImageError("bad_turn", f"a turn is 0, 1, 2 or 3 quarters clockwise, not {quarter_turns}")
    return [transpose]


def _clipped(box: Box | None, size: tuple[int, int]) -> Part:
    """The part of a picture that a box covers: left, upper, right, lower."""
    width, height = size
    if box is None:
        return 0, 0, width, height
    left, top = max(0, box.x), max(0, box.y)
    right, bottom = min(width, box.x + box.width), min(height, box.y + box.height)
    if right <= left or bottom <= top:
        raise ImageError(
            "bad_box",
            f"the box {box.x},{box.y},{box.width},{box.height} holds no pixel of the {width} x {height} picture",
        )
    return left, top, right, bottom


# -- pictures in memory ---------------------------------------------------------------------------------


def turn_image(image: Image.Image, quarter_turns: int) -> Image.Image:
    """Turn a picture clockwise by 0, 1, 2 or 3 quarters.

    Raises:
        ImageError: "bad_turn" for any other number.
    """
    for transpose in _transposes_of_turn(quarter_turns):
        image = image.transpose(transpose)
    return image


def crop_image(image: Image.Image, box: Box) -> Image.Image:
    """Cut a region out of a picture; the region is clipped at the edges.

    Raises:
        ImageError: "bad_box" if nothing remains.
    """
    return image.crop(_clipped(box, image.size))


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
        if image.mode != "P" and isinstance(image.info.get("transparency"), bytes):
            # Bytes are of a palette, which a conversion has removed; Pillow itself fails on them.
            image = image.copy()
            del image.info["transparency"]
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
