"""What a file makes its decoder do is known, and refused, before anything is decoded."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from benchmarks.attack.pictures import filled_jpeg, flat_png, scans_jpeg, text_png
from ocr_model.errors import ImageError
from ocr_model.reading.headers import PictureHeader, essential_png, inspect_header
from ocr_model.reading.image import Box, ImageLimits, decode_image, decode_region

SERVICE = ImageLimits(max_decode_bytes=300_000_000)
NOISE = np.random.default_rng(0).integers(0, 256, (48, 80, 3), dtype=np.uint8)


def encoded(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    data = io.BytesIO()
    (image or Image.fromarray(NOISE)).save(data, kind, **options)
    return data.getvalue()


def kind_of(data: bytes, limits: ImageLimits = SERVICE) -> str:
    with pytest.raises(ImageError) as refused:
        inspect_header(data, limits)
    return refused.value.kind


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """A PNG with chunks after its header."""
    return png[:33] + b"".join(chunks) + png[33:]


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """A JPEG with application segments at its beginning."""
    bodies = b"".join(b"\xff\xe5" + struct.pack(">H", 2 + len(body)) + body for body in segments)
    return jpeg[:2] + bodies + jpeg[2:]


def with_pixels(data: bytes, width: int, height: int) -> bytes:
    """A file that says it has other sides."""
    if data.startswith(b"\xff\xd8"):
        at = next(data.index(marker) for marker in (b"\xff\xc0", b"\xff\xc2") if marker in data)
        return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]
    return data[:16] + struct.pack(">II", width, height) + data[24:]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_size_is_read_without_decoding(kind: str) -> None:
    header = inspect_header(encoded(kind)[:700], SERVICE)
    assert (header.format, header.width, header.height) == (kind, 80, 48)


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_every_kind_of_webp_says_its_size(lossless: bool, mode: str) -> None:
    header = inspect_header(encoded("WEBP", Image.fromarray(NOISE).convert(mode), lossless=lossless), SERVICE)
    assert (header.width, header.height) == (80, 48)


def test_five_hundred_scans_are_refused() -> None:
    assert kind_of(scans_jpeg(500)) == "too_complex"


def test_scans_are_bounded_by_the_pixels_that_they_visit() -> None:
    assert kind_of(scans_jpeg(60)) == "too_complex"
    assert inspect_header(scans_jpeg(60, side=1024), SERVICE).passes == 61 * 1024**2


def test_as_many_scans_as_encoders_write_are_read() -> None:
    data = encoded("JPEG", progressive=True)
    header = inspect_header(data, SERVICE)
    assert 5 <= header.passes // (80 * 48) <= 12
    assert decode_image(data, SERVICE).size == (80, 48)


def test_scans_that_hide_behind_a_first_scan_of_one_component_are_counted() -> None:
    # A sequential JPEG whose scans have one component each: libjpeg keeps all coefficients and reads on.
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, 48, 80, 3) + b"\1\x11\0\2\x11\0\3\x11\0"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\1\0\0\x3f\0" + b"\x55\xff\0\xff\xd0\x55"
    assert kind_of(b"\xff\xd8" + frame + 101 * scan + b"\xff\xd9") == "too_complex"
    assert inspect_header(b"\xff\xd8" + frame + 3 * scan + b"\xff\xd9", SERVICE).passes == 3 * 80 * 48


def test_what_follows_the_only_scan_is_no_scan() -> None:
    data = encoded("JPEG") + 200 * b"\xff\xda\0\2"
    assert inspect_header(data, SERVICE).passes == 80 * 48


def test_an_ordinary_photo_of_fifty_megapixels_fits_and_is_decoded_in_full() -> None:
    photo = inspect_header(with_pixels(encoded("JPEG"), 8160, 6120), SERVICE)
    assert photo.divisor(1.0, SERVICE.max_decode_bytes) == 1
    assert 195e6 < photo.bytes_at(1) < 210e6


def test_a_progressive_photo_of_fifty_megapixels_is_decoded_at_half_its_size() -> None:
    photo = inspect_header(with_pixels(encoded("JPEG", progressive=True), 8160, 6120), SERVICE)
    assert photo.bytes_at(1) > SERVICE.max_decode_bytes
    assert photo.divisor(1.0, SERVICE.max_decode_bytes) == 2


@pytest.mark.parametrize(
    "data",
    [
        with_pixels(encoded("JPEG", progressive=True, subsampling=0), 8160, 6120),
        with_pixels(encoded("JPEG", Image.fromarray(NOISE).convert("CMYK"), progressive=True), 8160, 6120),
        b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8L" + struct.pack("<IBI", 18, 0x2F, 7069 | 7069 << 14) + bytes(13),
    ],
    ids=["progressive without subsampling", "progressive CMYK", "WebP"],
)
def test_what_memory_does_not_suffice_for_is_refused(data: bytes) -> None:
    assert kind_of(data) == "too_complex"


def test_a_wanted_scale_chooses_the_divisor() -> None:
    jpeg = PictureHeader("JPEG", 4000, 3000, 0, 48_000_000, 12_000_000)
    assert [jpeg.divisor(scale, 10**9) for scale in (1.0, 0.51, 0.5, 0.3, 0.25, 0.1, 0.01)] == [1, 1, 2, 2, 4, 8, 8]
    png = PictureHeader("PNG", 4000, 3000, 0, 48_000_000, 12_000_000)
    assert png.divisor(0.1, 10**9) == 1


@pytest.mark.parametrize(
    "data",
    [
        with_segments(encoded("JPEG"), *([b""] * 5000)),
        filled_jpeg(5000),
        b"\xff\xd8" * 5000 + encoded("JPEG"),
        encoded("JPEG")[:2] + 5000 * b"\xff\0" + encoded("JPEG")[2:],
        with_chunks(encoded("PNG"), *([chunk(b"teSt", b"")] * 70_000)),
        b"RIFF"
        + struct.pack("<I", 200_000)
        + b"WEBPVP8X"
        + struct.pack("<I", 10)
        + bytes(10)
        + 20_000 * b"ANMF\0\0\0\0",
    ],
    ids=["segments", "fill", "starts", "stuffing", "chunks", "frames"],
)
def test_files_of_too_many_parts_are_refused(data: bytes) -> None:
    assert kind_of(data) == "too_complex"


@pytest.mark.parametrize(
    ("depth", "colour", "bytes_per_pixel"), [(8, False, 1), (16, False, 2), (8, True, 4), (16, True, 4)]
)
def test_a_png_within_the_pixels_needs_no_more_than_its_pixels(depth: int, colour: bool, bytes_per_pixel: int) -> None:
    png = with_pixels(flat_png(side=8, depth=depth, colour=colour), 7070, 7070)
    assert inspect_header(png, SERVICE).bytes_at(1) <= bytes_per_pixel * 7070**2 + 32 * 7070 + 1000


def test_profiles_and_texts_that_inflate_never_refuse_a_picture() -> None:
    packed = zlib.compress(bytes(3_000_000))
    png = with_chunks(
        encoded("PNG"),
        chunk(b"iCCP", b"a\0\0" + packed),
        chunk(b"zTXt", b"Comment\0\0" + packed),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + packed),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed),
    )
    assert decode_image(png, SERVICE).tobytes() == NOISE.tobytes()
    jpeg = encoded("JPEG", icc_profile=bytes(1_900_000))
    assert decode_image(jpeg, SERVICE).tobytes() == decode_image(encoded("JPEG"), SERVICE).tobytes()


def test_texts_that_inflate_are_bounded_together() -> None:
    bombs = essential_png(text_png(2000, size=1 << 20))
    assert bombs == essential_png(text_png(1, size=1 << 20))
    assert essential_png(text_png(2000, size=100)).count(b"zTXt") == 16
    assert decode_image(text_png(2000, size=1 << 20), SERVICE).size == (64, 64)


def test_some_bytes_of_fill_are_skipped() -> None:
    assert decode_image(filled_jpeg(300), SERVICE).size == (8, 8)


@pytest.mark.parametrize("size", [(2, 20_000_000), (20_000_000, 2), (2, 65_536)])
def test_a_side_beyond_what_a_jpeg_can_say_is_refused(size: tuple[int, int]) -> None:
    assert kind_of(with_pixels(flat_png(side=8), *size)) == "too_many_pixels"


def test_rows_cost_memory_beside_their_pixels() -> None:
    png = with_pixels(flat_png(side=8), 2, 65_535)
    assert inspect_header(png, SERVICE).bytes_at(1) > 2_000_000


def test_an_orientation_in_a_text_is_applied() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp.decode())
    assert decode_image(encoded("PNG", pnginfo=info), SERVICE).size == (48, 80)


def test_an_essential_png_keeps_the_damage_of_a_cut_one() -> None:
    png = encoded("PNG")
    assert essential_png(png) == png
    with pytest.raises(ImageError):
        decode_image(png[:-200], SERVICE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_bytes_at_random_end_in_a_header_or_an_image_error(kind: str) -> None:
    random, data = np.random.default_rng(1), encoded(kind)
    for _ in range(300):
        damaged = bytearray(data)
        for at in random.integers(12, min(len(damaged), 700), 6):
            damaged[at] = int(random.integers(256))
        try:
            inspect_header(bytes(damaged), SERVICE)
        except ImageError:
            continue


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("turn", range(4))
def test_a_region_is_what_lies_there_in_the_whole_picture(orientation: int, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded("PNG", exif=exif)
    whole = decode_region(data, SERVICE, turn=turn)
    part = decode_region(data, SERVICE, Box(5, 9, 17, 11), turn)
    assert part.image.tobytes() == whole.image.crop((5, 9, 22, 20)).tobytes()
    assert part.photo_size == whole.image.size


def test_the_real_heic_is_within_everything() -> None:
    data = (Path(__file__).parent / "pictures" / "stored_turned.heic").read_bytes()
    assert inspect_header(data, SERVICE).passes == 64 * 64
