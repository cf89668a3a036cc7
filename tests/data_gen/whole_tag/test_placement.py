"""Placements: corners enclose the ink of their line on the photo."""

import math
import random

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

import cv2

from data_gen.whole_tag.frame import choose_frame, shifted, turned
from data_gen.whole_tag.placement import Bend, Placement
from tests.data_gen.whole_tag.drawn import draw

BENDS = [
    (Bend(), Bend()),
    (Bend("arc", 14.0), Bend()),
    (Bend("wave", 4.0, 0.3, 2.0), Bend("arc", -9.0)),
    (Bend("fold", -20.0, 0.4), Bend("fold", 16.0, 0.7)),
]


def placement(size: tuple[int, int], seed: int, bends: tuple[Bend, Bend], turn: int = 0) -> Placement:
    words = random.Random(seed)
    frame = choose_frame(1.0, words, lean=0.15)
    slant = turned(math.radians(words.uniform(-25, 25)) + turn * math.pi / 2)
    small = np.diag([0.8, 0.8, 1.0])
    centre = shifted(frame.plane[0] / 2, frame.plane[1] / 2)
    return Placement(size, frame.to_photo @ centre @ slant @ small @ shifted(-size[0] / 2, -size[1] / 2), *bends)


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("bends", BENDS)
def test_corners_enclose_the_ink_of_their_line(bends: tuple[Bend, Bend], turn: int) -> None:
    _, tag = draw("shoe label", 4, 7.0)
    ink = np.asarray(tag.ink)
    place = placement(tag.ink.size, turn + 5, bends, turn)
    reach = place.outline()
    left, top = np.floor(reach.min(axis=0)).astype(int) - 10
    right, bottom = np.ceil(reach.max(axis=0)).astype(int) + 10
    for line in tag.lines:
        x0, y0, x1, y1 = (int(edge) for edge in (*line.corners[0], *line.corners[2]))
        coloured = np.zeros((*ink.shape, 4), np.uint8)
        coloured[y0:y1, x0:x1, 0] = ink[y0:y1, x0:x1]  # this line alone, in red
        seen, _ = place.take(coloured, (left, top, right, bottom))
        rows, columns = np.nonzero(seen[..., 0] > 40)  # tips of thin strokes are fainter on the photo than on the tag
        quad = np.array(place.corners(line.corners), np.float32)
        points = np.stack([columns + left, rows + top], axis=1) + 0.5
        outside = [-cv2.pointPolygonTest(quad, (float(x), float(y)), True) for x, y in points]
        assert max(outside) < 0.8, line.text
        # The corners are no wider than the line: each side has ink near it.
        inside = [min(_distance(point, quad[side], quad[(side + 1) % 4]) for point in points) for side in range(4)]
        loose = 2.0 if bends[0].kind == bends[1].kind == "flat" else 6.0
        assert max(inside) < loose, line.text


def _distance(point: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    along = (end - start) / np.hypot(*(end - start))
    return abs(float(along[0] * (point - start)[1] - along[1] * (point - start)[0]))


def test_a_flat_tag_has_even_light_and_a_bent_one_has_not() -> None:
    tag = np.full((200, 300, 4), 255, np.uint8)
    for bends, spread in ((BENDS[0], 0.0), (BENDS[1], 0.1)):
        place = placement((300, 200), 2, bends)
        x, y = place.to_photo(np.array([[150.0, 100.0]]))[0].astype(int)
        _, light = place.take(tag, (x - 50, y - 50, x + 50, y + 50))
        assert spread <= np.ptp(light) <= spread * 4
