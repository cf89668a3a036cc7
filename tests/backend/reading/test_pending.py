"""Predictions are remembered within their bounds, and forgotten in time."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from backend.reading.pending import PendingPredictions
from backend.reading.photos import Region
from ocr_model.reading.image import Box, ImageLimits
from ocr_model.reading.prediction import ModelInfo, Prediction

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
READING = Prediction("A1", "A1", 0.5, (), (), (), ModelInfo("m", "1"), {})


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def crop(width: int = 10, height: int = 10) -> tuple[Image.Image, bytes, Region]:
    """A crop that takes less memory as pixels than as its upload."""
    return Image.new("RGB", (width, height)), bytes(width * height * 4), Region(None, 0)


def pending(clock: Clock, *, count: int = 3, size: int = 10_000) -> PendingPredictions:
    return PendingPredictions(seconds=60, count=count, size=size, clock=clock, now=lambda: NOON)


def test_remembered_until_its_time_is_over() -> None:
    clock = Clock()
    remembered = pending(clock)
    entry = remembered.add(READING, *crop())
    assert entry.expires_at == NOON + timedelta(seconds=60)
    clock.seconds += 59.9
    assert remembered.get(entry.id) is entry
    clock.seconds += 0.2
    assert remembered.get(entry.id) is None
    assert len(remembered) == 0
    assert remembered.used_bytes == 0


def test_ids_cannot_be_guessed() -> None:
    remembered = pending(Clock(), count=1000)
    ids = {remembered.add(READING, *crop(1, 1)).id for _ in range(500)}
    assert len(ids) == 500
    assert all(len(name) >= 22 for name in ids)


def test_the_oldest_goes_when_there_are_too_many() -> None:
    remembered = pending(Clock(), count=2)
    entries = [remembered.add(READING, *crop()) for _ in range(3)]
    assert [remembered.get(entry.id) for entry in entries] == [None, *entries[1:]]


def test_the_oldest_goes_when_crops_take_too_much() -> None:
    remembered = pending(Clock(), size=650)
    entries = [remembered.add(READING, *crop()) for _ in range(3)]
    assert remembered.get(entries[0].id) is None
    assert remembered.used_bytes == 600


def test_a_crop_larger_than_all_room_throws_no_other_out() -> None:
    remembered = pending(Clock(), size=650)
    small = remembered.add(READING, *crop())
    large = remembered.add(READING, *crop(100, 100))
    assert remembered.get(large.id) is None
    assert remembered.get(small.id) is small


def test_forgetting_is_harmless_twice() -> None:
    remembered = pending(Clock())
    entry = remembered.add(READING, *crop())
    remembered.forget(entry.id)
    remembered.forget(entry.id)
    assert (len(remembered), remembered.used_bytes) == (0, 0)


@pytest.mark.parametrize("room", [100_000, 10_000_000])
@pytest.mark.parametrize("is_large", [False, True])
def test_pixels_are_kept_if_they_are_smaller_or_there_is_room(room: int, is_large: bool, picture: Image.Image) -> None:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    upload = buffer.getvalue()
    region = Region(None if is_large else Box(70, 20, 8, 6), 2)
    image = picture.transpose(Image.Transpose.ROTATE_180)
    if region.box is not None:
        image = image.crop((70, 20, 78, 26))
    kept = pending(Clock(), size=room).add(READING, image, upload, region).crop
    assert (kept.image is None) is (is_large and room == 100_000)
    assert kept.size == (len(upload) if kept.image is None else image.width * image.height * 3)
    assert kept.cut(ImageLimits()).tobytes() == image.tobytes()
