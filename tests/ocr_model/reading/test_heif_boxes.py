"""HEIC files that say one thing and hold another are refused before libheif sees them."""

import struct
from pathlib import Path

import numpy as np
import pytest

from benchmarks.attack.heif import grid, sequence, single
from ocr_model.errors import ImageError
from ocr_model.reading.heif_boxes import inspect_heif
from ocr_model.reading.image import ImageLimits, decode_image

SERVICE = ImageLimits(max_decode_bytes=300_000_000)
REAL = (Path(__file__).parent / "pictures" / "stored_turned.heic").read_bytes()


def kind_of(data: bytes) -> str:
    with pytest.raises(ImageError) as refused:
        decode_image(data, SERVICE)
    return refused.value.kind


@pytest.mark.parametrize(
    "data",
    [
        grid(30, 30, tile=4096, declared=(100, 100)),
        grid(8, 8, tile=4096, declared=(128, 128), canvas=(32_767, 32_767)),
        grid(2, 1, tile=64, declared=(64, 64)),
        grid(1, 2, tile=64, declared=(64, 64)),
        grid(2, 2, tile=64, declared=(200, 100)),
    ],
    ids=["tiles outside", "two sizes", "a column outside", "a row outside", "a gap"],
)
def test_a_grid_whose_tiles_do_not_fit_is_refused(data: bytes) -> None:
    assert kind_of(data) == "truncated"


def test_a_grid_whose_tiles_fit_is_read() -> None:
    data = grid(3, 2, tile=64, declared=(180, 100))
    work = inspect_heif(data)
    assert (work.width, work.height, work.coded_pixels) == (180, 100, 6 * 64 * 64)
    assert decode_image(data, SERVICE).size == (180, 100)


def test_a_tile_that_is_coded_larger_than_declared_is_refused() -> None:
    # The tiles' own extent is the first one in the file.
    data = grid(1, 1, tile=4096, declared=(64, 64))
    at = data.index(struct.pack(">II", 4096, 4096))
    assert kind_of(data[:at] + struct.pack(">II", 64, 64) + data[at + 8 :]) == "truncated"


def test_tiles_beyond_every_limit_are_refused() -> None:
    assert kind_of(grid(10, 10, tile=4096, declared=(40_000, 40_000))) == "too_many_pixels"
    assert kind_of(grid(200, 101, tile=64, declared=(12_800, 6464))) == "too_complex"


def test_a_picture_beside_a_sequence_is_read_without_the_sequence() -> None:
    data = sequence(17_000_000, side=64)
    assert len(inspect_heif(data).tracks) == 1
    assert decode_image(data, SERVICE).size == (64, 64)


def test_a_sequence_without_a_picture_is_refused() -> None:
    data = sequence(4, side=64).replace(b"meta", b"free", 1)
    assert kind_of(data) == "truncated"


def test_a_tile_of_several_pictures_is_refused() -> None:
    data = grid(1, 1, tile=64, declared=(64, 64))
    at = data.index(b"mdat") + 4
    length = len(data) - at
    # The same coded picture twice, in one item.
    twice = data[: at - 8] + struct.pack(">I", 8 + 2 * length) + data[at - 4 :] + data[at:]
    place = struct.pack(">II", at, length)
    assert kind_of(twice.replace(place, struct.pack(">II", at, 2 * length))) == "too_complex"


def test_parts_that_overlap_are_refused() -> None:
    data = grid(16, 16, tile=64, declared=(1024, 1024))
    at = data.index(b"mdat") + 4
    length = len(data) - at
    grown = data + bytes(10_000)
    assert kind_of(grown.replace(struct.pack(">II", at, length), struct.pack(">II", at, 10_000))) == "too_complex"


def test_a_picture_in_another_codec_is_unsupported() -> None:
    assert kind_of(REAL.replace(b"hvc1", b"av01")) == "unsupported_format"


def test_bytes_at_random_end_in_a_picture_or_an_image_error() -> None:
    random = np.random.default_rng(2)
    for data in (REAL, grid(2, 2, tile=64, declared=(100, 100))):
        for _ in range(200):
            damaged = bytearray(data)
            for at in random.integers(12, len(damaged), 4):
                damaged[at] = int(random.integers(256))
            try:
                inspect_heif(bytes(damaged))
            except ImageError:
                continue


def test_one_turn_is_done_and_several_are_refused() -> None:
    assert decode_image(single(64, turns=1), SERVICE).size == (64, 64)
    assert kind_of(single(64, turns=2)) == "too_complex"
    assert kind_of(single(4096, turns=60)) == "too_complex"


@pytest.mark.parametrize(("side", "described"), [(8192, 64), (64, 8192), (64, 64)])
def test_a_picture_that_is_described_twice_is_refused(side: int, described: int) -> None:
    assert kind_of(single(side, described=described)) == "truncated"
    again = single(64)
    meta = again[again.index(b"meta") - 4 : again.index(b"mdat") - 4]
    assert kind_of(again + meta) == "truncated"


def test_an_item_that_is_described_twice_is_refused() -> None:
    # A count of 2 owners of properties, and the only one again.
    data = single(64)
    at = data.index(b"ipma") - 4
    owner = data[at + 16 : at + 21]
    lists = struct.pack(">I", 21 + 5) + b"ipma" + bytes(4) + struct.pack(">I", 2) + owner + owner
    twice = data[:at] + lists + data[at + 21 :]
    for box in (b"meta", b"iprp"):
        start = twice.index(box) - 4
        twice = twice[:start] + struct.pack(">I", 5 + int.from_bytes(twice[start : start + 4])) + twice[start + 4 :]
    assert kind_of(twice) == "truncated"
