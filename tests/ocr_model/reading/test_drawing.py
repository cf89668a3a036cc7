"""Drawings are brought to one size, place and colour."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr_model.reading.drawing import SIDE, prepare_drawing


def drawn(side: int, box: tuple[int, int, int, int], pen: int, ink: int = 0, ground: int = 255) -> Image.Image:
    """An L of two strokes in a box."""
    picture = Image.new("L", (side, side), ground)
    left, top, right, bottom = box
    ImageDraw.Draw(picture).line([(left, top), (left, bottom), (right, bottom)], fill=ink, width=pen)
    return picture


def difference(left: Image.Image | None, right: Image.Image | None) -> float:
    assert left is not None and right is not None
    return float(np.abs(np.asarray(left, np.float32) - np.asarray(right, np.float32)).mean())


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_nothing_drawn_is_none(ground: int) -> None:
    assert prepare_drawing(Image.new("L", (200, 100), ground)) is None
    noisy = np.random.default_rng(1).integers(max(0, ground - 5), min(255, ground + 5) + 1, (100, 100)).astype(np.uint8)
    assert prepare_drawing(Image.fromarray(noisy)) is None


def test_place_size_and_colours_do_not_matter() -> None:
    usual = prepare_drawing(drawn(200, (40, 40, 120, 160), 12))
    assert usual is not None and usual.mode == "L" and usual.size == (SIDE, SIDE)
    for other in (
        drawn(200, (100, 60, 180, 180), 12),  # another corner
        drawn(400, (80, 80, 240, 320), 24),  # twice as large
        drawn(200, (40, 40, 120, 160), 12, ink=255, ground=0),  # light on dark
        drawn(200, (40, 40, 120, 160), 12, ink=90, ground=200),  # faint
    ):
        assert difference(usual, prepare_drawing(other)) < 6
    assert difference(usual, prepare_drawing(drawn(200, (40, 40, 120, 160), 12).convert("RGB"))) == 0


def test_the_centre_of_mass_is_in_the_middle() -> None:
    prepared = prepare_drawing(drawn(200, (40, 40, 100, 160), 12))
    assert prepared is not None
    ink = np.asarray(prepared, np.float64)
    for axis in (0, 1):
        weights = ink.sum(axis=1 - axis)
        assert abs(float(weights @ np.arange(SIDE)) / weights.sum() - (SIDE - 1) / 2) <= 1.0


def test_a_hairline_keeps_its_strength() -> None:
    thin = prepare_drawing(drawn(600, (50, 50, 400, 550), 2))
    assert thin is not None
    small = np.asarray(thin.resize((32, 32), Image.Resampling.BILINEAR))
    assert small.max() > 150
    assert (small > 60).sum() > 30


def test_what_is_prepared_stays_as_it_is() -> None:
    once = prepare_drawing(drawn(200, (40, 40, 120, 160), 16))
    assert once is not None
    assert difference(once, prepare_drawing(once)) < 3
