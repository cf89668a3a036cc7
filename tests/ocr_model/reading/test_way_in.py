"""How pictures become the input."""

import numpy as np
from PIL import Image

from ocr_model.reading.way_in import enter


def test_a_crop_is_stretched_and_a_drawing_is_centred() -> None:
    picture = Image.new("L", (100, 40), 255)
    picture.paste(0, (10, 5, 20, 35))
    stretched = np.asarray(enter(picture, "crop", (32, 32)))
    assert (stretched == np.asarray(picture.resize((32, 32), Image.Resampling.BILINEAR))).all()
    centred = np.asarray(enter(picture, "drawing", (32, 32)))
    columns = centred.sum(axis=0)
    assert centred.shape == (32, 32) and columns[:8].sum() == columns[-8:].sum() == 0 < columns[16]


def test_an_empty_drawing_is_black() -> None:
    assert not np.asarray(enter(Image.new("L", (50, 50), 255), "drawing", (32, 32))).any()
