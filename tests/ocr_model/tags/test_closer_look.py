import numpy as np
import pytest
from PIL import Image

from ocr_model.tags.closer_look import MOST_LINES, find_lines
from ocr_model.tags.detection import FoundLine
from ocr_model.tags.tag import Corners

Box = tuple[float, float, float, float]


def corners(box: Box) -> Corners:
    left, top, right, bottom = box
    return (left, top), (right, top), (right, bottom), (left, bottom)


class PrintedDetector:
    """Sees printed lines, each from a certain height in pixels as looked at, and hints of lower ones.

    The photo's pixels say where they are: red and green are x and y, so that a cut-out part knows its place.
    """

    def __init__(self, *boxes: Box, legible: float = 10.0, seen: float = 3.0) -> None:
        self.boxes, self.legible, self.seen = boxes, legible, seen
        self.looked: list[float] = []  # pixels of each look

    def find(self, picture: Image.Image, longest_side: int) -> list[FoundLine]:
        scale = longest_side / max(picture.size)
        self.looked.append(picture.width * picture.height * scale**2)
        red, green, _ = picture.getpixel((0, 0))
        x, y = 8 * red, 8 * green
        found = []
        for left, top, right, bottom in self.boxes:
            inside = left >= x and top >= y and right <= x + picture.width + 8 and bottom <= y + picture.height + 8
            height = scale * (bottom - top)
            if inside and height >= self.seen:
                score = 0.8 if height >= self.legible else 0.3
                found.append(FoundLine(corners((left - x, top - y, right - x, bottom - y)), score))
        return found


@pytest.fixture
def photo() -> Image.Image:
    y, x = np.mgrid[:1500, :2000] // 8
    return Image.fromarray(np.stack([x, y, np.zeros_like(x)], axis=2).astype(np.uint8))


def found(detector: PrintedDetector, photo: Image.Image) -> list[Box]:
    lines = find_lines(detector, photo).lines
    return sorted((*line.corners[0], *line.corners[2]) for line in lines)


def near(boxes: list[Box], *expected: Box) -> None:
    assert len(boxes) == len(expected)
    for box, wanted in zip(boxes, sorted(expected), strict=True):
        assert box == pytest.approx(wanted, abs=8)  # pixels say where they are to 8


def test_large_lines_take_one_look(photo: Image.Image) -> None:
    boxes = ((100.0, 100.0, 700.0, 180.0), (100.0, 400.0, 900.0, 480.0))
    detector = PrintedDetector(*boxes)
    near(found(detector, photo), *boxes)
    assert len(detector.looked) == 1


def test_small_lines_are_found_by_a_closer_look(photo: Image.Image) -> None:
    boxes = ((800.0, 608.0, 880.0, 624.0), (800.0, 640.0, 880.0, 656.0))
    detector = PrintedDetector(*boxes)
    near(found(detector, photo), *boxes)
    assert len(detector.looked) == 2
    assert detector.looked[1] < detector.looked[0]


def test_what_no_look_at_the_whole_shows_is_found_beside_what_it_does(photo: Image.Image) -> None:
    shown, hidden = (800.0, 608.0, 880.0, 624.0), (800.0, 632.0, 840.0, 638.0)
    near(found(PrintedDetector(shown, hidden, legible=8.0), photo), shown, hidden)


def test_hints_that_no_closer_look_confirms_are_no_lines(photo: Image.Image) -> None:
    assert not found(PrintedDetector((800.0, 608.0, 880.0, 624.0), legible=1000.0), photo)


def test_a_line_is_found_once_and_so_are_digits_within_a_higher_box(photo: Image.Image) -> None:
    barcode, digits = (800.0, 600.0, 1000.0, 680.0), (808.0, 656.0, 992.0, 672.0)
    twice = (801.0, 601.0, 999.0, 681.0)
    boxes = found(PrintedDetector(barcode, twice, digits), photo)
    assert len(boxes) == 2
    assert sorted(round(box[3] - box[1]) for box in boxes) == [16, 80]


def test_the_closer_looks_are_bounded(photo: Image.Image) -> None:
    boxes = [(float(x), float(y), x + 60.0, y + 12.0) for x in range(0, 1900, 80) for y in range(0, 1480, 20)]
    detector = PrintedDetector(*boxes)
    assert len(found(detector, photo)) == MOST_LINES
    assert sum(detector.looked[1:]) <= 6_000_000 * 1.01


@pytest.mark.parametrize("size", [(1, 1), (40, 3), (5000, 2)])
def test_a_tiny_picture(size: tuple[int, int]) -> None:
    assert not found(PrintedDetector(), Image.new("RGB", size))
