import importlib.util
import math
from importlib.machinery import ModuleSpec

import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_model.tags.detection import LINE, LineDetector, NoDetector, load_detector
from ocr_model.tags.polygons import area, common_part
from ocr_model.tags.tag import Corners

needs_detector = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None or importlib.util.find_spec("cv2") is None,
    reason="rapidocr is not installed",
)


@pytest.fixture(scope="module")
def detector() -> LineDetector:
    return load_detector(threads=1)


def printed(*lines: tuple[int, int, str], size: tuple[int, int] = (640, 320), height: int = 32) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for x, y, text in lines:
        pen.text((x, y), text, "black", ImageFont.load_default(height))
    return picture


def places(detector: LineDetector, picture: Image.Image, longest_side: int = 640) -> list[Corners]:
    return [line.corners for line in detector.find(picture, longest_side) if line.score >= LINE]


@needs_detector
def test_every_line_is_found_where_it_is(detector: LineDetector) -> None:
    picture = printed((60, 40, "CW2288-111"), (200, 200, "MADE IN KOREA"))
    first, second = sorted(places(detector, picture), key=lambda corners: corners[0][1])
    for corners, x, y in ((first, 60, 40), (second, 200, 200)):
        assert corners[0][0] == pytest.approx(x, abs=12)
        assert corners[0][1] == pytest.approx(y, abs=16)
        assert math.dist(corners[0], corners[1]) > 3 * math.dist(corners[1], corners[2])


@needs_detector
@pytest.mark.parametrize("longest_side", [320, 960])
def test_corners_are_in_pixels_of_the_picture_at_any_size(detector: LineDetector, longest_side: int) -> None:
    picture = printed((60, 40, "CW2288-111"))
    (expected,), (found,) = places(detector, picture), places(detector, picture, longest_side)
    assert area(common_part(expected, found)) > 0.7 * max(area(expected), area(found))


@needs_detector
@pytest.mark.parametrize("degrees", [-25, 90, 180])
def test_corners_begin_at_the_upper_left(detector: LineDetector, degrees: int) -> None:
    picture = printed((200, 300, "CW2288-111"), size=(640, 640)).rotate(degrees, fillcolor="white")
    ((a, b, c, d),) = places(detector, picture)
    assert b[0] - a[0] > abs(b[1] - a[1])
    assert d[1] - a[1] > abs(d[0] - a[0])
    assert c[0] > d[0]


@needs_detector
def test_a_large_picture_is_looked_at_in_tiles_without_seams(detector: LineDetector) -> None:
    picture = printed((1160, 60, "CW2288-111"), size=(1600, 160))  # across the edge of the first tile
    ((a, b, _, _),) = places(detector, picture, 1600)
    assert math.dist(a, b) > 160


@needs_detector
@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 2), (64, 64)])
def test_a_picture_without_text_has_no_line(detector: LineDetector, size: tuple[int, int]) -> None:
    assert not places(detector, Image.new("L", size, "white"), 320)


def test_without_the_package_nothing_is_found(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = importlib.util.find_spec

    def missing(name: str) -> ModuleSpec | None:
        return None if name == "rapidocr" else real(name)

    monkeypatch.setattr("ocr_model.reading.packaged_graphs.find_spec", missing)
    detector = load_detector(threads=1)
    assert isinstance(detector, NoDetector)
    assert not detector.find(printed((60, 40, "CW2288-111")), 640)
    assert "read as a whole" in caplog.text
