"""Plates from lines: rows are joined, emblems and other print left out, formats decide where the picture allows it."""

from collections.abc import Sequence

import pytest
from PIL import Image

from ocr_model.plates.plate_reader import PlateReader
from ocr_model.reading.prediction import Candidate, ModelInfo, Prediction
from ocr_model.tags.detection import FoundLine

PHOTO = Image.new("RGB", (640, 480), "white")


def prediction(*texts: tuple[str, float]) -> Prediction:
    candidates = tuple(Candidate(text, text, confidence) for text, confidence in texts)
    best = candidates[0]
    return Prediction(best.text, best.code, best.confidence, (), candidates, (), ModelInfo("m", "1"), {})


class Lines:
    """A detector that finds given boxes on a photo."""

    def __init__(self, *boxes: tuple[float, float, float, float]) -> None:
        self.boxes = boxes

    def find(self, picture: Image.Image, longest_side: int) -> list[FoundLine]:
        return [
            FoundLine(((a, b), (c, b), (c, d), (a, d)), 0.9 - 0.01 * at) for at, (a, b, c, d) in enumerate(self.boxes)
        ]


class Texts:
    """A recognizer that gives texts in turn."""

    def __init__(self, *predictions: Prediction) -> None:
        self.left = list(predictions)

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        read, self.left = self.left[: len(images)], self.left[len(images) :]
        return read


def test_a_plate_is_found_among_other_print() -> None:
    reader = PlateReader(
        Texts(prediction(("SONATA", 0.99)), prediction(("123가4567", 0.9))),
        Lines((10, 10, 200, 60), (200, 300, 400, 350)),
    )
    (plate,) = reader.read_photo(PHOTO)
    assert (plate.text, plate.shown, plate.confidence) == ("123가4567", "123가 4567", 0.9)
    assert plate.corners[0] == pytest.approx((200, 300), abs=1)


def test_two_rows_make_one_plate() -> None:
    reader = PlateReader(
        Texts(prediction(("가3456", 0.9)), prediction(("서울12", 0.8))),
        Lines((200, 340, 400, 400), (220, 300, 380, 335)),
    )
    (plate,) = reader.read_photo(PHOTO)
    assert (plate.text, len(plate.rows)) == ("서울12가3456", 2)
    assert plate.confidence == pytest.approx(0.72)


def test_a_format_decides_between_candidates_that_the_picture_leaves_open() -> None:
    doubtful = prediction(("12가345B", 0.5), ("12가3458", 0.4))
    (plate,) = PlateReader(Texts(doubtful), Lines((200, 300, 400, 350))).read_photo(PHOTO)
    assert (plate.text, plate.confidence) == ("12가3458", pytest.approx(0.4))
    sure = prediction(("12가345B", 0.95), ("12가3458", 0.02))
    assert PlateReader(Texts(sure), Lines((200, 300, 400, 350))).read_photo(PHOTO) == ()


def test_a_cut_out_is_read_whatever_its_format() -> None:
    crop = Image.new("RGB", (200, 50), "white")
    read = PlateReader(Texts(prediction(("A1", 0.7))), Lines()).read_crop(crop)
    assert (read.text, read.is_of_known_format) == ("A1", False)


def test_nothing_found_is_no_plate() -> None:
    assert PlateReader(Texts(), Lines()).read_photo(PHOTO) == ()
