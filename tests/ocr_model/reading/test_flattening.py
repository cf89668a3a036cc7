"""Every mode of Pillow becomes RGB, and a part becomes what it is in the whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ocr_model.errors import ImageError
from ocr_model.reading.flattening import Flattening, bands, plan_flattening
from ocr_model.reading.image import flatten_image

MODES = ["1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "I", "I;16", "F"]


def picture_in(mode: str, pixels: np.ndarray) -> Image.Image:
    rgb = Image.fromarray(pixels)
    if mode == "I;16":
        return Image.fromarray(np.asarray(rgb.convert("L")).astype(np.uint16) * 257)
    if mode in ("La", "RGBa"):
        return rgb.convert(mode.upper()).convert(mode)
    return rgb.convert("P").convert("PA") if mode == "PA" else rgb.convert(mode)


@settings(deadline=None, max_examples=60)
@given(
    mode=st.sampled_from(MODES),
    transparency=st.sampled_from([None, 0, 3, b"\0\x80", (1, 2, 3)]),
    seed=st.integers(0, 999),
)
def test_every_mode_with_and_without_transparency(mode: str, transparency: object, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    picture = picture_in(mode, pixels)
    fits = isinstance(transparency, tuple) == (mode == "RGB") and (mode == "P" or not isinstance(transparency, bytes))
    if transparency is not None and fits:
        picture.info["transparency"] = transparency
    flat = flatten_image(picture)
    assert (flat.mode, flat.size, flat.info) == ("RGB", (9, 6), {})
    if mode == "RGB" and transparency is None:
        assert flat.tobytes() == pixels.tobytes()


def test_a_part_is_flattened_as_in_the_whole() -> None:
    # The left half alone is dark print, for which the backdrop would be white.
    pixels = np.zeros((20, 40, 4), np.uint8)
    pixels[:, 20:] = (255, 255, 255, 255)
    pixels[5:9, 2:9] = (10, 10, 10, 255)
    picture = Image.fromarray(pixels)
    plan = plan_flattening(picture.crop, picture.size)
    assert plan == Flattening("transparent", backdrop="black")
    assert plan.apply(picture.crop((0, 0, 20, 20))).tobytes() == flatten_image(picture).crop((0, 0, 20, 20)).tobytes()


def test_the_range_of_numbers_is_that_of_the_whole() -> None:
    values = np.zeros((4, 8), np.int32)
    values[:, 4:] = 60_000
    picture = Image.fromarray(values)
    plan = plan_flattening(picture.crop, picture.size)
    assert plan.full == 65535.0
    assert plan.apply(picture.crop((4, 0, 8, 4))).getpixel((0, 0)) == (233, 233, 233)


def test_numbers_that_are_none_are_refused_wherever_they_are() -> None:
    values = np.zeros((1500, 1000), np.float32)
    values[-1, -1] = np.nan
    picture = Image.fromarray(values)
    with pytest.raises(ImageError):
        plan_flattening(picture.crop, picture.size)


@pytest.mark.parametrize(("width", "height", "multiple"), [(10, 7, 1), (3_000_000, 3, 1), (4000, 3001, 16)])
def test_bands_cover_a_picture_once(width: int, height: int, multiple: int) -> None:
    found = list(bands(width, height, multiple))
    assert [top for top, _ in found] == [0, *(bottom for _, bottom in found[:-1])]
    assert found[-1][1] == height
    assert all((bottom - top) % multiple == 0 for top, bottom in found[:-1])
