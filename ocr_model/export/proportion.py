"""Shares counted on few cases, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proportion:
    """A count of cases out of all, and the interval of its share."""

    count: int
    total: int  # of all cases

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.total:
            raise ValueError(f"{self.count} of {self.total} is no proportion")

    @property
    def share(self) -> float:
        """`count / total`, 0..1; NaN of nothing."""
        return self.count / self.total if self.total else math.nan

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The Clopper-Pearson interval of the share: it covers at least `level`, even with few cases.

        Clopper and Pearson 1934, https://doi.org/10.1093/biomet/26.4.404. Its ends are the shares under which so
        many cases, or more (fewer), have a probability of (1 - level) / 2.
        """
        tail = (1.0 - level) / 2.0
        low = 0.0
        if self.count > 0:
            low = _bisect(lambda p: 1.0 - binomial_cdf(self.count - 1, self.total, p) < tail)
        high = 1.0
        if self.count < self.total:
            high = _bisect(lambda p: binomial_cdf(self.count, self.total, p) > tail)
        return low, high


def _bisect(is_below: Callable[[float], bool]) -> float:
    """The point in 0..1 at which a condition stops being true."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2.0
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2.0


def binomial_cdf(count: int, total: int, share: float) -> float:
    """Probability of at most `count` of `total` when each has the probability `share`."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return float(count >= total)
    if count > total // 2:  # the other tail is the shorter sum
        return 1.0 - binomial_cdf(total - count - 1, total, 1.0 - share) if count < total else 1.0
    log_share, log_rest, log_ways = math.log(share), math.log1p(-share), 0.0
    terms = []
    for hits in range(count + 1):
        terms.append(math.exp(log_ways + hits * log_share + (total - hits) * log_rest))
        log_ways += math.log((total - hits) / (hits + 1))
    return min(1.0, math.fsum(terms))
