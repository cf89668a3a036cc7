"""A pressed plate holds its rows where it says, and the vehicle around it leaves them as they are."""

import random

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.fonts import load_fonts
from data_gen.plates.kinds import KINDS, PlateKind
from data_gen.plates.plate import PlatePrinter, dirty, mount
from data_gen.recipe import load_recipe

PRINTER = PlatePrinter(load_fonts(load_recipe("plates-1").fonts))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_row_has_ink_in_its_box(kind: PlateKind) -> None:
    plate = PRINTER.press(kind, random.Random(7))
    assert len(plate.rows) == len(plate.text.rows)
    for left, top, right, bottom in plate.rows:
        box = plate.ink[top:bottom, left:right]
        assert box.shape == (bottom - top, right - left)
        assert 0.05 < float((box > 0.5).mean()) < 0.9
    assert plate.ink.shape == plate.band.shape


def test_a_given_text_is_pressed() -> None:
    kind = next(kind for kind in KINDS if kind.name == "eight digits")
    text = kind.text(random.Random(11))
    assert PRINTER.press(kind, random.Random(1), text=text).text == text


def test_the_vehicle_lies_around_the_plate() -> None:
    plate = PRINTER.press(KINDS[0], random.Random(2))
    ink, margin = mount(plate, np.random.default_rng(1), random.Random(3), 60)
    height, width = plate.ink.shape
    assert ink.shape == (height + 120, width + 120)
    assert np.array_equal(ink[margin : margin + height, margin : margin + width], plate.ink)


def test_dirt_covers_a_part() -> None:
    plate = PRINTER.press(KINDS[0], random.Random(2))
    covered = dirty(np.random.default_rng(5), plate.ink, random.Random(5))
    changed = np.abs(covered - plate.ink) > 0.05
    assert 0.02 < float(changed.mean()) < 0.95
