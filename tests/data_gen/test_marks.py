"""What tags bear besides text: it is there, stays on the tag, and is the same for the same draws."""

import random

import numpy as np
import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed (`make test-setup`)")

from data_gen.marks import add_arcs, add_barcode, add_rules, add_shapes

LINE = (110, 100, 310, 134)


def marked(add: object, seed: int) -> np.ndarray:
    ink = np.zeros((240, 420), np.float32)
    add(ink, LINE, random.Random(seed))
    return ink


@pytest.mark.parametrize("add", [add_arcs, add_barcode, add_rules, add_shapes])
def test_marks_add_ink_and_repeat(add: object) -> None:
    inks = [marked(add, seed) for seed in range(40)]
    assert all(ink.min() >= 0.0 and ink.max() <= 1.0 for ink in inks)
    assert sum(ink.any() for ink in inks) > 30
    assert all(np.array_equal(ink, marked(add, seed)) for seed, ink in enumerate(inks))


def test_rules_and_barcodes_spare_the_line() -> None:
    left, top, right, bottom = LINE
    for add in (add_rules, add_barcode):
        assert not any(marked(add, seed)[top:bottom, left:right].any() for seed in range(40))


def test_a_barcode_takes_the_place_of_the_lines_there() -> None:
    ink = np.full((240, 420), 0.5, np.float32)
    add_barcode(ink, LINE, random.Random(1))
    rows = {float(row.mean()) for row in ink if set(np.unique(row)) != {0.5}}
    assert len(rows) == 1  # every row of it has the same bars
    assert (ink == 0.5).any()


def test_every_row_of_shapes_stands_on_the_line() -> None:
    left, top, right, bottom = LINE
    for seed in range(60):
        columns = np.flatnonzero(marked(add_shapes, seed)[top - 90 : bottom + 90].max(axis=0))
        assert len(columns) and columns[0] < left + 40 and columns[-1] > right - 90
