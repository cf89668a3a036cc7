"""Small files that are dear to decode, and large ones within every limit: JPEG, PNG and WebP."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

SIDE = 7070  # pixels; its square is just within the default limit of 50 megapixels
_BLOCK = 8  # pixels of a JPEG's block
_LONGEST_RUN = 32_767  # blocks that one code of a progressive scan can skip
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_GREY, _COLOUR = 0, 2  # of a PNG


def scans_jpeg(scans: int, *, side: int = SIDE) -> bytes:
    """A valid progressive JPEG, grey all over, of so many scans; a scan is some 75 bytes and visits every block.

    Args:
        scans: Scans after the first; each adds nothing to one coefficient of every block.
        side: Width and height in pixels.
    """
    blocks = (-(-side // _BLOCK)) ** 2
    file = b"\xff\xd8" + _segment(0xDB, b"\0" + b"\1" * 64)
    file += _segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
    # One code of one bit each: "no difference", and "skip 2^14 blocks and as many as the next 14 bits say".
    file += _segment(0xC4, b"\0" + b"\1" + bytes(15) + b"\0") + _segment(0xC4, b"\x10" + b"\1" + bytes(15) + b"\xe0")
    file += _scan(0, 0, 0) + bytes(-(-blocks // 8))
    runs = [_LONGEST_RUN] * (blocks // _LONGEST_RUN) + _last_runs(blocks % _LONGEST_RUN)
    code = "".join(f"0{run - (1 << 14):014b}" for run in runs)
    code += "1" * (-len(code) % 8)
    skipping = int(code, 2).to_bytes(len(code) // 8, "big").replace(b"\xff", b"\xff\0")
    steps = [(at, bit) for bit in reversed(range(14)) for at in range(1, 64)]
    for at, bit in steps[:scans]:
        file += _scan(at, 0 if bit == 13 else bit + 1, bit) + skipping
    return file + b"\xff\xd9"


def filled_jpeg(fill: int, segments: int = 1) -> bytes:
    """A grey JPEG of 8 x 8 pixels with bytes of fill before each of some comments.

    Args:
        fill: Bytes before a comment.
        segments: Comments.
    """
    stream = io.BytesIO()
    Image.new("L", (8, 8)).save(stream, "JPEG")
    jpeg = stream.getvalue()
    return jpeg[:2] + segments * (fill * b"\xff" + _segment(0xFE, b"")) + jpeg[2:]


def text_png(texts: int, *, size: int) -> bytes:
    """A black PNG of 64 x 64 pixels with packed texts that may hold its orientation.

    Args:
        texts: Their number.
        size: Bytes of each, unpacked.
    """
    text = _chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(bytes(size), 9))
    png = flat_png(side=64, depth=8)
    at = png.index(b"IDAT") - 4
    return png[:at] + texts * text + png[at:]


def flat_png(
    *, side: int = SIDE, height: int | None = None, depth: int = 16, colour: bool = False, interlaced: bool = False
) -> bytes:
    """A black PNG, a thousandth of its pixels in size.

    Args:
        side: Width in pixels, and height unless that is given.
        height: Height in pixels.
        depth: Bits of a channel, 8 or 16.
        colour: Three channels instead of one.
        interlaced: Sent in the seven passes of Adam7.
    """
    rows = side if height is None else height
    pixel = depth // 8 * (3 if colour else 1)
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    packer = zlib.compressobj(6)
    packed = b""
    for left, top, across, down in passes:
        line = bytes(1 + pixel * -(-(side - left) // across))
        packed += b"".join(packer.compress(line) for _ in range(top, rows, down))
    packed += packer.flush()
    header = struct.pack(">IIBBBBB", side, rows, depth, _COLOUR if colour else _GREY, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def flat_webp(*, side: int = SIDE) -> bytes:
    """A one-coloured lossless WebP of a few kilobytes, with an alpha channel."""
    stream = io.BytesIO()
    picture = Image.new("RGBA", (side, side), (10, 20, 30, 40))
    picture.save(stream, "WEBP", lossless=True, quality=0, method=0, exact=True)
    return stream.getvalue()


def noise_jpeg(seed: int, *, side: int = SIDE, quality: int = 20) -> bytes:
    """A JPEG of noise, which no other format packs as small.

    Args:
        seed: Another number gives other pixels.
        side: Width and height in pixels.
        quality: Of the JPEG, 1 to 95.
    """
    # A tile of noise, shifted line by line: no encoder finds the repetition, and it is quick to make.
    chance = np.random.default_rng(seed)
    tile = chance.integers(0, 256, (64, side, 3), dtype=np.uint8)
    rows = [np.roll(tile, int(shift), axis=1) for shift in chance.integers(0, side, -(-side // 64))]
    stream = io.BytesIO()
    Image.fromarray(np.concatenate(rows)[:side]).save(stream, "JPEG", quality=quality, subsampling=0)
    return stream.getvalue()


def _last_runs(blocks: int) -> list[int]:
    """The last blocks in runs that the one code can say, 2^14 at least."""
    if blocks == 0:
        return []
    if blocks < 1 << 14:
        raise ValueError(f"{blocks} blocks are left for the last run; choose another side")
    return [blocks]


def _scan(at: int, refined: int, bit: int) -> bytes:
    """The header of a scan over one coefficient: `at` its place, `refined` and `bit` as in the standard (Ah, Al)."""
    return _segment(0xDA, bytes((1, 1, 0, at, at, refined << 4 | bit)))


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(payload)) + payload


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
