from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from benchmarks.drivers.tag_picture import encode
from frontend.photos.pictures import LOSSLESS_PIXELS, MAX_SENT_PIXELS, Box, Cut, Photo, PictureError

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 180, 20), (20, 20, 220), (255, 255, 255)


PICTURES = Path(__file__).parent / "pictures"


def close(found: object, wanted: tuple[int, ...], tolerance: int = 12) -> bool:
    assert isinstance(found, tuple)
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= tolerance


def corners(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """A white picture with a red, a green and a blue corner: top left, top right, bottom left."""
    image = Image.new("RGB", size, WHITE)
    width, height = size
    image.paste(RED, (0, 0, 10, 10))
    image.paste(GREEN, (width - 10, 0, width, 10))
    image.paste(BLUE, (0, height - 10, 10, height))
    return image


def arrived(cut: Cut) -> Image.Image:
    """The cut as the backend sees it: decoded, then turned."""
    return Image.open(io.BytesIO(cut.data)).convert("RGB").rotate(-90 * cut.turn, expand=True)


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_cut_from_the_turned_photo_equals_turning_first_and_cutting_then(turn: int) -> None:
    photo = Photo(encode(corners()))
    turned = corners().rotate(-90 * turn, expand=True)
    assert photo.turned_size(turn) == turned.size
    box = Box(3, 5, 27, 22)
    cut = photo.cut(box, turn)
    expected = turned.crop((3, 5, 30, 27))
    assert cut.media_type == "image/png"
    assert arrived(cut).size == expected.size
    assert arrived(cut).tobytes() == expected.tobytes()


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_the_preview_shows_the_turned_photo(turn: int) -> None:
    photo = Photo(encode(corners((600, 400))))
    preview = photo.preview(turn, 300, 300)
    turned = corners((600, 400)).rotate(-90 * turn, expand=True)
    assert preview.size == ((300, 200) if turn % 2 == 0 else (200, 300))
    for x, y in ((2, 2), (preview.width - 3, 2), (2, preview.height - 3)):
        wanted = turned.getpixel((min(x * 2, turned.width - 1), min(y * 2, turned.height - 1)))
        got = preview.getpixel((x, y))
        assert max(abs(a - b) for a, b in zip(got, wanted, strict=True)) < 12


def test_the_preview_is_made_once_for_the_same_canvas() -> None:
    photo = Photo(encode(corners()))
    assert photo.preview(1, 300, 300) is photo.preview(1, 300, 300)


@pytest.mark.parametrize(("form", "decoder"), [("JPEG", "jpeg"), ("PNG", "zip")])
def test_previews_of_any_width_and_cuts_of_any_turn_decode_the_file_once(
    decoders: list[str], form: str, decoder: str
) -> None:
    photo = Photo(encode(corners((600, 400)), form))
    for turn, width in ((0, 300), (0, 500), (1, 300)):
        photo.preview(turn, width, 300)
        photo.cut(Box(10, 10, 100, 50), turn)
    assert decoders == [decoder]


def test_a_small_crop_is_enlarged_for_handling_but_cut_at_its_own_size() -> None:
    photo = Photo(encode(corners((60, 40))))
    assert photo.preview(0, 500, 500).size == (240, 160)
    assert arrived(photo.cut(Box(0, 0, 60, 40), 0)).size == (60, 40)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_to_size_preview_and_cut(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(corners(), "JPEG", quality=100, subsampling=0, exif=exif)
    upright = {
        1: lambda image: image,
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.transpose(Image.Transpose.ROTATE_270),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.transpose(Image.Transpose.ROTATE_90),
    }[orientation](corners())
    photo = Photo(data)
    assert photo.size == upright.size
    cut = arrived(photo.cut(Box(0, 0, *upright.size), 0))
    assert cut.size == upright.size
    preview = photo.preview(0, *upright.size)
    for x, y in ((4, 4), (cut.width - 5, 4), (4, cut.height - 5)):
        for picture in (cut, preview):
            difference = zip(picture.getpixel((x, y)), upright.getpixel((x, y)), strict=True)
            assert max(abs(a - b) for a, b in difference) < 30


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize("block", [b"Exif\0\0garbage-not-tiff", b"Exif\0\0" + bytes(10)])
def test_an_unreadable_exif_block_costs_the_orientation_only(kind: str, block: bytes) -> None:
    photo = Photo(encode(corners((60, 40)), kind, exif=block))
    assert photo.preview(0, 60, 40).size == (60, 40)
    assert arrived(photo.cut(Box(0, 0, 60, 40), 0)).size == (60, 40)


def test_what_is_sent_holds_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera maker"
    photo = Photo(encode(corners((1200, 900)), "JPEG", exif=exif))
    for box in (Box(0, 0, 100, 100), Box(0, 0, 1200, 900)):
        cut = photo.cut(box, 0)
        assert not Image.open(io.BytesIO(cut.data)).getexif()
        assert b"camera maker" not in cut.data


def test_a_large_cut_travels_as_jpeg_and_a_small_one_without_loss() -> None:
    photo = Photo(encode(Image.new("RGB", (2000, 1000), "grey"), "JPEG"))
    side = int(LOSSLESS_PIXELS**0.5)
    assert photo.cut(Box(0, 0, side, side), 0).media_type == "image/png"
    large = photo.cut(Box(0, 0, 2000, 1000), 0)
    assert large.media_type == "image/jpeg"
    assert arrived(large).size == (2000, 1000)


def test_a_box_around_a_huge_photo_is_sent_smaller_in_the_same_proportions() -> None:
    photo = Photo(encode(Image.new("RGB", (4000, 3000), "grey"), "JPEG"))
    sent = arrived(photo.cut(Box(0, 0, 4000, 3000), 0))
    assert 0.95 * MAX_SENT_PIXELS < sent.width * sent.height <= MAX_SENT_PIXELS
    assert abs(sent.width / sent.height - 4 / 3) < 0.01


def test_a_box_that_leaves_the_photo_is_clipped_and_one_outside_is_refused() -> None:
    photo = Photo(encode(corners()))
    assert arrived(photo.cut(Box(-10, -10, 30, 30), 0)).size == (20, 20)
    with pytest.raises(ValueError, match="outside"):
        photo.cut(Box(60, 0, 10, 10), 0)


def test_heic_photos_are_opened_and_stand_upright() -> None:
    # Drawn, not photographed: 64 x 48 with a red quarter, as it is and with the orientation "turn right".
    plain = Photo((PICTURES / "corner.heic").read_bytes())
    assert plain.size == (64, 48)
    assert close(plain.pixels.getpixel((8, 8)), RED)
    assert close(plain.pixels.getpixel((56, 8)), WHITE)
    turned = Photo((PICTURES / "turned.heic").read_bytes())
    assert turned.size == (48, 64)
    assert close(turned.pixels.getpixel((40, 8)), RED)
    assert close(turned.pixels.getpixel((8, 8)), WHITE)
    assert close(turned.preview(0, 48, 64).getpixel((40, 8)), RED)


@pytest.mark.parametrize(
    ("image", "form", "expected"),
    [
        (Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", (255, 0, 0)),
        (Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG", (255, 255, 255)),
        (Image.new("I;16", (8, 8), 65535), "PNG", (255, 255, 255)),
        (Image.new("I;16", (8, 8), 32768), "PNG", (127, 127, 127)),
        (Image.new("L", (8, 8), 90), "PNG", (90, 90, 90)),
        (Image.new("1", (8, 8), 1), "PNG", (255, 255, 255)),
        (Image.new("RGB", (8, 8), (1, 2, 3)).quantize(4), "PNG", (1, 2, 3)),
    ],
    ids=["cmyk", "transparent", "16 bit white", "16 bit grey", "grey", "bilevel", "palette"],
)
def test_every_kind_of_pixels_becomes_rgb(image: Image.Image, form: str, expected: tuple[int, int, int]) -> None:
    found = Photo(encode(image, form)).pixels
    assert found.mode == "RGB"
    assert max(abs(a - b) for a, b in zip(found.getpixel((4, 4)), expected, strict=True)) <= 3


def test_an_animation_shows_its_first_frame() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    data = encode(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert Photo(data).pixels.getpixel((10, 10)) == RED


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "empty"),
        (b"not a picture at all", "unsupported_format"),
        (b"\0" * (20 * 1024 * 1024 + 1), "too_large"),
        (encode(Image.new("1", (10_000, 5_001)), "PNG"), "too_many_pixels"),
        (encode(Image.new("RGB", (8, 8)), "GIF"), "unsupported_format"),
    ],
    ids=["empty", "text", "large", "many pixels", "gif"],
)
def test_a_file_of_no_use_is_refused_before_decoding(data: bytes, fault: str) -> None:
    with pytest.raises(PictureError) as caught:
        Photo(data)
    assert caught.value.fault == fault


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_file_is_damaged(form: str) -> None:
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    data = encode(noise, form)
    with pytest.raises(PictureError) as caught:
        Photo(data[: len(data) // 2]).preview(0, 400, 400)
    assert caught.value.fault in ("damaged", "unsupported_format")


@pytest.mark.parametrize(("ink", "ground"), [("white", 0), ("black", 255), ((230, 230, 120), 0)])
def test_light_print_on_a_transparent_ground_stays_visible(ink: object, ground: int) -> None:
    image = Image.new("RGBA", (80, 40))
    ImageDraw.Draw(image).rectangle((20, 10, 60, 30), fill=ink)
    seen = Photo(encode(image)).preview(0, 80, 40).convert("L")
    assert seen.getpixel((2, 2)) == ground
    assert abs(seen.getpixel((40, 20)) - ground) > 100


def test_a_picture_of_nothing_is_white() -> None:
    assert Photo(encode(Image.new("RGBA", (80, 40)))).preview(0, 80, 40).getpixel((2, 2)) == (255, 255, 255)
