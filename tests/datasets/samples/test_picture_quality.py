from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.drivers.tag_picture import draw_tag
from datasets.samples.picture_quality import light, picture_quality

CROP = draw_tag("CW2288-111").crop((150, 255, 750, 385)).convert("RGB")


def test_a_blurred_line_is_less_sharp_and_a_faint_one_is_not() -> None:
    sharp = picture_quality(CROP)
    blurred = picture_quality(CROP.filter(ImageFilter.GaussianBlur(6)))
    faint = picture_quality(CROP.point(lambda value: 128 + value // 8))
    assert blurred.sharpness < 0.5 * sharp.sharpness
    assert abs(faint.sharpness - sharp.sharpness) < 0.1 * sharp.sharpness
    assert faint.contrast < 0.2 * sharp.contrast


def test_the_size_of_the_picture_matters_little() -> None:
    large = CROP.resize((1800, 390), Image.Resampling.BICUBIC)
    assert abs(picture_quality(large).sharpness - picture_quality(CROP).sharpness) < 0.2


def test_a_picture_without_structure_and_one_of_a_pixel_have_values() -> None:
    grey = picture_quality(Image.new("RGB", (90, 24), (100, 100, 100)))
    assert (grey.light, grey.contrast, grey.sharpness) == (100, 0.0, 0.0)
    assert picture_quality(Image.new("RGB", (1, 1))).light == 0
    assert picture_quality(Image.new("RGB", (1, 3000))).light == 0


def test_light() -> None:
    assert light(Image.new("RGB", (3, 3), (10, 10, 10))) == 10
    assert light(Image.fromarray(np.array([[0, 255]], np.uint8))) == 127
