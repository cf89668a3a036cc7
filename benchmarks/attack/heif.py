"""HEIC files put together box by box: grids of tiles, and sequences, that say of themselves what they like.

The boxes are those of ISO/IEC 14496-12 (container), 23008-12 (pictures) and 14496-15 (HEVC in it).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from benchmarks.attack.hevc import parameter_sets, picture_unit

_GRID = 1  # id of the picture that is made of tiles; the tiles follow


def grid(
    columns: int, rows: int, *, tile: int, declared: tuple[int, int], canvas: tuple[int, int] | None = None
) -> bytes:
    """A HEIC file of one picture made of grey tiles, which share the bytes of one.

    Args:
        columns: Tiles beside each other, 1 to 256.
        rows: Tiles above each other, 1 to 256.
        tile: Side of a tile in pixels, a multiple of 64.
        declared: Width and height that the file's header tells, in pixels.
        canvas: Width and height that the grid itself tells; None: as declared.
    """
    laid = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, *(canvas or declared))  # 32-bit sizes
    tiles = range(_GRID + 1, _GRID + 1 + columns * rows)
    return _file(b"heic", lambda offset, length: _description(tiles, tile, declared, laid, offset, length))


def single(side: int, *, turns: int = 0, described: int | None = None) -> bytes:
    """A HEIC file of one grey picture.

    Args:
        side: Side in pixels, a multiple of 64.
        turns: How often the file says that the picture is to be turned by a quarter, up to 250.
        described: Side in pixels that a second list of properties tells; None: there is none.
    """

    def boxes(offset: int, length: int) -> bytes:
        properties = [_owned(side, turns)]
        if described is not None:
            properties.append(_owned(described, 0))
        return _full(
            b"meta",
            _full(b"hdlr", bytes(4), b"pict", bytes(13)),
            _full(b"pitm", struct.pack(">H", 1)),
            _full(b"iloc", b"\x44\0", struct.pack(">HHHHHII", 1, 1, 0, 0, 1, offset, length), version=1),
            _full(b"iinf", struct.pack(">H", 1), _entry(1, b"hvc1")),
            *properties,
        )

    return _file(b"heic", boxes)


def sequence(frames: int, *, side: int) -> bytes:
    """A HEIC file of a still picture and a sequence of grey pictures, which share the bytes of one.

    Args:
        frames: Pictures that the sequence's tables tell of.
        side: Side of a picture in pixels, a multiple of 64.
    """
    laid = struct.pack(">BBBBII", 0, 1, 0, 0, side, side)

    def boxes(offset: int, length: int) -> bytes:
        still = _description((_GRID + 1,), side, (side, side), laid, offset, length)
        return still + _track(frames, side, offset, length)

    return _file(b"hevc", boxes)


def _file(brand: bytes, boxes: Callable[[int, int], bytes]) -> bytes:
    """A file of a brand; `boxes` gets the place and the length of the coded picture, in bytes."""
    start = _box(b"ftyp", brand, bytes(4), b"mif1", b"heic", brand)
    unit = _sized(picture_unit())
    offset = len(start) + len(boxes(0, len(unit))) + 8
    return start + boxes(offset, len(unit)) + _box(b"mdat", unit)


def _description(
    tiles: Sequence[int], tile: int, declared: tuple[int, int], laid: bytes, offset: int, length: int
) -> bytes:
    """The box of everything about the pictures; `offset` and `length` tell where the tiles' shared bytes lie."""
    names = [_entry(_GRID, b"grid"), *(_entry(number, b"hvc1") for number in tiles)]
    inside, outside = 1, 0  # ways to say where bytes lie: in `idat`, in the file
    places = struct.pack(">HHHHII", _GRID, inside, 0, 1, 0, len(laid))
    places += b"".join(struct.pack(">HHHHII", number, outside, 0, 1, offset, length) for number in tiles)
    properties = _box(b"ipco", _configuration(tile), _extent(tile, tile), _extent(*declared))
    owners = struct.pack(">HBB", _GRID, 1, 3)
    owners += b"".join(struct.pack(">HBBB", number, 2, 0x81, 2) for number in tiles)
    made_of = struct.pack(f">HH{len(tiles)}H", _GRID, len(tiles), *tiles)
    return _full(
        b"meta",
        _full(b"hdlr", bytes(4), b"pict", bytes(13)),
        _full(b"pitm", struct.pack(">H", _GRID)),
        _full(b"iloc", b"\x44\0", struct.pack(">H", 1 + len(tiles)), places, version=1),
        _full(b"iinf", struct.pack(">H", len(names)), *names),
        _full(b"iref", _box(b"dimg", made_of)),
        _box(b"iprp", properties, _full(b"ipma", struct.pack(">I", 1 + len(tiles)), owners)),
        _box(b"idat", laid),
    )


def _owned(side: int, turns: int) -> bytes:
    """The box of the properties of a square picture, the item 1."""
    kept = _box(b"ipco", _configuration(side), _extent(side, side), _box(b"irot", b"\1"))
    owner = struct.pack(">HBBB", 1, 2 + turns, 0x81, 2) + turns * b"\x83"
    return _box(b"iprp", kept, _full(b"ipma", struct.pack(">I", 1), owner))


def _track(frames: int, side: int, offset: int, length: int) -> bytes:
    """The box of a film with one track; every frame is a chunk of its own at the same place."""
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    head = struct.pack(">IIII", 0, 0, 1000, frames)
    film = _full(
        b"mvhd", head, struct.pack(">IHH", 0x10000, 0x100, 0), bytes(8), matrix, bytes(24), struct.pack(">I", 2)
    )
    track = struct.pack(">IIIII", 0, 0, 1, 0, frames) + bytes(16) + matrix + struct.pack(">II", side << 16, side << 16)
    look = bytes(6) + struct.pack(">H", 1) + bytes(16) + struct.pack(">HHIII", side, side, 0x480000, 0x480000, 0)
    look += struct.pack(">H", 1) + bytes(32) + struct.pack(">Hh", 24, -1)
    tables = _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _box(b"hvc1", look, _configuration(side))),
        _full(b"stts", struct.pack(">III", 1, frames, 1)),
        _full(b"stsc", struct.pack(">IIII", 1, 1, frames, 1)),
        _full(b"stsz", struct.pack(">II", length, frames)),
        _full(b"stco", struct.pack(">II", 1, offset)),
    )
    where = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))
    media = _box(
        b"mdia",
        _full(b"mdhd", head, struct.pack(">HH", 0x55C4, 0)),
        _full(b"hdlr", bytes(4), b"pict", bytes(13)),
        _box(b"minf", _full(b"vmhd", bytes(8), flags=1), where, tables),
    )
    return _box(b"moov", _full(b"mvhd", head, film), _box(b"trak", _full(b"tkhd", track, flags=7), media))


def _configuration(side: int) -> bytes:
    """The HEVC parameters of a square picture as a property."""
    # Version, profile, compatibility, constraints, level; then segmentation, parallelism, chroma 4:2:0, depths, rate.
    head = b"\1\1" + b"\x60\0\0\0" + b"\x90\0\0\0\0\0" + bytes([186])
    head += b"\xf0\0" + b"\xfc" + b"\xfd" + b"\xf8" + b"\xf8" + b"\0\0" + b"\x0f"
    sets = parameter_sets(side, side)
    units = b"".join(bytes([0x80 | kind]) + b"\0\1" + struct.pack(">H", len(unit)) + unit for kind, unit in sets)
    return _box(b"hvcC", head + bytes([len(sets)]) + units)


def _extent(width: int, height: int) -> bytes:
    return _full(b"ispe", struct.pack(">II", width, height))


def _entry(number: int, kind: bytes) -> bytes:
    return _full(b"infe", struct.pack(">HH", number, 0), kind, b"\0", version=2)


def _sized(unit: bytes) -> bytes:
    return struct.pack(">I", len(unit)) + unit


def _full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _box(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I", 8 + len(data)) + kind + data
