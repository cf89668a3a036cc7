from __future__ import annotations

import math

import numpy as np
import pytest

from ocr_model.tags.stripes import find_stripes
from tests.ocr_model.tags.barcode_photos import Printed, photograph


@pytest.mark.parametrize("angle", range(0, 180, 20))
def test_the_strongest_area_is_the_barcode(angle: int) -> None:
    label = Printed("Code 128", 500, 420, angle=angle)
    stripes = find_stripes(np.asarray(photograph((1000, 800), [label])), 5)[0]
    assert math.dist((stripes.x, stripes.y), (label.x, label.y)) < 12
    turned = math.degrees(math.atan2(stripes.across[1], stripes.across[0]))
    assert min((turned - angle) % 180, (angle - turned) % 180) < 4
    assert 434 - 24 < stripes.length < 434 + 60  # 145 modules of 3 pixels
    assert stripes.height > 120


def test_at_most_so_many_are_returned_the_strongest_first() -> None:
    labels = [Printed("Code 39", 450 + 700 * (n % 2), 250 + 300 * (n // 2), module=2 + 0.5 * n) for n in range(4)]
    values = np.asarray(photograph((1600, 900), labels))
    assert len(find_stripes(values, 3)) == 3
    assert math.dist((labels[3].x, labels[3].y), (find_stripes(values, 1)[0].x, find_stripes(values, 1)[0].y)) < 20


def test_noise_a_ramp_and_an_edge_are_not_striped() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 600), dtype=np.uint8)
    ramp = np.tile(np.linspace(0, 255, 600).astype(np.uint8), (400, 1))
    edge = np.where(np.arange(600) < 300, 20, 230).astype(np.uint8) * np.ones((400, 1), np.uint8)
    for values in (noise, ramp, edge):
        assert find_stripes(values, 10) == []


@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (9, 9), (3, 5000)])
def test_the_smallest_pictures_have_none(shape: tuple[int, int]) -> None:
    assert find_stripes(np.zeros(shape, np.uint8), 10) == []
