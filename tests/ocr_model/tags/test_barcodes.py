from __future__ import annotations

import logging
import math
import sys

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from ocr_model.tags import barcodes
from ocr_model.tags.barcodes import read_barcodes
from ocr_model.tags.tag import Barcode
from tests.ocr_model.tags.barcode_photos import CONTENTS, Printed, photograph


def named(codes: tuple[Barcode, ...]) -> list[tuple[str, str]]:
    return [(code.format, code.text) for code in codes]


def middle(code: Barcode) -> tuple[float, float]:
    return sum(x for x, _ in code.corners) / 4, sum(y for _, y in code.corners) / 4


@pytest.mark.parametrize("format_", CONTENTS)
@pytest.mark.parametrize("angle", [0, 25, 90, 140, 180, 270, 315])
def test_every_kind_is_read_at_any_angle_with_its_corners(format_: str, angle: int) -> None:
    label = Printed(format_, 450, 400, angle=angle)
    (code,) = read_barcodes(photograph((900, 800), [label], blur=0.5))
    assert (code.format, code.text) == (format_, CONTENTS[format_])
    assert math.dist(middle(code), (450, 400)) < 30  # pixels; the digits' room below an EAN is a part of the label
    (left, top), (right, low), *_ = code.corners
    turned = math.degrees(math.atan2(low - top, right - left))
    assert abs((turned - angle + 180) % 360 - 180) < 5
    (a, b), (c, d), (e, f), (g, h) = code.corners
    assert (c - a) * (f - b) - (e - a) * (d - b) > 0  # clockwise: upper left, upper right, lower right, lower left
    assert (e - a) * (h - b) - (g - a) * (f - b) > 0


def test_small_codes_aslant_in_perspective_on_a_photo_of_12_megapixels() -> None:
    labels = [
        Printed(format_, 600 + 900 * (number % 4), 700 + 1500 * (number // 4), angle=10 + 77 * number, slant=0.15)
        for number, format_ in enumerate(CONTENTS)
    ]
    codes = read_barcodes(photograph((4000, 3000), labels, blur=0.7))
    assert sorted(named(codes)) == sorted(CONTENTS.items())
    places = {code.format: middle(code) for code in codes}
    for label in labels:
        assert math.dist(places[label.format], (label.x, label.y)) < 40


def test_equal_codes_side_by_side_and_above_each_other_are_several() -> None:
    places = [(400, 300), (400, 520), (1000, 300), (1000, 520)]
    labels = [Printed("EAN-13", x, y) for x, y in places]
    codes = read_barcodes(photograph((1400, 800), labels))
    assert named(codes) == [("EAN-13", CONTENTS["EAN-13"])] * 4
    assert {min(places, key=lambda place: math.dist(place, middle(code))) for code in codes} == set(places)


def test_two_kinds_close_above_each_other_are_both_read() -> None:
    labels = [Printed("EAN-13", 500, 300), Printed("Code 128", 500, 500)]
    assert len(read_barcodes(photograph((1000, 800), labels))) == 2


def test_an_ean_that_begins_with_0_is_a_upc() -> None:
    photo = photograph((900, 600), [Printed("EAN-13", 450, 300, content="0036000291452")])
    assert named(read_barcodes(photo)) == [("UPC-A", "036000291452")]


def test_an_itf_without_check_digit_and_a_part_of_one_are_left_out() -> None:
    photo = photograph((900, 600), [Printed("ITF", 450, 300, content="0001234567890123")])
    assert read_barcodes(photo) == ()
    for angle in (15, 20, 340):
        photo = photograph((900, 600), [Printed("ITF", 450, 300, angle=angle)])
        assert named(read_barcodes(photo)) == [("ITF", CONTENTS["ITF"])]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "LAB", "I", "I;16", "F"])
def test_any_mode_is_taken(mode: str) -> None:
    assert read_barcodes(Image.new(mode, (100, 80))) == ()


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (7, 500), (1, 50_000), (50_000, 9), (8, 8), (9, 17)])
def test_any_size_is_taken(size: tuple[int, int]) -> None:
    values = np.random.default_rng(0).integers(0, 256, (size[1], size[0]), dtype=np.uint8)
    picture = Image.fromarray(values) if min(size) else Image.new("L", size)
    assert read_barcodes(picture) == ()


def test_noise_and_endless_stripes_are_no_barcodes() -> None:
    generator = np.random.default_rng(0)
    noise = generator.integers(0, 256, (1500, 2000), dtype=np.uint8)
    stripes = np.tile(np.repeat(generator.integers(0, 2, 1000, dtype=np.uint8) * 255, 2), (1500, 1))
    for values in (noise, stripes):
        assert read_barcodes(Image.fromarray(values)) == ()


def test_a_giant_picture_is_searched_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(barcodes, "_MOST_PIXELS", 500_000)
    label = Printed("EAN-13", 1000, 800, module=6, angle=30)
    (code,) = read_barcodes(photograph((2000, 1600), [label]))
    assert math.dist(middle(code), (1000, 800)) < 40


def test_no_more_pixels_than_the_limit_are_searched(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    photo = photograph((900, 600), [Printed("EAN-13", 450, 300)])
    monkeypatch.setattr(barcodes, "_MOST_SEARCHED", 900 * 600)
    with caplog.at_level(logging.INFO):
        assert named(read_barcodes(photo)) == [("EAN-13", CONTENTS["EAN-13"])]  # from the photo as a whole
        assert "not all were searched" in caplog.text
        monkeypatch.setattr(barcodes, "_MOST_SEARCHED", 900 * 600 - 1)
        assert read_barcodes(photo) == ()


def test_an_error_of_the_library_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("unexpected")

    monkeypatch.setattr(zxingcpp, "read_barcodes", fail)
    assert read_barcodes(Image.new("L", (100, 80))) == ()
    assert "zxing-cpp gave up" in caplog.text


def test_without_zxing_there_are_no_barcodes_and_the_log_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    barcodes._zxing.cache_clear()
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    photo = photograph((900, 600), [Printed("EAN-13", 450, 300)])
    try:
        assert read_barcodes(photo) == read_barcodes(photo) == ()
    finally:
        barcodes._zxing.cache_clear()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "zxing-cpp is not installed" in caplog.text
