"""A photo takes a place for a few lines at a time, and none once nobody waits for it."""

from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

from backend.http.fair_semaphore import FairSemaphore
from backend.reading.photo_reading import AbandonedError, PhotoReading
from ocr_model.reading.prediction import Prediction

PHOTO = Image.new("RGB", (600, 400), "white")
MANY = [((10.0, y), (60.0, y), (60.0, y + 20.0), (10.0, y + 20.0)) for y in range(5, 380, 15)]


class Counting(FairSemaphore):
    """Counts how often a place was taken."""

    taken = 0

    def __enter__(self) -> None:
        super().__enter__()
        self.taken += 1


def nobody(line: object) -> None:
    """Takes no code."""


def test_every_look_and_every_few_lines_take_a_place(reader: Any, detector: Any) -> None:
    detector.lines, places = MANY, Counting(1)
    most = 0

    def read_batch(images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        nonlocal most
        most = max(most, len(images))
        return [reader.read(image) for image in images]

    reader.read_batch = read_batch
    tag = PhotoReading(places, lambda: detector).read(PHOTO, reader, nobody)
    assert len(tag.lines) == len(MANY)
    assert places.taken == 1 + 7  # a look, and 25 lines in batches of 16
    assert most == 4


def test_the_detector_is_loaded_once(detector: Any) -> None:
    loaded = []
    reading = PhotoReading(FairSemaphore(1), lambda: loaded.append(detector) or detector)
    assert reading.load() is reading.load() is detector
    assert len(loaded) == 1


def test_a_photo_that_nobody_waits_for_is_dropped(reader: Any, detector: Any) -> None:
    detector.lines = MANY
    wanted = iter([True, True, False])
    with pytest.raises(AbandonedError):
        PhotoReading(FairSemaphore(1), lambda: detector).read(PHOTO, reader, nobody, lambda: next(wanted))
    assert len(reader.sizes) == 4
