"""What a picture file says about itself, read before anything is decoded: format, size, memory and passes.

A file of a few kilobytes may ask a decoder for minutes or gigabytes: hundreds of scans over a large JPEG, hundreds of
thousands of empty chunks, tiles that lie outside of their picture. Here all of that is counted and refused.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ocr_model.errors import ImageError
from ocr_model.reading.heif_boxes import inspect_heif

if TYPE_CHECKING:
    from ocr_model.reading.image import ImageLimits

PictureFormat = Literal["JPEG", "PNG", "WEBP", "HEIF"]

FORMAT_HEAD = 64 * 1024
"""Bytes of a file that tell its format, the list of a container's items included."""

JPEG_DIVISORS = (1, 2, 4, 8)
"""By which libjpeg can divide the sides of a picture while it decodes."""

_LEGIBLE_DIVISOR = 2  # print on a photo that needs to be divided for its size survives it

_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_ANY_CODEC_BRANDS = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})
_HEVC_ITEM = b"hvc1"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

# Encoders write ten scans, mozjpeg up to twenty. A scan is a pass over all pixels, however few bytes it has.
_MOST_SCANS = 100
_MOST_PASSES = 1_000_000_000  # pixels, over all scans
_MOST_SEGMENTS = 4096  # of a JPEG; an embedded profile or a depth map takes some hundred
_MOST_PNG_CHUNKS = 65_536
_MOST_WEBP_CHUNKS = 10_000  # frames of an animation, mostly
_MOST_TEXTS = 16  # of a PNG, which may hold the orientation; each is unpacked
_MOST_TEXT_BYTES = 1 << 20  # of all of them, unpacked
_MOST_SIDE = 65_535  # pixels, as a JPEG can say; a row costs memory beside its pixels
_ROW_BYTES = 32  # Pillow's pointers to a row, and what fills the row up, in two copies
_MOST_FILL = 4096  # bytes between the segments of a JPEG's head, which Pillow reads one by one

# What libjpeg takes for the next marker: fill bytes, stuffed zeros and restarts are none.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])", re.DOTALL)
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_COEFFICIENTS_OF_A_BLOCK = 128  # bytes

_CHUNKS_WITH_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf"})
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
# Some programs note the orientation in one of these texts instead of in eXIf.
_TEXTS_WITH_ORIENTATION = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0")


@dataclass(frozen=True)
class PictureHeader:
    """What decoding a file takes."""

    format: PictureFormat
    width: int  # pixels as stored: before the orientation of EXIF or of the container
    height: int
    fixed_bytes: int  # memory that decoding takes at any scale
    pixel_bytes: int  # memory of the decoded pixels at full scale
    passes: int  # pixels that are computed, over all scans and tiles
    tracks: tuple[int, ...] = ()  # of a HEIC: where films stand in the file

    def bytes_at(self, divisor: int) -> int:
        """Memory that decoding takes where each side is divided by a number."""
        rows = _ROW_BYTES * max(self.width, self.height)
        return self.fixed_bytes + (self.pixel_bytes + rows * divisor) // divisor**2

    def divisor(self, scale: float, most_bytes: int) -> int:
        """Return the divisor to decode at, when the result is wanted at a scale (1 or less).

        It is the largest one that keeps all the pixels that are wanted; if that takes too much memory, the next one,
        unless print would be lost.

        Raises:
            ImageError: "too_complex" if memory suffices for none.
        """
        divisors = JPEG_DIVISORS if self.format == "JPEG" else (1,)
        wanted = max(divisor for divisor in divisors if scale * divisor <= 1)
        for divisor in divisors:
            if wanted <= divisor <= max(wanted, _LEGIBLE_DIVISOR) and self.bytes_at(divisor) <= most_bytes:
                return divisor
        raise ImageError(
            "too_complex",
            f"the picture takes too much memory: {self.width} x {self.height} pixels of this kind of {self.format} need"
            f" {self.bytes_at(1) / 1e6:.0f} MB, at most {most_bytes / 1e6:.0f} MB are given",
        )


def inspect_header(data: bytes, limits: ImageLimits) -> PictureHeader:
    """Check a file's size, format, pixels and structure; decodes nothing.

    Args:
        data: The whole file.
        limits: Limits of bytes, pixels and memory.

    Raises:
        ImageError: Kinds "empty", "too_large", "unsupported_format", "too_many_pixels", "too_small", "too_complex",
            "truncated".
    """
    if not data:
        raise ImageError("empty", "the file is empty")
    if len(data) > limits.max_bytes:
        raise ImageError(
            "too_large",
            f"the file has {len(data) / 1e6:.1f} MB; at most {limits.max_bytes / 1e6:.1f} MB are accepted",
        )
    try:
        header = _read_header(data)
    except (IndexError, struct.error) as error:
        raise _damaged() from error
    _check_size(header, limits)
    if header.passes > _MOST_PASSES:
        raise _too_complex("it is stored in too many scans or tiles")
    header.divisor(1.0, limits.max_decode_bytes)
    return header


def _read_header(data: bytes) -> PictureHeader:
    found = sniff_format(data)
    if found == "JPEG":
        return _read_jpeg(data)
    if found == "PNG":
        return _read_png(data)
    if found == "WEBP":
        return _read_webp(data)
    if found == "HEIF":
        work = inspect_heif(data)
        size = len(data) * (2 if work.tracks else 1)
        return PictureHeader("HEIF", work.width, work.height, size, work.decode_bytes, work.coded_pixels, work.tracks)
    raise ImageError("unsupported_format", "the file is not a JPEG, PNG, WebP or HEIC picture")


def sniff_format(data: bytes) -> PictureFormat | None:
    """The format by the first bytes, as Pillow names it; None for a format that is not accepted."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(_PNG_SIGNATURE):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        # AVIF and others use the same container, and the major brand of some encoders says nothing about the codec.
        end = min(len(data), FORMAT_HEAD, int.from_bytes(data[:4], "big"))
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
        if brands & _HEVC_BRANDS or (brands & _ANY_CODEC_BRANDS and _HEVC_ITEM in data[:FORMAT_HEAD]):
            return "HEIF"
    return None


def is_accepted_format(head: bytes) -> bool:
    """Whether a file that begins like this, with `FORMAT_HEAD` bytes or more, is of a format that is read."""
    return sniff_format(head) is not None


def _damaged() -> ImageError:
    return ImageError("truncated", "the picture is damaged or cut off")


def _too_complex(why: str) -> ImageError:
    return ImageError("too_complex", f"the picture takes too much work: {why}")


def _check_size(header: PictureHeader, limits: ImageLimits) -> None:
    width, height = header.width, header.height
    if width * height > limits.max_pixels:
        raise ImageError(
            "too_many_pixels",
            f"the picture has {width} x {height} pixels; at most {limits.max_pixels / 1e6:g} megapixels are accepted",
        )
    if max(width, height) > _MOST_SIDE:
        raise ImageError(
            "too_many_pixels",
            f"the picture has {width} x {height} pixels; a side may have {_MOST_SIDE} at most",
        )
    if min(width, height) < limits.min_side:
        raise ImageError(
            "too_small",
            f"the picture is {width} x {height} pixels small; each side needs {limits.min_side} or more",
        )


# -- JPEG (ITU-T T.81) ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    """A JPEG's frame header."""

    width: int
    height: int
    sampling: tuple[tuple[int, int], ...]  # of each component, across and down
    is_progressive: bool

    @property
    def coefficient_bytes(self) -> int:
        """Memory for the coefficients of all components, which several scans fill."""
        across, down = max(right for right, _ in self.sampling), max(below for _, below in self.sampling)
        blocks = [
            math.ceil(self.width * right / (8 * across)) * math.ceil(self.height * below / (8 * down))
            for right, below in self.sampling
        ]
        return sum(blocks) * _COEFFICIENTS_OF_A_BLOCK


def _read_jpeg(data: bytes) -> PictureHeader:
    """Walk the markers as libjpeg does; past the first scan only where it would read further ones."""
    frame: _Frame | None = None
    scans, segments, fill, position = 0, 0, 0, 2
    is_single = False
    while not is_single and (match := _MARKER.search(data, position)):
        if scans == 0:
            fill += match.start() - position
        marker, position = match[1][0], match.end()
        if marker == _EOI:
            break
        segments += 1
        if fill > _MOST_FILL or segments > _MOST_SEGMENTS:
            raise _too_complex("it is stored in too many parts")
        if marker == _SOI:
            continue
        if marker in _FRAMES and frame is None:
            frame = _read_frame(data, position, marker)
        elif marker == _SOS:
            scans += 1
            segments -= 1
            is_single = frame is not None and not frame.is_progressive and data[position + 2] == len(frame.sampling)
        if scans > _MOST_SCANS:
            raise _too_complex("it is stored in too many parts")
        position += max(2, int.from_bytes(data[position : position + 2], "big"))
    if frame is None or scans == 0:
        raise _damaged()
    pixels = frame.width * frame.height
    coefficients = 0 if is_single else frame.coefficient_bytes
    channels = 1 if len(frame.sampling) == 1 else 4
    return PictureHeader("JPEG", frame.width, frame.height, len(data) + coefficients, channels * pixels, scans * pixels)


def _read_frame(data: bytes, position: int, marker: int) -> _Frame:
    height, width, components = struct.unpack_from(">HHB", data, position + 3)
    sampling = tuple((data[at] >> 4, data[at] & 15) for at in range(position + 9, position + 9 + 3 * components, 3))
    if not sampling or any(0 in factors for factors in sampling):
        raise _damaged()
    return _Frame(width, height, sampling, marker in _PROGRESSIVE)


# -- PNG (ISO/IEC 15948) --------------------------------------------------------------------------------


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start and end of each chunk, as far as the file goes."""
    position = len(_PNG_SIGNATURE)
    for _ in range(_MOST_PNG_CHUNKS):
        if position + 12 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, position)
        yield kind, position, position + 12 + length
        if kind == b"IEND":
            return
        position += 12 + length
    raise _too_complex("its file has too many parts")


def _read_png(data: bytes) -> PictureHeader:
    if data[12:16] != b"IHDR":
        raise _damaged()
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    for _ in _png_chunks(data):
        pass
    grey = 2 if depth == 16 else 1
    pixel_bytes = {0: grey, 3: 1}.get(colour, 4)
    pixels = width * height
    return PictureHeader("PNG", width, height, 2 * len(data), pixel_bytes * pixels, pixels)


def essential_png(data: bytes) -> bytes:
    """Return a PNG's chunks that make its pixels and its orientation.

    The others (profiles, texts, further frames) may inflate beyond what Pillow accepts, and change no pixel.
    """
    kept = [data[: len(_PNG_SIGNATURE)]]
    end = len(_PNG_SIGNATURE)
    texts, text_bytes = _MOST_TEXTS, _MOST_TEXT_BYTES
    for kind, start, end in _png_chunks(data):
        if kind in _CHUNKS_WITH_PIXELS:
            kept.append(data[start:end])
        elif kind in _TEXTS and texts > 0:
            size = _orientation_bytes(kind, data[start + 8 : end - 4], text_bytes)
            if size is None:
                continue
            texts -= 1
            if size <= text_bytes:
                text_bytes -= size
                kept.append(data[start:end])
    kept.append(data[end:])  # a chunk that is cut off, which the decoder shall notice
    return b"".join(kept)


def _orientation_bytes(kind: bytes, text: bytes, most: int) -> int | None:
    """Return the size of a text that may hold the orientation, unpacked; more than `most` where it exceeds that.

    None is returned for any other text.
    """
    keyword = next((keyword for keyword in _TEXTS_WITH_ORIENTATION if text.startswith(keyword)), None)
    if keyword is None:
        return None
    if kind == b"iTXt" and text[len(keyword) : len(keyword) + 1] != b"\0":
        return None  # compressed
    if kind != b"zTXt":
        return len(text)
    try:
        return len(zlib.decompressobj().decompress(text[len(keyword) + 1 :], most + 1))
    except zlib.error:
        return most + 1


# -- WebP (RFC 9649) ------------------------------------------------------------------------------------


def _read_webp(data: bytes) -> PictureHeader:
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
        _count_webp_chunks(data)
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise _damaged()
    # libwebp keeps two canvases; Pillow copies one of them twice.
    return PictureHeader("WEBP", width, height, 2 * len(data), 16 * width * height, width * height)


def _count_webp_chunks(data: bytes) -> None:
    position = 12
    for _ in range(_MOST_WEBP_CHUNKS):
        if position + 8 > len(data):
            return
        (length,) = struct.unpack_from("<I", data, position + 4)
        position += 8 + length + (length & 1)
    raise _too_complex("its file has too many parts")
