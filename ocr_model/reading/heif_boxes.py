"""What a HEIC file makes its decoder do, read from its boxes before anything is decoded (ISO/IEC 23008-12, 14496-12).

libheif believes a file's structure: a grid may name hundreds of large tiles for a small picture, and the size that is
declared need not be the size that is encoded. Here both are compared, down to the sequence parameter sets of HEVC
(ITU-T H.265, 7.3.2.2), which alone say what the decoder allocates.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from ocr_model.errors import ImageError
from ocr_model.reading.hevc import CodedPicture, read_parameter_set

_Value = TypeVar("_Value")

_MOST_META_BYTES = 1 << 20  # a telephone's are 10 KB
_MOST_BOXES = 20_000  # of one folder of boxes; a picture of 200 megapixels has 800 tiles
_MOST_NAL_UNITS = 65_536  # of all tiles
_MOST_DERIVATIONS = 3  # pictures derived from derived pictures
_ALIGNMENT = 64  # pixels by which a coded picture may exceed the declared one: HEVC's largest coding block
_HEVC = (b"hvc1", b"hev1")
_ALPHA = (b"urn:mpeg:hevc:2015:auxid:1", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")
_SPS, _LAST_VCL = 33, 31  # types of NAL units
# Of each kind an item has one at most: decoders differ in which they take of several, or do them one after another.
_SINGLE_BOXES = frozenset({b"pitm", b"iinf", b"iref", b"iprp", b"idat", b"iloc", b"ipco"})
_SINGLE_PROPERTIES = frozenset({b"ispe", b"hvcC", b"auxC", b"irot", b"imir", b"clap"})


@dataclass(frozen=True)
class HeifWork:
    """What decoding the primary picture takes."""

    width: int  # pixels, before the container's own rotation and cut
    height: int
    coded_pixels: int  # of all tiles and of the transparency
    decode_bytes: int  # memory at the peak
    tracks: tuple[int, ...]  # where the type of a `moov` box stands: a film beside the picture


@dataclass
class _Meta:
    """The `meta` box, as far as decoding follows it."""

    primary: int = 0
    types: dict[int, bytes] = field(default_factory=dict)  # by item
    extents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # start and end in the file
    references: list[tuple[bytes, int, list[int]]] = field(default_factory=list)  # type, from, to
    properties: list[tuple[bytes, int, int]] = field(default_factory=list)  # type, start, end
    associations: dict[int, list[int]] = field(default_factory=dict)  # item: indices of properties, from 0

    def property_of(self, item: int, kind: bytes) -> tuple[int, int] | None:
        for index in self.associations.get(item, ()):
            if 0 <= index < len(self.properties) and self.properties[index][0] == kind:
                return self.properties[index][1:]
        return None

    def targets(self, kind: bytes, item: int) -> list[int]:
        return [
            target for name, source, targets in self.references if (name, source) == (kind, item) for target in targets
        ]


def inspect_heif(data: bytes) -> HeifWork:
    """Return what decoding a HEIC file takes.

    Raises:
        ImageError: "unsupported_format" where the picture is not coded in HEVC, "too_complex" where the file asks for
            more than its picture needs, "truncated" where its boxes contradict each other.
    """
    try:
        return _Inspector(data).work()
    except (IndexError, KeyError, struct.error, OverflowError) as error:
        raise _damaged() from error


def _damaged(why: str = "the picture is damaged or cut off") -> ImageError:
    return ImageError("truncated", why)


def _too_complex(why: str) -> ImageError:
    return ImageError("too_complex", f"the picture takes too much work: {why}")


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start and end of the contents of the boxes in a stretch of the file."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            raise _damaged()
        yield kind, start + head, start + size
        start += size
    raise _too_complex("its file has too many parts")


def _single_boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield boxes as `_boxes` does, where no kind comes twice that must be there once."""
    seen = set()
    for box in _boxes(data, start, end):
        if box[0] in seen:
            raise _damaged("the picture is described twice")
        if box[0] in _SINGLE_BOXES:
            seen.add(box[0])
        yield box


class _Inspector:
    """Follows the primary picture of one file to the tiles that are decoded for it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._meta = _Meta()
        self._nal_units = 0

    def work(self) -> HeifWork:
        data, tracks, found = self._data, [], False
        for kind, start, end in _boxes_leniently(data):
            if kind == b"meta":
                if found:
                    raise _damaged("the picture is described twice")
                if end - start > _MOST_META_BYTES:
                    raise _too_complex("its list of contents is too long")
                found = True
                self._read_meta(start + 4, end)
            elif kind == b"moov":
                tracks.append(start - 4)
        if not found:
            raise _damaged("the file holds no picture, only a film or nothing")
        held = sum(end - start for extents in self._meta.extents.values() for start, end in extents)
        if held > 2 * len(data):
            raise _too_complex("its parts overlap")
        main = self._picture(self._meta.primary, _MOST_DERIVATIONS)
        per_pixel = main.sample_bytes * (2 if main.is_deep else 1) + 3.5
        coded = main.coded_pixels
        for kind, source, targets in self._meta.references:
            if kind == b"auxl" and self._meta.primary in targets and self._is_alpha(source):
                alpha = self._picture(source, _MOST_DERIVATIONS)
                if alpha.width * alpha.height > main.width * main.height:
                    raise _damaged("the transparency of the picture is larger than the picture")
                coded += alpha.coded_pixels
                per_pixel += 2 * alpha.sample_bytes + 1
        return HeifWork(main.width, main.height, coded, int(per_pixel * main.width * main.height), tuple(tracks))

    # -- boxes ------------------------------------------------------------------------------------------

    def _read_meta(self, start: int, end: int) -> None:
        data, meta, idat = self._data, self._meta, (0, 0)
        locations: tuple[int, int] | None = None
        for kind, at, stop in _single_boxes(data, start, end):
            if kind == b"pitm":
                meta.primary = _integer(data, at + 4, 4 if data[at] else 2)
            elif kind == b"iinf":
                for name, entry, _ in _boxes(data, at + (8 if data[at] else 6), stop):
                    if name == b"infe" and data[entry] in (2, 3):
                        width = 4 if data[entry] == 3 else 2
                        after = entry + 4 + width + 2
                        _add_once(meta.types, _integer(data, entry + 4, width), data[after : after + 4])
            elif kind == b"iref":
                self._read_references(at, stop)
            elif kind == b"iprp":
                self._read_properties(at, stop)
            elif kind == b"idat":
                idat = (at, stop)
            elif kind == b"iloc":
                locations = (at, stop)
        if locations is not None:
            self._read_locations(*locations, idat)
        for indices in meta.associations.values():
            kinds = [meta.properties[index][0] for index in indices if 0 <= index < len(meta.properties)]
            single = [kind for kind in kinds if kind in _SINGLE_PROPERTIES]
            if len(single) > len(set(single)):
                raise _too_complex("it is turned, cut or described several times")

    def _read_references(self, at: int, end: int) -> None:
        data, width = self._data, 4 if self._data[at] else 2
        for kind, start, _ in _boxes(data, at + 4, end):
            count = _integer(data, start + width, 2)
            first = start + width + 2
            targets = [_integer(data, first + width * index, width) for index in range(count)]
            self._meta.references.append((kind, _integer(data, start, width), targets))

    def _read_properties(self, at: int, end: int) -> None:
        data, meta = self._data, self._meta
        for kind, start, stop in _single_boxes(data, at, end):
            if kind == b"ipco":
                meta.properties = list(_boxes(data, start, stop))
            elif kind == b"ipma":
                width, index_width = (4 if data[start] else 2), (2 if data[start + 3] & 1 else 1)
                position = start + 8
                for _ in range(_integer(data, start + 4, 4)):
                    item, count = _integer(data, position, width), data[position + width]
                    position += width + 1
                    mask = 0x7FFF if index_width == 2 else 0x7F
                    indices = [
                        (_integer(data, position + index_width * n, index_width) & mask) - 1 for n in range(count)
                    ]
                    _add_once(meta.associations, item, indices)
                    position += index_width * count

    def _read_locations(self, at: int, end: int, idat: tuple[int, int]) -> None:
        data, version = self._data, self._data[at]
        offset_size, length_size = data[at + 4] >> 4, data[at + 4] & 15
        base_size, index_size = data[at + 5] >> 4, data[at + 5] & 15 if version else 0
        width = 4 if version == 2 else 2
        position = at + 6 + width
        for _ in range(_integer(data, at + 6, width)):
            item = _integer(data, position, width)
            position += width
            method = 0
            if version:
                method = _integer(data, position, 2) & 15
                position += 2
            base = _integer(data, position + 2, base_size)
            count = _integer(data, position + 2 + base_size, 2)
            position += 4 + base_size
            extents: list[tuple[int, int]] = []
            _add_once(self._meta.extents, item, extents)
            for _ in range(count):
                start = base + _integer(data, position + index_size, offset_size)
                length = _integer(data, position + index_size + offset_size, length_size)
                position += index_size + offset_size + length_size
                if position > end:
                    raise _damaged()
                origin, limit = idat if method == 1 else (0, len(data))
                stop = origin + start + length if length else limit
                extents.append((min(origin + start, limit), min(stop, limit)))

    # -- pictures ---------------------------------------------------------------------------------------

    def _is_alpha(self, item: int) -> bool:
        found = self._meta.property_of(item, b"auxC")
        return found is not None and self._data[found[0] + 4 : found[1]].split(b"\0")[0] in _ALPHA

    def _declared_size(self, item: int) -> tuple[int, int]:
        found = self._meta.property_of(item, b"ispe")
        if found is None:
            raise _damaged()
        width, height = struct.unpack_from(">II", self._data, found[0] + 4)
        return width, height

    def _contents(self, item: int) -> bytes:
        extents = self._meta.extents[item]
        return b"".join(self._data[start:end] for start, end in extents)

    def _picture(self, item: int, derivations: int) -> CodedPicture:
        """Return what an item decodes to."""
        kind = self._meta.types[item]
        if kind in _HEVC:
            return self._hevc(item)
        if kind not in (b"grid", b"iden", b"iovl"):
            raise ImageError("unsupported_format", "the file is not a JPEG, PNG, WebP or HEIC picture")
        parts = self._meta.targets(b"dimg", item)
        if derivations == 0 or not parts:
            raise _too_complex("it is derived from pictures that are derived themselves")
        width, height = self._declared_size(item)
        if kind == b"grid":
            return self._grid(item, width, height, parts)
        coded = [self._picture(part, derivations - 1) for part in parts]
        pixels = sum(part.coded_pixels for part in coded)
        largest = max(max(width * height, part.width * part.height) for part in coded)
        if largest > width * height or pixels > 4 * (width * height + _ALIGNMENT**2):
            raise _too_complex("its layers are larger than the picture")
        return max(coded, key=lambda part: part.sample_bytes).like(width, height, pixels)

    def _grid(self, item: int, width: int, height: int, parts: list[int]) -> CodedPicture:
        """Return a grid's picture; its tiles cover it, and no row or column of them lies outside of it."""
        contents = self._contents(item)
        rows, columns = contents[2] + 1, contents[3] + 1
        declared = struct.unpack_from(">II" if contents[1] & 1 else ">HH", contents, 4)
        if declared != (width, height) or len(parts) != rows * columns:
            raise _damaged("the tiles of the picture do not fit its size")
        first = self._picture_of_tile(parts[0])
        covers = first.width * columns >= width and first.height * rows >= height
        if not covers or first.width * (columns - 1) >= width or first.height * (rows - 1) >= height:
            raise _damaged("the tiles of the picture do not fit its size")
        pixels = 0
        for part in parts:
            tile = self._picture_of_tile(part)
            if (tile.width, tile.height) != (first.width, first.height):
                raise _damaged("the tiles of the picture have different sizes")
            pixels += tile.coded_pixels
        return first.like(width, height, pixels)

    def _picture_of_tile(self, item: int) -> CodedPicture:
        if self._meta.types[item] not in _HEVC:
            raise ImageError("unsupported_format", "the file is not a JPEG, PNG, WebP or HEIC picture")
        return self._hevc(item)

    def _hevc(self, item: int) -> CodedPicture:
        """Return a coded picture, whose parameter sets may not exceed its declared size."""
        data = self._data
        found = self._meta.property_of(item, b"hvcC")
        if found is None:
            raise _damaged()
        width, height = self._declared_size(item)
        start, end = found
        length_size = (data[start + 21] & 3) + 1
        sets, pictures = [], 0
        for unit in self._configured_units(start, end):
            if _unit_type(unit) == _SPS:
                sets.append(read_parameter_set(unit))
        for unit in self._units(self._contents(item), length_size):
            if _unit_type(unit) == _SPS:
                sets.append(read_parameter_set(unit))
            elif _unit_type(unit) <= _LAST_VCL and len(unit) > 2 and unit[2] & 0x80:
                pictures += 1
        if not sets:
            raise _damaged()
        if pictures > 1:
            raise _too_complex("a tile holds several pictures")
        for coded in sets:
            if coded.width > width + _ALIGNMENT or coded.height > height + _ALIGNMENT:
                raise _damaged("the picture is larger than its file declares")
        return max(sets, key=lambda coded: coded.sample_bytes).like(
            width, height, max(coded.coded_pixels for coded in sets)
        )

    def _configured_units(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the NAL units of an `hvcC` box."""
        data, position = self._data, start + 23
        for _ in range(data[start + 22]):
            count = _integer(data, position + 1, 2)
            position += 3
            for _ in range(count):
                length = _integer(data, position, 2)
                position += 2 + length
                if position > end:
                    raise _damaged()
                yield from self._counted(data[position - length : position])

    def _units(self, contents: bytes, length_size: int) -> Iterator[bytes]:
        """Yield the first bytes of the NAL units of a coded picture; parameter sets whole."""
        position = 0
        while position + length_size < len(contents):
            length = int.from_bytes(contents[position : position + length_size], "big")
            position += length_size
            yield from self._counted(contents[position : position + min(length, 512)])
            position += length

    def _counted(self, unit: bytes) -> Iterator[bytes]:
        self._nal_units += 1
        if self._nal_units > _MOST_NAL_UNITS:
            raise _too_complex("its file has too many parts")
        is_base_layer = len(unit) > 2 and not (unit[0] & 1 or unit[1] >> 3)
        if is_base_layer:
            yield unit


def _boxes_leniently(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the outermost boxes; what follows the last whole one may be cut off, for only the picture must be there."""
    iterator = _boxes(data, 0, len(data))
    while True:
        try:
            yield next(iterator)
        except StopIteration:
            return
        except ImageError as error:
            if error.kind == "too_complex":
                raise
            return


def _add_once(values: dict[int, _Value], item: int, value: _Value) -> None:
    if item in values:
        raise _damaged("the picture is described twice")
    values[item] = value


def _integer(data: bytes, at: int, width: int) -> int:
    if at + width > len(data):
        raise _damaged()
    return int.from_bytes(data[at : at + width], "big")


def _unit_type(unit: bytes) -> int:
    return unit[0] >> 1 & 0x3F
