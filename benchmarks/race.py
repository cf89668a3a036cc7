"""Reading and timing by turns, in one process, so that a busy machine slows every reader alike."""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from PIL import Image
from tqdm import tqdm

from benchmarks.cases import Case
from benchmarks.readers import Reader, Reading
from ocr_model.codes.text import label_text, match_key
from ocr_model.export.proportion import Proportion

Input = TypeVar("Input")

BATCH = 32
_PAUSE = 0.003  # seconds; threads of the previous reader may still spin, waiting for more work


@dataclass(frozen=True)
class ReaderResult:
    """The readings of one reader, in the order of the cases."""

    reader: Reader
    cases: Sequence[Case]
    readings: Sequence[Reading]

    def is_right(self, number: int) -> bool:
        """Whether the case with this number was read right on A-Z0-9."""
        return match_key(self.readings[number].text) == match_key(self.cases[number].text)

    def right(self, condition: str, *, strict: bool = False) -> Proportion:
        """How many cases of a condition were read right.

        Args:
            condition: folder and kind.
            strict: separators count, only spaces do not.
        """
        key = label_text if strict else match_key
        chosen = [number for number, case in enumerate(self.cases) if case.condition == condition]
        hits = [number for number in chosen if key(self.readings[number].text) == key(self.cases[number].text)]
        return Proportion(len(hits), len(chosen))

    def right_by_parent(self, conditions: Sequence[str]) -> dict[str, list[bool]]:
        """Which cases of some conditions were read right, by the crop that they were made from."""
        found: dict[str, list[bool]] = {}
        for number, case in enumerate(self.cases):
            if case.condition in conditions:
                found.setdefault(case.parent, []).append(self.is_right(number))
        return found


def read_cases(readers: Sequence[Reader], cases: Sequence[Case]) -> list[ReaderResult]:
    """Every reader reads every crop."""
    readings: list[list[Reading]] = [[] for _ in readers]
    for case in tqdm(cases, unit="crop", mininterval=1.0):
        for reader, own in zip(readers, readings, strict=True):
            read = reader.read_turned if reader.read_turned and case.kind.startswith("turned") else reader.read
            own.append(read(case.crop))
    return [ReaderResult(reader, cases, own) for reader, own in zip(readers, readings, strict=True)]


@dataclass(frozen=True)
class Speed:
    """Times of one reader, for a crop read alone, in milliseconds."""

    milliseconds: float  # median
    by_round: tuple[float, ...]  # median of each round, which shows how steady the machine was
    crops_per_second: float | None  # median over batches of 32; None if the reader has no batches
    mean: float
    slow: float  # 95th percentile
    hard_mean: float | None = None  # mean over the harder crops; None if there are none


def measure_speed(
    readers: Sequence[Reader], crops: Sequence[Image.Image], *, rounds: int, harder: Sequence[Image.Image] = ()
) -> list[Speed]:
    """Time single crops and batches of 32.

    The readers take turns crop by crop and batch by batch, and each time another reader comes first. A first round is
    not counted.

    Args:
        readers: the readers to time.
        crops: upright crops, at least one.
        rounds: rounds through all crops; at least 1.
        harder: crops that are timed once.
    """
    singles = [_calls(reader.read, crops) for reader in readers]
    _by_turns(singles, range(min(5, len(crops))))
    by_round = [_by_turns(singles, range(len(crops))) for _ in range(rounds)]
    order = list(range(len(crops)))
    random.Random(0).shuffle(order)  # crops of one kind lie side by side
    hard = _by_turns([_calls(reader.read, harder) for reader in readers], range(len(harder)))
    batches = [
        [crops[order[at % len(order)]] for at in range(first, first + BATCH)] for first in range(0, len(order), BATCH)
    ]
    in_batches = [number for number, reader in enumerate(readers) if reader.read_many]
    many = [_calls(read_many, batches) for reader in readers if (read_many := reader.read_many)]
    _by_turns(many, range(1))
    seconds: list[list[float]] = [[] for _ in many]
    for _ in range(rounds):
        for total, this_round in zip(seconds, _by_turns(many, range(len(batches))), strict=True):
            total += this_round
    speeds = []
    for number in range(len(readers)):
        rates = None
        if number in in_batches:
            rates = BATCH / statistics.median(seconds[in_batches.index(number)])
        medians = tuple(1000 * statistics.median(times[number]) for times in by_round)
        single = sorted(1000 * call for times in by_round for call in times[number])
        hard_mean = 1000 * statistics.fmean(hard[number]) if harder else None
        slow = single[math.ceil(0.95 * len(single)) - 1]
        speeds.append(Speed(statistics.median(single), medians, rates, statistics.fmean(single), slow, hard_mean))
    return speeds


def _calls(read: Callable[[Input], object], inputs: Sequence[Input]) -> Callable[[int], object]:
    return lambda number: read(inputs[number])


def _by_turns(calls: Sequence[Callable[[int], object]], numbers: range) -> list[list[float]]:
    """Seconds of each call for each number."""
    seconds: list[list[float]] = [[] for _ in calls]
    for number in numbers:
        for turn in range(len(calls)):
            at = (number + turn) % len(calls)
            time.sleep(_PAUSE)
            began = time.perf_counter()
            calls[at](number)
            seconds[at].append(time.perf_counter() - began)
    return seconds
