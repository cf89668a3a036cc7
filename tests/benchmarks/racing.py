"""Readers that say what a test tells them to, and the cases they read."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PIL import Image

from benchmarks.cases import Case
from benchmarks.race import ReaderResult, Speed
from benchmarks.readers import Reader, Reading

CROP = Image.new("RGB", (40, 10), "white")


def case(condition: str = "team_dev upright", file: str = "1.png", text: str = "A1") -> Case:
    folder, _, kind = condition.partition(" ")
    return Case(folder, kind, file, text, CROP)


def reader(name: str, read: Callable[[Image.Image], Reading] | None = None, files: tuple[Path, ...] = ()) -> Reader:
    return Reader(name, read or (lambda crop: Reading("A1", 0.9)), files)


def result(name: str, right: Mapping[str, tuple[int, int]], files: tuple[Path, ...] = ()) -> ReaderResult:
    """A reader that reads so many of so many right in each condition, all with a confidence of 0.9."""
    cases, readings = [], []
    for condition, (count, total) in right.items():
        for number in range(total):
            cases.append(case(condition, f"{number}.png"))
            readings.append(Reading("A1" if number < count else "B2", 0.9))
    return ReaderResult(reader(name, files=files), cases, readings)


def speeds(*milliseconds: float, per_second: Sequence[float] = ()) -> list[Speed]:
    rates = [*per_second, *[None] * (len(milliseconds) - len(per_second))]
    return [Speed(one, (one, one), rate, one, one) for one, rate in zip(milliseconds, rates, strict=True)]
