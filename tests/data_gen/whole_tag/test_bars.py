"""Barcodes: zxing-cpp reads from the flat tag what the truth says, within its corners."""

import random

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

import zxingcpp

from data_gen.whole_tag.bars import modules_of, print_code_128, print_matrix_code, print_retail_code
from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.fields import choose_fields
from tests.data_gen.whole_tag.drawn import book


@pytest.mark.parametrize("seed", range(6))
def test_the_bars_are_read_as_the_truth_says(seed: int) -> None:
    words = random.Random(seed)
    fields = choose_fields(words)
    tag = Canvas(80, 70, 8.0, book().choose(words), "test")
    print_retail_code(tag, fields, (8, 5), 60, 12, words)
    print_code_128(tag, fields, (8, 26), 60, 12, words)
    print_matrix_code(tag, fields, (8, 48), 18, words)
    pixels = 255 - np.asarray(tag.ink)
    found = zxingcpp.read_barcodes(pixels)
    assert len(tag.barcodes) == 3
    for bars in tag.barcodes:
        corners = np.array(bars.corners)
        # zxing-cpp writes a UPC-A as the EAN-13 that it is.
        texts = {bars.text, "0" + bars.text} if bars.format == "UPC-A" else {bars.text}
        places = [code.position for code in found if code.text in texts]
        points = [
            ((place.top_left.x, place.top_left.y), (place.bottom_right.x, place.bottom_right.y)) for place in places
        ]
        low, high = corners.min(axis=0) - 6, corners.max(axis=0) + 6
        assert any((low <= np.array(ends)).all() and (np.array(ends) <= high).all() for ends in points)
    assert fields.barcode in {line.text.replace(" ", "") for line in tag.lines if line.role == "barcode"}


def test_a_code_without_a_pixel_for_each_module_is_left_out() -> None:
    words = random.Random(0)
    tag = Canvas(30, 30, 2.0, book().choose(words), "test")
    assert print_retail_code(tag, choose_fields(words), (2, 4), 20, 8, words) == 4
    assert not print_matrix_code(tag, choose_fields(words), (2, 4), 8, words)
    assert not tag.barcodes and not tag.lines


def test_a_linear_code_has_one_row_of_modules() -> None:
    assert modules_of("EAN-13", "8801234567893").shape == (1, 95)
    square = modules_of("QR Code", "8801234567893").shape
    assert square[0] == square[1] >= 21
