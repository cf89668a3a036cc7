"""Regions of photos: the turn comes first, then the box."""

import io

import numpy as np
import pytest
from PIL import Image

from backend.reading.photos import PhotoLine, Region, cut_crop, cut_photo_line, preview_photo, whole_photo
from ocr_model.errors import ImageError
from ocr_model.reading.image import Box, ImageLimits
from ocr_model.tags.cutting import cut_line, snapped


def test_a_box_is_in_pixels_of_the_turned_picture(png: bytes) -> None:
    # Turned clockwise once, blue (lower left) is the upper left quarter.
    crop = cut_crop(png, Region(Box(2, 3, 10, 20), 1), ImageLimits())
    assert crop.image.size == (10, 20)
    assert crop.image.getpixel((0, 0)) == (0, 0, 255)
    assert crop.decode_milliseconds > 0


def test_the_stored_orientation_is_applied_before_the_turn(picture: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise once
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", exif=exif)
    assert cut_crop(buffer.getvalue(), Region(None, 0), ImageLimits()).image.size == (60, 160)
    assert cut_crop(buffer.getvalue(), Region(None, 3), ImageLimits()).image.tobytes() == picture.tobytes()


def test_a_box_that_leaves_a_line_of_pixels_is_refused(png: bytes) -> None:
    with pytest.raises(ImageError) as refused:
        cut_crop(png, Region(Box(0, 0, 50, 1), 0), ImageLimits())
    assert refused.value.kind == "too_small"


def test_a_crop_has_no_more_pixels_than_the_limit(picture: Image.Image) -> None:
    buffer = io.BytesIO()
    picture.resize((640, 240), Image.Resampling.NEAREST).save(buffer, "PNG")
    crop = cut_crop(buffer.getvalue(), Region(Box(0, 0, 200, 600), 1), ImageLimits(max_crop_pixels=30_000))
    assert crop.image.size == (100, 300)
    assert crop.image.getpixel((5, 5)) == (0, 0, 255)
    assert crop.photo_pixels == 640 * 240


def test_a_preview_shows_what_is_read(picture: Image.Image) -> None:
    buffer = io.BytesIO()
    picture.resize((2000, 750)).save(buffer, "JPEG", icc_profile=bytes(1_900_000), comment="where it was taken")
    preview = preview_photo(buffer.getvalue(), 400, ImageLimits())
    assert (preview.width, preview.height) == (2000, 750)
    assert len(preview.data) < 20_000
    assert b"where" not in preview.data
    shown = Image.open(io.BytesIO(preview.data))
    read = cut_crop(buffer.getvalue(), Region(None, 0), ImageLimits()).image.resize((400, 150))
    assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (400, 150))
    assert np.abs(np.asarray(shown).astype(int) - np.asarray(read)).mean() < 2


@pytest.mark.parametrize("side", [16, 1280])
def test_a_preview_of_a_thin_photo_keeps_a_pixel(side: int) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (9_000, 2)).save(buffer, "PNG")
    preview = preview_photo(buffer.getvalue(), side, ImageLimits())
    assert Image.open(io.BytesIO(preview.data)).size == (side, 1)


LINE = ((10.0, 5.0), (150.0, 5.0), (150.0, 25.0), (10.0, 25.0))


@pytest.mark.parametrize("most", [10_000, 3_000])
def test_a_line_is_cut_again_to_the_same_pixels(picture: Image.Image, png: bytes, most: int) -> None:
    """Also where the photo is shrunk before it is read: 160 x 60 pixels are more than 3,000."""
    limits = ImageLimits(max_crop_pixels=most)
    photo = whole_photo(png, 0, limits)
    assert (photo.width, photo.height) == picture.size
    assert (photo.image.size == picture.size) == (most == 10_000)
    across, down = photo.image.width / photo.width, photo.image.height / photo.height
    found = snapped(tuple((x * across, y * down) for x, y in LINE))
    told = photo.corners_of(found)
    again = cut_photo_line(png, PhotoLine(told, 0), limits)
    assert again.image.tobytes() == photo.cut(told).tobytes() == cut_line(photo.image, found).tobytes()
    assert again.photo_pixels == 160 * 60


def test_a_line_upside_down_is_cut_in_its_reading_direction(png: bytes) -> None:
    a, b, c, d = LINE
    crop = cut_photo_line(png, PhotoLine((c, d, a, b), 0), ImageLimits()).image
    assert crop.size == (140, 20)
    assert crop.getpixel((5, 10)) == (0, 255, 0)  # green, at the upper right


@pytest.mark.parametrize("corner", [(-2.0, 5.0), (162.0, 5.0), (10.0, 62.0), (float("nan"), 5.0), (1e300, 5.0)])
def test_a_corner_outside_of_the_photo_is_refused(png: bytes, corner: tuple[float, float]) -> None:
    with pytest.raises(ImageError) as refused:
        cut_photo_line(png, PhotoLine((corner, *LINE[1:]), 0), ImageLimits())
    assert refused.value.kind == "bad_corners"


@pytest.mark.parametrize("turned", [(0, 2, 1, 3), (0, 0, 0, 0), (0, 1, 0, 1), (3, 2, 1, 0)])
def test_crossed_and_empty_lines_are_cut_somehow(png: bytes, turned: tuple[int, int, int, int]) -> None:
    a, b, c, d = (LINE[at] for at in turned)
    assert min(cut_photo_line(png, PhotoLine((a, b, c, d), 0), ImageLimits()).image.size) >= 2
