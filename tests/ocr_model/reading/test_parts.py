"""Parts of a photo lie where they lay before it was turned, and shrink as the whole would."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ocr_model.reading.flattening import Flattening
from ocr_model.reading.parts import flat_part, part_before, shrunk_part, size_after

PIXELS = np.random.default_rng(0).integers(0, 256, (13, 21, 3), dtype=np.uint8)


@given(transpose=st.sampled_from(list(Image.Transpose)), data=st.data())
def test_a_part_is_found_before_its_turn(transpose: Image.Transpose, data: st.DataObject) -> None:
    picture = Image.fromarray(PIXELS)
    turned = picture.transpose(transpose)
    assert size_after(transpose, picture.size) == turned.size
    left, top = (data.draw(st.integers(0, side - 1)) for side in turned.size)
    part = (left, top, data.draw(st.integers(left + 1, turned.width)), data.draw(st.integers(top + 1, turned.height)))
    before = part_before(transpose, part, picture.size)
    assert picture.crop(before).transpose(transpose).tobytes() == turned.crop(part).tobytes()


def test_a_part_of_several_bands_is_whole() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (1700, 1500, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    part = flat_part(picture.crop, Flattening("plain"), (3, 5, 1400, 1690))
    assert part.tobytes() == picture.crop((3, 5, 1400, 1690)).tobytes()


@settings(deadline=None, max_examples=10)
@given(scale=st.floats(0.05, 0.95), left=st.integers(0, 500), top=st.integers(0, 900))
def test_a_part_shrinks_band_by_band_as_it_would_at_once(scale: float, left: int, top: int) -> None:
    picture = Image.fromarray(np.random.default_rng(2).integers(0, 256, (1900, 1100, 3), dtype=np.uint8))
    part = (left, top, 1050, 1880)
    small = shrunk_part(picture.crop, picture.size, Flattening("plain"), part, picture.size, scale)
    at_once = picture.resize(small.size, Image.Resampling.HAMMING, box=part)
    difference = np.abs(np.asarray(small).astype(int) - np.asarray(at_once).astype(int))
    assert difference.max() <= 2


@pytest.mark.parametrize("divisor", [2, 4])
def test_a_photo_that_was_decoded_small_is_cut_in_full_coordinates(divisor: int) -> None:
    picture = Image.new("RGB", (800, 400), "white")
    picture.paste("black", (400, 0, 800, 400))
    small = picture.reduce(divisor)
    part = shrunk_part(small.crop, small.size, Flattening("plain"), (200, 0, 600, 400), picture.size, 1 / divisor)
    assert part.size == (400 // divisor, 400 // divisor)
    assert (part.getpixel((2, 2)), part.getpixel((part.width - 3, 2))) == ((255, 255, 255), (0, 0, 0))
