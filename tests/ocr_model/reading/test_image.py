import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from ocr_model.errors import ImageError
from ocr_model.reading.headers import is_accepted_format
from ocr_model.reading.image import (
    Box,
    ImageLimits,
    as_picture,
    crop_image,
    decode_image,
    decode_small,
    flatten_image,
    turn_image,
)

RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)
PICTURES = Path(__file__).parent / "pictures"


def red_left(width: int = 64, height: int = 32) -> Image.Image:
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 2, height))
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def kind_of(data: bytes, limits: ImageLimits | None = None) -> str:
    with pytest.raises(ImageError) as caught:
        decode_image(data, limits or ImageLimits())
    assert "\n" not in str(caught.value)
    return caught.value.kind


def near(pixel: object, expected: tuple[int, int, int], within: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= within for a, b in zip(pixel, expected, strict=True))


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and then holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_common_formats(kind: str) -> None:
    image = decode_image(encoded(red_left(), kind))
    assert (image.mode, image.size, image.info) == ("RGB", (64, 32), {})
    assert near(image.getpixel((5, 5)), RED)
    assert near(image.getpixel((60, 5)), WHITE)


def test_heic_is_turned_by_its_container_and_not_once_more_by_exif() -> None:
    # Stored 32 x 64, red above, with a rotation property of a quarter turn clockwise and EXIF orientation 6.
    image = decode_image((PICTURES / "stored_turned.heic").read_bytes())
    assert (image.mode, image.size, image.info) == ("RGB", (64, 32), {})
    assert near(image.getpixel((60, 5)), RED, 60)
    assert near(image.getpixel((5, 5)), WHITE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_and_removed(orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = red_left()
    upright.paste(BLACK, (0, 0, 8, 8))
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a camera"
    image = decode_image(encoded(stored, "JPEG", exif=exif, quality=95))
    assert image.size == upright.size
    assert near(image.getpixel((3, 3)), BLACK, 30)
    assert near(image.getpixel((5, 25)), RED, 30)
    assert not image.getexif()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("side", [40, 100, 900])
def test_a_small_picture_is_the_large_one_made_small(kind: str, orientation: int, side: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = red_left(640, 320)
    picture.paste(BLACK, (0, 0, 80, 80))
    data = encoded(picture, kind, exif=exif, quality=95)
    large = decode_image(data)
    small = decode_small(data, side)
    assert small.photo_size == large.size
    assert max(small.image.size) == min(side, 640)
    difference = np.asarray(small.image).astype(int) - np.asarray(large.resize(small.image.size))
    assert np.abs(difference).mean() < 3


def test_a_large_jpeg_is_decoded_at_a_quarter_to_be_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[tuple[int, int]] = []
    load = JpegImageFile.load
    monkeypatch.setattr(JpegImageFile, "load", lambda file: decoded.append(file.size) or load(file))
    small = decode_small(encoded(red_left(4032, 3024).convert("CMYK"), "JPEG"), 1000)
    assert set(decoded) == {(1008, 756)}
    assert (small.image.size, small.photo_size) == ((1000, 750), (4032, 3024))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow says so as well
def test_damaged_exif_does_not_cost_the_picture() -> None:
    data = encoded(red_left(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12\0\x03garbage")
    assert decode_image(data).size == (64, 32)


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (8, 1))
    image = decode_image(encoded(Image.fromarray(ramp), "PNG"))
    values = np.asarray(image)[0, :, 0]
    assert values[0] == 0
    assert values[-1] == 255
    assert abs(int(values[32]) - 129) <= 2


def test_cmyk() -> None:
    image = decode_image(encoded(red_left().convert("CMYK"), "JPEG", quality=95))
    assert image.mode == "RGB"
    assert near(image.getpixel((5, 5)), RED, 30)


def test_floats_that_interpolation_lifted_above_255_are_no_16_bit_picture() -> None:
    values = np.full((8, 16), 255.3, np.float32)
    values[:, :8] = 40.0
    pixels = np.asarray(flatten_image(Image.fromarray(values)))
    assert (pixels[0, 0, 0], pixels[0, 15, 0]) == (40, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    image = decode_image(encoded(red_left().convert(mode), "PNG"))
    assert (image.mode, image.size) == ("RGB", (64, 32))
    assert image.getpixel((60, 5)) == WHITE


def test_what_is_transparent_shows_a_backdrop_on_which_print_is_visible() -> None:
    dark_print = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    dark_print.paste((0, 0, 0, 255), (5, 5, 15, 15))
    image = decode_image(encoded(dark_print, "PNG"))
    assert (image.getpixel((0, 0)), image.getpixel((10, 10))) == (WHITE, BLACK)
    light_print = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    light_print.paste((255, 255, 255, 255), (5, 5, 15, 15))
    image = decode_image(encoded(light_print, "PNG"))
    assert (image.getpixel((0, 0)), image.getpixel((10, 10))) == (BLACK, WHITE)


def test_transparent_palette() -> None:
    picture = Image.new("P", (10, 10), 0)
    picture.putpalette([0, 0, 0, 200, 0, 0])
    picture.paste(1, (5, 0, 10, 10))
    image = decode_image(encoded(picture, "PNG", transparency=0))
    assert (image.getpixel((0, 0)), image.getpixel((9, 0))) == (WHITE, (200, 0, 0))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_its_first_frame(kind: str) -> None:
    other = Image.new("RGB", (64, 32), (0, 0, 255))
    image = decode_image(encoded(red_left(), kind, save_all=True, append_images=[other]))
    assert near(image.getpixel((5, 5)), RED)


def test_files_that_are_no_pictures() -> None:
    assert kind_of(b"") == "empty"
    assert kind_of(b"this is a text named tag.jpg") == "unsupported_format"
    assert kind_of(encoded(red_left(), "GIF")) == "unsupported_format"
    assert kind_of(encoded(red_left(), "TIFF")) == "unsupported_format"
    assert kind_of(b"\0\0\0\x20ftypavif\0\0\0\0avifmif1") == "unsupported_format"
    assert kind_of(b"%PDF-1.7") == "unsupported_format"


def of_brands(data: bytes, *brands: bytes) -> bytes:
    """A file of the container that HEIC and AVIF share, under other brands; the first is the major one."""
    end = int.from_bytes(data[:4], "big")
    box = brands[0] + bytes(4) + b"".join(brands[1:])
    return (len(box) + 8).to_bytes(4, "big") + b"ftyp" + box + data[end:]


@pytest.mark.parametrize(
    "brands",
    [
        (b"mif1", b"avif", b"miaf"),
        (b"mif1", b"miaf", b"MA1B", *[b"abcd"] * 20, b"avif"),
        (b"avif", b"mif1"),
        (b"avis", b"msf1", b"avif"),
        (b"mif1", b"miaf"),
        (b"msf1",),
    ],
)
def test_avif_under_any_brands_is_not_accepted(brands: tuple[bytes, ...]) -> None:
    assert kind_of(of_brands(encoded(red_left(), "AVIF"), *brands)) == "unsupported_format"


@pytest.mark.parametrize(
    "brands",
    [
        (b"mif1", b"heic"),
        (b"mif1", b"miaf"),
        (b"miaf", *[b"abcd"] * 20, b"heic"),
        (b"heix", b"mif1"),
        (b"mif1", b"avif", b"heic"),
    ],
)
def test_heic_under_any_brands_is_accepted(brands: tuple[bytes, ...]) -> None:
    data = (PICTURES / "stored_turned.heic").read_bytes()
    assert is_accepted_format(of_brands(data, *brands))
    generic = data.replace(b"ftypheic", b"ftypmif1", 1)
    assert decode_image(generic).size == decode_image(data).size


def test_a_container_that_says_it_is_huge_is_damaged() -> None:
    assert kind_of(b"\xff\xff\xff\xffftypheic" + bytes(100_000)) == "truncated"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_truncated_files(kind: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    assert kind_of(data[: max(16, int(len(data) * share))]) == "truncated"


@pytest.mark.parametrize("length", [40, 300, 590])
def test_truncated_heic(length: int) -> None:
    assert kind_of((PICTURES / "stored_turned.heic").read_bytes()[:length]) == "truncated"


def test_damaged_bytes_are_an_image_error_or_a_picture() -> None:
    random = np.random.default_rng(0)
    for kind in ("JPEG", "PNG", "WEBP"):
        data = encoded(red_left(), kind)
        for _ in range(100):
            damaged = bytearray(data)
            for at in random.integers(12, len(damaged), 5):
                damaged[at] = int(random.integers(256))
            try:
                assert decode_image(bytes(damaged)).mode == "RGB"
            except ImageError as error:
                assert error.kind in (
                    "truncated",
                    "too_many_pixels",
                    "too_small",
                )  # noise may rewrite the size


@pytest.mark.parametrize("size", [(8000, 8000), (10_000, 10_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_by_the_header(size: tuple[int, int]) -> None:
    # The file holds no pixels at all: decoding it would say "truncated".
    assert kind_of(png_header(*size)) == "too_many_pixels"


def test_limits() -> None:
    data = encoded(red_left(), "PNG")
    assert decode_image(data, ImageLimits(max_bytes=len(data))).size == (64, 32)
    assert kind_of(data, ImageLimits(max_bytes=len(data) - 1)) == "too_large"
    assert decode_image(data, ImageLimits(max_pixels=64 * 32)).size == (64, 32)
    assert kind_of(data, ImageLimits(max_pixels=64 * 32 - 1)) == "too_many_pixels"
    assert kind_of(encoded(Image.new("RGB", (1, 1)), "PNG")) == "too_small"
    assert decode_image(encoded(Image.new("RGB", (2, 2)), "PNG")).size == (2, 2)
    assert kind_of((PICTURES / "stored_turned.heic").read_bytes(), ImageLimits(max_pixels=100)) == "too_many_pixels"


def test_flatten_refuses_floats_that_are_no_numbers() -> None:
    with pytest.raises(ImageError, match="not numbers"):
        flatten_image(Image.fromarray(np.full((4, 4), np.nan, dtype=np.float32)))


def test_flatten_leaves_the_original_alone() -> None:
    original = red_left()
    original.info["exif"] = b"secret"
    assert flatten_image(original).info == {}
    assert original.info == {"exif": b"secret"}


def test_turns_are_clockwise() -> None:
    image = red_left()
    assert turn_image(image, 0) is image
    once = turn_image(image, 1)
    assert once.size == (32, 64)
    assert (once.getpixel((5, 5)), once.getpixel((5, 60))) == (RED, WHITE)  # left comes up
    assert turn_image(image, 2).getpixel((60, 5)) == RED
    assert turn_image(image, 3).getpixel((5, 60)) == RED
    with pytest.raises(ImageError) as caught:
        turn_image(image, 4)
    assert caught.value.kind == "bad_turn"


def test_crop_is_clipped_to_the_picture() -> None:
    image = red_left()
    assert crop_image(image, Box(10, 5, 20, 10)).size == (20, 10)
    assert crop_image(image, Box(10, 5, 20, 10)).getpixel((0, 0)) == RED
    assert crop_image(image, Box(-10, -10, 20, 20)).size == (10, 10)
    assert crop_image(image, Box(60, 30, 100, 100)).size == (4, 2)


@pytest.mark.parametrize(
    "box", [Box(64, 0, 5, 5), Box(0, 0, 0, 5), Box(0, 0, 5, -3), Box(-5, 0, 5, 5), Box(0, 32, 5, 5)]
)
def test_a_box_without_pixels_is_refused(box: Box) -> None:
    with pytest.raises(ImageError) as caught:
        crop_image(red_left(), box)
    assert caught.value.kind == "bad_box"


def line_of_text(mode: str = "RGB", **options: object) -> bytes:
    """A JPEG with detail in every block."""
    rows, columns = np.mgrid[0:93, 0:301]
    pixels = ((rows * 7 + columns * 13) % 251).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1}])
def test_a_jpeg_without_its_end_mark_is_read(mode: str, options: dict[str, object]) -> None:
    whole = line_of_text(mode, **options)
    for data in (whole[:-2], whole[:-1], whole + b"behind", whole[:-2] + bytes(40)):
        assert decode_image(data).tobytes() == decode_image(whole).tobytes()


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.97])
def test_a_jpeg_that_lacks_lines_is_damaged(options: dict[str, object], share: float) -> None:
    whole = line_of_text(**options)
    with pytest.raises(ImageError) as error:
        decode_image(whole[: int(len(whole) * share)])
    assert error.value.kind == "truncated"


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "LA", "I", "CMYK"])
def test_a_palette_s_transparency_that_a_conversion_left_is_passed_over(mode: str) -> None:
    picture = Image.new(mode, (20, 10))
    picture.info["transparency"] = b"\0\x80"
    assert as_picture(picture).size == (20, 10)
    assert picture.info["transparency"] == b"\0\x80"
