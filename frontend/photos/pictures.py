"""A photo as the shopper gave it: decoded once, shown small, cut from the original pixels.

The backend checks every upload again; the limits here only keep a browser session from filling this process.
"""

from __future__ import annotations

import hashlib
import io
import threading
import warnings
from dataclasses import dataclass
from typing import Final, Literal

import pi_heif
from PIL import Image, ImageStat

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF")
# Up to this many pixels a cut is sent as PNG (25 ms and 0.7 MB at the limit). A larger one holds far more
# pixels than the recognizer samples and goes as JPEG, quality 95, full colour: 10 ms where PNG takes 180 ms.
LOSSLESS_PIXELS: Final = 400_000
# One line of text never needs more, and a box around all of a 50-megapixel photo could exceed 20 MB.
MAX_SENT_PIXELS: Final = 4_000_000
# A crop smaller than the canvas is enlarged for handling, up to this factor.
MAX_ENLARGEMENT: Final = 4.0

PictureFault = Literal["empty", "too_large", "too_many_pixels", "unsupported_format", "damaged"]
_LIGHT: Final = 170  # of 255; the backend draws the line there, too
_UPRIGHT: Final[dict[int, Image.Transpose | None]] = {  # by EXIF orientation
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TURNS: Final[dict[int, Image.Transpose]] = {
    # Pillow's rotations run counter-clockwise, ours clockwise.
    1: Image.Transpose.ROTATE_270,
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_90,
}


class PictureError(Exception):
    """A file that cannot be shown; `fault` says why."""

    def __init__(self, fault: PictureFault) -> None:
        super().__init__(fault)
        self.fault: PictureFault = fault


@dataclass(frozen=True)
class Box:
    """A region in pixels of the upright, turned photo."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Cut:
    """The picture that travels to the backend: the region alone, without metadata.

    The pixels lie as in the photo; the backend turns them by `turn` clockwise quarter turns, so that the kept
    sample still knows how people hold their tags.
    """

    data: bytes
    media_type: str
    turn: int


class Photo:
    """One photo, identified by its bytes, which are decoded once: when a preview or a cut first needs the pixels."""

    def __init__(self, data: bytes) -> None:
        """Read the header and check the limits.

        Args:
            data: A JPEG, PNG, WebP or HEIC file; the content decides, not the name.

        Raises:
            PictureError: The file is empty, too large, of another format, or broken.
        """
        if not data:
            raise PictureError("empty")
        if len(data) > MAX_BYTES:
            raise PictureError("too_large")
        self._lock = threading.RLock()
        self._preview: tuple[tuple[int, int, int], Image.Image] | None = None  # the last one, by its arguments
        self.id = hashlib.sha256(data).hexdigest()[:16]
        self._image = _open(data)  # the file's, until its pixels are decoded
        self._is_decoded = False
        try:
            orientation = self._image.getexif().get(0x0112, 1)
        except Exception:
            # A broken EXIF block raises almost anything, and only costs the orientation.
            orientation = 1
        self._orientation: int = orientation if orientation in _UPRIGHT else 1
        width, height = self._image.size
        # Orientations 5 to 8 lie on their side.
        self.size: tuple[int, int] = (height, width) if self._orientation >= 5 else (width, height)

    def turned_size(self, turn: int) -> tuple[int, int]:
        """Width and height after `turn` clockwise quarter turns."""
        width, height = self.size
        return (height, width) if turn % 2 else (width, height)

    def preview(self, turn: int, max_width: int, max_height: int) -> Image.Image:
        """The whole photo, turned, RGB, to fit a canvas; the same object for the same arguments.

        Raises:
            PictureError: The file is damaged.
        """
        key = (turn % 4, max_width, max_height)
        with self._lock:
            if self._preview is not None and self._preview[0] == key:
                return self._preview[1]
            width, height = self.turned_size(turn)
            scale = min(max_width / width, max_height / height, MAX_ENLARGEMENT)
            target = (max(1, round(width * scale)), max(1, round(height * scale)))
            upright_target = (target[1], target[0]) if turn % 2 else target
            small = self.pixels.resize(upright_target, Image.Resampling.BILINEAR, reducing_gap=2.0)
            step = _TURNS.get(turn % 4)
            preview = small if step is None else small.transpose(step)
            self._preview = (key, preview)
            return preview

    @property
    def pixels(self) -> Image.Image:
        """All pixels, upright by EXIF, RGB.

        Raises:
            PictureError: The file is damaged.
        """
        with self._lock:
            if not self._is_decoded:
                try:
                    self._image.load()
                    upright = _UPRIGHT[self._orientation]
                    self._image = _to_rgb(self._image if upright is None else self._image.transpose(upright))
                except Exception as error:
                    raise PictureError("damaged") from error
                self._is_decoded = True
            return self._image

    def cut(self, box: Box, turn: int) -> Cut:
        """Cut `box` (in pixels of the turned photo) out of the original pixels.

        Args:
            box: The region; it is clipped to the photo.
            turn: Clockwise quarter turns.

        Raises:
            PictureError: The file is damaged.
            ValueError: The box lies outside of the photo.
        """
        width, height = self.turned_size(turn)
        left, top = max(0, box.x), max(0, box.y)
        right, bottom = min(width, box.x + box.width), min(height, box.y + box.height)
        if right <= left or bottom <= top:
            raise ValueError(f"box {box} lies outside of a picture of {width}x{height}")
        crop = self.pixels.crop(_unturned((left, top, right, bottom), self.size, turn))
        area = crop.width * crop.height
        if area > MAX_SENT_PIXELS:
            scale = (MAX_SENT_PIXELS / area) ** 0.5
            smaller = (max(1, int(crop.width * scale)), max(1, int(crop.height * scale)))
            crop = crop.resize(smaller, Image.Resampling.BICUBIC, reducing_gap=2.0)
        stream = io.BytesIO()
        if area <= LOSSLESS_PIXELS:
            crop.save(stream, "PNG", compress_level=1)
            return Cut(stream.getvalue(), "image/png", turn % 4)
        crop.save(stream, "JPEG", quality=95, subsampling=0)
        return Cut(stream.getvalue(), "image/jpeg", turn % 4)


def _open(data: bytes) -> Image.Image:
    """Read the header; the pixels stay as they are."""
    # Registering twice is harmless; doing it here keeps the import free of effects.
    pi_heif.register_heif_opener()
    try:
        with warnings.catch_warnings():
            # Pillow only warns between one and two times its own limit; our limit is checked just below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise PictureError("too_many_pixels") from error
    except Exception as error:
        raise PictureError("unsupported_format") from error
    if image.width * image.height > MAX_PIXELS:
        raise PictureError("too_many_pixels")
    return image


def _to_rgb(image: Image.Image) -> Image.Image:
    """Any mode to 8-bit RGB: deep grey is scaled, transparency laid on white, or on black if the print is light."""
    if image.mode.startswith("I"):
        # 16 bits of grey: 65535 becomes 255.
        return image.convert("F").point(lambda value: value * (1 / 257)).convert("RGB")
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "black" if _is_light(layered) else "white")
        return Image.alpha_composite(ground, layered).convert("RGB")
    # A copy of 12 megapixels takes half as long as decoding them.
    return image if image.mode == "RGB" else image.convert("RGB")


def _is_light(layered: Image.Image) -> bool:
    """Whether the visible part of a transparent picture would be lost on white."""
    small = layered.reduce(max(1, max(layered.size) // 256))
    visible = small.getchannel("A").point(lambda value: 255 if value > 127 else 0)
    grey = small.convert("RGB").convert("L")
    return visible.getbbox() is not None and ImageStat.Stat(grey, visible).mean[0] > _LIGHT


def _unturned(edges: tuple[int, int, int, int], size: tuple[int, int], turn: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in the turned photo, as seen in the upright photo of `size`."""
    left, top, right, bottom = edges
    width, height = size
    match turn % 4:
        case 1:
            return top, height - right, bottom, height - left
        case 2:
            return width - right, height - bottom, width - left, height - top
        case 3:
            return width - bottom, left, width - top, right
        case _:
            return edges
