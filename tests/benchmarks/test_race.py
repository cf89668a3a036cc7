import time

import pytest
from PIL import Image

from benchmarks.race import BATCH, ReaderResult, measure_speed, read_cases
from benchmarks.readers import Reader, Reading
from tests.benchmarks.racing import CROP, case, reader


def test_every_reader_reads_every_case() -> None:
    cases = [case(), case("team_dev turned 90"), case(text="CW2288-111")]
    plain = reader("plain")
    turning = Reader("turning", lambda crop: Reading("B", 1.0), (), read_turned=lambda crop: Reading("A1", 0.5))
    first, second = read_cases([plain, turning], cases)
    assert [reading.text for reading in first.readings] == ["A1", "A1", "A1"]
    assert [reading.text for reading in second.readings] == ["B", "A1", "B"]
    assert [second.is_right(number) for number in range(3)] == [False, True, False]


def test_separators_count_in_the_strict_metric_only() -> None:
    result = ReaderResult(reader("one"), [case(text="CW2288-111")], [Reading("CW2288 111", 1.0)])
    assert result.right("team_dev upright").count == 1
    assert result.right("team_dev upright", strict=True).count == 0
    assert result.right("team_dev blur").total == 0


def test_the_slower_reader_is_found_slower() -> None:
    batches: list[int] = []

    def sleeping(seconds: float) -> Reader:
        def read(crop: Image.Image) -> Reading:
            time.sleep(seconds)
            return Reading("", 0.0)

        return Reader("sleeping", read, (), read_many=lambda crops: batches.append(len(crops)) or [""] * len(crops))

    alone = Reader("alone", lambda crop: Reading("", 0.0), ())
    slow, fast, none = measure_speed([sleeping(0.1), sleeping(0.002), alone], [CROP] * 5, rounds=2)
    assert slow.milliseconds >= 100.0 > fast.milliseconds >= 2.0
    assert len(slow.by_round) == 2
    assert slow.slow >= slow.mean >= 100.0 and slow.hard_mean is None
    assert set(batches) == {BATCH}
    assert slow.crops_per_second is not None
    assert none.crops_per_second is None


def test_harder_crops_are_timed_apart() -> None:
    def by_size(crop: Image.Image) -> Reading:
        time.sleep(0.1 if crop.width > CROP.width else 0.001)
        return Reading("", 0.0)

    (found,) = measure_speed([reader("r", by_size)], [CROP] * 5, rounds=1, harder=[Image.new("L", (90, 10))] * 3)
    assert found.hard_mean is not None and found.hard_mean >= 100.0 > found.milliseconds


def test_nobody_always_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def named(name: str) -> Reader:
        return reader(name, lambda crop: order.append(name) or Reading("", 0.0))

    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    measure_speed([named("a"), named("b")], [CROP] * 4, rounds=1)
    assert "".join(order[-8:]) == "abbaabba"
