"""Whether one share is surely above another one: Newcombe's interval of a difference, from two Wilson intervals.

Newcombe (1998), Statistics in Medicine 17, method 10. A canary is looked at after each label, so the bound is far out:
with `BOUND`, of ten thousand labels at equal rates (3 to 30 % corrected, 5 or 50 % of them the challenger's) at most
five canaries in a thousand were taken back, while one that doubles or triples the corrections is after 20 to 40 labels
(docs/serving.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

BOUND = 3.29  # standard deviations
LEAST = 20  # of each side, before anything is said


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share, 0..1; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    def interval(self, bound: float = BOUND) -> tuple[float, float]:
        """Wilson's interval of the share behind it, 0..1; `bound` standard deviations wide to each side."""
        if self.whole == 0:
            return 0.0, 1.0
        share, count, square = self.value, self.whole, bound * bound
        middle = (share + square / (2 * count)) / (1 + square / count)
        half = bound / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
        return max(0.0, middle - half), min(1.0, middle + half)


def least_difference(one: Share, other: Share, bound: float = BOUND) -> float:
    """The least that `one` may be above `other`, -1..1."""
    low, _ = one.interval(bound)
    _, high = other.interval(bound)
    return one.value - other.value - math.hypot(one.value - low, high - other.value)


def leaves_band(one: Share, other: Share, band: float) -> bool:
    """Whether `one` is surely more than `band` above `other`; never before both have `LEAST`."""
    return min(one.whole, other.whole) >= LEAST and least_difference(one, other) > band
