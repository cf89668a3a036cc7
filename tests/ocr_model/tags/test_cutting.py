import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr_model.tags.cutting import cut_line, quarter_turns, side_lengths, snapped, turn_corners
from ocr_model.tags.tag import Corners

LINE: Corners = ((20.0, 30.0), (80.0, 30.0), (80.0, 50.0), (20.0, 50.0))


@pytest.fixture
def line() -> Image.Image:
    """A picture whose left third is black, with a black dot lower right."""
    picture = Image.new("RGB", (60, 20), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 19, 19), fill="black")
    pen.rectangle((50, 12, 55, 17), fill="black")
    return picture


def difference(one: Image.Image, other: Image.Image) -> float:
    assert one.size == other.size
    return float(np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)).mean())


def test_an_upright_line_is_cut_as_it_is(line: Image.Image) -> None:
    photo = Image.new("RGB", (100, 80), "grey")
    photo.paste(line, (20, 30))
    assert difference(cut_line(photo, LINE), line) < 0.1


@pytest.mark.parametrize("degrees", [-30, -7, 12, 44])
def test_a_slanted_line_is_made_straight(line: Image.Image, degrees: int) -> None:
    photo = Image.new("RGB", (200, 200), "white")
    photo.paste(line, (70, 90))
    photo = photo.rotate(degrees, Image.Resampling.BICUBIC)  # around (100, 100), counter-clockwise
    angle = np.deg2rad(-degrees)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    a, b, c, d = (
        tuple((spin @ np.array([x, y]) + 100).tolist()) for x, y in ((-30, -10), (30, -10), (30, 10), (-30, 10))
    )
    assert difference(cut_line(photo, (a, b, c, d)), line) < 16.0  # of 255; edges are blurred twice


def test_a_trapezium_becomes_a_rectangle(line: Image.Image) -> None:
    photo = Image.new("L", (100, 80), "white")
    ImageDraw.Draw(photo).polygon(((20, 30), (80, 20), (80, 60), (20, 50)), fill="black")
    cut = cut_line(photo, ((20.0, 30.0), (80.0, 20.0), (80.0, 60.0), (20.0, 50.0)))
    assert cut.size == (61, 40)
    assert np.asarray(cut).mean() < 12.0


def test_a_high_line_is_shrunk_and_a_low_one_is_not_enlarged() -> None:
    photo = Image.new("L", (1200, 400), "white")
    assert cut_line(photo, ((0.0, 0.0), (1200.0, 0.0), (1200.0, 300.0), (0.0, 300.0))).size == (300, 75)
    assert cut_line(photo, ((5.0, 5.0), (15.0, 5.0), (15.0, 9.0), (5.0, 9.0))).size == (10, 4)


@pytest.mark.parametrize("corners", [((5.0, 5.0),) * 4, ((-20.0, -9.0), (3.0, -9.0), (3.0, 4.0), (-20.0, 4.0))])
def test_corners_without_an_area_or_beyond_the_photo(corners: Corners) -> None:
    width, height = cut_line(Image.new("L", (30, 20), "white"), corners).size
    assert width >= 2
    assert height >= 2


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_turned_corners_are_those_of_the_turned_line(line: Image.Image, turn: int) -> None:
    photo = Image.new("RGB", (100, 80), "grey")
    photo.paste(line, (20, 30))
    upright = line.rotate(-90 * turn, expand=True)
    assert difference(cut_line(photo, turn_corners(LINE, turn)), upright) < 0.1


def test_the_longer_of_opposite_sides_counts() -> None:
    assert side_lengths(((0.0, 0.0), (30.0, 0.0), (40.0, 10.0), (0.0, 12.0))) == pytest.approx((40.05, 14.14), abs=0.01)


def test_corners_that_are_nearly_known_cut_the_same_pixels() -> None:
    photo = Image.fromarray(np.random.default_rng(1).integers(0, 256, (80, 100, 3), np.uint8))
    corners: Corners = ((20.13, 30.2), (80.9, 33.3), (79.7, 50.4), (19.4, 47.6))
    told: Corners = tuple((x + 0.001, y - 0.001) for x, y in snapped(corners))  # type: ignore[assignment]
    assert cut_line(photo, snapped(told)).tobytes() == cut_line(photo, snapped(corners)).tobytes()


@pytest.mark.parametrize("slant", [-40, 0, 40])
@pytest.mark.parametrize("turn", range(4))
def test_the_turn_of_a_line_is_known_by_its_corners(slant: int, turn: int) -> None:
    angle = np.deg2rad(slant - 90 * turn)  # y points down: clockwise
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    a, b, c, d = (tuple((spin @ np.array(point)).tolist()) for point in ((-30, -9), (30, -9), (30, 9), (-30, 9)))
    assert quarter_turns((a, b, c, d)) == turn
