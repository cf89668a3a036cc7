"""Predictions are remembered within their bounds, and forgotten in time."""

from datetime import UTC, datetime, timedelta

from PIL import Image

from backend.reading.pending import PendingPredictions
from ocr_model.reading.prediction import ModelInfo, Prediction

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
READING = Prediction("A1", "A1", 0.5, (), (), (), ModelInfo("m", "1"), {})


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def crop(width: int = 10, height: int = 10) -> tuple[Image.Image, int]:
    return Image.new("RGB", (width, height)), 0


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


def test_a_photo_s_lines_leave_room_for_others() -> None:
    remembered = pending(Clock(), count=16, size=8 * 700)
    other = remembered.add(READING, *crop())
    lines = [remembered.new(READING, *crop()) for _ in range(5)]
    remembered.keep_some(lines)
    assert [remembered.get(line.id) is not None for line in lines] == [True, True, False, False, False]
    assert remembered.get(other.id) is other
    large = remembered.new(READING, *crop(16, 16))  # more than an eighth of the bytes
    remembered.keep_some([large])
    assert remembered.get(large.id) is None


def test_of_a_photo_the_likeliest_line_is_forgotten_last() -> None:
    remembered = pending(Clock(), count=16)
    first, second = (remembered.new(READING, *crop()) for _ in range(2))
    remembered.keep_some([first, second])
    for _ in range(15):
        remembered.add(READING, *crop())
    assert remembered.get(first.id) is first
    assert remembered.get(second.id) is None
