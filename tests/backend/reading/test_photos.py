"""Regions of photos: the turn comes first, then the box."""

import io

import pytest
from PIL import Image

from backend.http.problems import Problem
from backend.reading.photos import Region, cut_crop, parse_region
from ocr_model.errors import ImageError
from ocr_model.reading.image import Box, ImageLimits


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


@pytest.mark.parametrize(
    ("text", "box"),
    [(None, None), ("", None), ("1,2,3,4", Box(1, 2, 3, 4)), (" -5 , 0, 30,40 ", Box(-5, 0, 30, 40))],
)
def test_boxes_are_parsed(text: str | None, box: Box | None) -> None:
    assert parse_region(text, 2) == Region(box, 2)


@pytest.mark.parametrize(
    "text",
    ["1,2,3", "1,2,3,4,5", "a,b,c,d", "1.5,2,3,4", "1,2,-3,4", "1,2,3,99999999999", "١,٢,٣,٤", "1e3,2,3,4"],
)
def test_anything_else_is_no_box(text: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_region(text, 0)
    assert (refused.value.status_code, refused.value.kind) == (422, "bad-box")
